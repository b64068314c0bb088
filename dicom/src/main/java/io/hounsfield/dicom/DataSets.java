// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Encodes and decodes data sets and command sets, PS3.5 and PS3.7 section 6.3. */
public final class DataSets {
  private DataSets() {}

  /**
   * Encodes a data set; the group lengths of a command set and of file meta information are
   * computed.
   *
   * @throws DicomException when text does not fit the character set, or pixel data the transfer
   *     syntax
   */
  public static byte[] encode(DataSet dataSet, TransferSyntax syntax) throws DicomException {
    byte[] encoded = DataSetWriter.encode(dataSet, syntax);
    return syntax.deflated() ? Deflate.deflate(encoded) : encoded;
  }

  /**
   * Decodes a whole data set. It shares the array.
   *
   * @throws DicomException when the bytes are no data set in this transfer syntax, or exceed a
   *     bound
   */
  public static DataSet decode(byte[] bytes, TransferSyntax syntax) throws DicomException {
    return decode(ByteBuffer.wrap(bytes), syntax);
  }

  /** Decodes what remains in the buffer, whose position stays; it shares an array-backed buffer. */
  public static DataSet decode(ByteBuffer buffer, TransferSyntax syntax) throws DicomException {
    return decode(buffer, syntax, 0);
  }

  /**
   * Decodes the elements before a tag, given perhaps only the first bytes of the data set: elements
   * that are there as a whole are returned, an incomplete last one is not. Faults in what is there
   * are errors as ever.
   */
  public static DataSet decodePrefix(ByteBuffer buffer, TransferSyntax syntax, int stopBefore)
      throws DicomException {
    DataSet dataSet = new DataSet();
    try {
      ByteBuffer plain = syntax.deflated() ? Deflate.inflateStart(buffer) : buffer;
      reader(plain, syntax).stopBefore(stopBefore).read(dataSet);
    } catch (DataSetReader.Truncated e) {
      // Only a prefix was promised.
    }
    return dataSet;
  }

  /**
   * Makes sure that an encoded data set is there to its end. Goes from one element's header to the
   * next and skips the values, so that it costs little however large the pixel data is, and no
   * memory; only a deflated one is inflated, which is the only way to its end. Tolerates what
   * {@link #decode} tolerates, such as anything after the pixel data.
   *
   * @param in the data set from its beginning; left open, at no place in particular
   * @param length its bytes, as encoded
   * @throws DicomException when it ends before what its lengths announce, or is no data set
   */
  public static void requireWhole(InputStream in, long length, TransferSyntax syntax)
      throws IOException {
    DataSetEnd.require(in, length, syntax);
  }

  static DataSet decode(ByteBuffer buffer, TransferSyntax syntax, int stopBefore)
      throws DicomException {
    ByteBuffer plain = syntax.deflated() ? Deflate.inflate(buffer) : buffer;
    return reader(plain, syntax).stopBefore(stopBefore).read();
  }

  /**
   * Decodes the elements before a tag from the first bytes of a deflated stream.
   *
   * @throws DataSetReader.Truncated when these are too few bytes
   */
  static DataSet decodeDeflatedStart(ByteBuffer start, int stopBefore) throws DicomException {
    ByteBuffer plain = Deflate.inflateStart(start);
    return reader(plain, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN).stopBefore(stopBefore).read();
  }

  private static DataSetReader reader(ByteBuffer buffer, TransferSyntax syntax) {
    ByteBuffer source = buffer;
    if (!buffer.hasArray()) {
      source = ByteBuffer.allocate(buffer.remaining()).put(buffer.duplicate()).flip();
    }
    return new DataSetReader(
        source.array(),
        source.arrayOffset() + source.position(),
        source.remaining(),
        syntax.explicitVr(),
        syntax.bigEndian());
  }
}
