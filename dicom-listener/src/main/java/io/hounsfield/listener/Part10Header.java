// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.UIDs;
import io.hounsfield.dicom.VR;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/**
 * What comes before the data set in a Part 10 file, PS3.10 section 7.1: preamble, prefix, file meta
 * information. Data sets themselves pass through untouched, so this is all that is read or written
 * of a file here.
 *
 * @param dataSetOffset where the data set begins, bytes from the start of the file
 */
record Part10Header(
    String sopClassUid, String sopInstanceUid, String transferSyntaxUid, int dataSetOffset) {
  private static final int PREAMBLE = 128;
  private static final int MAX_LENGTH = 64 << 10;

  /**
   * The header of a file as this node writes it. The same instance in the same transfer syntax
   * always gets the same bytes (nothing of the sender is in it), so equal files mean equal
   * instances.
   */
  static byte[] encode(String sopClassUid, String sopInstanceUid, TransferSyntax syntax)
      throws DicomException {
    DataSet meta =
        new DataSet()
            .putBytes(Tag.FileMetaInformationVersion, VR.OB, new byte[] {0, 1})
            .put(Tag.TransferSyntaxUID, VR.UI, syntax.uid())
            .put(Tag.ImplementationClassUID, VR.UI, UIDs.IMPLEMENTATION_CLASS)
            .put(Tag.ImplementationVersionName, VR.SH, UIDs.IMPLEMENTATION_VERSION_NAME);
    InstanceUids.put(meta, Tag.MediaStorageSOPClassUID, sopClassUid);
    InstanceUids.put(meta, Tag.MediaStorageSOPInstanceUID, sopInstanceUid);
    return DicomFiles.encodeHeader(meta);
  }

  /**
   * Reads the header of a file; the channel's position does not matter and stays.
   *
   * @return null when the file has no {@code DICM} prefix
   * @throws DicomException when it has, but the file meta information cannot be read
   */
  static Part10Header read(FileChannel file) throws IOException {
    ByteBuffer in = readUpTo(file, 0, 1024);
    if (in.remaining() < PREAMBLE + 4
        || in.getInt(PREAMBLE) != ('D' << 24 | 'I' << 16 | 'C' << 8 | 'M')) {
      return null;
    }
    Part10Header header = parse(in);
    if (header == null) {
      header = parse(readUpTo(file, 0, MAX_LENGTH));
    }
    if (header == null) {
      throw new DicomException(
          "file meta information does not end within " + MAX_LENGTH + " bytes: truncated file?");
    }
    return header;
  }

  static ByteBuffer readUpTo(FileChannel file, long from, int most) throws IOException {
    ByteBuffer in = ByteBuffer.allocate((int) Math.min(most, Math.max(0, file.size() - from)));
    while (in.hasRemaining()) {
      if (file.read(in, from + in.position()) < 0) {
        break;
      }
    }
    return in.flip();
  }

  /**
   * Reads the header of a file that is still on its way.
   *
   * @param start the file's first bytes
   * @return null when more are needed
   * @throws DicomException when these are no Part 10 file, or its header is too long
   */
  static Part10Header parseStart(ByteBuffer start) throws DicomException {
    ByteBuffer in = start.duplicate().order(ByteOrder.BIG_ENDIAN);
    if (in.remaining() >= PREAMBLE + 4
        && in.getInt(in.position() + PREAMBLE) != ('D' << 24 | 'I' << 16 | 'C' << 8 | 'M')) {
      throw new DicomException("no DICM prefix");
    }
    Part10Header header = in.remaining() < PREAMBLE + 4 ? null : parse(in.slice());
    if (header == null && in.remaining() >= MAX_LENGTH) {
      throw new DicomException(
          "file meta information does not end within " + MAX_LENGTH + " bytes");
    }
    return header;
  }

  /**
   * Null when the bytes end before group 0002 does: at its group length, or where that is wrong at
   * its last element, as {@link DicomFiles} reads it.
   */
  private static Part10Header parse(ByteBuffer in) throws DicomException {
    in.order(ByteOrder.LITTLE_ENDIAN).position(PREAMBLE + 4);
    String sopClass = "";
    String sopInstance = "";
    String syntax = "";
    long groupEnd = -1;
    int highest = 0;
    while (in.remaining() >= 8 && in.getShort(in.position()) == 2) {
      if (in.position() == groupEnd && !syntax.isEmpty() && !continues(in, highest)) {
        break;
      }
      int tag = in.getShort() << 16 | in.getShort() & 0xFFFF;
      highest = Math.max(highest, tag);
      char vr1 = (char) (in.get() & 0xFF);
      char vr2 = (char) (in.get() & 0xFF);
      long length = in.getShort() & 0xFFFF;
      if (vr1 == 'O' || vr1 == 'U' && vr2 == 'N' || vr1 == 'S' && vr2 == 'Q') {
        if (in.remaining() < 4) {
          return null;
        }
        length = in.getInt() & 0xFFFFFFFFL;
      }
      if (length > MAX_LENGTH) {
        throw new DicomException(
            Tag.toString(tag) + " in the file meta information announces " + length + " bytes");
      }
      if (length > in.remaining()) {
        return null;
      }
      if (tag == Tag.FileMetaInformationGroupLength && length == 4) {
        groupEnd = in.position() + 4 + (in.getInt(in.position()) & 0xFFFFFFFFL);
      } else if (tag == Tag.MediaStorageSOPClassUID) {
        sopClass = text(in, (int) length);
      } else if (tag == Tag.MediaStorageSOPInstanceUID) {
        sopInstance = text(in, (int) length);
      } else if (tag == Tag.TransferSyntaxUID) {
        syntax = text(in, (int) length);
      }
      in.position(in.position() + (int) length);
    }
    return in.remaining() < 8
        ? null
        : new Part10Header(sopClass, sopInstance, syntax, in.position());
  }

  /** Whether the element that follows the group length's end is one of the group that it forgot. */
  private static boolean continues(ByteBuffer in, int highest) {
    int at = in.position();
    int tag = in.getShort(at) << 16 | in.getShort(at + 2) & 0xFFFF;
    return tag > highest && isCapital(in.get(at + 4)) && isCapital(in.get(at + 5));
  }

  private static boolean isCapital(byte letter) {
    return letter >= 'A' && letter <= 'Z';
  }

  private static String text(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(in.position(), bytes);
    int to = length;
    while (to > 0 && (bytes[to - 1] == 0 || bytes[to - 1] == ' ')) {
      to--;
    }
    return new String(bytes, 0, to, StandardCharsets.ISO_8859_1);
  }
}
