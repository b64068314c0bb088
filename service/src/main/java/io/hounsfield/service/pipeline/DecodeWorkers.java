// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads that decode instances, and hand their slices to the network. */
final class DecodeWorkers {

  private static final Logger LOG = LoggerFactory.getLogger(DecodeWorkers.class);

  /** An instance to be decoded for a series. */
  record Job(SeriesState state, Path file, SeriesAnalysis analysis) {}

  /** Gives the work out. Called by all threads. */
  interface Work {
    /** The next instance; waits for it. {@code null}: there will be none any more. */
    Job next() throws InterruptedException;

    /** Takes room for so many voxels of a series, if there is any. */
    boolean reserve(SeriesState state, long voxels);

    /**
     * An instance is decoded, or will not be.
     *
     * @param again there was no room: later
     * @param fault what kept it from being decoded other than its own content; {@code null}:
     *     nothing
     */
    void done(Job job, boolean again, String fault);
  }

  private final Work work;
  private final List<Thread> threads = new ArrayList<>();

  DecodeWorkers(Work work) {
    this.work = work;
  }

  void start(int count) {
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(this::run, "decoder-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  private void run() {
    try {
      Job job;
      while ((job = work.next()) != null) {
        decode(job);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void decode(Job job) throws InterruptedException {
    String fault = null;
    boolean again = false;
    try {
      job.analysis().accept(job.file(), voxels -> work.reserve(job.state(), voxels));
    } catch (SeriesAnalysis.NoRoomException e) {
      again = true;
    } catch (IOException e) {
      LOG.error("An instance in the spool cannot be read", e);
      fault = "An instance in the spool cannot be read: " + e.getClass().getSimpleName();
    } catch (RuntimeException | OutOfMemoryError e) {
      // A decoder must not take the process or the decoding thread with it.
      LOG.error("Decoding an instance failed", e);
      fault = "Decoding an instance failed: " + e.getClass().getSimpleName();
    }
    work.done(job, again, fault);
  }

  void interrupt() {
    threads.forEach(Thread::interrupt);
  }

  void join() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
