// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** What came of one attempt. Reasons go into the log and hold nothing of a patient. */
sealed interface Attempt {

  /**
   * The receiver said success.
   *
   * @param note what it said besides; {@code null} for nothing
   */
  record Delivered(String note) implements Attempt {}

  /**
   * The receiver does not want this object; trying again soon is of no use.
   *
   * @param reason without what the receiver wrote
   * @param detail with it
   */
  record Refused(String reason, String detail) implements Attempt {}

  /**
   * It did not come to an answer, or the receiver cannot take it now.
   *
   * @param reason without what the receiver wrote
   * @param detail with it
   * @param wholeDestination whether other objects would fare the same
   * @param notBefore how long the receiver asks to be left alone
   */
  record Unavailable(
      String reason, String detail, boolean wholeDestination, Optional<Duration> notBefore)
      implements Attempt {}

  static Attempt refused(String reason) {
    return new Refused(reason, reason);
  }

  static Attempt unreachable(String reason) {
    return new Unavailable(reason, reason, true, Optional.empty());
  }

  /** What a fault says. */
  static String text(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
