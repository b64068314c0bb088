// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;

/**
 * What the markers of a JPEG 2000 codestream say, ISO/IEC 15444-1 annex A (and 15444-15 for high
 * throughput), checked before the native decoder sees it: size, components, bits, how many tiles
 * and precincts it may make, and whether all tile-parts are there as a whole. A decoder shows what
 * it has of a stream that was cut; a measurement must not.
 *
 * @param precision bits of a sample
 * @param signed whether samples are two's complement
 */
record Jpeg2000Header(int precision, boolean signed) {
  private static final String TITLE = "JPEG 2000";
  private static final int SOC = 0xFF4F;
  private static final int SIZ = 0xFF51;
  private static final int COD = 0xFF52;
  private static final int SOT = 0xFF90;
  private static final int EOC = 0xFFD9;
  private static final int SOT_BYTES = 12;
  private static final int MAX_LEVELS = 32;

  /** Precincts beside those of 4 x 4 samples that a small image may have. */
  private static final int FREE_PRECINCTS = 1 << 16;

  private static final int MAX_TILES = 1 << 14;

  static Jpeg2000Header require(Bytes frame, PixelLayout layout) throws DicomException {
    return new Parser(frame, layout).parse();
  }

  private static final class Parser {
    private final Bytes frame;
    private final PixelLayout layout;
    private int at;
    private int precision;
    private boolean signed;
    private long tileWidth;
    private long tileHeight;
    private long tiles;

    Parser(Bytes frame, PixelLayout layout) {
      this.frame = frame;
      this.layout = layout;
    }

    Jpeg2000Header parse() throws DicomException {
      if (frame.length() < 4 || word(0) != SOC || word(2) != SIZ) {
        throw fault("the frame does not start with the markers FF4F FF51");
      }
      at = 2;
      boolean coded = false;
      while (true) {
        requireBytes(4);
        int marker = word(at);
        if (marker == SOT) {
          break;
        }
        if (marker < 0xFF00) {
          throw fault("no marker at byte " + at);
        }
        int length = word(at + 2);
        requireBytes(2 + length);
        if (marker == SIZ) {
          size(length);
        } else if (marker == COD) {
          coded = true;
          precincts(length);
        }
        at += 2 + Math.max(2, length);
      }
      if (!coded) {
        throw fault("no marker says how the image is coded (COD)");
      }
      tileParts();
      return new Jpeg2000Header(precision, signed);
    }

    /** Section A.5.1. */
    private void size(int length) throws DicomException {
      if (length < 41) {
        throw fault("a SIZ segment of " + length + " bytes");
      }
      long right = unsigned(at + 6);
      long bottom = unsigned(at + 10);
      long left = unsigned(at + 14);
      long top = unsigned(at + 18);
      tileWidth = unsigned(at + 22);
      tileHeight = unsigned(at + 26);
      long tileLeft = unsigned(at + 30);
      long tileTop = unsigned(at + 34);
      int components = word(at + 38);
      if (right - left != layout.columns()
          || bottom - top != layout.rows()
          || components != layout.samplesPerPixel()) {
        throw fault(
            "the image is %d x %d with %d component(s), the data set says %d x %d with %d"
                .formatted(
                    bottom - top,
                    right - left,
                    components,
                    layout.rows(),
                    layout.columns(),
                    layout.samplesPerPixel()));
      }
      if (components != 1) {
        throw fault("colour images are not supported");
      }
      int depth = octet(at + 40);
      precision = (depth & 0x7F) + 1;
      signed = depth >= 0x80;
      if (precision > layout.bitsAllocated()) {
        throw fault(precision + " bits do not fit BitsAllocated " + layout.bitsAllocated());
      }
      if (octet(at + 41) != 1 || octet(at + 42) != 1) {
        throw fault("the component is subsampled");
      }
      if (tileWidth == 0 || tileHeight == 0 || tileLeft > left || tileTop > top) {
        throw fault("the tiles have no size or begin inside the image");
      }
      tiles =
          (right - tileLeft + tileWidth - 1)
              / tileWidth
              * ((bottom - tileTop + tileHeight - 1) / tileHeight);
      if (tiles > MAX_TILES) {
        throw fault(tiles + " tiles are over the limit of " + MAX_TILES);
      }
      tileWidth = Math.min(tileWidth, layout.columns());
      tileHeight = Math.min(tileHeight, layout.rows());
    }

    /** Section A.6.1: each precinct of each resolution takes memory in the decoder. */
    private void precincts(int length) throws DicomException {
      if (length < 12) {
        throw fault("a COD segment of " + length + " bytes");
      }
      boolean own = (octet(at + 4) & 1) == 1;
      int levels = octet(at + 9);
      if (levels > MAX_LEVELS || (own && length < 13 + levels)) {
        throw fault("a COD segment with " + levels + " levels of decomposition");
      }
      long count = 0;
      for (int r = 0; r <= levels; r++) {
        int sizes = own ? octet(at + 14 + r) : 0xFF;
        long width = (tileWidth >> (levels - r)) + 1;
        long height = (tileHeight >> (levels - r)) + 1;
        count += ((width >> (sizes & 15)) + 2) * ((height >> (sizes >> 4)) + 2);
      }
      if (tiles * count > FREE_PRECINCTS + layout.samples() / 4) {
        throw fault(tiles * count + " precincts are too many for the image");
      }
    }

    /** Section A.4.2: each tile-part says how long it is; the last may reach to the end. */
    private void tileParts() throws DicomException {
      long parts = 0;
      while (true) {
        if (frame.length() - at < SOT_BYTES || word(at) != SOT) {
          break;
        }
        long length = unsigned(at + 6);
        parts++;
        if (length == 0) {
          requireEndMarker();
          return;
        }
        if (length < SOT_BYTES + 2) {
          throw fault("a tile-part of " + length + " bytes at byte " + at);
        }
        if (length > frame.length() - at) {
          throw fault(
              "a tile-part announces %d bytes, but only %d remain; the data is truncated"
                  .formatted(length, frame.length() - at));
        }
        at += (int) length;
      }
      if (frame.length() - at >= 2 && word(at) == EOC) {
        return;
      }
      // Some writers leave the end marker out; then all tiles must have been there.
      if (parts < tiles || !restIsPadding()) {
        throw fault("no end marker after the tile-parts; the data is truncated or damaged");
      }
    }

    private void requireEndMarker() throws DicomException {
      int end = frame.length();
      while (end > at && octet(end - 1) == 0) {
        end--;
      }
      if (end - at < SOT_BYTES + 2 || word(end - 2) != EOC) {
        throw fault("no end marker after the last tile-part; the data is truncated");
      }
    }

    private boolean restIsPadding() {
      for (int i = at; i < frame.length(); i++) {
        if (octet(i) != 0) {
          return false;
        }
      }
      return true;
    }

    private void requireBytes(int count) throws DicomException {
      if (frame.length() - at < count) {
        throw fault("the frame ends within its header; the data is truncated");
      }
    }

    private int octet(int index) {
      return frame.array()[frame.offset() + index] & 0xFF;
    }

    private int word(int index) {
      return octet(index) << 8 | octet(index + 1);
    }

    private long unsigned(int index) {
      return (long) word(index) << 16 | word(index + 2);
    }
  }

  private static DicomException fault(String what) {
    return JpegHeader.fault(TITLE, what);
  }
}
