// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.DisplayNumbers;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.SeriesDescription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTableTest {

  private static final String GOLDEN =
      """
      Lung CT report, version 1
      Study     2026-01-31  CT Chest
      Series    2  Lung 1.25
      UID       2.25.1002
      Volume    300 slices of 512 x 512, 0.703 x 0.703 x 1.250 mm

                                  Both lungs  Right lung   Left lung
      --------------------------------------------------------------
      Volume [mL]                       4210        2310        1900
      Opacity volume [mL]                520         520           0
      Opacity [%]                       12.4        22.5         0.0
      High opacity volume [mL]            42          42           0
      High opacity [%]                   1.0         1.8         0.0
      Mean [HU]                         -765        -732        -807
      SD [HU]                            168         191         121
      Opacity mean [HU]                 -513        -513     n/m (1)
      Opacity SD [HU]                    190         190     n/m (1)
      --------------------------------------------------------------
      n/m (1) not measured: There is no opacity in this region.
      Confidence: medium. The opacity of both lungs is within 2.4
        points. The error at this spread was not larger in 90 % of
        16 cases (cross-validation).
      Warning: The scan starts inside the lungs: the first slice
        holds 84 cm2 of lung. What lies above it is not measured.
      Model     lung-lesion-unet 0.1.0, bf16 on cpu, sha256 9f86d081884c
      Software  Hounsfield 0.1.0
      Latency   0.64 s from the release of the association
      For research use; not a medical device
      """;

  @Test
  void tableIsTheGoldenText() {
    assertEquals(GOLDEN, ReportTable.render(TestReports.rightSided(), false));
  }

  @Test
  void coloursAddNothingButEscapeSequences() {
    String coloured = ReportTable.render(TestReports.rightSided(), true);
    assertTrue(coloured.contains("\u001b[33mWarning"));
    String plain = coloured.replaceAll("\u001b\\[\\d+m", "");
    assertEquals(GOLDEN.replaceAll("(?m) +$", ""), plain.replaceAll("(?m) +$", ""));
  }

  /** Terminals are logged. */
  @Test
  void patientIsNotNamed() {
    String table = ReportTable.render(TestReports.rightSided(), false);
    assertFalse(table.contains("Chen"));
    assertFalse(table.contains("PH-1"));
  }

  /** A description that tries to clear the screen or retitle the window. */
  @Test
  void controlCharactersFromTheImagesDoNotReachTheTerminal() {
    QuantificationReport r = TestReports.rightSided();
    SeriesDescription hostile =
        new SeriesDescription(
            "1.2",
            "1.3",
            null,
            null,
            null,
            null,
            null,
            null,
            "2026\u001b[2J",
            null,
            "\u001b]0;owned\u0007",
            "a\nb\u009b2J",
            null,
            null,
            null,
            null,
            null,
            null,
            null);
    String table =
        ReportTable.render(
            new QuantificationReport(
                r.analysisId(),
                1,
                r.createdAt(),
                hostile,
                r.geometry(),
                r.regions(),
                r.confidence(),
                r.warnings(),
                r.model(),
                r.softwareVersion(),
                r.timings(),
                null),
            false);
    assertTrue(
        table.chars().allMatch(c -> c == '\n' || !Character.isISOControl(c)), "control character");
  }

  @ParameterizedTest
  @CsvSource({
    "VOLUME, 0, 0",
    "VOLUME, 0.2, <1",
    "VOLUME, 0.5, 1",
    "VOLUME, 2310.5, 2311",
    "OPACITY_PERCENT, 0, 0.0",
    "OPACITY_PERCENT, 0.04, <0.1",
    "OPACITY_PERCENT, 0.05, 0.1",
    "OPACITY_PERCENT, 12.35, 12.3",
    "OPACITY_PERCENT, 12.351, 12.4",
    "OPACITY_PERCENT, 100, 100.0",
    "MEAN_HU, -0.3, 0",
    "MEAN_HU, -731.5, -732",
    "MEAN_HU, 0.2, 0",
  })
  void numbersAreRoundedForPeople(Quantity quantity, double value, String expected) {
    assertEquals(expected, DisplayNumbers.format(quantity, value));
  }
}
