// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.regex.Pattern;

/** Text values and what each VR allows them to be, PS3.5 table 6.2-1. */
final class Numbers {
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[Ee][+-]?[0-9]+)?");
  private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]+");
  private static final Pattern CODE = Pattern.compile("[A-Z0-9 _]*");
  private static final Pattern DATE = Pattern.compile("[0-9]{8}");
  private static final Pattern TIME =
      Pattern.compile("[0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:\\.[0-9]{1,6})?)?)?");
  private static final Pattern AGE = Pattern.compile("[0-9]{3}[DWMY]");
  private static final Pattern DATE_TIME =
      Pattern.compile("[0-9]{4}(?:[0-9]{2}){0,5}(?:\\.[0-9]{1,6})?(?:[+-][0-9]{4})?");
  private static final int DS_CHARACTERS = 16;
  private static final int MAX_NUMBER_CHARACTERS = 64;

  private Numbers() {}

  /** A number of VR DS or IS; longer than the standard allows is tolerated within reason. */
  static double parse(int tag, String text) throws DicomException {
    if (text.length() > MAX_NUMBER_CHARACTERS || !DECIMAL.matcher(text).matches()) {
      String shown = text.length() > 20 ? text.substring(0, 20) + "..." : text;
      throw DicomException.in(tag, "'" + printable(shown) + "' is no decimal number");
    }
    double value = Double.parseDouble(text);
    if (Double.isInfinite(value)) {
      throw DicomException.in(tag, "'" + text + "' is too large for a number");
    }
    return value;
  }

  /** The decimal nearest to a value that fits the 16 characters of DS. */
  static String decimalString(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return Long.toString((long) value);
    }
    for (int digits = 17; ; digits--) {
      BigDecimal rounded =
          digits == 17
              ? new BigDecimal(Double.toString(value))
              : new BigDecimal(value).round(new MathContext(digits));
      rounded = rounded.stripTrailingZeros();
      // Plain notation of a tiny or huge number may be hundreds of characters long.
      String plain = Math.abs(rounded.scale()) > 20 ? "" : rounded.toPlainString();
      if (!plain.isEmpty() && plain.length() <= DS_CHARACTERS) {
        return plain;
      }
      String scientific = scientific(rounded);
      if (scientific.length() <= DS_CHARACTERS) {
        return scientific;
      }
    }
  }

  /** BigDecimal itself turns to exponents only below 1E-6. */
  private static String scientific(BigDecimal value) {
    String digits = value.unscaledValue().abs().toString();
    return (value.signum() < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + "E"
        + (digits.length() - 1 - value.scale());
  }

  /** Refuses what must not be written. */
  static void requireValid(int tag, VR vr, String value) {
    if (!vr.isText()) {
      throw new IllegalArgumentException(Tag.describe(tag) + ": text cannot be put as " + vr);
    }
    boolean valid =
        value.isEmpty()
            || switch (vr) {
              case DS -> DECIMAL.matcher(value).matches();
              case IS -> INTEGER.matcher(value).matches();
              case UI -> Uid.isValid(value);
              case CS -> CODE.matcher(value).matches();
              case DA -> DATE.matcher(value).matches();
              case TM -> TIME.matcher(value).matches();
              case DT -> DATE_TIME.matcher(value).matches();
              case AS -> AGE.matcher(value).matches();
              default -> !vr.isMultiValued() || value.indexOf('\\') < 0;
            };
    int length = value.codePointCount(0, value.length());
    if (!valid || (vr.maxCharacters() > 0 && length > vr.maxCharacters())) {
      throw new IllegalArgumentException(
          Tag.describe(tag) + ": not a value of VR " + vr + " (" + length + " characters)");
    }
  }

  private static String printable(String text) {
    return text.replaceAll("[^\\x20-\\x7E]", "?");
  }
}
