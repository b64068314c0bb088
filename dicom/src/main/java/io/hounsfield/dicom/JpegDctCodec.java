// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import java.util.Arrays;
import java.util.Set;

/**
 * Sequential DCT with Huffman coding, one component of 8 or 12 bits: JPEG Baseline (process 1) and
 * Extended (processes 2 and 4), ISO/IEC 10918-1 annexes B, E and F. The JDK's reader knows no
 * samples of 12 bits and carries on after damage; this one does both kinds and refuses.
 */
final class JpegDctCodec implements FrameCodec {
  static final String TITLE = "JPEG";
  private static final Set<Integer> PROCESSES =
      Set.of(JpegHeader.SOF0_BASELINE, JpegHeader.SOF1_EXTENDED);

  /** A block has a DC and an end-of-block code of a bit each at least. */
  private static final int MIN_BITS_OF_BLOCK = 2;

  @Override
  public short[] decode(Bytes frame, PixelLayout layout) throws DicomException {
    JpegHeader header = JpegHeader.require(frame, layout, TITLE, PROCESSES);
    if (header.components() != 1) {
      throw fault("colour images are not supported");
    }
    if (header.precision() != 8 && header.precision() != 12) {
      throw fault("samples of " + header.precision() + " bits; the process has 8 or 12");
    }
    long blocks = (layout.columns() + 7L) / 8 * ((layout.rows() + 7L) / 8);
    if (frame.length() * 8L < blocks * MIN_BITS_OF_BLOCK) {
      throw fault(frame.length() + " bytes cannot hold " + blocks + " blocks; truncated");
    }
    short[] samples = new Decoder(frame, header).decode();
    SampleBits.extractLossy(samples, layout, false);
    return samples;
  }

  private static DicomException fault(String what) {
    return JpegHeader.fault(TITLE, what);
  }

  private static final class Decoder {
    /** Figure A.6: place in the block of the coefficients in the order of coding. */
    private static final int[] ZIG_ZAG = zigZag();

    /** {@code [frequency][place]} of the inverse transform of one dimension, section A.3.3. */
    private static final float[] COSINES = cosines();

    private final JpegHeader header;
    private final JpegBits bits;
    private final int[][] quantization = new int[4][];
    private final JpegHuffmanTables tables = new JpegHuffmanTables(TITLE);
    private int component;
    private int quantizationTable;
    private int restartInterval;

    private final float[] coefficients = new float[64];
    private final float[] rows = new float[64];

    Decoder(Bytes frame, JpegHeader header) {
      this.header = header;
      this.bits = new JpegBits(frame, TITLE);
    }

    short[] decode() throws DicomException {
      bits.seek(2);
      while (true) {
        int marker = bits.marker();
        if (marker == JpegMarker.EOI) {
          throw fault("the image ends before its scan");
        }
        int end = bits.segmentEnd();
        switch (marker) {
          case JpegMarker.DQT -> quantizationTables(end);
          case JpegMarker.DHT -> tables.read(bits, end);
          case JpegMarker.DRI -> restartInterval = bits.word();
          case JpegHeader.SOF0_BASELINE, JpegHeader.SOF1_EXTENDED -> frameComponent(end);
          case JpegMarker.SOS -> {
            return scan(end);
          }
          default -> {
            // Application data, comments.
          }
        }
        bits.seek(end);
      }
    }

    private void frameComponent(int end) throws DicomException {
      bits.require(end, 9);
      bits.skip(6);
      component = bits.octet();
      bits.skip(1);
      quantizationTable = bits.octet();
      if (quantizationTable > 3) {
        throw fault("quantization table " + quantizationTable);
      }
    }

    /** Section B.2.4.1. */
    private void quantizationTables(int end) throws DicomException {
      while (bits.position() < end) {
        int selector = bits.octet();
        boolean wide = selector >> 4 != 0;
        if (selector >> 4 > 1 || (selector & 15) > 3) {
          throw fault("quantization table " + selector);
        }
        bits.require(end, wide ? 128 : 64);
        int[] table = new int[64];
        for (int k = 0; k < 64; k++) {
          table[k] = wide ? bits.word() : bits.octet();
        }
        quantization[selector & 15] = table;
      }
    }

