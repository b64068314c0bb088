// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.util.EnumMap;
import java.util.Map;

/** Every {@link Quantity} of one {@link Region}, measured or with the reason why not. */
public final class RegionMeasurements {

  /**
   * Opacity at or above this many HU is high opacity (consolidation); the rest is ground glass.
   * Source: Chaganti et al., Radiology: Artificial Intelligence 2020, doi 10.1148/ryai.2020200048.
   */
  public static final int HIGH_OPACITY_HU = -200;

  private final Map<Quantity, Measurement> values;

  /**
   * @throws IllegalArgumentException if a quantity is missing
   */
  public RegionMeasurements(Map<Quantity, Measurement> values) {
    this.values = new EnumMap<>(values);
    for (Quantity q : Quantity.values()) {
      if (this.values.get(q) == null) {
        throw new IllegalArgumentException("no entry for " + q.key());
      }
    }
  }

  /** The outcome for one quantity, never {@code null}. */
  public Measurement get(Quantity quantity) {
    return values.get(quantity);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof RegionMeasurements other && values.equals(other.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
