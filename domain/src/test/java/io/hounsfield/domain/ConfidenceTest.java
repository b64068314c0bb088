// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfidenceTest {

  @ParameterizedTest
  @ValueSource(doubles = {-0.001, Double.NaN, Double.POSITIVE_INFINITY})
  void evidenceIsSumsOfProbabilities(double wrong) {
    assertThrows(IllegalArgumentException.class, () -> new SliceEvidence(wrong, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new SliceEvidence(0, wrong, 0));
    assertThrows(IllegalArgumentException.class, () -> new SliceEvidence(0, 0, wrong));
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, 1, 0.9, 16, 2, 5, intercept",
    "0.5, -1, 0.9, 16, 2, 5, slope",
    "0.5, 1, 1, 16, 2, 5, quantile",
    "0.5, 1, 0, 16, 2, 5, quantile",
    "0.5, 1, 0.9, 0, 2, 5, cases",
    "0.5, 1, 0.9, 16, 0, 5, limits.high",
    "0.5, 1, 0.9, 16, 5, 5, limits.medium",
  })
  void aCalibrationOutOfRangeNamesTheValue(
      double intercept,
      double slope,
      double quantile,
      int cases,
      double high,
      double medium,
      String named) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new ConfidenceCalibration(
                    "cross-validation", intercept, slope, quantile, cases, high, medium));
    assertTrue(e.getMessage().contains(named), e.getMessage());
  }

  @Test
  void levelsHaveNames() {
    for (Confidence.Level level : Confidence.Level.values()) {
      assertEquals(Optional.of(level), Confidence.Level.ofKey(level.key()));
    }
    assertEquals(Optional.empty(), Confidence.Level.ofKey("HIGH"));
  }
}
