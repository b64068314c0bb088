// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One attribute that must match, PS3.4 section C.2.2.2: single value, list of UIDs, wildcard, range
 * or, without a value, anything.
 *
 * @param sequence the sequence that holds the attribute; 0: none
 * @param tag the attribute
 * @param value what it must match
 */
record SearchKey(int sequence, int tag, String value) {
  private static final Set<Integer> UIDS =
      Set.of(
          Tag.StudyInstanceUID,
          Tag.SeriesInstanceUID,
          Tag.SOPInstanceUID,
          Tag.SOPClassUID,
          Tag.FrameOfReferenceUID);
  private static final Set<Integer> DATES =
      Set.of(
          Tag.StudyDate,
          Tag.SeriesDate,
          Tag.PatientBirthDate,
          Tag.PerformedProcedureStepStartDate,
          Tag.AcquisitionDate,
          Tag.ContentDate);
  private static final Set<Integer> TIMES =
      Set.of(
          Tag.StudyTime,
          Tag.SeriesTime,
          Tag.PerformedProcedureStepStartTime,
          Tag.AcquisitionTime,
          Tag.ContentTime);
  private static final Set<Integer> NAMES = Set.of(Tag.PatientName, Tag.ReferringPhysicianName);
  private static final Set<Integer> MODALITIES = Set.of(Tag.Modality, Tag.ModalitiesInStudy);
  private static final Set<Integer> NUMBERS =
      Set.of(
          Tag.SeriesNumber,
          Tag.InstanceNumber,
          Tag.AcquisitionNumber,
          Tag.Rows,
          Tag.Columns,
          Tag.BitsAllocated,
          Tag.NumberOfFrames);
  private static final Pattern DATE = Pattern.compile("[0-9]{8}");
  private static final Pattern TIME =
      Pattern.compile("[0-9]{2}([0-9]{2}([0-9]{2}(\\.[0-9]{1,6})?)?)?");
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,9}");

  /**
   * @throws WebProblem (400) when a value does not suit its attribute
   */
  SearchKey {
    String name = Tag.keyword(tag).orElse(Tag.toString(tag));
    if (!value.isEmpty()) {
      if (UIDS.contains(tag) && !list(value).stream().allMatch(Uids::isUsable)) {
        throw WebProblem.invalid(name + " must be a UID, or several with commas between them.");
      }
      if (DATES.contains(tag) && !isRange(value, DATE)) {
        throw WebProblem.invalid(name + " must be YYYYMMDD, or a range such as YYYYMMDD-YYYYMMDD.");
      }
      if (TIMES.contains(tag) && !isRange(value, TIME)) {
        throw WebProblem.invalid(name + " must be HHMMSS, or a range such as HHMM-HHMM.");
      }
      if (NUMBERS.contains(tag) && !NUMBER.matcher(value).matches()) {
        throw WebProblem.invalid(name + " must be a whole number.");
      }
    }
  }

  /** Whether these attributes match. */
  boolean matches(DataSet attributes) {
    if (value.isEmpty() || value.equals("*") && !UIDS.contains(tag)) {
      return true;
    }
    if (sequence != 0) {
      return attributes.items(sequence).stream().anyMatch(item -> matches(item.strings(tag)));
    }
    return matches(attributes.strings(tag));
  }

  /** Whether one of the values of an attribute matches. */
  boolean matches(List<String> values) {
    return value.isEmpty() || values.stream().anyMatch(this::matchesOne);
  }

  private boolean matchesOne(String found) {
    if (UIDS.contains(tag) || MODALITIES.contains(tag) && list(value).size() > 1) {
      return list(value).contains(found);
    }
    if (DATES.contains(tag)) {
      return inRange(found.replace(".", ""), 8);
    }
    if (TIMES.contains(tag)) {
      return inRange(found.replace(":", ""), 13);
    }
    if (NUMBERS.contains(tag)) {
      return NUMBER.matcher(found.strip()).matches()
          && Integer.parseInt(found.strip()) == Integer.parseInt(value);
    }
    if (NAMES.contains(tag)) {
      String wanted = name(value);
      return wildcard(wanted, name(found))
          || Arrays.stream(found.split("=")).anyMatch(group -> wildcard(wanted, name(group)));
    }
    return wildcard(value, found);
  }

  /** Names match regardless of case, and of components left empty at their end. */
  private static String name(String text) {
    return text.strip().toLowerCase(Locale.ROOT).replaceAll("\\^+$", "");
  }

  private static List<String> list(String value) {
    return Arrays.stream(value.split("[,\\\\]", -1)).map(String::strip).toList();
  }

  private static boolean isRange(String value, Pattern single) {
    int dash = value.indexOf('-');
    if (dash < 0) {
      return single.matcher(value).matches();
    }
    String from = value.substring(0, dash);
    String to = value.substring(dash + 1);
    return value.length() > 1
        && (from.isEmpty() || single.matcher(from).matches())
        && (to.isEmpty() || single.matcher(to).matches());
  }

  /** Dates and times are ordered as text once they have the same length. */
  private boolean inRange(String found, int length) {
    if (found.isEmpty() || !Character.isDigit(found.charAt(0))) {
      return false;
    }
    int dash = value.indexOf('-');
    String from = dash < 0 ? value : value.substring(0, dash);
    String to = dash < 0 ? value : value.substring(dash + 1);
    String at = filled(found, '0', length);
    return (from.isEmpty() || at.compareTo(filled(from, '0', length)) >= 0)
        && (to.isEmpty() || at.compareTo(filled(to, '9', length)) <= 0);
  }

  private static String filled(String text, char with, int length) {
    StringBuilder filled = new StringBuilder(text);
    while (filled.length() < length) {
      filled.append(filled.length() == 6 ? '.' : with);
    }
    return filled.substring(0, length);
  }

  /** {@code *} stands for any characters, {@code ?} for one. In time of the product of lengths. */
  static boolean wildcard(String pattern, String text) {
    int p = 0;
    int t = 0;
    int star = -1;
    int resume = 0;
    while (t < text.length()) {
      if (p < pattern.length()
          && pattern.charAt(p) != '*'
          && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
        p++;
        t++;
      } else if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = t;
      } else if (star >= 0) {
        p = star + 1;
        t = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
