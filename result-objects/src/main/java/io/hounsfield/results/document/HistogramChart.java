// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.document;

import io.hounsfield.results.HuHistogram;
import io.hounsfield.results.text.Texts;
import java.awt.Color;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.function.IntToDoubleFunction;

/** One panel of the HU histogram, drawn as lines and areas. */
final class HistogramChart {

  private static final int FIRST_TICK = -1000;
  private static final int TICK = 200;
  private static final float AXIS = 30;
  private static final float FOOT = 22;

  private final Sheet sheet;
  private final float left;
  private final float bottom;
  private final float width;
  private final float height;

  /** The panel's whole area: axis and titles are inside. */
  HistogramChart(Sheet sheet, float left, float bottom, float width, float height) {
    this.sheet = sheet;
    this.left = left + AXIS;
    this.bottom = bottom + FOOT;
    this.width = width - AXIS;
    this.height = height - FOOT - 16;
  }

  void draw(Texts texts, String title, IntToDoubleFunction ml, Color color, Integer threshold)
      throws IOException {
    double max = 0;
    for (int bin = 0; bin < HuHistogram.BINS; bin++) {
      max = Math.max(max, ml.applyAsDouble(bin));
    }
    Typeface face = sheet.regular();
    sheet.text(left, bottom + height + 7, title, sheet.bold(), 8, Sheet.INK);
    BigDecimal step = step(max / 4);
    for (BigDecimal tick = BigDecimal.ZERO;
        tick.doubleValue() <= max * 1.0001 && max > 0;
        tick = tick.add(step)) {
      float y = y(tick.doubleValue(), max);
      sheet.line(left, y, left + width, y, Sheet.LINE, 0.3f);
      sheet.textRight(left - 4, y - 2.3f, tick.toPlainString(), face, 6.5f, Sheet.SOFT);
    }
    if (max > 0) {
      area(ml, max, color);
    }
    sheet.line(left, bottom, left + width, bottom, Sheet.SOFT, 0.6f);
    for (int hu = FIRST_TICK; x(hu) <= left + width; hu += TICK) {
      sheet.line(x(hu), bottom, x(hu), bottom - 2.5f, Sheet.SOFT, 0.6f);
      sheet.textCentred(x(hu), bottom - 10, Integer.toString(hu), face, 6.5f, Sheet.SOFT);
    }
    sheet.textRight(
        left + width, bottom - 19, texts.get("document.histogram.x"), face, 6.5f, Sheet.SOFT);
    sheet.text(
        left,
        bottom - 19,
        texts.get("document.histogram.y", "bin", Integer.toString(HuHistogram.BIN_HU)),
        face,
        6.5f,
        Sheet.SOFT);
    if (threshold != null) {
      sheet.dashedLine(x(threshold), bottom, x(threshold), bottom + height, Sheet.CAUTION);
      String note = texts.get("document.histogram.threshold", "threshold", threshold + " HU");
      sheet.textRight(left + width, bottom + height + 7, note, face, 6.5f, Sheet.CAUTION);
    }
  }

  /** Steps, as counts in bins are. */
  private void area(IntToDoubleFunction ml, double max, Color color) throws IOException {
    float[] xs = new float[2 * HuHistogram.BINS + 2];
    float[] ys = new float[xs.length];
    int n = 0;
    xs[n] = x(HuHistogram.FIRST_HU);
    ys[n++] = bottom;
    for (int bin = 0; bin < HuHistogram.BINS; bin++) {
      int hu = HuHistogram.FIRST_HU + bin * HuHistogram.BIN_HU;
      float y = y(ml.applyAsDouble(bin), max);
      xs[n] = x(hu);
      ys[n++] = y;
      xs[n] = x(hu + HuHistogram.BIN_HU);
      ys[n++] = y;
    }
    xs[n] = x(HuHistogram.FIRST_HU + HuHistogram.BINS * HuHistogram.BIN_HU);
    ys[n] = bottom;
    sheet.polygon(xs, ys, color);
  }

  private float x(int hu) {
    return left
        + width * (hu - HuHistogram.FIRST_HU) / (float) (HuHistogram.BINS * HuHistogram.BIN_HU);
  }

  private float y(double ml, double max) {
    return bottom + (float) (height * ml / max);
  }

  /** 1, 2 or 5 times a power of ten, not below the given distance. */
  static BigDecimal step(double atLeast) {
    if (!(atLeast > 0)) {
      return BigDecimal.ONE;
    }
    int power = (int) Math.floor(Math.log10(atLeast));
    for (int digit : new int[] {1, 2, 5}) {
      BigDecimal step = BigDecimal.valueOf(digit).scaleByPowerOfTen(power);
      if (step.doubleValue() >= atLeast) {
        return step;
      }
    }
    return BigDecimal.ONE.scaleByPowerOfTen(power + 1);
  }
}
