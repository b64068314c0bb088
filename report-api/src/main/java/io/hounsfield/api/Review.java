// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One entry in the history of a report: what a person said of it. Never changed once it is there.
 *
 * @param number from 1 in each version of the analysis
 * @param verdict what it says
 * @param reviewer name as the person typed it; nobody checked it
 * @param createdAt by the clock of the server
 * @param comment lines of text, or {@code null}
 * @param edits values that the person sets against the measured ones, in the order of the report
 * @param excludedComponents numbers of lesions that shall not count, in ascending order
 * @param recomputed the numbers without them; {@code null} where none is excluded
 */
public record Review(
    int number,
    Verdict verdict,
    String reviewer,
    Instant createdAt,
    String comment,
    List<Edit> edits,
    List<Integer> excludedComponents,
    Map<Region, RegionMeasurements> recomputed) {

  /** What an entry says of the report. */
  public enum Verdict {
    ACCEPT,
    REJECT,
    /** Neither. */
    COMMENT;

    /** Name in the API. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** By the name in the API. */
    public static Optional<Verdict> ofKey(String key) {
      for (Verdict verdict : values()) {
        if (verdict.key().equals(key)) {
          return Optional.of(verdict);
        }
      }
      return Optional.empty();
    }
  }

  /**
   * A value set by a person.
   *
   * @param value in the unit of the quantity
   */
  public record Edit(Region region, Quantity quantity, double value) {

    private static final double MOST_ML = 100_000;

    /**
     * @throws IllegalArgumentException if the quantity cannot have this value
     */
    public Edit {
      Objects.requireNonNull(region, "region");
      double least = least(quantity);
      double most = most(quantity);
      if (!(value >= least && value <= most)) {
        throw new IllegalArgumentException(
            "%s must be %.0f to %.0f %s".formatted(quantity.key(), least, most, quantity.unit()));
      }
      value += 0.0; // no negative zero
    }

    private static double least(Quantity quantity) {
      return switch (quantity) {
        case MEAN_HU, MEAN_HU_OPACITY -> Short.MIN_VALUE;
        default -> 0;
      };
    }

    private static double most(Quantity quantity) {
      return switch (quantity) {
        case VOLUME, OPACITY_VOLUME, HIGH_OPACITY_VOLUME -> MOST_ML;
        case OPACITY_PERCENT, HIGH_OPACITY_PERCENT -> 100;
        case MEAN_HU, MEAN_HU_OPACITY -> Short.MAX_VALUE;
        case SD_HU, SD_HU_OPACITY -> Short.MAX_VALUE - Short.MIN_VALUE;
      };
    }
  }

  public Review {
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(reviewer, "reviewer");
    Objects.requireNonNull(createdAt, "createdAt");
    edits = List.copyOf(edits);
    excludedComponents = List.copyOf(excludedComponents);
    if (number < 1) {
      throw new IllegalArgumentException("reviews are numbered from 1");
    }
    if (excludedComponents.isEmpty() != (recomputed == null)) {
      throw new IllegalArgumentException("numbers are recomputed where something is excluded");
    }
  }

  /** What the reviews of a report come to; {@code null} where there is none. */
  public static ReviewState state(List<Review> reviews) {
    for (int i = reviews.size() - 1; i >= 0; i--) {
      switch (reviews.get(i).verdict()) {
        case ACCEPT -> {
          return ReviewState.ACCEPTED;
        }
        case REJECT -> {
          return ReviewState.REJECTED;
        }
        case COMMENT -> {}
      }
    }
    return reviews.isEmpty() ? null : ReviewState.COMMENTED;
  }
}
