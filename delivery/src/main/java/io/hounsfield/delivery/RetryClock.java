// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** When what failed is tried again, and when no more. */
record RetryClock(Retry retry, RandomGenerator random) {

  /**
   * Delay after one more failure.
   *
   * @param notBefore shortest delay, as the receiver asked
   */
  Duration delay(Delivery delivery, boolean refused, Duration notBefore) {
    int failures = delivery.failures() + 1;
    Duration delay =
        refused ? retry.refused(failures, random) : retry.unreachable(failures, random);
    return delay.compareTo(notBefore) < 0 ? notBefore : delay;
  }

  /** Whether it was tried long enough. */
  boolean isOver(Delivery d, Instant now) {
    return Duration.between(d.since(), now).compareTo(retry.giveUpAfter()) >= 0;
  }

  /** How long a destination rests where this many objects, one after the other, got no answer. */
  Duration rest(int objects) {
    return retry.unreachable(objects, random);
  }

  /** When commitment is asked for again if no report came on this many requests. */
  Instant commitmentAgain(Instant now, int requests) {
    return now.plus(retry.commitment(requests));
  }
}
