// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Flushes directories to the device. Those who ask for the same one while it is being flushed wait
 * for a single flush that begins afterwards: it covers what each of them did before it asked. So
 * many associations that store into one series share the device's work. Thread-safe.
 */
final class SharedFlush {

  /** What is done to a directory; tests put another in its place. */
  interface Flush {
    void flush(Path directory) throws IOException;
  }

  /** One flush to come, and those who wait for it. */
  private static final class Turn extends CompletableFuture<Void> {}

  /** A directory that somebody waits for. */
  private static final class Folder {
    final ReentrantLock flushing = new ReentrantLock();
    Turn next;
    int users;
  }

  private final Map<Path, Folder> folders = new HashMap<>();
  private final Flush flush;

  SharedFlush(Flush flush) {
    this.flush = flush;
  }

  /** By fsync of the directory. */
  static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Returns when a flush that began after this call has ended.
   *
   * @throws IOException when it failed, for everybody it was made for: another flush might not tell
   *     of the fault again
   */
  void flush(Path directory) throws IOException {
    Folder folder;
    Turn turn;
    boolean mine;
    synchronized (folders) {
      folder = folders.computeIfAbsent(directory, d -> new Folder());
      folder.users++;
      mine = folder.next == null;
      if (mine) {
        folder.next = new Turn();
      }
      turn = folder.next;
    }
    try {
      if (mine) {
        take(directory, folder, turn);
      }
      turn.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ClosedByInterruptException && !mine) {
        flush.flush(directory); // it was the other one that was interrupted, before or in its flush
      } else if (e.getCause() instanceof IOException fault) {
        throw mine ? fault : new IOException(fault.getMessage(), fault);
      } else {
        throw new IOException(e.getCause());
      }
    } finally {
      synchronized (folders) {
        if (--folder.users == 0) {
          folders.remove(directory);
        }
      }
    }
  }

  /** Flushes after the flush that is under way, if any; never leaves the turn open. */
  private void take(Path directory, Folder folder, Turn turn) {
    folder.flushing.lock();
    try {
      synchronized (folders) {
        folder.next = null; // who comes now may have changed what this flush does not see
      }
      flush.flush(directory);
      turn.complete(null);
    } catch (IOException | RuntimeException | Error e) {
      turn.completeExceptionally(e); // thrown to all who wait, this thread too
    } finally {
      folder.flushing.unlock();
    }
  }
}
