// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * Finds out whether an encoded data set is there to its end: goes from header to header as {@link
 * DataSetReader} does and skips the values; of sequences only those of undefined length are walked
 * through, since nothing else tells where they end. Takes whatever the reader can read.
 */
final class DataSetEnd {
  private static final int UNDEFINED = 0xFFFFFFFF;
  private static final int BUFFER_BYTES = 8 << 10;

  private final InputStream in;
  private final long limit;
  private final ByteBuffer header = ByteBuffer.allocate(8);
  private final boolean bigEndian;
  private boolean explicit;
  private long at;
  private int elements;

  /**
   * @param limit bytes that are there, or as many as there may be
   */
  private DataSetEnd(InputStream in, long limit, TransferSyntax syntax) {
    this.in = in;
    this.limit = limit;
    this.explicit = syntax.explicitVr();
    this.bigEndian = syntax.bigEndian();
    header.order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }

  static void require(InputStream in, long length, TransferSyntax syntax) throws IOException {
    InputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
    if (!syntax.deflated()) {
      new DataSetEnd(buffered, length, syntax).walk();
      return;
    }
    Inflater inflater = new Inflater(true);
    try {
      InputStream plain = new InflaterInputStream(buffered, inflater, BUFFER_BYTES);
      DataSetEnd end = new DataSetEnd(plain, Deflate.limit(length), syntax);
      end.walk();
      if (!end.ended()) {
        throw Deflate.tooLarge(length);
      }
    } catch (EOFException e) {
      throw Deflate.truncated(length);
    } catch (ZipException e) {
      throw new DicomException("Deflated data set: damaged: " + e.getMessage(), e);
    } finally {
      inflater.end();
    }
  }

  private void walk() throws IOException {
    boolean pixelData = false;
    try {
      while (next()) {
        int tag = tag();
        if (header.getLong(0) != 0) { // zeros after the last element
          element(0);
        }
        pixelData |= tag == Tag.PixelData;
      }
    } catch (DicomException e) {
      if (!pixelData) {
        throw e;
      }
    }
  }

  /** Skips what is left; false when that is more than there may be. */
  private boolean ended() throws IOException {
    byte[] sink = new byte[BUFFER_BYTES];
    for (int count = 0; count >= 0 && at <= limit; count = in.read(sink)) {
      at += count;
    }
    return at <= limit;
  }

  /** Reads 8 bytes; false at the end, for which less than 8 zeros are taken too. */
  private boolean next() throws IOException {
    int count = in.readNBytes(header.array(), 0, 8);
    if (count == 8) {
      at += 8;
      return true;
    }
    for (int i = 0; i < count; i++) {
      if (header.get(i) != 0) {
        throw DicomException.at(
            at, 0, "the data ends in the middle of an element; it is truncated or damaged");
      }
    }
    return false;
  }

  private int tag() {
    return header.getShort(0) << 16 | header.getShort(2) & 0xFFFF;
  }

  /** The element whose first 8 bytes were read. */
  private void element(int depth) throws IOException {
    int tag = tag();
    count(tag);
    if (tag == Tag.ITEM_DELIMITATION || tag == Tag.SEQUENCE_DELIMITATION) {
      if (depth == 0) {
        throw fault(tag, "a delimiter outside any sequence");
      }
      return;
    }
    if (tag == Tag.ITEM) {
      throw fault(tag, "an item outside any sequence");
    }
    VR vr;
    int length;
    if (explicit) {
      int first = header.get(4);
      int second = header.get(5);
      vr = VR.of(first, second);
      if (vr == null && !(isCapital(first) && isCapital(second))) {
        throw fault(tag, "no value representation");
      }
      if (vr == null || vr.hasLongLength()) {
        if (in.readNBytes(header.array(), 0, 4) < 4) {
          throw truncated(tag);
        }
        at += 4;
        length = header.getInt(0);
      } else {
        length = header.getShort(6) & 0xFFFF;
      }
      vr = vr == null ? VR.UN : vr;
    } else {
      vr = Tag.vr(tag, false);
      length = header.getInt(4);
    }
    if (length != UNDEFINED) {
      skip(tag, length & 0xFFFFFFFFL);
    } else if (tag == Tag.PixelData && vr != VR.SQ) {
      fragments(tag);
    } else if (vr == VR.SQ) {
      items(tag, depth);
    } else if (vr == VR.UN && !bigEndian) {
      // A sequence in Implicit VR Little Endian, PS3.5 section 6.2.2.
      boolean outer = explicit;
      explicit = false;
      items(tag, depth);
      explicit = outer;
    } else {
      throw fault(tag, "undefined length is not allowed for VR " + vr);
    }
  }

  private void items(int sequence, int depth) throws IOException {
    if (depth + 1 > DataSetReader.MAX_DEPTH) {
      throw fault(sequence, "sequences are nested too deeply");
    }
    while (nextItem(sequence)) {
      int length = header.getInt(4);
      if (length != UNDEFINED) {
        skip(sequence, length & 0xFFFFFFFFL);
        continue;
      }
      for (within(sequence); tag() != Tag.ITEM_DELIMITATION; within(sequence)) {
        element(depth + 1);
      }
    }
  }

  private void fragments(int tag) throws IOException {
    while (nextItem(tag)) {
      skip(tag, header.getInt(4) & 0xFFFFFFFFL);
    }
  }

  /** Reads the beginning of an item; false where there is the end of the sequence instead. */
  private boolean nextItem(int sequence) throws IOException {
    within(sequence);
    int tag = tag();
    if (tag == Tag.SEQUENCE_DELIMITATION) {
      return false;
    }
    if (tag != Tag.ITEM) {
      throw fault(tag, "expected an item of " + Tag.describe(sequence));
    }
    count(sequence);
    return true;
  }

  /** Reads 8 bytes that must be there. */
  private void within(int tag) throws IOException {
    if (in.readNBytes(header.array(), 0, 8) < 8) {
      throw truncated(tag);
    }
    at += 8;
  }

  private void skip(int tag, long length) throws IOException {
    if (length > limit - at) {
      throw truncated(tag);
    }
    // Not skipNBytes, which may read what it could skip, byte by byte.
    for (long left = length; left > 0; ) {
      long skipped = in.skip(left);
      if (skipped <= 0) {
        if (in.read() < 0) {
          throw truncated(tag);
        }
        skipped = 1;
      }
      left -= skipped;
    }
    at += length;
  }

  private void count(int tag) throws DicomException {
    if (++elements > DataSetReader.MAX_ELEMENTS) {
      throw fault(tag, "more than " + DataSetReader.MAX_ELEMENTS + " elements");
    }
  }

  private static boolean isCapital(int letter) {
    return letter >= 'A' && letter <= 'Z';
  }

  private DicomException truncated(int tag) {
    return fault(tag, "announces more bytes than there are; the data is truncated or damaged");
  }

  private DicomException fault(int tag, String what) {
    return new DicomException(Tag.describe(tag) + " before byte " + at + ": " + what);
  }
}
