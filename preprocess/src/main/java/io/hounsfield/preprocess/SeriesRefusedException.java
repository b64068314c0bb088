// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import java.util.Objects;

/** A series (or an instance of it) cannot be measured. The message says why, with the numbers. */
public final class SeriesRefusedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final RefusalReason reason;

  /**
   * @param reason which kind of fault
   * @param text what was found, in words with the numbers; no patient data
   */
  public SeriesRefusedException(RefusalReason reason, String text) {
    this(reason, text, null);
  }

  /**
   * @param cause the fault beneath, or {@code null}
   */
  public SeriesRefusedException(RefusalReason reason, String text, Throwable cause) {
    super(Objects.requireNonNull(text, "text"), cause);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  public RefusalReason reason() {
    return reason;
  }
}
