// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.util.Locale;

/** What people said of a report; no review at all is {@code null}. */
public enum ReviewState {
  /** The newest verdict accepts it. */
  ACCEPTED,
  /** The newest verdict rejects it. */
  REJECTED,
  /** There are comments and no verdict. */
  COMMENTED;

  /** Name in the API. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
