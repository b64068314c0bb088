// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.util.Arrays;

/**
 * A Huffman table, ISO/IEC 10918-1 annex C and section F.2.2.3: short codes by one look-up of the
 * next bits, long ones length by length.
 */
final class JpegHuffmanTable {
  private static final int MAX_LENGTH = 16;
  private static final int SHORT_LENGTH = 9;
  private static final short NO_SHORT_CODE = -1;

  /** By the next 9 bits: length of the code in the upper byte, symbol in the lower one. */
  private final short[] shortCodes = new short[1 << SHORT_LENGTH];

  /** By length: the first 16-bit number above the codes of this length, filled with zeros. */
  private final int[] limits = new int[MAX_LENGTH + 1];

  /** By length: what to add to a code of this length for the index of its symbol. */
  private final int[] offsets = new int[MAX_LENGTH + 1];

  private final int[] symbols;
  private final String title;

  /**
   * @param counts how many codes there are of each length, from index 1 to 16
   * @param symbols what they stand for, in the order of the codes
   * @param title name of the codec, for faults
   */
  JpegHuffmanTable(int[] counts, int[] symbols, String title) throws DicomException {
    this.symbols = symbols;
    this.title = title;
    Arrays.fill(shortCodes, NO_SHORT_CODE);
    int next = 0;
    int index = 0;
    for (int length = 1; length <= MAX_LENGTH; length++) {
      int step = 1 << (MAX_LENGTH - length);
      offsets[length] = index - (next >> (MAX_LENGTH - length));
      if (next + counts[length] * step > 1 << MAX_LENGTH) {
        throw JpegHeader.fault(title, "a Huffman table with too many codes");
      }
      for (int i = 0; i < counts[length]; i++) {
        if (length <= SHORT_LENGTH) {
          int first = next >> (MAX_LENGTH - SHORT_LENGTH);
          int end = first + (1 << (SHORT_LENGTH - length));
          Arrays.fill(shortCodes, first, end, (short) (length << 8 | symbols[index]));
        }
        index++;
        next += step;
      }
      limits[length] = next;
    }
  }

  int decode(JpegBits bits) throws DicomException {
    int ahead = bits.peek16();
    int code = shortCodes[ahead >> (MAX_LENGTH - SHORT_LENGTH)];
    if (code != NO_SHORT_CODE) {
      bits.drop(code >> 8);
      return code & 0xFF;
    }
    for (int length = SHORT_LENGTH + 1; length <= MAX_LENGTH; length++) {
      if (ahead < limits[length]) {
        bits.drop(length);
        return symbols[offsets[length] + (ahead >> (MAX_LENGTH - length))];
      }
    }
    throw JpegHeader.fault(title, "damaged image: bits that are no code");
  }
}
