// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.util.Objects;

/**
 * A file to be delivered. Its bytes never change.
 *
 * @param kind what it is
 * @param file path below the folder of results, with / between names
 * @param sha256 digest of the file, lower-case hexadecimal
 */
public record ResultObject(ObjectKind kind, String file, String sha256) {
  public ResultObject {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(sha256, "sha256");
  }
}
