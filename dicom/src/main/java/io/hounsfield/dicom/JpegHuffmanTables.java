// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

/** The Huffman tables that an image has defined so far, ISO/IEC 10918-1 section B.2.4.2. */
final class JpegHuffmanTables {
  /** Classes of tables. */
  static final int DC_OR_LOSSLESS = 0;

  static final int AC = 1;

  /** A table is made when a scan uses it: some bytes define many. */
  private record Specification(int[] counts, int[] symbols) {}

  private final Specification[][] specifications = new Specification[2][4];
  private final String title;

  /**
   * @param title name of the codec, for faults
   */
  JpegHuffmanTables(String title) {
    this.title = title;
  }

  /** Reads a segment of tables up to its end. */
  void read(JpegBits bits, int end) throws DicomException {
    while (bits.position() < end) {
      int selector = bits.octet();
      if (selector >> 4 > 1 || (selector & 15) > 3) {
        throw JpegHeader.fault(title, "Huffman table " + selector);
      }
      bits.require(end, 16);
      int[] counts = new int[17];
      int total = 0;
      for (int length = 1; length <= 16; length++) {
        counts[length] = bits.octet();
        total += counts[length];
      }
      bits.require(end, total);
      int[] symbols = new int[total];
      for (int i = 0; i < total; i++) {
        symbols[i] = bits.octet();
      }
      specifications[selector >> 4][selector & 15] = new Specification(counts, symbols);
    }
  }

  /**
   * @param destination as a scan names it
   * @throws DicomException when there is no such table, or it is none
   */
  JpegHuffmanTable table(int tableClass, int destination) throws DicomException {
    Specification specification = destination > 3 ? null : specifications[tableClass][destination];
    if (specification == null) {
      throw JpegHeader.fault(title, "a table that the scan needs is missing");
    }
    return new JpegHuffmanTable(specification.counts, specification.symbols, title);
  }
}
