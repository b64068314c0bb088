// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.util.OptionalInt;

/** How the samples of an image are stored: the checked attributes of the Image Pixel module. */
record PixelLayout(
    int rows,
    int columns,
    int samplesPerPixel,
    int bitsAllocated,
    int bitsStored,
    int highBit,
    boolean signed,
    boolean planar,
    int frames) {
  /** Samples in a frame; 16 times as many as in a CT slice of 2048x2048. */
  static final int MAX_SAMPLES = 1 << 26;

  static PixelLayout of(DataSet dataSet) throws DicomException {
    int rows = required(dataSet, Tag.Rows, 1, 0xFFFF);
    int columns = required(dataSet, Tag.Columns, 1, 0xFFFF);
    int samples = optional(dataSet, Tag.SamplesPerPixel, 1, 1, 4);
    int allocated = required(dataSet, Tag.BitsAllocated, 1, 64);
    if (allocated != 8 && allocated != 16) {
      throw DicomException.in(
          Tag.BitsAllocated, allocated + " bits are not supported; 8 and 16 are");
    }
    int stored = optional(dataSet, Tag.BitsStored, allocated, 1, allocated);
    int high = optional(dataSet, Tag.HighBit, stored - 1, stored - 1, allocated - 1);
    boolean signed = optional(dataSet, Tag.PixelRepresentation, 0, 0, 1) == 1;
    boolean planar = optional(dataSet, Tag.PlanarConfiguration, 0, 0, 1) == 1 && samples > 1;
    int frames = optional(dataSet, Tag.NumberOfFrames, 1, 1, Integer.MAX_VALUE);
    long count = (long) rows * columns * samples;
    if (count > MAX_SAMPLES) {
      throw DicomException.in(
          Tag.Rows,
          rows + " x " + columns + " pixels a frame are over the limit of " + MAX_SAMPLES);
    }
    return new PixelLayout(rows, columns, samples, allocated, stored, high, signed, planar, frames);
  }

  int samples() {
    return rows * columns * samplesPerPixel;
  }

  int bytesPerSample() {
    return bitsAllocated / 8;
  }

  /** Bytes of one uncompressed frame. */
  int frameBytes() {
    return samples() * bytesPerSample();
  }

  private static int required(DataSet dataSet, int tag, int low, int high) throws DicomException {
    OptionalInt value = dataSet.integer(tag);
    if (value.isEmpty()) {
      throw DicomException.in(tag, "missing; the pixel data cannot be read without it");
    }
    return checked(tag, value.getAsInt(), low, high);
  }

  private static int optional(DataSet dataSet, int tag, int absent, int low, int high)
      throws DicomException {
    return checked(tag, dataSet.integer(tag).orElse(absent), low, high);
  }

  private static int checked(int tag, int value, int low, int high) throws DicomException {
    if (value < low || value > high) {
      throw DicomException.in(tag, value + " is not within " + low + " to " + high);
    }
    return value;
  }
}
