// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

/**
 * Our own texts in the characters that every Specific Character Set has, so that they can stand
 * beside the patient's name in whatever set the images use.
 */
final class Ascii {

  private Ascii() {}

  /**
   * Printable ASCII without the backslash, which separates values; other signs by their nearest.
   */
  static String of(String text) {
    StringBuilder ascii = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c ->
                ascii.append(
                    switch (c) {
                      case '\u2212', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014' -> "-";
                      case '\u2265' -> ">=";
                      case '\u2264' -> "<=";
                      case '\u00B2' -> "2";
                      case '\u00B3' -> "3";
                      case '\u00B0' -> " deg";
                      case '\u00B1' -> "+/-";
                      case '\u00B5', '\u03BC' -> "u";
                      case '\u00D7' -> "x";
                      case '\u2018', '\u2019' -> "'";
                      case '\u201C', '\u201D' -> "\"";
                      case '\u2026' -> "...";
                      case '\\' -> "/";
                      case '\t', '\n', '\r', '\u00A0', '\u2009', '\u202F' -> " ";
                      default -> c >= 0x20 && c < 0x7F ? Character.toString(c) : "?";
                    }));
    return ascii.toString();
  }

  /** ASCII of a text, at most so many characters. */
  static String cut(String text, int characters) {
    String ascii = of(text);
    return ascii.length() <= characters ? ascii : ascii.substring(0, characters);
  }
}
