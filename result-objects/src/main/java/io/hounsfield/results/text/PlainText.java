// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.text;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Text from images, made fit for documents and messages. */
public final class PlainText {

  private PlainText() {}

  /** Control and format characters become spaces; {@code null} stays. */
  public static String of(String text) {
    return text == null ? null : text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\u2028\u2029]", " ");
  }

  /** A value of VR DA, {@code YYYYMMDD}; empty where it is none. */
  public static Optional<LocalDate> date(String da) {
    try {
      return da == null
          ? Optional.empty()
          : Optional.of(LocalDate.parse(da.strip(), DateTimeFormatter.BASIC_ISO_DATE));
    } catch (DateTimeException e) {
      return Optional.empty(); // what is no date is shown as the text that it is
    }
  }

  /** A value of VR TM, {@code HHMM[SS[.F]]}, to the second; empty where it is none. */
  public static Optional<LocalTime> time(String tm) {
    if (tm == null || !tm.strip().matches("\\d{4}(\\d{2}(\\.\\d{1,6})?)?")) {
      return Optional.empty();
    }
    String digits = tm.strip();
    int second = digits.length() >= 6 ? Integer.parseInt(digits.substring(4, 6)) : 0;
    try {
      return Optional.of(
          LocalTime.of(
              Integer.parseInt(digits.substring(0, 2)),
              Integer.parseInt(digits.substring(2, 4)),
              second));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
