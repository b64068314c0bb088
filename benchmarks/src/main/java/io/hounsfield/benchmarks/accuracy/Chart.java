// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.benchmarks.accuracy.Statistics.Agreement;
import io.hounsfield.report.Canvas;
import io.hounsfield.report.Glyphs;
import java.util.Arrays;
import java.util.Locale;

/**
 * Scatter plots of the affected share of the lung, one point a case. Drawn pixel by pixel, like the
 * report's overview picture: a server often has no fonts, where Java2D and the libraries on it
 * fail.
 */
final class Chart {

  private static final int WIDTH = 760;
  private static final int HEIGHT = 620;
  private static final int LEFT = 90;
  private static final int RIGHT = 30;
  private static final int TOP = 50;
  private static final int BOTTOM = 70;
  private static final int PAPER = 0xFFFFFF;
  private static final int INK = 0x222222;
  private static final int FAINT = 0xD8D8D8;
  private static final int POINT = 0x0072B2;
  private static final int LINE = 0xD55E00;
  private static final double RADIUS = 4.5;
  private static final int TICKS = 6;

  private final Canvas canvas = new Canvas(WIDTH, HEIGHT, PAPER);
  private final double x0;
  private final double x1;
  private final double y0;
  private final double y1;

  private Chart(double x0, double x1, double y0, double y1, String title, String x, String y) {
    this.x0 = x0;
    this.x1 = x1;
    this.y0 = y0;
    this.y1 = y1;
    double stepX = step(x1 - x0);
    for (double t = Math.ceil(x0 / stepX) * stepX; t <= x1 + 1e-9; t += stepX) {
      canvas.fill(column(t), TOP, 1, HEIGHT - TOP - BOTTOM, FAINT);
      String label = number(t, stepX);
      SlicePainter.text(
          canvas, label, column(t) - SlicePainter.textWidth(label) / 2, HEIGHT - BOTTOM + 8, INK);
    }
    double stepY = step(y1 - y0);
    for (double t = Math.ceil(y0 / stepY) * stepY; t <= y1 + 1e-9; t += stepY) {
      canvas.fill(LEFT, row(t), WIDTH - LEFT - RIGHT, 1, FAINT);
      String label = number(t, stepY);
      SlicePainter.text(
          canvas,
          label,
          LEFT - 8 - SlicePainter.textWidth(label),
          row(t) - Glyphs.height() / 2,
          INK);
    }
    canvas.fill(LEFT, TOP, 1, HEIGHT - TOP - BOTTOM, INK);
    canvas.fill(LEFT, HEIGHT - BOTTOM, WIDTH - LEFT - RIGHT, 1, INK);
    SlicePainter.text(canvas, title, LEFT, 8, INK);
    SlicePainter.text(canvas, y, 8, 8 + Glyphs.height(), INK);
    SlicePainter.text(
        canvas, x, WIDTH - RIGHT - SlicePainter.textWidth(x), HEIGHT - Glyphs.height() - 12, INK);
  }

  /** Measured against reference, with the line of identity. PNG. */
  static byte[] scatter(double[] reference, double[] measured) {
    double most = Math.max(1, Math.max(max(reference), max(measured))) * 1.05;
    Agreement agreement = Agreement.of(reference, measured);
    String r =
        agreement.correlation() == null
            ? ""
            : String.format(Locale.ROOT, ", r = %.3f", agreement.correlation());
    Chart chart =
        new Chart(
            0,
            most,
            0,
            most,
            "Affected lung, %d cases%s".formatted(reference.length, r),
            "Reference, %",
            "Measured, %");
    chart.line(0, 0, most, most, INK);
    for (int i = 0; i < reference.length; i++) {
      chart.point(reference[i], measured[i]);
    }
    return chart.canvas.png();
  }

  /** Differences against means, with bias and limits of agreement. PNG. */
  static byte[] blandAltman(double[] reference, double[] measured) {
    Agreement agreement = Agreement.of(reference, measured);
    int n = reference.length;
    double[] mean = new double[n];
    double[] difference = new double[n];
    Arrays.setAll(mean, i -> (reference[i] + measured[i]) / 2);
    Arrays.setAll(difference, i -> measured[i] - reference[i]);
    double reach = Math.abs(agreement.bias());
    for (double d : difference) {
      reach = Math.max(reach, Math.abs(d));
    }
    if (agreement.limits() != null) {
      reach = Math.max(reach, Math.abs(agreement.limits().low()));
      reach = Math.max(reach, Math.abs(agreement.limits().high()));
    }
    reach = Math.max(1, reach) * 1.15;
    Chart chart =
        new Chart(
            0,
            Math.max(1, max(mean)) * 1.05,
            -reach,
            reach,
            "Bland-Altman, %d cases".formatted(n),
            "Mean of reference and measured, %",
            "Measured less reference, points");
    chart.line(chart.x0, 0, chart.x1, 0, INK);
    chart.level(agreement.bias(), "bias", false);
    if (agreement.limits() != null) {
      chart.level(agreement.limits().low(), "\u2212" + "1.96 SD", true);
      chart.level(agreement.limits().high(), "+1.96 SD", true);
    }
    for (int i = 0; i < n; i++) {
      chart.point(mean[i], difference[i]);
    }
    return chart.canvas.png();
  }

  private void level(double y, String name, boolean dashed) {
    int row = row(y);
    for (int x = LEFT; x < WIDTH - RIGHT; x++) {
      if (!dashed || x / 6 % 2 == 0) {
        canvas.fill(x, row, 1, 2, LINE);
      }
    }
    String text = name + " " + minus(String.format(Locale.ROOT, "%.2f", y));
    SlicePainter.text(
        canvas,
        text,
        WIDTH - RIGHT - SlicePainter.textWidth(text),
        row - Glyphs.height() - 2,
        LINE);
  }

  private void line(double xa, double ya, double xb, double yb, int rgb) {
    int steps = 2 * Math.max(WIDTH, HEIGHT);
    for (int i = 0; i <= steps; i++) {
      double t = (double) i / steps;
      canvas.fill(column(xa + t * (xb - xa)), row(ya + t * (yb - ya)), 1, 1, rgb);
    }
  }

  private void point(double x, double y) {
    double cx = LEFT + (x - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT);
    double cy = HEIGHT - BOTTOM - (y - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM);
    int reach = (int) Math.ceil(RADIUS) + 1;
    for (int py = (int) cy - reach; py <= cy + reach; py++) {
      for (int px = (int) cx - reach; px <= cx + reach; px++) {
        double inside = RADIUS + 0.5 - Math.hypot(px + 0.5 - cx, py + 0.5 - cy);
        if (inside > 0) {
          canvas.blend(px, py, POINT, (float) (0.75 * Math.min(1, inside)));
        }
      }
    }
  }

  private int column(double x) {
    return (int) Math.round(LEFT + (x - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT));
  }

  private int row(double y) {
    return (int) Math.round(HEIGHT - BOTTOM - (y - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM));
  }

  /** 1, 2 or 5 times a power of ten, about {@value #TICKS} steps. */
  private static double step(double range) {
    double raw = range / TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double m = raw / power;
    return power * (m < 1.5 ? 1 : m < 3.5 ? 2 : m < 7.5 ? 5 : 10);
  }

  private static String number(double value, double step) {
    int decimals = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    double shown = Math.abs(value) < step / 1000 ? 0 : value;
    return minus(String.format(Locale.ROOT, "%." + decimals + "f", shown));
  }

  private static String minus(String number) {
    return number.replace('-', '\u2212');
  }

  private static double max(double[] values) {
    return Arrays.stream(values).max().orElse(0);
  }
}
