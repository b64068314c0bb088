// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Decodes text by the defined terms of SpecificCharacterSet, PS3.3 section C.12.1.1.2 and PS3.5
 * section 6.1. Terms outside the standard's list are read as ISO 8859-1, so that no byte is lost.
 */
final class CharacterSet {
  private static final Map<List<String>, CharacterSet> KNOWN = new ConcurrentHashMap<>();
  private static final int MAX_KNOWN = 256;

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

  /** Sets that stand alone, without code extensions; PS3.3 section C.12.1.1.2. */
  private static final Set<String> WHOLE = Set.of("192", "GB18030", "GBK");

  /** What escape sequences may bring in; as a first term their upper half is there at once. */
  private static final Map<String, String> MULTI_BYTE =
      Map.of("149", "EUC-KR", "58", "GB2312", "87", "US-ASCII", "159", "US-ASCII");

  /** What holds where SpecificCharacterSet is absent: ISO 646. */
  static final CharacterSet DEFAULT = new CharacterSet(List.of());

  private final Charset charset;
  private final Charset writable;
  private final boolean codeExtensions;

  private CharacterSet(List<String> terms) {
    List<String> numbers = terms.stream().map(CharacterSet::number).toList();
    // Some writers name a set that stands alone beside others: it is the one that they use.
    Optional<String> whole = numbers.stream().filter(WHOLE::contains).findFirst();
    String first = numbers.isEmpty() ? "" : numbers.get(0);
    this.charset = Charset.forName(javaName(whole.orElse(first)));
    this.writable = MULTI_BYTE.containsKey(first) ? StandardCharsets.US_ASCII : charset;
    // In JIS X 0201 the delimiter of values is the yen sign: it takes the same care.
    this.codeExtensions =
        whole.isEmpty()
            && (terms.size() > 1 || isExtended(terms) || charset.name().equals("JIS_X0201"));
  }

  private static boolean isExtended(List<String> terms) {
    return !terms.isEmpty() && plain(terms.get(0)).startsWith("ISO 2022 ");
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

  /** Defined terms are often misspelt: ISO-IR 100, ISO IR 192, iso_ir 100. */
  private static String plain(String term) {
    return term.strip().toUpperCase(Locale.ROOT).replace('_', ' ').replace('-', ' ');
  }

  /** The registration number of a term, or the term itself where it has none. */
  private static String number(String term) {
    String plain = plain(term);
    boolean registered = plain.startsWith("ISO IR ") || plain.startsWith("ISO 2022 IR ");
    return registered ? plain.substring(plain.lastIndexOf(' ') + 1) : plain;
  }

  private static String javaName(String number) {
    return switch (number) {
      case "" -> "US-ASCII";
      case "GB18030", "GBK" -> number;
      default -> JAVA_NAMES.getOrDefault(number, MULTI_BYTE.getOrDefault(number, "ISO-8859-1"));
    };
  }

  /** Text in the character set of the first term. */
  byte[] encode(int tag, String text) throws DicomException {
    try {
      ByteBuffer encoded = writable.newEncoder().encode(CharBuffer.wrap(text));
      return Arrays.copyOf(encoded.array(), encoded.limit());
    } catch (CharacterCodingException e) {
      throw new DicomException(
          Tag.describe(tag)
              + ": the text cannot be written in "
              + writable
              + "; set SpecificCharacterSet (0008,0005) to ISO_IR 192",
          e);
    }
  }

  /** Text of a value; which characters delimit its parts depends on the VR. */
  String decode(VR vr, byte[] bytes, int offset, int length) {
    if (codeExtensions) {
      String delimiters = vr == VR.PN ? "\\^=" : vr.isMultiValued() ? "\\" : "";
      return Iso2022.decode(bytes, offset, length, charset, delimiters);
    }
    if (charset == StandardCharsets.US_ASCII) {
      // Bytes above 127 are not allowed here, but occur: nearly always they are Latin-1.
      return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }
    return new String(bytes, offset, length, charset);
  }
}
