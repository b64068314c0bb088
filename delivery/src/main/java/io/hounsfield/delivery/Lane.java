// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A destination, and what is under way there. */
final class Lane {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  final Destination destination;
  final Sender sender;
  final LongAdder sent = new LongAdder();
  final LongAdder failed = new LongAdder();

  /** Numbers of the deliveries under way. */
  final Set<Long> inFlight = ConcurrentHashMap.newKeySet();

  /** Most objects that are told apart; that many make for the longest rest. */
  private static final int MANY = 64;

  private Instant pausedUntil = Instant.MIN;

  /** When it last answered. */
  private Instant answeredAt = Instant.MIN;

  /** Numbers of the deliveries that got no answer since. */
  private final Set<Long> unanswered = new HashSet<>();

  /**
   * @throws IOException if the keys of the destination cannot be used
   */
  Lane(Destination destination) throws IOException {
    this.destination = destination;
    this.sender = Sender.of(destination);
  }

  /** Not to be tried before; {@link Instant#MIN} where it is not paused. */
  synchronized Instant pausedUntil() {
    return pausedUntil;
  }

  /** It is not to rest any longer. */
  synchronized void open() {
    pausedUntil = Instant.MIN;
  }

  /** It answered, whatever it said: it can be reached. */
  synchronized void answered(Instant now) {
    answeredAt = now;
    unanswered.clear();
    pausedUntil = Instant.MIN;
  }

  /**
   * It did not answer, or said that it can take nothing now. It rests, longer for each object that
   * fares so, while no other is answered. Where others were answered since this object failed
   * before, that is the object's own: the destination does not rest for it.
   *
   * @param before the delivery as it was before the attempt
   * @param notBefore how long it asks to be left alone
   * @return how long it rests
   */
  synchronized Duration unanswered(
      Delivery before, Duration notBefore, Instant now, RetryClock retry) {
    if (before.failures() > 0 && !answeredAt.isBefore(before.updatedAt())) {
      return Duration.ZERO;
    }
    Duration rest = notBefore;
    // An attempt that ends while it rests was begun before: it says nothing new.
    if (!now.isBefore(pausedUntil)) {
      if (unanswered.size() < MANY) {
        unanswered.add(before.id());
      }
      Duration own = retry.rest(unanswered.size());
      rest = own.compareTo(notBefore) < 0 ? notBefore : own;
    }
    Instant until = now.plus(rest);
    pausedUntil = until.isBefore(pausedUntil) ? pausedUntil : until;
    return Duration.between(now, pausedUntil);
  }

  /** How many more may begin now. */
  int room(Instant now) {
    int room = destination.inFlight() - inFlight.size();
    Instant paused = pausedUntil();
    if (!destination.enabled() || room <= 0 || now.isBefore(paused)) {
      return 0;
    }
    // After a failure that concerns the destination one object finds out whether it is back.
    return paused == Instant.MIN ? room : inFlight.isEmpty() ? 1 : 0;
  }

  /** The receiver said success. */
  void countSent(Delivery delivery, String note) {
    sent.increment();
    LOG.info(
        "Delivery {} of analysis {} version {} ({}) to {}: sent at attempt {}{}",
        delivery.id(),
        delivery.analysisId(),
        delivery.version(),
        delivery.object().kind().key(),
        delivery.destination(),
        delivery.attempts(),
        note == null ? "" : ", with a note");
  }
}
