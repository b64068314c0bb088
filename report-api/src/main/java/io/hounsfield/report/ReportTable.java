// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.DisplayNumbers;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The report as a table for a terminal: quantities down, regions across. Holds no patient name or
 * ID, since terminals are logged. Text from the images loses its control characters, which a
 * terminal would obey.
 */
public final class ReportTable {

  private static final int TITLE_WIDTH = 26;
  private static final int VALUE_WIDTH = 12;
  private static final int TEXT_WIDTH = TITLE_WIDTH + Region.values().length * VALUE_WIDTH;

  private static final String BOLD = "\u001b[1m";
  private static final String YELLOW = "\u001b[33m";
  private static final String DIM = "\u001b[2m";
  private static final String RESET = "\u001b[0m";

  private final StringBuilder out = new StringBuilder();
  private final boolean ansi;

  private ReportTable(boolean ansi) {
    this.ansi = ansi;
  }

  /**
   * @param ansi whether to use colours and bold (ANSI escape sequences)
   * @return lines, each ended with a line feed
   */
  public static String render(QuantificationReport report, boolean ansi) {
    ReportTable table = new ReportTable(ansi);
    table.header(report);
    table.measurements(report);
    table.footer(report);
    return table.out.toString();
  }

  private void header(QuantificationReport report) {
    SeriesDescription series = report.series();
    line(style(BOLD, "Lung CT report, version " + report.version()));
    line("Study     " + join(date(series.studyDate()), series.studyDescription()));
    line("Series    " + join(series.seriesNumber(), series.seriesDescription()));
    line("UID       " + orDash(series.seriesInstanceUid()));
    VolumeGeometry g = report.geometry();
    line(
        String.format(
            Locale.ROOT,
            "Volume    %d slices of %d x %d, %.3f x %.3f x %.3f mm",
            g.slices(),
            g.columns(),
            g.rows(),
            g.columnSpacingMm(),
            g.rowSpacingMm(),
            g.sliceSpacingMm()));
    line("");
  }

  private void measurements(QuantificationReport report) {
    StringBuilder head = new StringBuilder(pad("", TITLE_WIDTH));
    for (Region region : Region.values()) {
      head.append(padLeft(region.title(), VALUE_WIDTH));
    }
    line(style(BOLD, head.toString()));
    line("-".repeat(TEXT_WIDTH));
    List<String> reasons = new ArrayList<>();
    for (Quantity quantity : Quantity.values()) {
      StringBuilder row =
          new StringBuilder(pad(quantity.title() + " [" + quantity.unit() + "]", TITLE_WIDTH));
      for (Region region : Region.values()) {
        Measurement measurement = report.regions().get(region).get(quantity);
        String text;
        if (measurement instanceof Measurement.Value value) {
          text = DisplayNumbers.format(quantity, value.value());
        } else {
          String reason = ((Measurement.NotMeasured) measurement).reason();
          if (!reasons.contains(reason)) {
            reasons.add(reason);
          }
          text = "n/m (" + (reasons.indexOf(reason) + 1) + ")";
        }
        row.append(padLeft(text, VALUE_WIDTH));
      }
      line(row.toString());
    }
    line("-".repeat(TEXT_WIDTH));
    for (int i = 0; i < reasons.size(); i++) {
      wrap("n/m (" + (i + 1) + ") not measured: ", reasons.get(i), "");
    }
  }

  private void confidence(Confidence confidence) {
    if (confidence instanceof Confidence.Stated stated) {
      wrap(
          "Confidence: ",
          "%s. The opacity of both lungs is within %s points. %s"
              .formatted(
                  stated.level().key(),
                  DisplayNumbers.points(stated.opacityPercentErrorBound()),
                  stated.basis()),
          stated.level() == Confidence.Level.LOW ? YELLOW : "");
    } else {
      wrap("Confidence: ", "not stated. " + ((Confidence.NotStated) confidence).reason(), "");
    }
  }

  private void footer(QuantificationReport report) {
    confidence(report.confidence());
    for (Warning warning : report.warnings()) {
      wrap("Warning: ", warning.text(), YELLOW);
    }
    line(
        "Model     %s %s, %s on %s, sha256 %.12s"
            .formatted(
                plain(report.model().name()),
                plain(report.model().version()),
                plain(report.model().variant()),
                plain(report.model().device()),
                plain(report.model().sha256())));
    line("Software  " + ReportJson.SOFTWARE_NAME + " " + plain(report.softwareVersion()));
    if (report.latencyAfterReleaseMs() != null) {
      line(
          String.format(
              Locale.ROOT,
              "Latency   %.2f s from the release of the association",
              report.latencyAfterReleaseMs() / 1000));
    }
    line(style(DIM, ReportJson.NOTICE));
  }

  private void wrap(String lead, String text, String style) {
    StringBuilder current = new StringBuilder(lead);
    int used = 0;
    for (String word : plain(text).split(" ")) {
      if (used > 0 && current.length() + word.length() > TEXT_WIDTH) {
        line(style(style, current.toString().stripTrailing()));
        current.setLength(0);
        current.append("  ");
      }
      current.append(word).append(' ');
      used++;
    }
    line(style(style, current.toString().stripTrailing()));
  }

  private void line(String text) {
    out.append(text.stripTrailing()).append('\n');
  }

  private String style(String code, String text) {
    return ansi && !code.isEmpty() ? code + text + RESET : text;
  }

  /** YYYYMMDD as YYYY-MM-DD; anything else as it is. */
  private static String date(String da) {
    return da != null && da.matches("\\d{8}")
        ? da.substring(0, 4) + "-" + da.substring(4, 6) + "-" + da.substring(6)
        : da;
  }

  private static String join(String first, String second) {
    return first == null ? orDash(second) : plain(first) + "  " + orDash(second);
  }

  private static String orDash(String text) {
    return text == null ? "-" : plain(text);
  }

  private static String plain(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}]", " ");
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static String padLeft(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }
}
