// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.util.regex.Pattern;

/** Identifiers of analyses: UUIDs in lower-case text form, and nothing else. */
final class AnalysisIds {
  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private AnalysisIds() {}

  static boolean isValid(String id) {
    return id.length() == 36 && UUID.matcher(id).matches();
  }
}
