// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.document;

import io.hounsfield.domain.DisplayNumbers;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.results.text.Texts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Quantities down, regions across; what was not measured has a numbered reason below. */
final class MeasurementTable {

  private static final float ROW = 14.5f;
  private static final float VALUE = 92;

  private final QuantificationReport report;
  private final Texts texts;
  private final Sheet sheet;
  private final List<String> reasons = new ArrayList<>();

  MeasurementTable(QuantificationReport report, Texts texts, Sheet sheet) {
    this.report = report;
    this.texts = texts;
    this.sheet = sheet;
  }

  void draw() throws IOException {
    float height = ROW * (Quantity.values().length + 1);
    sheet.heading(texts.get("document.measurements"), height);
    sheet.down(ROW);
    float column = Sheet.RIGHT;
    for (int i = Region.values().length - 1; i >= 0; i--) {
      String title = texts.region(Region.values()[i]);
      sheet.textRight(column - 6, sheet.y() + 4, title, sheet.bold(), 9, Sheet.INK);
      column -= VALUE;
    }
    sheet.text(
        Sheet.LEFT + 4, sheet.y() + 4, texts.get("document.quantity"), sheet.bold(), 9, Sheet.INK);
    sheet.line(Sheet.LEFT, sheet.y(), Sheet.RIGHT, sheet.y(), Sheet.SOFT, 0.7f);
    for (Quantity quantity : Quantity.values()) {
      row(quantity);
    }
    sheet.line(Sheet.LEFT, sheet.y(), Sheet.RIGHT, sheet.y(), Sheet.SOFT, 0.7f);
    sheet.down(2);
    for (int i = 0; i < reasons.size(); i++) {
      note(
          texts.get(
              "document.notMeasured.note",
              "number",
              Integer.toString(i + 1),
              "reason",
              texts.sentence(reasons.get(i))));
    }
    note(texts.get("document.definition", "threshold", RegionMeasurements.HIGH_OPACITY_HU + " HU"));
  }

  private void row(Quantity quantity) throws IOException {
    sheet.down(ROW);
    if (quantity.ordinal() % 2 == 0) {
      sheet.fill(Sheet.LEFT, sheet.y(), Sheet.WIDTH, ROW, Sheet.BAND);
    }
    String title = texts.quantity(quantity) + " [" + quantity.unit() + "]";
    sheet.text(Sheet.LEFT + 4, sheet.y() + 4, title, sheet.regular(), 9, Sheet.INK);
    float column = Sheet.RIGHT;
    for (int i = Region.values().length - 1; i >= 0; i--) {
      Measurement measurement = report.regions().get(Region.values()[i]).get(quantity);
      if (measurement instanceof Measurement.Value value) {
        String shown = DisplayNumbers.format(quantity, value.value());
        Typeface face = i == 0 ? sheet.bold() : sheet.regular();
        sheet.textRight(column - 6, sheet.y() + 4, shown, face, 9, Sheet.INK);
      } else {
        String mark =
            texts.get(
                "document.notMeasured.mark",
                "number",
                Integer.toString(number(((Measurement.NotMeasured) measurement).reason())));
        sheet.textRight(column - 6, sheet.y() + 4, mark, sheet.regular(), 9, Sheet.SOFT);
      }
      column -= VALUE;
    }
  }

  private int number(String reason) {
    if (!reasons.contains(reason)) {
      reasons.add(reason);
    }
    return reasons.indexOf(reason) + 1;
  }

  private void note(String text) throws IOException {
    sheet.paragraph(Sheet.LEFT + 4, Sheet.WIDTH - 8, text, sheet.regular(), 7.5f, Sheet.SOFT);
  }

  /** A volume for people, without its unit. */
  static String ml(double value) {
    return DisplayNumbers.format(Quantity.VOLUME, value);
  }
}
