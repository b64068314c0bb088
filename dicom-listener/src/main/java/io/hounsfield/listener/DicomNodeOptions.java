// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Settings of a {@link DicomNode}. Start from {@link #builder()}.
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
 * @param spoolThreads threads that write and flush; they mostly wait for the device, which makes
 *     one step of the flushes that it gets together
 * @param peers who may call; empty: everybody. With any, all others are rejected
 * @param users who must name itself by user identity negotiation; empty: identities are not asked
 *     for
 * @param tls keys of TLS; empty: plain TCP
 * @param commitment how storage commitment reports are delivered
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
    int spoolThreads,
    List<DicomPeer> peers,
    Optional<DicomUsers> users,
    Optional<TlsOptions> tls,
    CommitmentOptions commitment) {

  public DicomNodeOptions {
    AeTitles.require(aeTitle, "aeTitle");
    Objects.requireNonNull(bindAddress, "bindAddress");
    Objects.requireNonNull(users, "users");
    Objects.requireNonNull(tls, "tls");
    Objects.requireNonNull(commitment, "commitment");
    peers = List.copyOf(peers);
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
   * HOUNSFIELD on loopback port 11112 for any called AE title and any caller, 64 associations, 512
   * connections, 256 KiB PDUs, 30 s ARTIM, 60 s idle, 4 MiB pending for an association, 16 threads,
   * no TLS.
   */
  public static Builder builder() {
    return new Builder();
  }

  private static void range(String name, long value, long from, long to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(
          name + " is " + value + "; it must be " + from + " to " + to);
    }
  }

  /** Collects settings; those not set keep the defaults of {@link DicomNodeOptions#builder()}. */
  public static final class Builder {
    private String aeTitle = "HOUNSFIELD";
    private String bindAddress = "127.0.0.1";
    private int port = 11112;
    private boolean acceptAnyCalledAeTitle = true;
    private int maxAssociations = 64;
    private int maxConnections = 512;
    private int maxPduLength = 256 << 10;
    private long artimTimeoutMs = 30_000;
    private long idleTimeoutMs = 60_000;
    private long maxPendingBytes = 4 << 20;
    private int spoolThreads = 16;
    private List<DicomPeer> peers = List.of();
    private Optional<DicomUsers> users = Optional.empty();
    private Optional<TlsOptions> tls = Optional.empty();
    private CommitmentOptions commitment = CommitmentOptions.defaults();

    private Builder() {}

    /** Sets {@link DicomNodeOptions#aeTitle()}. */
    public Builder aeTitle(String title) {
      aeTitle = title;
      return this;
    }

    /** Sets address and port to listen on. */
    public Builder address(String address, int portNumber) {
      bindAddress = address;
      port = portNumber;
      return this;
    }

    /** Sets {@link DicomNodeOptions#acceptAnyCalledAeTitle()}. */
    public Builder acceptAnyCalledAeTitle(boolean acceptAny) {
      acceptAnyCalledAeTitle = acceptAny;
      return this;
    }

    /** Sets the bounds on associations and connections. */
    public Builder limits(int associations, int connections) {
      maxAssociations = associations;
      maxConnections = connections;
      return this;
    }

    /** Sets {@link DicomNodeOptions#maxPduLength()}, bytes. */
    public Builder maxPduLength(int bytes) {
      maxPduLength = bytes;
      return this;
    }

    /** Sets the timeouts, milliseconds. */
    public Builder timeouts(long artimMs, long idleMs) {
      artimTimeoutMs = artimMs;
      idleTimeoutMs = idleMs;
      return this;
    }

    /** Sets {@link DicomNodeOptions#maxPendingBytes()}. */
    public Builder maxPendingBytes(long bytes) {
      maxPendingBytes = bytes;
      return this;
    }

    /** Sets {@link DicomNodeOptions#spoolThreads()}. */
    public Builder spoolThreads(int threads) {
      spoolThreads = threads;
      return this;
    }

    /** Sets {@link DicomNodeOptions#peers()}. */
    public Builder peers(List<DicomPeer> allowed) {
      peers = List.copyOf(allowed);
      return this;
    }

    /** Sets {@link DicomNodeOptions#users()}. */
    public Builder users(DicomUsers known) {
      users = Optional.of(known);
      return this;
    }

    /** Sets {@link DicomNodeOptions#tls()}. */
    public Builder tls(TlsOptions keys) {
      tls = Optional.of(keys);
      return this;
    }

    /** Sets {@link DicomNodeOptions#commitment()}. */
    public Builder commitment(CommitmentOptions options) {
      commitment = options;
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException naming the setting that is out of range
     */
    public DicomNodeOptions build() {
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
          spoolThreads,
          peers,
          users,
          tls,
          commitment);
    }
  }
}