    /** Section B.2.3 and annex F.2: with one component, blocks follow each other in lines. */
    private short[] scan(int end) throws DicomException {
      bits.require(end, 6);
      int count = bits.octet();
      int selected = bits.octet();
      int selectors = bits.octet();
      if (count != 1 || selected != component) {
        throw fault("the scan is not of the one component of the image");
      }
      int[] steps = quantization[quantizationTable];
      if (steps == null) {
        throw fault("a table that the scan needs is missing");
      }
      JpegHuffmanTable dcTable = tables.table(JpegHuffmanTables.DC_OR_LOSSLESS, selectors >> 4);
      JpegHuffmanTable acTable = tables.table(JpegHuffmanTables.AC, selectors & 15);
      bits.seek(end);
      short[] samples = new short[header.rows() * header.columns()];
      int across = (header.columns() + 7) / 8;
      int blocks = across * ((header.rows() + 7) / 8);
      int predictor = 0;
      for (int block = 0; block < blocks; block++) {
        if (restartInterval > 0 && block > 0 && block % restartInterval == 0) {
          int marker = bits.restart();
          if (marker != JpegMarker.RST0 + (block / restartInterval - 1) % 8) {
            throw fault("damaged image: restart marker missing before block " + block);
          }
          predictor = 0;
        }
        predictor = block(dcTable, acTable, steps, predictor);
        transform();
        store(samples, block / across * 8, block % across * 8);
      }
      int marker = bits.restart();
      if (marker != JpegMarker.EOI) {
        throw fault(
            JpegMarker.isRestart(marker)
                ? "damaged image: more data than blocks"
                : "damaged image: no end marker after the last block");
      }
      return samples;
    }

    /** Sections F.2.2.1 and F.2.2.2; returns the DC coefficient, before quantization. */
    private int block(JpegHuffmanTable dcTable, JpegHuffmanTable acTable, int[] steps, int previous)
        throws DicomException {
      Arrays.fill(coefficients, 0);
      int size = dcTable.decode(bits);
      if (size > header.precision() + 4) {
        throw fault("damaged image: a DC difference of " + size + " bits");
      }
      int value = previous + bits.signed(size);
      coefficients[0] = value * (float) steps[0];
      for (int k = 1; k < 64; k++) {
        int symbol = acTable.decode(bits);
        int run = symbol >> 4;
        int bitCount = symbol & 15;
        if (bitCount == 0) {
          if (run != 15) {
            break;
          }
          k += 15;
          continue;
        }
        k += run;
        if (k > 63) {
          throw fault("damaged image: coefficients beyond the end of a block");
        }
        coefficients[ZIG_ZAG[k]] = bits.signed(bitCount) * (float) steps[k];
      }
      return value;
    }

    /** The two-dimensional inverse transform, rows of coefficients first. */
    private void transform() {
      for (int v = 0; v < 8; v++) {
        int line = 8 * v;
        for (int x = 0; x < 8; x++) {
          float sum = 0;
          for (int u = 0; u < 8; u++) {
            sum += coefficients[line + u] * COSINES[8 * u + x];
          }
          rows[line + x] = sum;
        }
      }
      for (int y = 0; y < 8; y++) {
        for (int x = 0; x < 8; x++) {
          float sum = 0;
          for (int v = 0; v < 8; v++) {
            sum += rows[8 * v + x] * COSINES[8 * v + y];
          }
          coefficients[8 * y + x] = sum;
        }
      }
    }

    private void store(short[] samples, int top, int left) {
      int level = 1 << (header.precision() - 1);
      int most = 2 * level - 1;
      int height = Math.min(8, header.rows() - top);
      int width = Math.min(8, header.columns() - left);
      for (int y = 0; y < height; y++) {
        int to = (top + y) * header.columns() + left;
        for (int x = 0; x < width; x++) {
          int value = Math.round(coefficients[8 * y + x]) + level;
          samples[to + x] = (short) Math.max(0, Math.min(most, value));
        }
      }
    }

    private static int[] zigZag() {
      int[] order = new int[64];
      int k = 0;
      for (int diagonal = 0; diagonal < 15; diagonal++) {
        int low = Math.max(0, diagonal - 7);
        int high = Math.min(diagonal, 7);
        for (int i = low; i <= high; i++) {
          int row = diagonal % 2 == 0 ? high + low - i : i;
          order[k++] = 8 * row + diagonal - row;
        }
      }
      return order;
    }

    private static float[] cosines() {
      float[] table = new float[64];
      for (int u = 0; u < 8; u++) {
        double scale = u == 0 ? Math.sqrt(0.125) : 0.5;
        for (int x = 0; x < 8; x++) {
          table[8 * u + x] = (float) (scale * Math.cos((2 * x + 1) * u * Math.PI / 16));
        }
      }
      return table;
    }
  }
}
