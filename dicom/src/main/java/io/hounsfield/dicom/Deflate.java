// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** RFC 1951 streams of the deflated transfer syntaxes, PS3.5 annex A.5. */
final class Deflate {
  /** Any stream may grow to this; larger ones only by {@link #MAX_RATIO}. */
  static final int FREE_BYTES = 64 << 20;

  /**
   * CT compresses to a half or a third; a hundredth leaves room for empty images, not for bombs.
   */
  static final int MAX_RATIO = 100;

  /** Enough for the attributes before the pixel data. */
  private static final int START_BYTES = 256 << 10;

  private static final int CHUNK = 64 << 10;

  private Deflate() {}

  /** Inflates a whole stream. */
  static ByteBuffer inflate(ByteBuffer source) throws DicomException {
    int compressed = source.remaining();
    long limit = limit(compressed);
    byte[] output = new byte[(int) Math.min(limit, Math.max(CHUNK, 4L * compressed))];
    int length = 0;
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(source.duplicate());
      while (!inflater.finished()) {
        if (length == output.length) {
          if (length >= limit) {
            throw tooLarge(compressed);
          }
          output = Arrays.copyOf(output, (int) Math.min(limit, 2L * output.length));
        }
        int count = inflater.inflate(output, length, output.length - length);
        length += count;
        if (count == 0
            && !inflater.finished()
            && (inflater.needsInput() || inflater.needsDictionary())) {
          throw truncated(compressed);
        }
      }
    } catch (DataFormatException e) {
      throw damaged(inflater, e);
    } finally {
      inflater.end();
    }
    return ByteBuffer.wrap(output, 0, length);
  }

  /** How many bytes a stream may inflate to. */
  static long limit(long compressed) {
    return Math.min(DicomFiles.MAX_BYTES, Math.max(FREE_BYTES, compressed * MAX_RATIO));
  }

  /** Inflates the first bytes of a stream, of which perhaps only the first bytes are given. */
  static ByteBuffer inflateStart(ByteBuffer source) throws DicomException {
    byte[] output = new byte[START_BYTES];
    int length = 0;
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(source.duplicate());
      int count;
      do {
        count = inflater.inflate(output, length, output.length - length);
        length += count;
      } while (count > 0 && length < output.length);
    } catch (DataFormatException e) {
      throw damaged(inflater, e);
    } finally {
      inflater.end();
    }
    return ByteBuffer.wrap(output, 0, length);
  }

  static byte[] deflate(byte[] plain) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    try {
      deflater.setInput(plain);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 2 + 64);
      byte[] chunk = new byte[CHUNK];
      while (!deflater.finished()) {
        out.write(chunk, 0, deflater.deflate(chunk));
      }
      if ((out.size() & 1) == 1) {
        out.write(0);
      }
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }

  private static DicomException damaged(Inflater inflater, DataFormatException e) {
    return new DicomException(
        "Deflated data set: damaged near byte " + inflater.getBytesRead() + ": " + e.getMessage(),
        e);
  }

  static DicomException tooLarge(long compressed) {
    return fault(
        compressed
            + " bytes inflate to more than "
            + limit(compressed)
            + "; refused to bound memory");
  }

  static DicomException truncated(long compressed) {
    return fault(
        "the stream of "
            + compressed
            + " bytes ends before its end mark; the data is truncated or damaged");
  }

  private static DicomException fault(String what) {
    return new DicomException("Deflated data set: " + what);
  }
}
