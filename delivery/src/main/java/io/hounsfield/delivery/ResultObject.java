// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.util.Objects;
import java.util.Optional;

/**
 * A file to be delivered. Its bytes never change.
 *
 * @param kind what it is
 * @param file path below the folder of results, with / between names: {@code
 *     <analysis>/v<version>/<file>}, or {@code <analysis>/v<version>/<variant>/<file>}
 * @param sha256 digest of the file, lower-case hexadecimal; empty where it could not be made
 */
public record ResultObject(ObjectKind kind, String file, String sha256) {
  public ResultObject {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(sha256, "sha256");
  }

  /**
   * One that could not be made, so that there is no file.
   *
   * @param folder of the version or variant, below the folder of results
   */
  static ResultObject notMade(ObjectKind kind, String folder) {
    return new ResultObject(kind, folder + "/" + kind.key(), "");
  }

  /** Whether there is a file. */
  boolean isMade() {
    return !sha256.isEmpty();
  }

  /** Which variant of the results it belongs to; empty for the results as they are. */
  public Optional<String> variant() {
    String[] names = file.split("/");
    return names.length == 4 ? Optional.of(names[2]) : Optional.empty();
  }
}
