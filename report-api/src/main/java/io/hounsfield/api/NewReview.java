// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.domain.LesionComponents;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/**
 * A review that somebody asks to add. What it holds is checked; whether it fits the report is not.
 *
 * @param version version of the report that the person has looked at
 * @param verdict what it says
 * @param reviewer name as the person typed it, one line without spaces around it
 * @param comment lines of text without spaces around them, or {@code null}
 * @param edits values set by the person, in the order of the report
 * @param excludedComponents numbers of lesions that shall not count, in ascending order
 */
public record NewReview(
    int version,
    Review.Verdict verdict,
    String reviewer,
    String comment,
    List<Review.Edit> edits,
    List<Integer> excludedComponents) {

  /** Characters (code points) of a name at most. */
  public static final int MAX_REVIEWER = 100;

  /** Characters (code points) of a comment at most. */
  public static final int MAX_COMMENT = 4000;

  /**
   * @throws IllegalArgumentException if something is missing, too long, twice there or of
   *     characters that have no place in it; the message says what
   */
  public NewReview {
    if (version < 1) {
      throw new IllegalArgumentException("version must be 1 or more");
    }
    Objects.requireNonNull(verdict, "verdict");
    checkText("reviewer", reviewer, MAX_REVIEWER);
    reviewer = reviewer.strip();
    if (reviewer.isEmpty() || reviewer.indexOf('\n') >= 0 || reviewer.indexOf('\t') >= 0) {
      throw new IllegalArgumentException("reviewer must be a name on one line");
    }
    if (comment != null) {
      comment = comment.replace("\r\n", "\n").replace('\r', '\n');
      checkText("comment", comment, MAX_COMMENT);
      comment = comment.strip();
      comment = comment.isEmpty() ? null : comment;
    }
    edits =
        edits.stream()
            .sorted(Comparator.comparing(Review.Edit::region).thenComparing(Review.Edit::quantity))
            .toList();
    for (int i = 1; i < edits.size(); i++) {
      if (edits.get(i).region() == edits.get(i - 1).region()
          && edits.get(i).quantity() == edits.get(i - 1).quantity()) {
        throw new IllegalArgumentException(
            "edited has two values for %s of %s"
                .formatted(edits.get(i).quantity().key(), edits.get(i).region().key()));
      }
    }
    excludedComponents = excludedComponents.stream().sorted().toList();
    if (new HashSet<>(excludedComponents).size() < excludedComponents.size()) {
      throw new IllegalArgumentException("excludedComponents has a number twice");
    }
    for (int id : excludedComponents) {
      if (id < 1 || id > LesionComponents.MOST) {
        throw new IllegalArgumentException(
            "numbers of components are 1 to " + LesionComponents.MOST);
      }
    }
    if (verdict == Review.Verdict.COMMENT
        && comment == null
        && edits.isEmpty()
        && excludedComponents.isEmpty()) {
      throw new IllegalArgumentException(
          "a comment needs a text, edited values or excluded components");
    }
  }

  private static void checkText(String name, String text, int most) {
    if (text == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    if (text.codePointCount(0, text.length()) > most) {
      throw new IllegalArgumentException("%s is longer than %d characters".formatted(name, most));
    }
    if (text.codePoints().anyMatch(NewReview::isForbidden)) {
      throw new IllegalArgumentException(name + " has a control character, or half a character");
    }
  }

  /**
   * Control characters, separators of lines, what turns the direction of the text around it (an
   * entry could look like another one), halves of a character.
   */
  private static boolean isForbidden(int c) {
    return Character.isISOControl(c) && c != '\n' && c != '\t'
        || c == 0x2028
        || c == 0x2029
        || c >= 0x202A && c <= 0x202E
        || c >= 0x2066 && c <= 0x2069
        || c == 0xFEFF
        || c >= 0xD800 && c <= 0xDFFF
        || (c & 0xFFFE) == 0xFFFE;
  }
}
