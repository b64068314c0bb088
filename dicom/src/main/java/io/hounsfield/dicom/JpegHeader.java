// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import java.util.Set;

/**
 * The frame header of a JPEG or JPEG-LS image, ISO/IEC 10918-1 section B.2.2 and ISO/IEC 14495-1
 * annex C, checked against the data set before anything is decoded or allocated.
 *
 * @param process second byte of the marker, which tells the coding process
 * @param precision bits of a sample
 * @param end offset of the first byte after the header's segment
 */
record JpegHeader(int process, int precision, int rows, int columns, int components, int end) {
  static final int SOF0_BASELINE = 0xC0;
  static final int SOF1_EXTENDED = 0xC1;
  static final int SOF3_LOSSLESS = 0xC3;
  static final int SOF55_JPEG_LS = 0xF7;

  /**
   * Refuses an image of another process, size, number of components or too many bits.
   *
   * @param title name of the codec, for faults
   */
  static JpegHeader require(Bytes frame, PixelLayout layout, String title, Set<Integer> processes)
      throws DicomException {
    JpegHeader header = read(frame, title);
    if (!processes.contains(header.process)) {
      throw fault(
          title, String.format("the image is of another process (marker FF%02X)", header.process));
    }
    if (header.rows != layout.rows()
        || header.columns != layout.columns()
        || header.components != layout.samplesPerPixel()) {
      throw fault(
          title,
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
      throw fault(
          title, header.precision + " bits do not fit BitsAllocated " + layout.bitsAllocated());
    }
    return header;
  }

  private static JpegHeader read(Bytes frame, String title) throws DicomException {
    int at = 2;
    if (frame.length() < 4 || unsigned(frame, 0) != 0xFF || unsigned(frame, 1) != 0xD8) {
      throw fault(title, "the frame does not start with the marker FFD8");
    }
    while (at + 4 <= frame.length()) {
      if (unsigned(frame, at) != 0xFF) {
        throw fault(title, "no marker at byte " + at);
      }
      int marker = unsigned(frame, at + 1);
      if (marker == 0xFF) {
        at++;
        continue;
      }
      int length = unsigned(frame, at + 2) << 8 | unsigned(frame, at + 3);
      boolean frameHeader =
          marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
      if (frameHeader || marker == SOF55_JPEG_LS) {
        if (at + 10 > frame.length() || length < 8) {
          break;
        }
        return new JpegHeader(
            marker,
            unsigned(frame, at + 4),
            unsigned(frame, at + 5) << 8 | unsigned(frame, at + 6),
            unsigned(frame, at + 7) << 8 | unsigned(frame, at + 8),
            unsigned(frame, at + 9),
            at + 2 + length);
      }
      if (length < 2) {
        throw fault(title, "a segment of length " + length + " at byte " + at);
      }
      at += 2 + length;
    }
    throw fault(title, "the frame ends before its header; the data is truncated");
  }

  private static int unsigned(Bytes frame, int at) {
    return frame.array()[frame.offset() + at] & 0xFF;
  }

  static DicomException fault(String title, String what) {
    return DicomException.in(Tag.PixelData, title + ": " + what);
  }
}
