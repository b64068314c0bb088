// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Loader;

/**
 * The decoder processes: at most one for each processor, started when needed, ended after a minute
 * without work. A process that failed in any way is not used again, so that nothing a damaged frame
 * left in its memory reaches the next frame.
 */
final class DecoderPool {
  static final int PROCESSES = Math.max(1, Runtime.getRuntime().availableProcessors());
  private static final long IDLE_SECONDS = 60;

  /** Native code that loops must not hold a slice for ever; seconds for any frame ... */
  private static final long TIMEOUT_SECONDS = 20;

  /** ... and one more for so many samples; the slowest codec takes a tenth of it. */
  private static final int SAMPLES_PER_SECOND = 1 << 20;

  private record Idle(DecoderProcess process, long sinceNanos) {}

  private static final Semaphore PERMITS = new Semaphore(PROCESSES);
  private static final Deque<Idle> IDLE = new ArrayDeque<>();

  /** Ends what is late and what is idle. */
  static final ScheduledThreadPoolExecutor CLOCK = clock();

  private static final class Platform {
    static final boolean HAS_NATIVES =
        DecoderPool.class
                .getClassLoader()
                .getResource(
                    "org/bytedeco/ffmpeg/"
                        + Loader.getPlatform()
                        + "/"
                        + System.mapLibraryName("jniavcodec"))
            != null;
  }

  private DecoderPool() {}

  private static ScheduledThreadPoolExecutor clock() {
    ScheduledThreadPoolExecutor clock =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "decoder-watchdog");
              thread.setDaemon(true);
              return thread;
            });
    clock.setRemoveOnCancelPolicy(true);
    clock.scheduleWithFixedDelay(
        DecoderPool::closeIdle, IDLE_SECONDS, IDLE_SECONDS / 4, TimeUnit.SECONDS);
    return clock;
  }

  /** True when the native library for this system is on the class path. */
  static boolean available() {
    return Platform.HAS_NATIVES;
  }

  /**
   * Decodes a frame of a single component in another process.
   *
   * @param title for faults
   */
  static short[] decode(String title, PixelLayout layout, int precision, Bytes frame)
      throws DicomException {
    long timeout = TIMEOUT_SECONDS + layout.samples() / SAMPLES_PER_SECOND;
    PERMITS.acquireUninterruptibly();
    try {
      try {
        return attempt(layout, precision, frame, timeout);
      } catch (DecoderProcess.Ended e) {
        // Perhaps somebody else ended it: only a frame that ends a fresh one too is to blame.
        return attempt(layout, precision, frame, timeout);
      }
    } catch (IOException e) {
      throw new DicomException(
          Tag.describe(Tag.PixelData) + ": " + title + ": " + e.getMessage(), e);
    } finally {
      PERMITS.release();
    }
  }

  private static short[] attempt(PixelLayout layout, int precision, Bytes frame, long timeout)
      throws IOException {
    DecoderProcess process = take();
    boolean sound = false;
    try {
      short[] samples = process.decode(layout.columns(), layout.rows(), precision, frame, timeout);
      sound = true;
      return samples;
    } finally {
      if (sound) {
        giveBack(process);
      } else {
        process.close();
      }
    }
  }

  private static DecoderProcess take() throws IOException {
    synchronized (IDLE) {
      while (!IDLE.isEmpty()) {
        // The one used last: the others may fall idle.
        DecoderProcess process = IDLE.pop().process();
        if (process.isAlive()) {
          return process;
        }
        process.close();
      }
    }
    try {
      return DecoderProcess.start();
    } catch (IOException e) {
      throw new IOException("the decoder process cannot be started: " + e.getMessage(), e);
    }
  }

  private static void giveBack(DecoderProcess process) {
    synchronized (IDLE) {
      IDLE.push(new Idle(process, System.nanoTime()));
    }
  }

  private static void closeIdle() {
    List<DecoderProcess> old = new ArrayList<>();
    synchronized (IDLE) {
      long now = System.nanoTime();
      while (!IDLE.isEmpty()
          && now - IDLE.peekLast().sinceNanos() >= TimeUnit.SECONDS.toNanos(IDLE_SECONDS)) {
        old.add(IDLE.removeLast().process());
      }
    }
    old.forEach(DecoderProcess::close);
  }

  /** Process IDs of idle processes, for tests. */
  static List<Long> idle() {
    synchronized (IDLE) {
      return IDLE.stream().map(idle -> idle.process().pid()).toList();
    }
  }
}
