// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The rows of the outbox: how one changes, and who is told of it. */
final class DeliveryRows {
  private final Outbox outbox;
  private final Clock clock;
  private final List<Consumer<Delivery>> listeners = new CopyOnWriteArrayList<>();

  DeliveryRows(Outbox outbox, Clock clock) {
    this.outbox = outbox;
    this.clock = clock;
  }

  Outbox outbox() {
    return outbox;
  }

  void listen(Consumer<Delivery> listener) {
    listeners.add(listener);
  }

  /**
   * Changes a row as it is now; made again where somebody else changed it in between.
   *
   * @param edit gives the next revision, or {@code null} to leave it
   * @return the row after the change; empty if it was left or there is none
   */
  Optional<Delivery> change(long id, UnaryOperator<Delivery> edit) throws IOException {
    while (true) {
      Optional<Delivery> current = outbox.find(id);
      Delivery next = current.map(edit::apply).orElse(null);
      if (next == null) {
        return Optional.empty();
      }
      if (outbox.replace(next)) {
        tell(next);
        return Optional.of(next);
      }
    }
  }

  void tell(Delivery delivery) {
    listeners.forEach(listener -> listener.accept(delivery));
  }

  /** What the outbox keeps is whole milliseconds. */
  Instant now() {
    return Instant.ofEpochMilli(clock.millis());
  }

  boolean isDue(Delivery d) {
    return d.nextAttemptAt() != null && !d.nextAttemptAt().isAfter(now());
  }
}
