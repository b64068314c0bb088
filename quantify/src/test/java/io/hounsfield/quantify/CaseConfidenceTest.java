// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.ConfidenceCalibration;
import io.hounsfield.domain.SliceEvidence;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hand-computed. */
class CaseConfidenceTest {

  /** Bound 0.5 + 2 x spread; high up to 2, medium up to 5 points. */
  private static final Optional<ConfidenceCalibration> CALIBRATION =
      Optional.of(new ConfidenceCalibration("5-fold cross-validation", 0.5, 2, 0.9, 16, 2, 5));

  private static SliceEvidence slice(double lung, double lesion, double variance) {
    return new SliceEvidence(lung, lesion, variance);
  }

  private static Confidence.Stated stated(List<SliceEvidence> slices) {
    return assertInstanceOf(Confidence.Stated.class, CaseConfidence.of(CALIBRATION, slices));
  }

  /** 1000 + 3000 + 0 lung voxels, 100 + 300 of lesion, variance 20 + 10. */
  @Test
  void sumsOverTheSlicesGoIntoTheCalibration() {
    Confidence.Stated c =
        stated(List.of(slice(1000, 100, 20), slice(3000, 300, 10), slice(0, 0, 0)));
    assertEquals(10.0, c.softOpacityPercent(), 1e-12); // 400 of 4000
    assertEquals(0.75, c.spread(), 1e-12); // 30 of 4000
    assertEquals(2.0, c.opacityPercentErrorBound(), 1e-12); // 0.5 + 2 x 0.75
    assertEquals(0.9, c.quantile());
    assertEquals(Confidence.Level.HIGH, c.level());
    assertEquals(
        "The error at this spread was not larger in 90 % of 16 cases the model had not learned from"
            + " (5-fold cross-validation).",
        c.basis());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.5, HIGH",
    "7.5, 2.0, HIGH",
    "7.6, 2.02, MEDIUM",
    "22.5, 5.0, MEDIUM",
    "22.6, 5.02, LOW",
    "250, 50.5, LOW",
  })
  void theLimitsOfTheCalibrationMakeTheLevel(double variance, double bound, String level) {
    Confidence.Stated c = stated(List.of(slice(1000, 500, variance)));
    assertEquals(bound, c.opacityPercentErrorBound(), 1e-9);
    assertEquals(Confidence.Level.valueOf(level), c.level());
    assertEquals(level.equals("LOW"), CaseConfidence.warning(c).isPresent());
  }

  @Test
  void aLowConfidenceIsAWarningWithTheNumber() {
    Confidence c = CaseConfidence.of(CALIBRATION, List.of(slice(1000, 500, 40)));
    assertEquals("low-confidence", CaseConfidence.warning(c).orElseThrow().code());
    assertTrue(CaseConfidence.warning(c).get().text().contains("by 8.5 points"));
  }

  /** A line fitted to few cases may run below 0 or above 100; an error cannot. */
  @Test
  void theBoundStaysAmongThePercentages() {
    Optional<ConfidenceCalibration> steep =
        Optional.of(new ConfidenceCalibration("x", -1, 10, 0.9, 16, 2, 5));
    Confidence.Stated low =
        (Confidence.Stated) CaseConfidence.of(steep, List.of(slice(1000, 0, 0.5)));
    assertEquals(0, low.opacityPercentErrorBound());
    Confidence.Stated high =
        (Confidence.Stated) CaseConfidence.of(steep, List.of(slice(1000, 1000, 200)));
    assertEquals(100, high.opacityPercentErrorBound());
  }

  @Test
  void whatIsNotKnownIsAbsentWithTheReason() {
    assertReason(CaseConfidence.of(Optional.empty(), List.of(slice(10, 1, 0))), "no calibration");
    assertReason(CaseConfidence.of(CALIBRATION, List.of()), "labels alone");
    assertReason(CaseConfidence.of(CALIBRATION, List.of(slice(0, 0, 0))), "no lung");
  }

  private static void assertReason(Confidence confidence, String part) {
    String reason = assertInstanceOf(Confidence.NotStated.class, confidence).reason();
    assertTrue(reason.contains(part), reason);
    assertTrue(CaseConfidence.warning(confidence).isEmpty());
  }
}
