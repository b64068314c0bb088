// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.IOException;

/**
 * DICOM data that cannot be read or written; the message says what is wrong, where, and what to do.
 */
public class DicomException extends IOException {
  private static final long serialVersionUID = 1L;

  public DicomException(String message) {
    super(message);
  }

  public DicomException(String message, Throwable cause) {
    super(message, cause);
  }

  /** A fault in one attribute of a data set. */
  static DicomException in(int tag, String what) {
    return new DicomException(Tag.describe(tag) + ": " + what);
  }

  /** A fault at a byte offset of the encoded data set. */
  static DicomException at(long offset, int tag, String what) {
    return new DicomException(Tag.describe(tag) + " at byte " + offset + ": " + what);
  }
}
