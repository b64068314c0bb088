// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.util.Locale;

/**
 * A pattern for a whole text in which {@code *} stands for any characters and {@code ?} for one;
 * case is ignored. Matching takes at most pattern times text steps, whatever both hold.
 */
public final class TextPattern {
  private static final int MAX_LENGTH = 256;

  private final String text;
  private final String pattern;

  /**
   * @throws IllegalArgumentException if it is empty or longer than 256 characters
   */
  public TextPattern(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("a pattern has 1 to " + MAX_LENGTH + " characters");
    }
    this.text = text;
    this.pattern = text.toLowerCase(Locale.ROOT);
  }

  /** Whether the whole text is as the pattern says. */
  public boolean matches(String candidate) {
    String s = candidate.toLowerCase(Locale.ROOT);
    int at = 0;
    int p = 0;
    int star = -1;
    int resume = 0;
    while (at < s.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = at;
      } else if (p < pattern.length()
          && (pattern.charAt(p) == '?' || pattern.charAt(p) == s.charAt(at))) {
        p++;
        at++;
      } else if (star >= 0) {
        p = star + 1; // let the last * take one character more
        at = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  @Override
  public String toString() {
    return text;
  }
}
