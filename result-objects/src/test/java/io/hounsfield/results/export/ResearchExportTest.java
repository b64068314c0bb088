// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.results.ReportSamples;
import io.hounsfield.results.export.ResearchExport.Identity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows that scripts can rely on: the same names, full precision, nothing that runs. */
class ResearchExportTest {

  private static final List<QuantificationReport> REPORTS =
      List.of(
          ReportSamples.rightSided(),
          ReportSamples.oneLung(),
          ReportSamples.rightSided(
              ReportSamples.series("=cmd|' /C calc'!A0^\"x\"", "-1+2", "@SUM(A1)\r\nx")));

  private static final ExportRow.NotMeasured REFUSED =
      new ExportRow.NotMeasured(
          "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10",
          2,
          "refused",
          ReportSamples.series("Doe^Jane", "PH-2", "A-2"),
          "gantry-tilt",
          "The gantry was tilted by 12.0 degrees.");

  private static List<ExportRow> rows() {
    List<ExportRow> rows = new ArrayList<>();
    REPORTS.forEach(report -> rows.add(new ExportRow.Measured(report)));
    rows.add(REFUSED);
    return rows;
  }

  private static String csv(Identity identity) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ResearchExport.csv(rows(), identity, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Written from RFC 4180, not from the encoder. */
  private static List<List<String>> parse(String csv) {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < csv.length(); i++) {
      char c = csv.charAt(i);
      if (quoted) {
        if (c == '"' && i + 1 < csv.length() && csv.charAt(i + 1) == '"') {
          field.append('"');
          i++;
        } else if (c == '"') {
          quoted = false;
        } else {
          field.append(c);
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == ',') {
        row.add(field.toString());
        field.setLength(0);
      } else if (c == '\r' && csv.charAt(i + 1) == '\n') {
        row.add(field.toString());
        field.setLength(0);
        rows.add(row);
        row = new ArrayList<>();
        i++;
      } else {
        field.append(c);
      }
    }
    assertTrue(row.isEmpty() && field.isEmpty(), "the last line is not ended");
    return rows;
  }

  @Test
  void theHeaderIsTheGoldenOne() throws IOException {
    String golden;
    try (var in = ResearchExportTest.class.getResourceAsStream("columns.txt")) {
      golden = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertEquals(golden, String.join("\n", ResearchExport.columns(Identity.WITH_PATIENT)) + "\n");
  }

  @Test
  void everyValueReadsBackExactlyAndAbsentOnesAreEmptyWithAReason() throws IOException {
    List<List<String>> rows = parse(csv(Identity.WITH_PATIENT));
    List<String> header = rows.get(0);
    assertEquals(REPORTS.size() + 2, rows.size(), "names, reports and a refusal");
    for (int r = 0; r < REPORTS.size(); r++) {
      List<String> row = rows.get(r + 1);
      assertEquals(header.size(), row.size());
      for (Region region : Region.values()) {
        int first = header.indexOf(region.key() + "_volume_mL");
        String reasons = row.get(header.indexOf(region.key() + "_notMeasured"));
        for (Quantity quantity : Quantity.values()) {
          String cell = row.get(first + quantity.ordinal());
          Measurement measurement = REPORTS.get(r).regions().get(region).get(quantity);
          if (measurement instanceof Measurement.Value value) {
            assertEquals(value.value(), Double.parseDouble(cell));
            assertFalse(cell.contains("E"), cell);
          } else {
            assertEquals("", cell);
            assertTrue(
                reasons.contains(
                    header.get(first + quantity.ordinal()).replace(region.key() + "_", "")
                        + ": "
                        + ((Measurement.NotMeasured) measurement).reason()),
                reasons);
          }
        }
      }
    }
  }

  @Test
  void aSeriesWithoutReportHasTheReasonAndNoNumber() throws IOException {
    List<List<String>> rows = parse(csv(Identity.WITHOUT_PATIENT));
    List<String> header = rows.get(0);
    List<String> refused = rows.get(REPORTS.size() + 1);
    assertEquals("reported", rows.get(1).get(header.indexOf("status")));
    assertEquals("refused", refused.get(header.indexOf("status")));
    assertEquals("gantry-tilt", refused.get(header.indexOf("refusal_code")));
    assertEquals(REFUSED.reason(), refused.get(header.indexOf("refusal_reason")));
    assertEquals(REFUSED.analysisId(), refused.get(header.indexOf("analysisId")));
    assertEquals(
        REFUSED.series().seriesInstanceUid(), refused.get(header.indexOf("seriesInstanceUid")));
    for (int i = header.indexOf("slices"); i < header.indexOf("status"); i++) {
      assertEquals("", refused.get(i), header.get(i));
    }
  }

  @Test
  void textThatASpreadsheetWouldRunIsMadeHarmless() throws IOException {
    List<List<String>> rows = parse(csv(Identity.WITH_PATIENT));
    List<String> row = rows.get(3);
    assertEquals("'-1+2", row.get(rows.get(0).indexOf("patientId")));
    assertEquals("'=cmd|' /C calc'!A0^\"x\"", row.get(rows.get(0).indexOf("patientName")));
    assertEquals("'@SUM(A1)\r\nx", row.get(rows.get(0).indexOf("accessionNumber")));
    assertEquals("-765.25", row.get(rows.get(0).indexOf("bothLungs_mean_HU")));
  }

  @Test
  void withoutPatientNothingOfThePatientIsThere() throws IOException {
    String csv = csv(Identity.WITHOUT_PATIENT);
    for (String secret : List.of("Chen", "陈", "Doe", "PH-1", "A2026-17", "19610504")) {
      assertFalse(csv.contains(secret), secret);
    }
  }

  @Test
  void jsonHasTheSameNamesAndValues() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ResearchExport.json(rows(), Identity.WITH_PATIENT, out);
    JsonNode rows = new ObjectMapper().readTree(out.toByteArray());
    assertEquals(REPORTS.size() + 1, rows.size());
    List<String> names = new ArrayList<>();
    rows.get(0).fieldNames().forEachRemaining(names::add);
    assertEquals(ResearchExport.columns(Identity.WITH_PATIENT), names);
    assertEquals(12.3561, rows.get(0).get("bothLungs_opacity_percent").doubleValue());
    assertTrue(rows.get(0).get("leftLung_opacityMean_HU").isNull());
    assertEquals("Chen^Wei=陈^伟", rows.get(0).get("patientName").textValue());
    assertTrue(rows.get(1).get("leftLung_volume_mL").isNull());
  }
}
