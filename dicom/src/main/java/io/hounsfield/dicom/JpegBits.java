// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;

/** Markers and entropy coded bits of a JPEG image, ISO/IEC 10918-1 sections B.1.1 and F.2.2.5. */
final class JpegBits {
  private final String title;
  private final byte[] array;
  private final int base;
  private final int end;
  private int at;
  private long window;
  private int available;

  /**
   * @param title name of the codec, for faults
   */
  JpegBits(Bytes frame, String title) {
    this.title = title;
    this.array = frame.array();
    this.base = frame.offset();
    this.end = frame.offset() + frame.length();
    this.at = base;
  }

  int position() {
    return at - base;
  }

  void seek(int position) throws DicomException {
    if (position > end - base) {
      throw truncated();
    }
    at = base + position;
    window = 0;
    available = 0;
  }

  void skip(int count) throws DicomException {
    seek(position() + count);
  }

  int octet() throws DicomException {
    if (at >= end) {
      throw truncated();
    }
    return array[at++] & 0xFF;
  }

  int word() throws DicomException {
    return octet() << 8 | octet();
  }

  /** Refuses a segment that ends before so many more bytes. */
  void require(int segmentEnd, int count) throws DicomException {
    if (segmentEnd - position() < count) {
      throw fault("a marker segment is shorter than its contents");
    }
  }

  /** Second byte of the next marker. */
  int marker() throws DicomException {
    if (octet() != 0xFF) {
      throw fault("no marker at byte " + (position() - 1));
    }
    int code = octet();
    while (code == 0xFF) {
      code = octet();
    }
    return code;
  }

  /** Reads the length of a marker segment; returns where it ends. */
  int segmentEnd() throws DicomException {
    int start = position();
    int length = word();
    if (length < 2 || length > end - base - start) {
      throw truncated();
    }
    return start + length;
  }

  /**
   * Drops the bits that fill the last byte and reads the marker that must follow; -1 when other
   * data follows.
   */
  int restart() throws DicomException {
    if (available >= 8) {
      return -1;
    }
    window = 0;
    available = 0;
    return at < end && (array[at] & 0xFF) == 0xFF ? marker() : -1;
  }

  /** The next 16 bits, filled with zeros after the end of the coded data. */
  int peek16() {
    if (available < 16) {
      fill();
    }
    return available >= 16
        ? (int) (window >>> (available - 16)) & 0xFFFF
        : (int) (window << (16 - available)) & 0xFFFF;
  }

  void drop(int count) throws DicomException {
    if (count > available) {
      throw fault("damaged image: the coded data ends too early");
    }
    available -= count;
  }

  /** A value of so many bits with the sign of table F.1, at most 16. */
  int signed(int count) throws DicomException {
    if (count == 0) {
      return 0;
    }
    int value = peek16() >>> (16 - count);
    drop(count);
    return value >= 1 << (count - 1) ? value : value - (1 << count) + 1;
  }

  /** Takes bytes up to the next marker; FF00 stands for FF. */
  private void fill() {
    while (available <= 48 && at < end) {
      int octet = array[at] & 0xFF;
      if (octet == 0xFF) {
        if (at + 1 >= end || array[at + 1] != 0) {
          return;
        }
        at++;
      }
      at++;
      window = window << 8 | octet;
      available += 8;
    }
  }

  private DicomException truncated() {
    return fault("the frame ends within a marker segment; the data is truncated");
  }

  private DicomException fault(String what) {
    return JpegHeader.fault(title, what);
  }
}
