// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

/** AE titles, PS3.5 section 6.2 (VR AE) and PS3.8 section 9.3.2. */
final class AeTitles {
  private AeTitles() {}

  /** Checks a title of our own configuration. */
  static String require(String title, String name) {
    if (title == null
        || title.isBlank()
        || title.length() > 16
        || !title.equals(title.strip())
        || title.chars().anyMatch(c -> c < ' ' || c > '~' || c == '\\')) {
      throw new IllegalArgumentException(
          name
              + ": an AE title has 1 to 16 printable ASCII characters without \\, not \""
              + forLog(String.valueOf(title))
              + "\"");
    }
    return title;
  }

  /** A title of the network made safe for a line of log. */
  static String forLog(String title) {
    StringBuilder safe = new StringBuilder(title.length());
    for (int i = 0; i < Math.min(title.length(), 32); i++) {
      char c = title.charAt(i);
      safe.append(c < ' ' || c > '~' ? '?' : c);
    }
    return safe.toString();
  }
}
