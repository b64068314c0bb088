// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.util.List;
import java.util.Objects;

/**
 * Outcome of a health check.
 *
 * @param checks what was looked at
 */
public record Health(List<Check> checks) {

  /**
   * One thing that was looked at.
   *
   * @param name stable name, lower case with hyphens, such as {@code dicom-listener}
   * @param up whether it is well
   * @param text what was found, and what to do where it is not well; without patient data
   */
  public record Check(String name, boolean up, String text) {
    public Check {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(text, "text");
    }
  }

  public Health {
    checks = List.copyOf(checks);
  }

  /** Whether every check is well. */
  public boolean up() {
    return checks.stream().allMatch(Check::up);
  }
}
