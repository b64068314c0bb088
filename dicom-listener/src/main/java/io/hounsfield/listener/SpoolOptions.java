// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.util.Objects;

/**
 * Settings of a {@link Spool}.
 *
 * @param minFreeBytes usable space, bytes, that is left to others: below it nothing more is taken
 *     (C-STORE answers A700H, out of resources)
 * @param maxBytes most that the instances of the spool may take, bytes; above it nothing more is
 *     taken either
 * @param durability what a stored instance survives
 */
public record SpoolOptions(long minFreeBytes, long maxBytes, Durability durability) {

  /** What an instance survives once its C-STORE was answered with success. */
  public enum Durability {
    /**
     * The end of the process ({@code kill -9}), of the operating system, and a loss of power: file
     * and directory were flushed to the device (fsync). As far as the device keeps its promise.
     */
    POWER_LOSS,
    /**
     * The end of the process only: handed to the operating system, not flushed. For comparisons.
     */
    PROCESS_END
  }

  public SpoolOptions {
    Objects.requireNonNull(durability, "durability");
    if (minFreeBytes < 0) {
      throw new IllegalArgumentException("minFreeBytes is " + minFreeBytes + "; at least 0");
    }
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes is " + maxBytes + "; at least 1");
    }
  }

  /** Without a bound on the spool itself. */
  public SpoolOptions(long minFreeBytes, Durability durability) {
    this(minFreeBytes, Long.MAX_VALUE, durability);
  }

  /** 512 MiB left free, durable against a loss of power. */
  public static SpoolOptions defaults() {
    return new SpoolOptions(512L << 20, Durability.POWER_LOSS);
  }
}
