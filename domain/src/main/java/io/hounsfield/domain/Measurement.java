// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.util.Objects;

/**
 * The outcome of measuring one quantity: a number, or the reason why there is none.
 *
 * <p>A reader must handle both; zero never stands for "not measured".
 */
public sealed interface Measurement {

  /** A finite number in the unit of its {@link Quantity}. */
  record Value(double value) implements Measurement {
    public Value {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("not a finite number: " + value);
      }
    }
  }

  /**
   * Absent, with the reason.
   *
   * @param reason one sentence for people, English, without patient data
   */
  record NotMeasured(String reason) implements Measurement {
    public NotMeasured {
      Objects.requireNonNull(reason, "reason");
    }
  }

  static Measurement of(double value) {
    return new Value(value);
  }

  static Measurement notMeasured(String reason) {
    return new NotMeasured(reason);
  }
}
