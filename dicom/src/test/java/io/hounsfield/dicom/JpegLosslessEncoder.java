// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.ByteArrayOutputStream;

/** JPEG process 14, ISO/IEC 10918-1 annex H, with a plain Huffman table. */
final class JpegLosslessEncoder {
  /**
   * How to code.
   *
   * @param predictor 1 to 7
   * @param pointTransform low bits that are dropped
   * @param restartLines lines of a restart interval; 0 for one interval
   * @param fillBytes bytes FF before each marker that follows coded data
   * @param interleaved all components in one scan
   */
  record Coding(
      int predictor, int pointTransform, int restartLines, int fillBytes, boolean interleaved) {
    static Coding of(int predictor) {
      return new Coding(predictor, 0, 0, 0, true);
    }
  }

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final int[] samples;
  private final int rows;
  private final int columns;
  private final int components;
  private final int precision;
  private final Coding coding;
  private int bits;
  private int bitCount;

  private JpegLosslessEncoder(
      short[] samples, int rows, int columns, int components, int precision, Coding coding) {
    this.samples = new int[samples.length];
    for (int i = 0; i < samples.length; i++) {
      this.samples[i] = (samples[i] & (1 << precision) - 1) >> coding.pointTransform;
    }
    this.rows = rows;
    this.columns = columns;
    this.components = components;
    this.precision = precision;
    this.coding = coding;
  }

  static byte[] encode(short[] samples, int rows, int columns, int precision, int predictor) {
    return encode(samples, rows, columns, 1, precision, Coding.of(predictor));
  }

  /**
   * @param samples {@code [row][column][component]}
   */
  static byte[] encode(
      short[] samples, int rows, int columns, int components, int precision, Coding coding) {
    JpegLosslessEncoder encoder =
        new JpegLosslessEncoder(samples, rows, columns, components, precision, coding);
    encoder.image();
    return encoder.out.toByteArray();
  }

  private void image() {
    words(0xFFD8, 0xFFC3, 8 + 3 * components);
    bytes(precision, rows >> 8, rows, columns >> 8, columns, components);
    for (int component = 1; component <= components; component++) {
      bytes(component, 0x11, 0);
    }
    // Seventeen categories with codes of five bits: none of them is all ones.
    words(0xFFC4, 2 + 17 + 17);
    bytes(0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    for (int category = 0; category <= 16; category++) {
      bytes(category);
    }
    if (coding.restartLines > 0) {
      words(0xFFDD, 4, coding.restartLines * columns);
    }
    if (coding.interleaved) {
      scan(0, components);
    } else {
      for (int component = 0; component < components; component++) {
        scan(component, component + 1);
      }
    }
    words(0xFFD9);
  }

  private void scan(int from, int until) {
    words(0xFFDA, 6 + 2 * (until - from));
    bytes(until - from);
    for (int component = from; component < until; component++) {
      bytes(component + 1, 0);
    }
    bytes(coding.predictor, 0, coding.pointTransform);
    for (int y = 0; y < rows; y++) {
      boolean first = y == 0;
      if (coding.restartLines > 0 && y > 0 && y % coding.restartLines == 0) {
        endOfData();
        words(0xFFD0 + (y / coding.restartLines - 1) % 8);
        first = true;
      }
      for (int x = 0; x < columns; x++) {
        for (int component = from; component < until; component++) {
          int i = (y * columns + x) * components + component;
          difference((short) (samples[i] - prediction(i, x, first)));
        }
      }
    }
    endOfData();
  }

  private int prediction(int i, int x, boolean first) {
    int stride = columns * components;
    if (first) {
      return x == 0 ? 1 << (precision - coding.pointTransform - 1) : samples[i - components];
    }
    int above = samples[i - stride];
    if (x == 0) {
      return above;
    }
    int left = samples[i - components];
    int corner = samples[i - stride - components];
    return switch (coding.predictor) {
      case 1 -> left;
      case 2 -> above;
      case 3 -> corner;
      case 4 -> left + above - corner;
      case 5 -> left + (above - corner >> 1);
      case 6 -> above + (left - corner >> 1);
      default -> left + above >> 1;
    };
  }

  private void difference(int value) {
    int magnitude = Math.abs(value);
    int category = 32 - Integer.numberOfLeadingZeros(magnitude);
    put(category, 5);
    if (category > 0 && category < 16) {
      put(value > 0 ? value : value - 1 + (1 << category), category);
    }
  }

  private void put(int value, int count) {
    for (int i = count - 1; i >= 0; i--) {
      bits = bits << 1 | value >> i & 1;
      if (++bitCount == 8) {
        out.write(bits);
        if ((bits & 0xFF) == 0xFF) {
          out.write(0);
        }
        bits = 0;
        bitCount = 0;
      }
    }
  }

  private void endOfData() {
    put((1 << 7) - 1, (8 - bitCount) % 8 & 7);
    for (int i = 0; i < coding.fillBytes; i++) {
      out.write(0xFF);
    }
  }

  private void words(int... words) {
    for (int word : words) {
      bytes(word >> 8, word);
    }
  }

  private void bytes(int... bytes) {
    for (int value : bytes) {
      out.write(value);
    }
  }
}
