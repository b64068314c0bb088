// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

/** What the output may hold: colours and bars for a person, plain text for anything else. */
final class Terminal {
  private Terminal() {}

  /** Whether a person sits at the terminal: neither input nor output is redirected. */
  static boolean interactive() {
    return System.console() != null;
  }

  /** Whether colours are welcome: a terminal that has them, and nobody who set NO_COLOR. */
  static boolean colours() {
    String noColor = System.getenv("NO_COLOR");
    return interactive()
        && (noColor == null || noColor.isEmpty())
        && !"dumb".equals(System.getenv("TERM"));
  }

  /** Text from a file without control characters, which a terminal would obey. */
  static String plain(String text) {
    StringBuilder kept = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c)
        .forEach(kept::appendCodePoint);
    return kept.toString().strip();
  }
}
