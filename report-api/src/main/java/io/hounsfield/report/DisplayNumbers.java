// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import io.hounsfield.domain.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Rounding for people: mL and HU without decimals, % with one. What rounds to nothing but is not
 * nothing is shown as such ({@code <0.1}), because a reader takes 0 for none. The web page rounds
 * the same way (assets/common.js).
 */
final class DisplayNumbers {

  private DisplayNumbers() {}

  static String format(Quantity quantity, double value) {
    int decimals = quantity.unit().equals("%") ? 1 : 0;
    BigDecimal rounded = new BigDecimal(value).setScale(decimals, RoundingMode.HALF_UP);
    if (rounded.signum() == 0) {
      boolean hidden = value > 0 && !quantity.unit().equals("HU");
      return hidden
          ? "<" + BigDecimal.ONE.movePointLeft(decimals).toPlainString()
          : BigDecimal.ZERO.setScale(decimals).toPlainString();
    }
    return rounded.toPlainString();
  }
}
