// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.ladder;

import io.hounsfield.phantom.Kernel;
import java.util.Locale;

/**
 * How a phantom is scanned.
 *
 * @param thicknessMm slice thickness, mm
 * @param noiseHu standard deviation of the noise with the standard kernel, HU
 */
record Scan(double thicknessMm, double noiseHu, Kernel kernel) {

  /** For a person. */
  String title() {
    return String.format(
        Locale.ROOT, "%s mm, %s HU, %s", number(thicknessMm), number(noiseHu), kernel.key());
  }

  static String number(double v) {
    return v == Math.rint(v) ? Long.toString((long) v) : Double.toString(v);
  }
}
