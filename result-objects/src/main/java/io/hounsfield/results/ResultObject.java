// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * One DICOM object of an analysis, to be written when it is wanted. It holds on to the case that it
 * is made of.
 *
 * @param number from 1 among the objects of its kind
 * @param encoding writes the object
 */
public record ResultObject(
    ResultKind kind,
    int number,
    String studyInstanceUid,
    String seriesInstanceUid,
    String sopInstanceUid,
    Encoding encoding) {

  /** Writes a DICOM file, PS3.10: preamble, file meta information, data set. */
  @FunctionalInterface
  public interface Encoding {
    void writeTo(OutputStream out) throws IOException;
  }

  public ResultObject {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(encoding, "encoding");
  }

  /** SOP class of the object. */
  public String sopClassUid() {
    return kind.sopClassUid();
  }

  /** Name of its file, without anything from the images. */
  public String fileName() {
    return kind.fileName(number);
  }

  /** Writes the DICOM file (Explicit VR Little Endian); the same bytes each time. */
  public void writeTo(OutputStream out) throws IOException {
    encoding.writeTo(out);
  }

  /** The DICOM file in memory. */
  public byte[] toBytes() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 16);
    writeTo(out);
    return out.toByteArray();
  }
}
