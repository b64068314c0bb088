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
