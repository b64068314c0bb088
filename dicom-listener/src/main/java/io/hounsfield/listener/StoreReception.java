// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One C-STORE being received: takes fragments on the event loop, writes them on a spool thread.
 * After a fault it drops what still comes, so that the sender can be answered at the end of the
 * data set as PS3.7 wants it.
 */
final class StoreReception {
  /** Told on the spool thread. */
  interface Owner {
    /** So many bytes given to {@link #offer} are no longer held. */
    void consumed(long bytes);

    /**
     * The data set is complete. Exactly one of the two is null.
     *
     * @param stored what was stored
     * @param fault why it was not
     */
    void finished(StoreReception reception, IncomingInstance.Stored stored, Throwable fault);
  }

  /** Opens the instance in the spool. */
  interface Source {
    IncomingInstance open() throws IOException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(StoreReception.class);

  final DimseCommand command;
  final int contextId;
  private final Source source;
  private final Executor serial;
  private final Owner owner;

  // Shared between the event loop and the spool thread, guarded by this.
  private List<ByteBuffer> arrived = new ArrayList<>();
  private boolean complete;
  private boolean discarded;
  private boolean scheduled;
  private long completedNanos;

  // Spool thread only.
  private IncomingInstance incoming;
  private Throwable fault;
  private boolean over;

  /**
   * @param refusal why the instance is not taken whatever the data; null when it may be
   */
  StoreReception(
      DimseCommand command,
      int contextId,
      Source source,
      StoreException refusal,
      Executor serial,
      Owner owner) {
    this.command = command;
    this.contextId = contextId;
    this.source = source;
    this.fault = refusal;
    this.serial = serial;
    this.owner = owner;
  }

  /** When the last fragment came, {@link System#nanoTime()}. */
  synchronized long completedNanos() {
    return completedNanos;
  }

  /** Takes a fragment of the data set; {@code last} with the final one. */
  void offer(ByteBuffer piece, boolean last) {
    synchronized (this) {
      arrived.add(piece);
      if (last) {
        complete = true;
        completedNanos = System.nanoTime();
      }
      if (scheduled) {
        return;
      }
      scheduled = true;
    }
    serial.execute(this::drain);
  }

  /** The rest will not come: leaves no trace of an incomplete instance. */
  void discard() {
    synchronized (this) {
      discarded = true;
      if (scheduled) {
        return;
      }
      scheduled = true;
    }
    serial.execute(this::drain);
  }

  private void drain() {
    List<ByteBuffer> pieces;
    boolean last;
    boolean drop;
    synchronized (this) {
      pieces = arrived;
      arrived = new ArrayList<>();
      scheduled = false;
      last = complete;
      drop = discarded;
    }
    if (over) {
      return;
    }
    long size = 0;
    for (ByteBuffer piece : pieces) {
      size += piece.remaining();
    }
    IncomingInstance.Stored stored = null;
    try {
      if (fault == null && (last || !drop)) {
        if (incoming == null) {
          incoming = source.open();
        }
        incoming.write(pieces);
        if (last) {
          stored = incoming.commit();
        }
      }
    } catch (IOException | RuntimeException e) {
      // Becomes a DIMSE status in the owner; a fault of one instance must not end the association.
      fault = e;
    }
    owner.consumed(size);
    if (last || drop || fault != null) {
      close();
    }
    over = last || drop;
    if (last) {
      owner.finished(this, stored, stored == null ? fault : null);
    }
  }

  private void close() {
    if (incoming != null) {
      try {
        incoming.close();
      } catch (IOException e) {
        LOG.warn("an unfinished file stays in the spool until the next start: {}", e.toString());
      }
      incoming = null;
    }
  }
}
