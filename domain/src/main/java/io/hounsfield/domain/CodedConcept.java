// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.util.Objects;

/**
 * A coded entry (PS3.3 section 8).
 *
 * @param scheme Coding Scheme Designator, such as SCT or DCM
 * @param value Code Value
 * @param meaning Code Meaning, English
 */
public record CodedConcept(String scheme, String value, String meaning) {
  public CodedConcept {
    Objects.requireNonNull(scheme, "scheme");
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(meaning, "meaning");
  }
}
