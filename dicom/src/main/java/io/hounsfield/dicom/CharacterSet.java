// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Decodes text by the defined terms of SpecificCharacterSet, PS3.3 section C.12.1.1.2 and PS3.5
 * section 6.1. Terms outside the standard's list are read as ISO 8859-1, so that no byte is lost.
 */
final class CharacterSet {
  private static final Map<List<String>, CharacterSet> KNOWN = new ConcurrentHashMap<>();
  private static final int MAX_KNOWN = 256;
  static final CharacterSet DEFAULT = new CharacterSet(List.of());

  private static final Map<String, String> JAVA_NAMES =
      Map.ofEntries(
          Map.entry("6", "US-ASCII"),
          Map.entry("100", "ISO-8859-1"),
          Map.entry("101", "ISO-8859-2"),
          Map.entry("109", "ISO-8859-3"),
          Map.entry("110", "ISO-8859-4"),
          Map.entry("144", "ISO-8859-5"),
          Map.entry("127", "ISO-8859-6"),
          Map.entry("126", "ISO-8859-7"),
          Map.entry("138", "ISO-8859-8"),
          Map.entry("148", "ISO-8859-9"),
          Map.entry("203", "ISO-8859-15"),
          Map.entry("13", "JIS_X0201"),
          Map.entry("166", "TIS-620"),
          Map.entry("192", "UTF-8"));

  private final Charset charset;
  private final boolean codeExtensions;

  private CharacterSet(List<String> terms) {
    String first = terms.isEmpty() ? "" : terms.get(0);
    this.charset = charset(first);
    this.codeExtensions = terms.size() > 1 || first.startsWith("ISO 2022");
  }

  static CharacterSet of(List<String> terms) {
    if (terms.isEmpty()) {
      return DEFAULT;
    }
    CharacterSet known = KNOWN.get(terms);
    if (known == null) {
      known = new CharacterSet(terms);
      // Terms come from strangers: remember only so many.
      if (KNOWN.size() < MAX_KNOWN) {
        KNOWN.put(List.copyOf(terms), known);
      }
    }
    return known;
  }

  private static Charset charset(String term) {
    String javaName =
        switch (term) {
          case "" -> "US-ASCII";
          case "GB18030", "GBK" -> term;
          default -> {
            int number = term.lastIndexOf(' ');
            String registered =
                term.startsWith("ISO_IR ") || term.startsWith("ISO 2022 IR ")
                    ? term.substring(number + 1)
                    : "";
            yield JAVA_NAMES.getOrDefault(registered, "ISO-8859-1");
          }
        };
    return Charset.forName(javaName);
  }

  /** Text in the character set of the first term. */
  byte[] encode(int tag, String text) throws DicomException {
    try {
      ByteBuffer encoded = charset.newEncoder().encode(CharBuffer.wrap(text));
      return Arrays.copyOf(encoded.array(), encoded.limit());
    } catch (CharacterCodingException e) {
      throw new DicomException(
          Tag.describe(tag)
              + ": the text cannot be written in "
              + charset
              + "; set SpecificCharacterSet (0008,0005) to ISO_IR 192",
          e);
    }
  }

  String decode(byte[] bytes, int offset, int length) {
    if (codeExtensions) {
      return Iso2022.decode(bytes, offset, length, charset);
    }
    if (charset == StandardCharsets.US_ASCII) {
      // Bytes above 127 are not allowed here, but occur: nearly always they are Latin-1.
      return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }
    return new String(bytes, offset, length, charset);
  }
}
