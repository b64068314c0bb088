// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** DICOM files in Explicit VR Little Endian, with pixel data that need not be in memory whole. */
final class ObjectFile {

  private static final TransferSyntax SYNTAX = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

  /** Longest value that a 32-bit length can say, even. */
  private static final long MAX_VALUE_BYTES = 0xFFFFFFFEL;

  /** Writes the value of Pixel Data, exactly as many bytes as were announced. */
  interface Pixels {
    void writeTo(OutputStream out) throws IOException;
  }

  private ObjectFile() {}

  /** Writes an object that is in memory. */
  static void write(DataSet object, OutputStream out) throws IOException {
    out.write(header(object));
    out.write(DataSets.encode(object, SYNTAX));
  }

  /**
   * Writes an object with pixels of at most 8 bits, its last attribute, as they come.
   *
   * @param object all attributes before Pixel Data
   * @param length bytes of the pixels
   */
  static void write(DataSet object, long length, Pixels pixels, OutputStream out)
      throws IOException {
    long padded = length + (length & 1);
    if (padded > MAX_VALUE_BYTES) {
      throw new DicomException(
          "pixel data of " + padded + " bytes is over the limit of " + MAX_VALUE_BYTES);
    }
    write(object, out);
    ByteBuffer element = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    element.putShort((short) (Tag.PixelData >>> 16)).putShort((short) Tag.PixelData);
    element.put((byte) 'O').put((byte) 'B').putShort((short) 0).putInt((int) padded);
    out.write(element.array());
    pixels.writeTo(out);
    if (padded > length) {
      out.write(0);
    }
  }

  private static byte[] header(DataSet object) throws DicomException {
    return DicomFiles.encodeHeader(
        DicomFiles.fileMetaInformation(
            object.string(Tag.SOPClassUID).orElseThrow(),
            object.string(Tag.SOPInstanceUID).orElseThrow(),
            SYNTAX));
  }
}
