// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** DICOM files in Explicit VR Little Endian, with pixel data that need not be in memory whole. */
final class ObjectFile {

  private static final TransferSyntax SYNTAX = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

  /** Longest value that a 32-bit length can say, even. */
  private static final long MAX_VALUE_BYTES = 0xFFFFFFFEL;

  /** Tag, VR and 32-bit length of an element OB. */
  private static final int ELEMENT_BYTES = 12;

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
    out.write(elementOfPixels(padded));
    pixels.writeTo(out);
    if (padded > length) {
      out.write(0);
    }
  }

  /** Pixel Data up to its value. */
  private static byte[] elementOfPixels(long padded) {
    ByteBuffer element = ByteBuffer.allocate(ELEMENT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    element.putShort((short) (Tag.PixelData >>> 16)).putShort((short) Tag.PixelData);
    element.put((byte) 'O').put((byte) 'B').putShort((short) 0).putInt((int) padded);
    return element.array();
  }

  /**
   * Writes a file of ours again with other attributes; its pixels go from file to file and are
   * never in memory whole.
   *
   * @param attributes of the new file, without pixels
   */
  static void rewrite(Path file, DataSet attributes, OutputStream out) throws IOException {
    if (!attributes.contains(Tag.Rows)) {
      write(attributes, out);
      return;
    }
    long frames = attributes.integer(Tag.NumberOfFrames).orElse(1);
    long bits =
        frames
            * required(attributes, Tag.Rows)
            * required(attributes, Tag.Columns)
            * required(attributes, Tag.SamplesPerPixel)
            * required(attributes, Tag.BitsAllocated);
    long length = (bits + 7) / 8;
    long padded = length + (length & 1);
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(Math.max(0, Files.size(file) - padded - ELEMENT_BYTES));
      byte[] element = elementOfPixels(padded);
      if (!Arrays.equals(in.readNBytes(ELEMENT_BYTES), element)) {
        throw new DicomException("the pixels of " + file.getFileName() + " are not its last bytes");
      }
      write(attributes, out);
      out.write(element);
      in.transferTo(out);
    }
  }

  private static long required(DataSet attributes, int tag) throws DicomException {
    return attributes
        .integer(tag)
        .orElseThrow(() -> new DicomException(Tag.toString(tag) + " is missing"));
  }

  private static byte[] header(DataSet object) throws DicomException {
    return DicomFiles.encodeHeader(
        DicomFiles.fileMetaInformation(
            object.string(Tag.SOPClassUID).orElseThrow(),
            object.string(Tag.SOPInstanceUID).orElseThrow(),
            SYNTAX));
  }
}
