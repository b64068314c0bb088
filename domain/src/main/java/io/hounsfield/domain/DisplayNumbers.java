// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Rounding for people: mL and HU without decimals, % with one. What rounds to nothing but is not
 * nothing is shown as such ({@code <0.1}), because a reader takes 0 for none. The web page rounds
 * the same way (assets/common.js).
 */
public final class DisplayNumbers {

  private DisplayNumbers() {}

  /** A value in the unit of its quantity, without the unit. */
  public static String format(Quantity quantity, double value) {
    int decimals = quantity.unit().equals("%") ? 1 : 0;
    return format(value, decimals, !quantity.unit().equals("HU"));
  }

  /** Points of a percentage. */
  public static String points(double value) {
    return format(value, 1, true);
  }

  private static String format(double value, int decimals, boolean ofSize) {
    BigDecimal rounded = new BigDecimal(value).setScale(decimals, RoundingMode.HALF_UP);
    if (rounded.signum() == 0) {
      return value > 0 && ofSize
          ? "<" + BigDecimal.ONE.movePointLeft(decimals).toPlainString()
          : BigDecimal.ZERO.setScale(decimals).toPlainString();
    }
    return rounded.toPlainString();
  }
}
