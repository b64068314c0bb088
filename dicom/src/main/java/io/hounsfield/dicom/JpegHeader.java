// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;

/** The frame header of a JPEG image, ISO/IEC 10918-1 section B.2.2, checked before decoding. */
record JpegHeader(int process, int precision, int rows, int columns, int components) {
  private static final int SOF3 = 0xC3;

  /** Refuses what is no lossless image of the announced size, before memory is given to it. */
  static JpegHeader require(Bytes frame, PixelLayout layout) throws DicomException {
    JpegHeader header = read(frame);
    if (header.process != SOF3) {
      throw fault(String.format("the image is of another process (marker FF%02X)", header.process));
    }
    if (header.rows != layout.rows()
        || header.columns != layout.columns()
        || header.components != layout.samplesPerPixel()) {
      throw fault(
          String.format(
              "the image is %d x %d with %d component(s), the data set says %d x %d with %d",
              header.rows,
              header.columns,
              header.components,
              layout.rows(),
              layout.columns(),
              layout.samplesPerPixel()));
    }
    if (header.precision < 2 || header.precision > layout.bitsAllocated()) {
      throw fault(header.precision + " bits do not fit BitsAllocated " + layout.bitsAllocated());
    }
    // A coded sample takes a bit at least.
    if (frame.length() * 8L < layout.samples()) {
      throw fault(
          frame.length() + " bytes cannot hold " + layout.samples() + " samples; truncated");
    }
    return header;
  }

  private static JpegHeader read(Bytes frame) throws DicomException {
    int at = 2;
    if (frame.length() < 4 || unsigned(frame, 0) != 0xFF || unsigned(frame, 1) != 0xD8) {
      throw fault("the frame does not start with the marker FFD8");
    }
    while (at + 4 <= frame.length()) {
      if (unsigned(frame, at) != 0xFF) {
        throw fault("no marker at byte " + at);
      }
      int marker = unsigned(frame, at + 1);
      if (marker == 0xFF) {
        at++;
        continue;
      }
      int length = unsigned(frame, at + 2) << 8 | unsigned(frame, at + 3);
      boolean frameHeader =
          marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
      if (frameHeader || marker == 0xF7) {
        if (at + 10 > frame.length()) {
          break;
        }
        return new JpegHeader(
            marker,
            unsigned(frame, at + 4),
            unsigned(frame, at + 5) << 8 | unsigned(frame, at + 6),
            unsigned(frame, at + 7) << 8 | unsigned(frame, at + 8),
            unsigned(frame, at + 9));
      }
      if (length < 2) {
        throw fault("a segment of length " + length + " at byte " + at);
      }
      at += 2 + length;
    }
    throw fault("the frame ends before its header; the data is truncated");
  }

  private static int unsigned(Bytes frame, int at) {
    return frame.array()[frame.offset() + at] & 0xFF;
  }

  private static DicomException fault(String what) {
    return DicomException.in(Tag.PixelData, "JPEG Lossless: " + what);
  }
}
