// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.util.Objects;

/**
 * Something a reader of the report must know before trusting its numbers.
 *
 * @param code stable name, lower case with hyphens, such as {@code lungs-cut-off}
 * @param text one or two sentences with the numbers, English, without patient data
 */
public record Warning(String code, String text) {
  public Warning {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(text, "text");
  }
}
