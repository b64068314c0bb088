// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

/**
 * Stored pixel values to Hounsfield units, one look-up a pixel: HU = slope x stored + intercept
 * (PS3.3 C.11.1.1.2), rounded to the nearest integer (ties to even) and clamped to int16. One table
 * does for all slices with the same attributes and makes an exact conversion as fast as a copy.
 *
 * <p>Values that are no measurement become {@link #PADDING_HU}: Pixel Padding Value and Range Limit
 * (PS3.3 C.7.5.1.1.2), and whatever lies below {@link #OUTSIDE_BELOW_HU}. Scanners fill the corners
 * outside the reconstruction circle with values such as -2000, -2048 or -3024 HU, with or without
 * naming them as padding. Values between -1500 and -1024 HU are noise around air and are kept:
 * clamping them would shift the mean of the lung.
 */
final class HuTable {

  /** HU given to pixels that hold no measurement: the lower end of the usual 12-bit scale, air. */
  static final short PADDING_HU = -1024;

  /** Nothing in a patient attenuates so little, whatever the noise: such pixels are no data. */
  static final int OUTSIDE_BELOW_HU = -1500;

  /**
   * What the table is made from.
   *
   * @param slope Rescale Slope, positive
   * @param intercept Rescale Intercept
   * @param signed whether stored values are signed (Pixel Representation 1)
   * @param paddingLow first stored value that is padding
   * @param paddingHigh last stored value that is padding; below {@code paddingLow} if there is none
   */
  record Key(double slope, double intercept, boolean signed, int paddingLow, int paddingHigh) {}

  private static volatile HuTable last;

  private final Key key;
  private final short[] hu = new short[1 << 16];

  private HuTable(Key key) {
    this.key = key;
    for (int i = 0; i < hu.length; i++) {
      int stored = key.signed() ? (short) i : i;
      boolean padding = stored >= key.paddingLow() && stored <= key.paddingHigh();
      hu[i] = padding ? PADDING_HU : convert(key, stored);
    }
  }

  private static short convert(Key key, int stored) {
    double value = Math.rint(key.slope() * stored + key.intercept());
    if (value < OUTSIDE_BELOW_HU) {
      return PADDING_HU;
    }
    return (short) Math.min(value, Short.MAX_VALUE);
  }

  /** The table for these attributes; the slices of a series share one. */
  static HuTable of(Key key) {
    HuTable table = last;
    if (table == null || !table.key.equals(key)) {
      table = new HuTable(key);
      last = table;
    }
    return table;
  }

  /** Converts in place: stored values (unsigned ones as raw bits) become HU. */
  void apply(short[] pixels) {
    short[] table = hu;
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = table[pixels[i] & 0xFFFF];
    }
  }
}
