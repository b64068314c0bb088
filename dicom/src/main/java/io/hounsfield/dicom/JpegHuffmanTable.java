// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.util.Arrays;

/** A Huffman table, ISO/IEC 10918-1 annex C, as one look-up of the next 16 bits. */
final class JpegHuffmanTable {
  private static final int NO_CODE = -1;

  /** Length of the code in the upper byte, symbol in the lower one. */
  private final short[] codes = new short[1 << 16];

  /**
   * @param counts how many codes there are of each length, from index 1 to 16
   * @param symbols what they stand for, in the order of the codes
   */
  JpegHuffmanTable(int[] counts, int[] symbols) throws DicomException {
    Arrays.fill(codes, (short) NO_CODE);
    int next = 0;
    int index = 0;
    for (int length = 1; length <= 16; length++) {
      int width = 1 << (16 - length);
      for (int i = 0; i < counts[length]; i++) {
        if (next + width > codes.length) {
          throw JpegHeader.fault(JpegDctCodec.TITLE, "a Huffman table with too many codes");
        }
        Arrays.fill(codes, next, next + width, (short) (length << 8 | symbols[index++]));
        next += width;
      }
    }
  }

  int decode(JpegBits bits) throws DicomException {
    int code = codes[bits.peek16()];
    if (code == NO_CODE) {
      throw JpegHeader.fault(JpegDctCodec.TITLE, "damaged image: bits that are no code");
    }
    bits.drop(code >> 8);
    return code & 0xFF;
  }
}
