// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.ConfidenceCalibration;
import io.hounsfield.domain.SliceEvidence;
import io.hounsfield.domain.Warning;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How far the opacity percentage of a case may be off, from how undecided the network was: the
 * calibration says which error went with which spread in cases that the model had not learned from.
 */
public final class CaseConfidence {

  private CaseConfidence() {}

  /**
   * The confidence of a case. Sums run in the order of the slices, so the grid's order gives the
   * same digits however slices arrived.
   *
   * @param calibration the model's, empty where it has none
   * @param evidence evidence of every slice in the volume's order; an empty list where the model
   *     gives none
   */
  public static Confidence of(
      Optional<ConfidenceCalibration> calibration, List<SliceEvidence> evidence) {
    if (calibration.isEmpty()) {
      return new Confidence.NotStated("The model has no calibration of its confidence.");
    }
    if (evidence.isEmpty()) {
      return new Confidence.NotStated("The model gives labels alone, not how sure it is of them.");
    }
    double lung = 0;
    double lesion = 0;
    double variance = 0;
    for (SliceEvidence slice : evidence) {
      lung += slice.lungVoxels();
      lesion += slice.lesionVoxels();
      variance += slice.lesionVariance();
    }
    if (!(lung > 0)) {
      return new Confidence.NotStated("The network expects no lung in these images.");
    }
    ConfidenceCalibration c = calibration.get();
    // Lesions are part of the lung; float sums of the network may pass it by a rounding.
    double soft = Math.min(100, 100 * lesion / lung);
    double spread = Math.min(100, 100 * variance / lung);
    double bound = Math.min(100, Math.max(0, c.intercept() + c.slope() * spread));
    Confidence.Level level =
        bound <= c.highLimit()
            ? Confidence.Level.HIGH
            : bound <= c.mediumLimit() ? Confidence.Level.MEDIUM : Confidence.Level.LOW;
    return new Confidence.Stated(
        level,
        bound,
        c.quantile(),
        soft,
        spread,
        String.format(
            Locale.ROOT,
            "The error at this spread was not larger in %.0f %% of %d cases the model had not learned"
                + " from (%s).",
            100 * c.quantile(),
            c.cases(),
            c.method()));
  }

  /** What a reader must be told of a low confidence. */
  public static Optional<Warning> warning(Confidence confidence) {
    if (confidence instanceof Confidence.Stated stated && stated.level() == Confidence.Level.LOW) {
      return Optional.of(
          new Warning(
              "low-confidence",
              String.format(
                  Locale.ROOT,
                  "The network is undecided where lesions are: the opacity percentage of both lungs"
                      + " may be off by %.1f points or more. Check the overview.",
                  stated.opacityPercentErrorBound())));
    }
    return Optional.empty();
  }
}
