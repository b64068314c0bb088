// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Tells how far a run is: a bar on a terminal, else a line a case. Failures always get a line. */
final class CaseProgress implements AutoCloseable {

  private static final int WIDTH = 30;
  private static final String CLEAR = "\r\033[K";

  private final PrintWriter out;
  private final boolean bar;
  private final int total;
  private final long start = System.nanoTime();
  private final ScheduledExecutorService clock;
  private int done;
  private String last = "";

  /**
   * @param out where to; standard error
   * @param bar whether a person sits at a terminal
   */
  CaseProgress(PrintWriter out, boolean bar, int total) {
    this.out = out;
    this.bar = bar;
    this.total = total;
    this.clock = bar ? clock() : null;
  }

  /** A case may take minutes: the time goes on meanwhile. */
  private ScheduledExecutorService clock() {
    ScheduledExecutorService ticks =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "progress");
              thread.setDaemon(true);
              return thread;
            });
    ticks.scheduleAtFixedRate(this::paint, 0, 1, TimeUnit.SECONDS);
    return ticks;
  }

  synchronized void finished(CaseResult result, boolean kept) {
    done++;
    StringBuilder text = new StringBuilder(result.name());
    for (Metric metric :
        new Metric[] {Metric.LUNG_DICE, Metric.LESION_DICE, Metric.PERCENT_ERROR}) {
      result
          .value(metric)
          .ifPresent(
              v -> text.append(", ").append(metric.title("")).append(' ').append(metric.format(v)));
    }
    if (kept) {
      text.append(" (kept)");
    }
    last = result.name();
    if (bar) {
      paint();
    } else {
      out.printf(Locale.ROOT, "%d/%d %s%n", done, total, text);
      out.flush();
    }
  }

  synchronized void failed(AccuracyRun.Failure failure) {
    done++;
    if (bar) {
      out.print(CLEAR);
    }
    out.printf(Locale.ROOT, "%d/%d %s FAILED: %s%n", done, total, failure.name(), failure.reason());
    out.flush();
    last = failure.name();
    paint();
  }

  private synchronized void paint() {
    if (!bar) {
      return;
    }
    int filled = total == 0 ? WIDTH : WIDTH * done / total;
    out.printf(
        Locale.ROOT,
        "%sMeasuring [%s%s] %d/%d cases, %.0f s %s",
        CLEAR,
        "#".repeat(filled),
        " ".repeat(WIDTH - filled),
        done,
        total,
        (System.nanoTime() - start) / 1e9,
        last.length() <= 24 ? last : last.substring(0, 24));
    out.flush();
  }

  /** Takes the bar away. */
  @Override
  public synchronized void close() {
    if (bar) {
      clock.shutdownNow();
      out.print(CLEAR);
      out.flush();
    }
  }
}
