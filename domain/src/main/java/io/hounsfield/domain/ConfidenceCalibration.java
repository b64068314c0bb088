// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.util.Objects;

/**
 * How far a model's opacity percentage is from the experts', found on cases that it had not learned
 * from: in a share {@code quantile} of them the error was at most {@code intercept + slope *
 * spread} points, where the spread is 100 times the {@linkplain SliceEvidence#lesionVariance()
 * variances} of all slices over the {@linkplain SliceEvidence#lungVoxels() expected lung voxels}.
 *
 * @param method how it was found, for people, such as {@code 5-fold cross-validation}
 * @param intercept points (percent of the lungs' volume)
 * @param slope points for each unit of spread, not negative
 * @param quantile share of the cases, above 0 and below 1
 * @param cases cases it was found on, at least 1
 * @param highLimit confidence is high up to this error, points
 * @param mediumLimit and medium up to this one, points; low above
 */
public record ConfidenceCalibration(
    String method,
    double intercept,
    double slope,
    double quantile,
    int cases,
    double highLimit,
    double mediumLimit) {

  /**
   * @throws IllegalArgumentException naming the value that is out of its range
   */
  public ConfidenceCalibration {
    Objects.requireNonNull(method, "method");
    require(!method.isBlank(), "method must say how the calibration was made");
    require(Double.isFinite(intercept), "intercept must be a number");
    require(slope >= 0 && Double.isFinite(slope), "slope must not be negative");
    require(quantile > 0 && quantile < 1, "quantile must be above 0 and below 1");
    require(cases >= 1, "cases must be 1 or more");
    require(highLimit > 0 && Double.isFinite(highLimit), "limits.high must be above 0");
    require(
        mediumLimit > highLimit && Double.isFinite(mediumLimit),
        "limits.medium must be above limits.high");
  }

  private static void require(boolean holds, String fault) {
    if (!holds) {
      throw new IllegalArgumentException(fault);
    }
  }
}
