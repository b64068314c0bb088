// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** How far the opacity percentage of both lungs may be off, or the reason why that is not known. */
public sealed interface Confidence {

  /** For people and filters; the error bound says more. */
  enum Level {
    HIGH,
    MEDIUM,
    LOW;

    /** Stable name, lower case. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The level of that name. */
    public static Optional<Level> ofKey(String key) {
      for (Level level : values()) {
        if (level.key().equals(key)) {
          return Optional.of(level);
        }
      }
      return Optional.empty();
    }
  }

  /**
   * Known from the model's calibration.
   *
   * @param level high, medium or low, by the calibration's limits
   * @param opacityPercentErrorBound points of the opacity percentage of both lungs; the error was
   *     not larger in the {@code quantile} of the cases of the calibration
   * @param quantile share of the cases for which the bound held, above 0 and below 1
   * @param softOpacityPercent expected lesion voxels, % of the expected lung voxels
   * @param spread sum of p(lesion) (1 - p(lesion)), % of the expected lung voxels
   * @param basis where the bound comes from: one sentence for people, English
   */
  record Stated(
      Level level,
      double opacityPercentErrorBound,
      double quantile,
      double softOpacityPercent,
      double spread,
      String basis)
      implements Confidence {
    public Stated {
      Objects.requireNonNull(level, "level");
      Objects.requireNonNull(basis, "basis");
      if (!(opacityPercentErrorBound >= 0 && opacityPercentErrorBound <= 100)
          || !(quantile > 0 && quantile < 1)
          || !(softOpacityPercent >= 0 && softOpacityPercent <= 100)
          || !(spread >= 0 && spread <= 100)) {
        throw new IllegalArgumentException(
            "confidence out of range: bound %s, quantile %s, soft percentage %s, spread %s"
                .formatted(opacityPercentErrorBound, quantile, softOpacityPercent, spread));
      }
    }
  }

  /**
   * Not known.
   *
   * @param reason one sentence for people, English
   */
  record NotStated(String reason) implements Confidence {
    public NotStated {
      Objects.requireNonNull(reason, "reason");
    }
  }
}
