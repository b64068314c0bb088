// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

/**
 * Colours as DICOM gives them: CIELab of the ICC profile connection space (white point D50), PS3.3
 * section C.10.7.1.1.
 */
final class CieLab {

  /** sRGB to XYZ with white point D50 (IEC 61966-2-1, adapted by Bradford's method). */
  private static final double[][] TO_XYZ = {
    {0.4360747, 0.3850649, 0.1430804},
    {0.2225045, 0.7168786, 0.0606169},
    {0.0139322, 0.0971045, 0.7141733}
  };

  private static final double[] WHITE = {0.96422, 1, 0.82521};
  private static final double DELTA = 6.0 / 29;

  private CieLab() {}

  /**
   * L*, a* and b*, each over the whole range of 16 bits: 0 to 100, -128 to 127, -128 to 127.
   *
   * @param rgb sRGB, {@code 0xRRGGBB}
   */
  static int[] ofRgb(int rgb) {
    double[] linear = {linear(rgb >> 16 & 255), linear(rgb >> 8 & 255), linear(rgb & 255)};
    double[] f = new double[3];
    for (int i = 0; i < 3; i++) {
      double xyz = 0;
      for (int j = 0; j < 3; j++) {
        xyz += TO_XYZ[i][j] * linear[j];
      }
      f[i] = root(xyz / WHITE[i]);
    }
    return new int[] {
      scaled((116 * f[1] - 16) / 100),
      scaled((500 * (f[0] - f[1]) + 128) / 255),
      scaled((200 * (f[1] - f[2]) + 128) / 255)
    };
  }

  private static double linear(int value) {
    double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
  }

  private static double root(double t) {
    return t > DELTA * DELTA * DELTA ? Math.cbrt(t) : t / (3 * DELTA * DELTA) + 4.0 / 29;
  }

  private static int scaled(double share) {
    return (int) Math.round(Math.min(1, Math.max(0, share)) * 65535);
  }
}
