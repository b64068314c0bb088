// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

/** A case that cannot be measured or compared, with the reason; the other cases go on. */
final class CaseException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;

  /**
   * @param code stable name, lower case with hyphens
   * @param message what is wrong, where, and what to do
   */
  CaseException(String code, String message) {
    super(message);
    this.code = code;
  }

  String code() {
    return code;
  }

  /** A file that is damaged, or not what it should be. */
  static CaseException unreadable(String message, Object... values) {
    return new CaseException("unreadable", String.format(java.util.Locale.ROOT, message, values));
  }
}
