// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * How a network is run.
 *
 * @param device where; {@link Device#AUTO} takes the first GPU if there is one
 * @param variant which weights of the manifest, such as {@code bf16}; {@link #AUTO_VARIANT} takes
 *     the first whose required CPU features this machine has
 * @param threads slices worked on side by side on the CPU, each by one thread, 1 to {@value
 *     #MAX_THREADS}; 0 takes one for each available processor. Labels do not depend on it
 */
public record InferenceOptions(Device device, String variant, int threads) {

  /** Lets the machine decide which weights to use. */
  public static final String AUTO_VARIANT = "auto";

  /** Most threads that one network may use. */
  public static final int MAX_THREADS = 256;

  /** Where a network runs. */
  public enum Device {
    /** The first GPU if the engine sees one, otherwise the CPU. */
    AUTO,
    /** The CPU. */
    CPU,
    /** The first NVIDIA GPU; an error if there is none. */
    CUDA;

    /**
     * The device of that name, whatever its case.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Device of(String name) {
      for (Device device : values()) {
        if (device.name().equalsIgnoreCase(name)) {
          return device;
        }
      }
      throw new IllegalArgumentException(
          "unknown device '%s': choose one of %s"
              .formatted(name, Arrays.toString(values()).toLowerCase(Locale.ROOT)));
    }
  }

  /**
   * @throws IllegalArgumentException if the variant is blank or the threads are out of range
   */
  public InferenceOptions {
    Objects.requireNonNull(device, "device");
    Objects.requireNonNull(variant, "variant");
    if (variant.isBlank()) {
      throw new IllegalArgumentException("variant is blank: give a variant's name or 'auto'");
    }
    if (threads < 0 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads must be 0 (one a processor) to %d: %d".formatted(MAX_THREADS, threads));
    }
  }

  /** Device and weights chosen by the machine, one thread a processor. */
  public static InferenceOptions defaults() {
    return new InferenceOptions(Device.AUTO, AUTO_VARIANT, 0);
  }

  int effectiveThreads() {
    return threads > 0
        ? threads
        : Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
  }
}
