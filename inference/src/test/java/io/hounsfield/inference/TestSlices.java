// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import java.util.Random;

/** Slices that a network of lungs understands. */
final class TestSlices {

  private TestSlices() {}

  /** A trunk with two lungs and an opacity in one of them, all noisy. */
  static short[] trunk(long seed, int rows, int columns) {
    Random random = new Random(seed);
    double shift = random.nextDouble() * 0.05;
    short[] hu = new short[rows * columns];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        double y = (double) row / rows - 0.5 + shift;
        double x = (double) column / columns - 0.5;
        double value = -1000;
        if (inside(x, y, 0, 0, 0.42, 0.3)) {
          value = 40;
        }
        if (inside(x, y, -0.2, 0, 0.13, 0.2) || inside(x, y, 0.2, 0, 0.13, 0.2)) {
          value = -850;
        }
        if (inside(x, y, 0.2, 0.1, 0.08, 0.07)) {
          value = -400;
        }
        hu[row * columns + column] = (short) Math.round(value + 25 * random.nextGaussian());
      }
    }
    return hu;
  }

  private static boolean inside(double x, double y, double cx, double cy, double a, double b) {
    double u = (x - cx) / a;
    double v = (y - cy) / b;
    return u * u + v * v < 1;
  }
}
