// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import java.util.Set;

/**
 * JPEG Lossless, Huffman coded (process 14, any predictor): ISO/IEC 10918-1 annex H. Readers at
 * hand lose the last sample before fill bytes, mistake restart intervals, and fill up what is
 * missing; this one is exact, and refuses.
 */
final class JpegLosslessCodec implements FrameCodec {
  private static final String TITLE = "JPEG Lossless";

  @Override
  public short[] decode(Bytes frame, PixelLayout layout) throws DicomException {
    JpegHeader header = JpegHeader.require(frame, layout, TITLE, Set.of(JpegHeader.SOF3_LOSSLESS));
    // A coded sample takes a bit at least.
    if (frame.length() * 8L < layout.samples()) {
      throw fault(
          frame.length() + " bytes cannot hold " + layout.samples() + " samples; truncated");
    }
    short[] samples = new Decoder(frame, header).decode();
    SampleBits.extract(samples, layout);
    return samples;
  }

  private static DicomException fault(String what) {
    return JpegHeader.fault(TITLE, what);
  }

  private static final class Decoder {
    private final JpegHeader header;
    private final JpegBits bits;
    private final JpegHuffmanTables tables = new JpegHuffmanTables(TITLE);
    private final int[] identifiers;
    private final boolean[] decoded;
    private final short[] samples;
    private int restartInterval;

    // Of the scan that is being read: components by their place in a pixel, and their tables.
    private int[] places;
    private JpegHuffmanTable[] codes;
    private int predictor;
    private int initial;

    Decoder(Bytes frame, JpegHeader header) {
      this.header = header;
      this.bits = new JpegBits(frame, TITLE);
      this.identifiers = new int[header.components()];
      this.decoded = new boolean[header.components()];
      this.samples = new short[header.rows() * header.columns() * header.components()];
    }

    short[] decode() throws DicomException {
      bits.seek(2);
      int left = header.components();
      int marker = bits.marker();
      while (left > 0) {
        if (marker == JpegMarker.EOI) {
          throw fault("the image ends before its scan");
        }
        int end = bits.segmentEnd();
        if (marker == JpegMarker.SOS) {
          left -= scan(end);
          marker = bits.restart();
        } else {
          switch (marker) {
            case JpegMarker.DHT -> tables.read(bits, end);
            case JpegMarker.DRI -> restartInterval = bits.word();
            case JpegHeader.SOF3_LOSSLESS -> frameComponents(end);
            default -> {
              // Application data, comments.
            }
          }
          bits.seek(end);
          marker = bits.marker();
        }
      }
      if (marker != JpegMarker.EOI) {
        throw fault(
            JpegMarker.isRestart(marker)
                ? "damaged image: more data than samples"
                : "damaged image: no end marker after the last sample");
      }
      return samples;
    }

    private void frameComponents(int end) throws DicomException {
      bits.require(end, 6 + 3 * identifiers.length);
      bits.skip(6);
      for (int i = 0; i < identifiers.length; i++) {
        identifiers[i] = bits.octet();
        int sampling = bits.octet();
        if (identifiers.length > 1 && sampling != 0x11) {
          throw fault("components of different sizes are not supported");
        }
        bits.skip(1);
      }
    }

    /** Sections B.2.3 and H.1.2; returns how many components the scan held. */
    private int scan(int end) throws DicomException {
      int count = bits.octet();
      if (count < 1 || count > identifiers.length) {
        throw fault("a scan of " + count + " components");
      }
      bits.require(end, 2 * count + 3);
      places = new int[count];
      codes = new JpegHuffmanTable[count];
      for (int i = 0; i < count; i++) {
        places[i] = place(bits.octet());
        codes[i] = tables.table(JpegHuffmanTables.DC_OR_LOSSLESS, bits.octet() >> 4);
      }
      predictor = bits.octet();
      bits.skip(1);
      int pointTransform = bits.octet() & 15;
      if (predictor < 1 || predictor > 7 || pointTransform >= header.precision()) {
        throw fault("predictor " + predictor + ", point transform " + pointTransform);
      }
      initial = 1 << (header.precision() - pointTransform - 1);
      if (restartInterval % header.columns() != 0) {
        throw fault("restart intervals that do not end with a line"); // against section H.1.1
      }
      bits.seek(end);
      int interval = restartInterval / header.columns();
      for (int y = 0; y < header.rows(); y++) {
        boolean first = y == 0;
        if (interval > 0 && y > 0 && y % interval == 0) {
          if (bits.restart() != JpegMarker.RST0 + (y / interval - 1) % 8) {
            throw fault("damaged image: restart marker missing before line " + y);
          }
          first = true;
        }
        line(y, first);
      }
      if (pointTransform > 0) {
        for (int place : places) {
          for (int i = place; i < samples.length; i += identifiers.length) {
            samples[i] <<= pointTransform;
          }
        }
      }
      return count;
    }

    /** Where the samples of a component lie in a pixel. */
    private int place(int identifier) throws DicomException {
      for (int i = 0; i < identifiers.length; i++) {
        if (identifiers[i] == identifier && !decoded[i]) {
          decoded[i] = true;
          return i;
        }
      }
      throw fault("a scan of a component that the image does not have, or has had");
    }

    /** Section H.1.2.1; samples are those of the scan, before the point transform is undone. */
    private void line(int y, boolean first) throws DicomException {
      int pixel = identifiers.length;
      int stride = header.columns() * pixel;
      int start = y * stride;
      for (int i = 0; i < places.length; i++) {
        int at = start + places[i];
        int prediction = first ? initial : samples[at - stride] & 0xFFFF;
        samples[at] = (short) (prediction + difference(codes[i]));
      }
      for (int x = 1; x < header.columns(); x++) {
        for (int i = 0; i < places.length; i++) {
          int at = start + x * pixel + places[i];
          samples[at] = (short) (predict(at, pixel, stride, first) + difference(codes[i]));
        }
      }
    }

    /** Table H.1; the first line of an interval is predicted from the left. */
    private int predict(int at, int pixel, int stride, boolean first) {
      int left = samples[at - pixel] & 0xFFFF;
      if (first || predictor == 1) {
        return left;
      }
      int above = samples[at - stride] & 0xFFFF;
      int corner = samples[at - stride - pixel] & 0xFFFF;
      return switch (predictor) {
        case 2 -> above;
        case 3 -> corner;
        case 4 -> left + above - corner;
        case 5 -> left + (above - corner >> 1);
        case 6 -> above + (left - corner >> 1);
        default -> left + above >> 1;
      };
    }

    /** Table H.2; 32768 has no further bits. Sums are modulo 65536. */
    private int difference(JpegHuffmanTable table) throws DicomException {
      int size = table.decode(bits);
      if (size > 16) {
        throw fault("damaged image: a difference of " + size + " bits");
      }
      return size == 16 ? 1 << 15 : bits.signed(size);
    }
  }
}
