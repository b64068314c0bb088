// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.ByteArrayOutputStream;

/** JPEG process 14 with one component, ISO/IEC 10918-1 annex H, with a plain Huffman table. */
final class JpegLosslessEncoder {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int bits;
  private int bitCount;

  private JpegLosslessEncoder() {}

  static byte[] encode(short[] samples, int rows, int columns, int precision, int predictor) {
    JpegLosslessEncoder encoder = new JpegLosslessEncoder();
    encoder.header(rows, columns, precision, predictor);
    encoder.scan(samples, rows, columns, precision, predictor);
    return encoder.out.toByteArray();
  }

  private void header(int rows, int columns, int precision, int predictor) {
    words(0xFFD8, 0xFFC3, 11);
    bytes(precision, rows >> 8, rows, columns >> 8, columns, 1, 1, 0x11, 0);
    // Seventeen categories with codes of five bits: none of them is all ones.
    words(0xFFC4, 2 + 17 + 17);
    bytes(0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    for (int category = 0; category <= 16; category++) {
      bytes(category);
    }
    words(0xFFDA, 8);
    bytes(1, 1, 0, predictor, 0, 0);
  }

  private void scan(short[] samples, int rows, int columns, int precision, int predictor) {
    int mask = (1 << precision) - 1;
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < columns; x++) {
        int i = y * columns + x;
        int left = x > 0 ? samples[i - 1] & mask : 0;
        int above = y > 0 ? samples[i - columns] & mask : 0;
        int corner = x > 0 && y > 0 ? samples[i - columns - 1] & mask : 0;
        int predicted;
        if (x == 0 && y == 0) {
          predicted = 1 << (precision - 1);
        } else if (y == 0) {
          predicted = left;
        } else if (x == 0) {
          predicted = above;
        } else {
          predicted =
              switch (predictor) {
                case 1 -> left;
                case 2 -> above;
                case 3 -> corner;
                case 4 -> left + above - corner;
                case 5 -> left + (above - corner >> 1);
                case 6 -> above + (left - corner >> 1);
                default -> left + above >> 1;
              };
        }
        difference((short) ((samples[i] & mask) - predicted));
      }
    }
    put((1 << 7) - 1, (8 - bitCount) % 8 & 7);
    words(0xFFD9);
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
