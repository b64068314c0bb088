// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What one input may cost. Processor time of the thread, not time of the clock, so that a busy
 * machine finds no hangs where there are none; and bytes that the thread allocates.
 */
public final class Bounds {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Room for classes that are loaded, messages, small buffers. */
  private static final long FREE_BYTES = 16L << 20;

  /** Instrumented code is several times slower, and the first inputs run interpreted. */
  private static final long FREE_NANOS = 4_000_000_000L;

  /** Work on an input; {@link Exception}s that are no documented answer are findings. */
  public interface Work {
    void run() throws Exception;
  }

  private Bounds() {}

  /**
   * Does the work and throws an {@link AssertionError} when it takes more than its share. Work that
   * seems to is done again: the first time may have loaded and instrumented classes.
   *
   * @param bytes that may be allocated beyond a fixed room
   * @param nanos of processor time beyond a fixed room
   */
  public static void hold(long bytes, long nanos, Work work) {
    String excess = measure(bytes, nanos, work);
    if (excess != null && measure(bytes, nanos, work) != null) {
      excess = measure(bytes, nanos, work);
      if (excess != null) {
        throw new AssertionError(excess);
      }
    }
  }

  /** What is too much; null when nothing is. */
  private static String measure(long bytes, long nanos, Work work) {
    long startNanos = THREADS.getCurrentThreadCpuTime();
    long startBytes = THREADS.getCurrentThreadAllocatedBytes();
    try {
      work.run();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("not a documented exception: " + e, e);
    }
    long usedBytes = THREADS.getCurrentThreadAllocatedBytes() - startBytes;
    long usedNanos = THREADS.getCurrentThreadCpuTime() - startNanos;
    if (usedBytes > FREE_BYTES + bytes) {
      return "allocated " + usedBytes + " bytes; at most " + (FREE_BYTES + bytes) + " are due";
    }
    if (usedNanos > FREE_NANOS + nanos) {
      return "took " + usedNanos + " ns of the processor; at most " + (FREE_NANOS + nanos);
    }
    return null;
  }
}
