// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import java.io.PrintStream;
import java.util.Locale;

/**
 * A progress bar on standard error; silent where the output is no terminal. Thread-safe; repaints
 * at most ten times a second.
 */
final class Progress implements AutoCloseable {
  private static final int WIDTH = 30;
  private static final long REPAINT_NANOS = 100_000_000;

  private final String what;
  private final String unit;
  private final PrintStream out;
  private final boolean visible;
  private final long start = System.nanoTime();
  private long painted;

  Progress(String what, String unit) {
    this(what, unit, System.err, Terminal.interactive());
  }

  Progress(String what, String unit, PrintStream out, boolean visible) {
    this.what = what;
    this.unit = unit;
    this.out = out;
    this.visible = visible;
  }

  /** Shows that {@code done} of {@code total} are done; a total of 0 means unknown. */
  synchronized void update(long done, long total) {
    long now = System.nanoTime();
    boolean last = total > 0 && done >= total;
    if (!visible || (now - painted < REPAINT_NANOS && !last)) {
      return;
    }
    painted = now;
    double seconds = (now - start) / 1e9;
    StringBuilder line = new StringBuilder("\r\033[K").append(what).append(' ');
    if (total > 0) {
      int filled = (int) (WIDTH * Math.min(done, total) / total);
      line.append('[')
          .append("#".repeat(filled))
          .append(" ".repeat(WIDTH - filled))
          .append("] ")
          .append(done)
          .append('/')
          .append(total);
    } else {
      line.append(done);
    }
    line.append(String.format(Locale.ROOT, " %s, %.0f s", unit, seconds));
    out.print(line);
    out.flush();
  }

  /** Takes the bar away. */
  @Override
  public synchronized void close() {
    if (visible) {
      out.print("\r\033[K");
      out.flush();
    }
  }
}
