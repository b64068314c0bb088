// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.time.Duration;
import java.util.Objects;

/**
 * How a {@link DicomNode} delivers storage commitment reports.
 *
 * @param firstDelay from the N-ACTION's answer to the first try on an association of our own, so
 *     that the report does not overtake that answer
 * @param retryDelay from the first failed try to the second; doubled after each further one
 * @param longestDelay bound on that doubling
 * @param giveUpAfter how long after the request a report that nobody takes is given up
 */
public record CommitmentOptions(
    Duration firstDelay, Duration retryDelay, Duration longestDelay, Duration giveUpAfter) {
  public CommitmentOptions {
    Objects.requireNonNull(firstDelay, "firstDelay");
    Objects.requireNonNull(retryDelay, "retryDelay");
    Objects.requireNonNull(longestDelay, "longestDelay");
    Objects.requireNonNull(giveUpAfter, "giveUpAfter");
  }

  /** 0.5 s, then 5 s doubling up to 15 min, for 3 days. */
  public static CommitmentOptions defaults() {
    return new CommitmentOptions(
        Duration.ofMillis(500), Duration.ofSeconds(5), Duration.ofMinutes(15), Duration.ofDays(3));
  }

  /** Delay before the try after so many failed ones. */
  Duration delayAfter(int failures) {
    if (failures == 0) {
      return firstDelay;
    }
    Duration delay = retryDelay.multipliedBy(1L << Math.min(failures - 1, 20));
    return delay.compareTo(longestDelay) > 0 ? longestDelay : delay;
  }
}
