// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.util.Objects;

/**
 * Settings of a {@link DicomNode}. Start from {@link #defaults()}.
 *
 * @param aeTitle this node's AE title, 1 to 16 characters
 * @param bindAddress address or host name to listen on; loopback unless told otherwise
 * @param port TCP port, 0 to 65535; 0 takes any free one
 * @param acceptAnyCalledAeTitle whether callers may name another AE title than this node's
 * @param maxAssociations associations open at once; further ones are rejected (transient, local
 *     limit exceeded)
 * @param maxConnections TCP connections open at once, at least {@code maxAssociations}; at the
 *     bound, the oldest connection without an association is closed for the new one
 * @param maxPduLength longest P-DATA-TF received, bytes, even, 4096 to 16 MiB, announced to callers
 * @param artimTimeoutMs how long a connection may take to request an association, or to close after
 *     it ended, milliseconds
 * @param idleTimeoutMs how long an association may send nothing, milliseconds, before it is aborted
 * @param maxPendingBytes data received but not yet written, bytes for each association; above it
 *     the connection is not read until the disk has caught up. The whole node holds at most sixteen
 *     times as much
 * @param spoolThreads threads that write and flush
 */
public record DicomNodeOptions(
    String aeTitle,
    String bindAddress,
    int port,
    boolean acceptAnyCalledAeTitle,
    int maxAssociations,
    int maxConnections,
    int maxPduLength,
    long artimTimeoutMs,
    long idleTimeoutMs,
    long maxPendingBytes,
    int spoolThreads) {

  public DicomNodeOptions {
    AeTitles.require(aeTitle, "aeTitle");
    Objects.requireNonNull(bindAddress, "bindAddress");
    range("port", port, 0, 65535);
    range("maxAssociations", maxAssociations, 1, 10_000);
    range("maxConnections", maxConnections, maxAssociations, 100_000);
    range("maxPduLength", maxPduLength, 4096, 16 << 20);
    if (maxPduLength % 2 != 0) { // some senders then make fragments of odd length, which are none
      throw new IllegalArgumentException("maxPduLength is " + maxPduLength + "; it must be even");
    }
    range("artimTimeoutMs", artimTimeoutMs, 10, 3_600_000);
    range("idleTimeoutMs", idleTimeoutMs, 10, 86_400_000);
    range("maxPendingBytes", maxPendingBytes, 64 << 10, 1L << 30);
    range("spoolThreads", spoolThreads, 1, 64);
  }

  /**
   * HOUNSFIELD on loopback port 11112 for any called AE title, 64 associations, 512 connections,
   * 256 KiB PDUs, 30 s ARTIM, 60 s idle, 4 MiB pending for an association, 4 threads.
   */
  public static DicomNodeOptions defaults() {
    return new DicomNodeOptions(
        "HOUNSFIELD", "127.0.0.1", 11112, true, 64, 512, 256 << 10, 30_000, 60_000, 4 << 20, 4);
  }

  /** These settings with another {@code aeTitle}. */
  public DicomNodeOptions withAeTitle(String title) {
    return new DicomNodeOptions(
        title,
        bindAddress,
        port,
        acceptAnyCalledAeTitle,
        maxAssociations,
        maxConnections,
        maxPduLength,
        artimTimeoutMs,
        idleTimeoutMs,
        maxPendingBytes,
        spoolThreads);
  }

  /** These settings with another address and port. */
  public DicomNodeOptions withAddress(String address, int portNumber) {
    return new DicomNodeOptions(
        aeTitle,
        address,
        portNumber,
        acceptAnyCalledAeTitle,
        maxAssociations,
        maxConnections,
        maxPduLength,
        artimTimeoutMs,
        idleTimeoutMs,
        maxPendingBytes,
        spoolThreads);
  }

  /** These settings with {@code acceptAnyCalledAeTitle}. */
  public DicomNodeOptions withAcceptAnyCalledAeTitle(boolean acceptAny) {
    return new DicomNodeOptions(
        aeTitle,
        bindAddress,
        port,
        acceptAny,
        maxAssociations,
        maxConnections,
        maxPduLength,
        artimTimeoutMs,
        idleTimeoutMs,
        maxPendingBytes,
        spoolThreads);
  }

  /** These settings with other bounds on associations and connections. */
  public DicomNodeOptions withLimits(int associations, int connections) {
    return new DicomNodeOptions(
        aeTitle,
        bindAddress,
        port,
        acceptAnyCalledAeTitle,
        associations,
        connections,
        maxPduLength,
        artimTimeoutMs,
        idleTimeoutMs,
        maxPendingBytes,
        spoolThreads);
  }

  /** These settings with another {@code maxPduLength}. */
  public DicomNodeOptions withMaxPduLength(int bytes) {
    return new DicomNodeOptions(
        aeTitle,
        bindAddress,
        port,
        acceptAnyCalledAeTitle,
        maxAssociations,
        maxConnections,
        bytes,
        artimTimeoutMs,
        idleTimeoutMs,
        maxPendingBytes,
        spoolThreads);
  }

  /** These settings with other timeouts, milliseconds. */
  public DicomNodeOptions withTimeouts(long artimMs, long idleMs) {
    return new DicomNodeOptions(
        aeTitle,
        bindAddress,
        port,
        acceptAnyCalledAeTitle,
        maxAssociations,
        maxConnections,
        maxPduLength,
        artimMs,
        idleMs,
        maxPendingBytes,
        spoolThreads);
  }

  /** These settings with another {@code maxPendingBytes}. */
  public DicomNodeOptions withMaxPendingBytes(long bytes) {
    return new DicomNodeOptions(
        aeTitle,
        bindAddress,
        port,
        acceptAnyCalledAeTitle,
        maxAssociations,
        maxConnections,
        maxPduLength,
        artimTimeoutMs,
        idleTimeoutMs,
        bytes,
        spoolThreads);
  }

  /** These settings with another {@code spoolThreads}. */
  public DicomNodeOptions withSpoolThreads(int threads) {
    return new DicomNodeOptions(
        aeTitle,
        bindAddress,
        port,
        acceptAnyCalledAeTitle,
        maxAssociations,
        maxConnections,
        maxPduLength,
        artimTimeoutMs,
        idleTimeoutMs,
        maxPendingBytes,
        threads);
  }

  private static void range(String name, long value, long from, long to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(
          name + " is " + value + "; it must be " + from + " to " + to);
    }
  }
}
