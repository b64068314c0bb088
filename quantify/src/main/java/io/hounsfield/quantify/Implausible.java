// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import java.util.Objects;

/**
 * Why what was found must not be reported: it is no chest, or no lungs of a human being.
 *
 * @param kind which of the two
 * @param text what was measured and what it may be at most or at least, English, for people
 */
public record Implausible(Kind kind, String text) {

  /** What is wrong. */
  public enum Kind {
    /** The images do not show a chest. */
    NOT_CHEST,
    /** They may, but what was found in them cannot be lungs. */
    IMPLAUSIBLE_LUNGS
  }

  public Implausible {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(text, "text");
  }
}
