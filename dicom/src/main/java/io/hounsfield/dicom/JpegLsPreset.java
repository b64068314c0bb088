// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

/**
 * Preset coding parameters of JPEG-LS, ITU-T T.87 section C.2.4.1.1; 0 where the default holds.
 *
 * @param maximum largest sample (MAXVAL)
 * @param t1 first threshold of local gradients
 * @param t2 second
 * @param t3 third
 * @param reset count at which the statistics are halved
 */
record JpegLsPreset(int maximum, int t1, int t2, int t3, int reset) {
  static final JpegLsPreset DEFAULT = new JpegLsPreset(0, 0, 0, 0, 0);
  private static final int CODING_PARAMETERS = 1;
  private static final int OVERSIZE = 4;
  private static final int MAX_NEAR = 255;

  /** What a segment LSE says; mapping tables are refused where a scan names one. */
  static JpegLsPreset read(JpegBits bits, int end, JpegLsPreset before) throws DicomException {
    bits.require(end, 1);
    int kind = bits.octet();
    if (kind == OVERSIZE) {
      throw JpegLsCodec.fault("an image size of its own kind is not supported");
    }
    if (kind != CODING_PARAMETERS) {
      return before;
    }
    bits.require(end, 10);
    return new JpegLsPreset(bits.word(), bits.word(), bits.word(), bits.word(), bits.word());
  }

  /**
   * With the defaults of section C.2.4.1.1.1 put in.
   *
   * @throws DicomException when they contradict each other
   */
  JpegLsPreset complete(int precision, int near) throws DicomException {
    int most = maximum == 0 ? (1 << precision) - 1 : maximum;
    if (most >= 1 << precision || near > Math.min(MAX_NEAR, most / 2)) {
      throw JpegLsCodec.fault(
          "MAXVAL %d and NEAR %d with samples of %d bits".formatted(most, near, precision));
    }
    int first;
    int second;
    int third;
    if (most >= 128) {
      int factor = (Math.min(most, 4095) + 128) / 256;
      first = factor + 2 + 3 * near;
      second = 4 * factor + 3 + 5 * near;
      third = 17 * factor + 4 + 7 * near;
    } else {
      int factor = 256 / (most + 1);
      first = Math.max(2, 3 / factor + 3 * near);
      second = Math.max(3, 7 / factor + 5 * near);
      third = Math.max(4, 21 / factor + 7 * near);
    }
    first = t1 == 0 ? within(first, near + 1, most) : t1;
    second = t2 == 0 ? within(second, first, most) : t2;
    third = t3 == 0 ? within(third, second, most) : t3;
    int halved = reset == 0 ? 64 : reset;
    if (first < near + 1 || second < first || third < second || third > most || halved < 3) {
      throw JpegLsCodec.fault(
          "thresholds %d, %d, %d, RESET %d".formatted(first, second, third, halved));
    }
    return new JpegLsPreset(most, first, second, third, halved);
  }

  private static int within(int value, int low, int high) {
    return value > high || value < low ? low : value;
  }
}
