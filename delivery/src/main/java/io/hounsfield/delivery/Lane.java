// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.time.Instant;
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

  private Instant pausedUntil = Instant.MIN;

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

  synchronized void pause(Instant until) {
    pausedUntil = until;
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
