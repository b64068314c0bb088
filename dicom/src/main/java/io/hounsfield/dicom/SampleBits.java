// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

/** From pixel cells to pixel values, PS3.5 section 8.1.1. */
final class SampleBits {
  private SampleBits() {}

  /**
   * Takes the stored bits out of each cell, in place: bits above HighBit (old overlays) and below
   * are dropped, signed values are sign-extended.
   */
  static void extract(short[] samples, PixelLayout layout) {
    int left = 31 - layout.highBit();
    int right = 32 - layout.bitsStored();
    if (layout.bitsStored() == 16) {
      return;
    }
    if (layout.signed()) {
      for (int i = 0; i < samples.length; i++) {
        samples[i] = (short) (samples[i] << left >> right);
      }
    } else {
      for (int i = 0; i < samples.length; i++) {
        samples[i] = (short) (samples[i] << left >>> right);
      }
    }
  }

  /**
   * The same for a lossy codec whose samples have more bits than are stored: what went beyond the
   * range of the stored bits by loss is its nearest end, not a value from the other end.
   *
   * @param signedSamples whether the codec's samples are two's complement of 16 bits
   */
  static void extractLossy(short[] samples, PixelLayout layout, boolean signedSamples) {
    int stored = layout.bitsStored();
    if (stored == 16 || layout.highBit() != stored - 1) {
      extract(samples, layout);
      return;
    }
    int most = (1 << stored) - 1;
    int half = 1 << (stored - 1);
    for (int i = 0; i < samples.length; i++) {
      int sample = samples[i];
      if (layout.signed() && (signedSamples || sample < 0)) {
        // Unsigned samples beyond half of the cell's range are negative values, sign-extended.
        samples[i] = (short) Math.max(-half, Math.min(half - 1, sample));
      } else {
        int value = Math.min(most, signedSamples ? Math.max(0, sample) : sample & 0xFFFF);
        samples[i] = (short) (layout.signed() && value >= half ? value - most - 1 : value);
      }
    }
  }

  /** Planes to pixels: {@code [sample][row][column]} to {@code [row][column][sample]}. */
  static short[] interleave(short[] planes, PixelLayout layout) {
    int count = layout.samplesPerPixel();
    int pixels = layout.rows() * layout.columns();
    short[] interleaved = new short[planes.length];
    for (int sample = 0; sample < count; sample++) {
      for (int i = 0; i < pixels; i++) {
        interleaved[i * count + sample] = planes[sample * pixels + i];
      }
    }
    return interleaved;
  }
}
