// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextPatternTest {
  @ParameterizedTest
  @CsvSource({
    "*, '', true",
    "*, anything, true",
    "lung*, Lung 1.0, true",
    "lung*, A lung, false",
    "*lung*, A LUNG!, true",
    "lung ?.?, Lung 1.0, true",
    "lung ?.?, Lung 1.00, false",
    "a*b*c, aXbYc, true",
    "a*b*c, aXbYcd, false",
    "*ab, aab, true",
    "(a+)+$, aaaa, false",
    "胸部*, 胸部 1mm, true"
  })
  void matchesTheWholeText(String pattern, String text, boolean expected) {
    assertEquals(expected, new TextPattern(pattern).matches(text));
  }

  /** A regular expression of this form would take longer than the universe has lasted. */
  @Test
  void isBoundedWhateverThePatternIs() {
    TextPattern pattern = new TextPattern("*a".repeat(128));
    assertEquals(false, pattern.matches("a".repeat(10_000) + "b"));
  }

  @Test
  void refusesWhatIsEmptyOrTooLong() {
    assertThrows(IllegalArgumentException.class, () -> new TextPattern(""));
    assertThrows(IllegalArgumentException.class, () -> new TextPattern("a".repeat(257)));
  }
}
