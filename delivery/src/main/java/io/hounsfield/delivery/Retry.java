// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a failed attempt is made again: exponential back-off with jitter, up to a longest delay.
 *
 * @param first delay after the first failure where the receiver could not be reached or had no room
 * @param longest delay after many
 * @param refusedFirst delay after the first refusal: the receiver does not want the object, so it
 *     takes a person to change something
 * @param refusedLongest delay after many refusals
 * @param giveUpAfter how long an object is tried without anybody asking
 * @param commitmentWait how long to wait for a storage commitment report before asking again; twice
 *     as long after each further request, up to a day
 */
public record Retry(
    Duration first,
    Duration longest,
    Duration refusedFirst,
    Duration refusedLongest,
    Duration giveUpAfter,
    Duration commitmentWait) {

  private static final long LONGEST_COMMITMENT_WAIT = Duration.ofDays(1).toMillis();

  /**
   * 5 s to 15 min; refused 15 min to 6 h; 14 days; commitment asked for again after 15 min to a
   * day.
   */
  public static Retry defaults() {
    return new Retry(
        Duration.ofSeconds(5),
        Duration.ofMinutes(15),
        Duration.ofMinutes(15),
        Duration.ofHours(6),
        Duration.ofDays(14),
        Duration.ofMinutes(15));
  }

  /** Delay after this many failures in a row, 1 or more. */
  Duration unreachable(int failures, RandomGenerator random) {
    return delay(first, longest, failures, random);
  }

  /** How long to wait for the report on this many requests, 1 or more. */
  Duration commitment(int requests) {
    long first = commitmentWait.toMillis();
    double full = first * Math.pow(2, Math.min(requests - 1, 40));
    return Duration.ofMillis((long) Math.min(full, Math.max(first, LONGEST_COMMITMENT_WAIT)));
  }

  /** Delay after this many refusals in a row, 1 or more. */
  Duration refused(int failures, RandomGenerator random) {
    return delay(refusedFirst, refusedLongest, failures, random);
  }

  /** Between half of the delay and all of it, so that receivers do not get everything at once. */
  private static Duration delay(
      Duration first, Duration longest, int failures, RandomGenerator random) {
    double full = first.toMillis() * Math.pow(2, Math.min(failures - 1, 40));
    double bounded = Math.min(full, longest.toMillis());
    return Duration.ofMillis((long) (bounded * (0.5 + 0.5 * random.nextDouble())));
  }
}
