// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.netty.util.ReferenceCounted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One C-STORE being received: takes fragments on the event loop, gathers some, writes them on a
 * spool thread straight from the memory they were received in. After a fault it drops what still
 * comes, so that the sender can be answered at the end of the data set as PS3.7 wants it.
 */
final class StoreReception {
  /** Told on the spool thread. */
  interface Owner {
    /** So much {@link #memory} of what was given to {@link #offer} is no longer held. */
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

  /**
   * A spool thread is woken by the first piece, to make the file; then only when so much was
   * gathered, bytes or pieces, whichever comes first.
   */
  private static final int WRITE_BYTES = 256 << 10;

  private static final int WRITE_PIECES = 64;

  /** Heap that a piece takes besides its bytes: buffer objects and places in lists, generously. */
  private static final int PIECE_BYTES = 128;

  final DimseCommand command;
  final int contextId;
  private final Source source;
  private final Executor serial;
  private final Owner owner;

  // Shared between the event loop and the spool thread, guarded by this.
  private List<ByteBuffer> arrived = new ArrayList<>();
  private List<ReferenceCounted> owners = new ArrayList<>();
  private long arrivedBytes;
  private boolean complete;
  private boolean discarded;
  private boolean scheduled;
  private boolean begun;
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

  /**
   * Memory that a piece takes until it is written. A peer chooses how small its fragments are, so
   * that bytes alone would bound nothing.
   */
  static long memory(ByteBuffer piece) {
    return piece.hasRemaining() ? (long) piece.remaining() + PIECE_BYTES : 0;
  }

  /** When the last fragment came, {@link System#nanoTime()}. */
  synchronized long completedNanos() {
    return completedNanos;
  }

  /**
   * Takes a fragment of the data set.
   *
   * @param owner what keeps the fragment's memory; retained here until the fragment was written
   * @param last true for the final one
   */
  void offer(ByteBuffer piece, ReferenceCounted owner, boolean last) {
    synchronized (this) {
      if (piece.hasRemaining()) {
        arrived.add(piece);
        arrivedBytes += memory(piece);
        owners.add(owner.retain());
      }
      if (last) {
        complete = true;
        completedNanos = System.nanoTime();
      } else if (begun && arrivedBytes < WRITE_BYTES && arrived.size() < WRITE_PIECES) {
        return;
      }
    }
    push();
  }

  /** Has written what came so far, however little. */
  void push() {
    synchronized (this) {
      if (scheduled || arrived.isEmpty() && !complete && !discarded) {
        return;
      }
      scheduled = true;
      begun = true;
    }
    serial.execute(this::drain);
  }

  /** {@link #memory} of what came and waits for more, not for the disk. */
  synchronized long gathered() {
    return scheduled ? 0 : arrivedBytes;
  }

  /** The rest will not come: leaves no trace of an incomplete instance. */
  void discard() {
    synchronized (this) {
      discarded = true;
    }
    push();
  }

  private void drain() {
    List<ByteBuffer> pieces;
    List<ReferenceCounted> held;
    long size;
    boolean last;
    boolean drop;
    synchronized (this) {
      pieces = arrived;
      arrived = new ArrayList<>();
      held = owners;
      owners = new ArrayList<>();
      size = arrivedBytes;
      arrivedBytes = 0;
      scheduled = false;
      last = complete;
      drop = discarded;
    }
    IncomingInstance.Stored stored = null;
    try {
      if (!over && fault == null && (last || !drop)) {
        if (incoming == null) {
          incoming = source.open();
        }
        incoming.write(pieces);
      }
    } catch (IOException | RuntimeException e) {
      // Becomes a DIMSE status in the owner; a fault of one instance must not end the association.
      fault = e;
    }
    // Before the flush, which takes long: the connection is read on, the memory used again.
    held.forEach(ReferenceCounted::release);
    owner.consumed(size);
    if (over) {
      return;
    }
    if (last && fault == null) {
      try {
        stored = incoming.commit();
      } catch (IOException | RuntimeException e) {
        fault = e; // as above
      }
    }
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
