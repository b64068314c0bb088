// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.util.Locale;
import java.util.Optional;

/** Where an analysis stands. */
public enum AnalysisStatus {
  /** Slices are arriving. */
  RECEIVING,
  /** The series is complete and is being measured. */
  ANALYSING,
  /** The report is there. */
  REPORTED,
  /** The series cannot be measured; the refusal says why. */
  REFUSED,
  /** A fault of this service or its surroundings; the refusal says which. */
  FAILED;

  /** Name in JSON and in query parameters: lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The status with that {@link #key()}. */
  public static Optional<AnalysisStatus> ofKey(String key) {
    for (AnalysisStatus status : values()) {
      if (status.key().equals(key)) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }
}
