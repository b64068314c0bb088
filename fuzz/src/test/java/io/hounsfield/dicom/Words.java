// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Words of the formats, for the fuzzer's dictionaries. */
public final class Words {
  private static final int[] TAGS = {
    Tag.ITEM,
    Tag.ITEM_DELIMITATION,
    Tag.SEQUENCE_DELIMITATION,
    Tag.PixelData,
    Tag.SpecificCharacterSet,
    Tag.PixelRepresentation,
    Tag.NumberOfFrames,
    Tag.ExtendedOffsetTable,
    Tag.ExtendedOffsetTableLengths,
    Tag.TransferSyntaxUID,
    Tag.Rows,
    Tag.BitsAllocated
  };

  private Words() {}

  static List<byte[]> jpegMarkers() {
    List<byte[]> words = new ArrayList<>();
    for (int code :
        new int[] {
          0x00, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xCC, 0xD0, 0xD7, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD,
          0xE0, 0xE1, 0xE2, 0xEE, 0xF7, 0xF8, 0xFE, 0xFF
        }) {
      words.add(new byte[] {(byte) 0xFF, (byte) code});
    }
    return words;
  }

  static List<byte[]> jpeg2000Markers() {
    List<byte[]> words = new ArrayList<>();
    for (int code :
        new int[] {
          0x4F, 0x50, 0x51, 0x52, 0x53, 0x55, 0x57, 0x58, 0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x61, 0x63,
          0x64, 0x90, 0x91, 0x92, 0x93, 0xD9
        }) {
      words.add(new byte[] {(byte) 0xFF, (byte) code});
    }
    return words;
  }

  /** Tags in both orders of bytes, value representations, lengths, terms of character sets. */
  public static List<byte[]> dataSets() {
    List<byte[]> words = new ArrayList<>();
    for (int tag : TAGS) {
      for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
        words.add(
            ByteBuffer.allocate(4)
                .order(order)
                .putShort((short) (tag >>> 16))
                .putShort((short) tag)
                .array());
      }
    }
    for (VR vr : VR.values()) {
      words.add(vr.name().getBytes(StandardCharsets.US_ASCII));
    }
    for (TransferSyntax syntax : TransferSyntax.values()) {
      words.add(syntax.uid().getBytes(StandardCharsets.US_ASCII));
    }
    words.add(new byte[] {-1, -1, -1, -1});
    words.add("DICM".getBytes(StandardCharsets.US_ASCII));
    for (String term :
        List.of(
            "ISO_IR 192",
            "GB18030",
            "ISO 2022 IR 87",
            "ISO 2022 IR 149",
            "ISO 2022 IR 58",
            "\u001b$B",
            "\u001b(J",
            "\u001b$)C",
            "\u001b$)A")) {
      words.add(term.getBytes(StandardCharsets.US_ASCII));
    }
    return words;
  }
}
