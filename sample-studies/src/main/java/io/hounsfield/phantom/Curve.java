// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/** A smooth curve through given points (cubic Hermite, finite-difference slopes), flat outside. */
final class Curve {

  /** Resolution of the table, steps a mm. */
  private static final int FINE = 4;

  private final double[] at;
  private final double[] value;
  private final double[] slope;
  private final float[] table;

  /**
   * @param pairs position, value, position, value...; positions ascending
   */
  Curve(double... pairs) {
    int n = pairs.length / 2;
    at = new double[n];
    value = new double[n];
    slope = new double[n];
    for (int i = 0; i < n; i++) {
      at[i] = pairs[2 * i];
      value[i] = pairs[2 * i + 1];
    }
    for (int i = 1; i < n - 1; i++) {
      double left = (value[i] - value[i - 1]) / (at[i] - at[i - 1]);
      double right = (value[i + 1] - value[i]) / (at[i + 1] - at[i]);
      // Harmonic mean where both sides agree in sign, else flat: no overshoot.
      slope[i] = left * right > 0 ? 2 * left * right / (left + right) : 0;
    }
    table = new float[(int) Math.ceil((at[n - 1] - at[0]) * FINE) + 2];
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) exact(at[0] + i / (double) FINE);
    }
  }

  double at(double x) {
    double u = (x - at[0]) * FINE;
    if (u <= 0) {
      return table[0];
    }
    int i = (int) u;
    if (i >= table.length - 1) {
      return table[table.length - 1];
    }
    return table[i] + (u - i) * (table[i + 1] - table[i]);
  }

  private double exact(double x) {
    int n = at.length;
    if (x <= at[0]) {
      return value[0];
    }
    if (x >= at[n - 1]) {
      return value[n - 1];
    }
    int i = 0;
    while (x > at[i + 1]) {
      i++;
    }
    double h = at[i + 1] - at[i];
    double t = (x - at[i]) / h;
    double t2 = t * t;
    double t3 = t2 * t;
    return (2 * t3 - 3 * t2 + 1) * value[i]
        + (t3 - 2 * t2 + t) * h * slope[i]
        + (-2 * t3 + 3 * t2) * value[i + 1]
        + (t3 - t2) * h * slope[i + 1];
  }
}
