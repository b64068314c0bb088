// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.nio.charset.Charset;

/** Code extension by escape sequences, PS3.5 section 6.1.2.5 and PS3.3 tables C.12-3 and C.12-4. */
final class Iso2022 {
  private static final int ESCAPE = 0x1B;
  private static final Charset ASCII = Charset.forName("US-ASCII");

  /** Bytes above 127 where no set was ever designated for them: nearly always Latin-1. */
  private static final Charset LATIN = Charset.forName("ISO-8859-1");

  private static final Charset JIS_X0201 = Charset.forName("JIS_X0201");
  private static final Charset JAPANESE = Charset.forName("EUC-JP");
  private static final Charset KOREAN = Charset.forName("EUC-KR");
  private static final Charset CHINESE = Charset.forName("GB2312");

  /** What the codes below 128 mean. */
  private enum Lower {
    SINGLE_BYTE,
    JIS_X0208,
    JIS_X0212
  }

  private final byte[] bytes;
  private final int end;
  private final Charset initial;
  private final String delimiters;
  private final StringBuilder text = new StringBuilder();
  private int at;
  private Lower lower = Lower.SINGLE_BYTE;
  private Charset lowerSet = ASCII;
  private Charset upperSet;

  private Iso2022(byte[] bytes, int offset, int length, Charset initial, String delimiters) {
    this.bytes = bytes;
    this.delimiters = delimiters;
    this.at = offset;
    this.end = offset + length;
    this.initial = initial;
    reset();
  }

  /**
   * Decodes a value.
   *
   * @param initial the character set of the first term
   * @param delimiters characters before which the sets of the first term are active again
   */
  static String decode(byte[] bytes, int offset, int length, Charset initial, String delimiters) {
    return new Iso2022(bytes, offset, length, initial, delimiters).decode();
  }

  /** Delimiters and control characters bring back the sets of the first term, section 6.1.2.5.3. */
  private void reset() {
    lower = Lower.SINGLE_BYTE;
    lowerSet = initial.equals(JIS_X0201) ? JIS_X0201 : ASCII;
    upperSet = initial.equals(ASCII) ? LATIN : initial;
  }

  private String decode() {
    while (at < end) {
      int code = bytes[at] & 0xFF;
      if (code == ESCAPE) {
        escape();
      } else if (code < 0x20) {
        reset();
        append(ASCII, 1);
      } else if (code < 0x80) {
        lowerCode(code);
      } else if (upperSet.equals(KOREAN) || upperSet.equals(CHINESE)) {
        append(upperSet, Math.min(2, end - at));
      } else {
        append(upperSet, 1);
      }
    }
    return text.toString();
  }

  private void lowerCode(int code) {
    if (code == ' ' || code == 0x7F) {
      // Never part of a set of 94 characters, ISO/IEC 2022.
      append(ASCII, 1);
    } else if (lower != Lower.SINGLE_BYTE && at + 1 < end) {
      byte high = (byte) (bytes[at] | 0x80);
      byte low = (byte) (bytes[at + 1] | 0x80);
      byte[] pair =
          lower == Lower.JIS_X0208 ? new byte[] {high, low} : new byte[] {(byte) 0x8F, high, low};
      text.append(new String(pair, JAPANESE));
      at += 2;
    } else {
      // In JIS X 0201 5C is the yen sign, but between values it is still the delimiter.
      if (delimiters.indexOf(code) >= 0) {
        reset();
        append(ASCII, 1);
      } else {
        append(lowerSet, 1);
      }
    }
  }

  private void append(Charset set, int count) {
    text.append(new String(bytes, at, count, set));
    at += count;
  }

  /** Escape sequences without a meaning in the standard are dropped; the text around stays. */
  private void escape() {
    int first = byteAt(at + 1);
    int second = byteAt(at + 2);
    int third = byteAt(at + 3);
    at += 3;
    switch (first) {
      case '(' -> lower(Lower.SINGLE_BYTE, second == 'J' ? JIS_X0201 : ASCII);
      case ')' -> upperSet = JIS_X0201;
      case '-' -> upperSet = upper(second);
      case '$' -> {
        switch (second) {
          case 'B', '@' -> lower(Lower.JIS_X0208, ASCII);
          case '(' -> {
            lower(Lower.JIS_X0212, ASCII);
            at++;
          }
          case ')' -> {
            upperSet = third == 'C' ? KOREAN : CHINESE;
            at++;
          }
          default -> {}
        }
      }
      default -> at -= 2;
    }
    at = Math.min(at, end);
  }

  private void lower(Lower state, Charset set) {
    lower = state;
    lowerSet = set;
  }

  private Charset upper(int finalByte) {
    String name =
        switch (finalByte) {
          case 'A' -> "ISO-8859-1";
          case 'B' -> "ISO-8859-2";
          case 'C' -> "ISO-8859-3";
          case 'D' -> "ISO-8859-4";
          case 'L' -> "ISO-8859-5";
          case 'G' -> "ISO-8859-6";
          case 'F' -> "ISO-8859-7";
          case 'H' -> "ISO-8859-8";
          case 'M' -> "ISO-8859-9";
          case 'b' -> "ISO-8859-15";
          case 'T' -> "TIS-620";
          default -> null;
        };
    return name == null ? initial : Charset.forName(name);
  }

  private int byteAt(int index) {
    return index < end ? bytes[index] : -1;
  }
}
