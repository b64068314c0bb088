// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Closes the connection under an association as requestor when its peer stands still. */
final class ScuWatchdog implements Closeable {
  private final ScuTransport transport;
  private final long timeoutMs;
  private final ScheduledExecutorService timer;
  private volatile long deadline = Long.MAX_VALUE;
  private volatile boolean timedOut;

  ScuWatchdog(ScuTransport transport, long timeoutMs) {
    this.transport = transport;
    this.timeoutMs = timeoutMs;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "dicom-scu-watchdog");
              thread.setDaemon(true);
              return thread;
            });
  }

  void start() {
    long period = Math.max(5, Math.min(500, timeoutMs / 8));
    timer.scheduleWithFixedDelay(this::watch, period, period, TimeUnit.MILLISECONDS);
  }

  private void watch() {
    if (System.nanoTime() - deadline > 0 && deadline != Long.MAX_VALUE) {
      timedOut = true;
      try {
        transport.close();
      } catch (IOException e) {
        // it is closed anyway; the waiting thread wakes up
      }
    }
  }

  /** Something moved, or something is asked: the time runs anew. */
  void touch() {
    deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
  }

  /** Nothing is asked of the peer: it may take its time. */
  void rest() {
    deadline = Long.MAX_VALUE;
  }

  /** Whether it closed the connection. */
  boolean timedOut() {
    return timedOut;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
