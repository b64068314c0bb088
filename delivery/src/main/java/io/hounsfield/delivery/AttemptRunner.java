// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt: written down, made, and written down what became of it. */
final class AttemptRunner {
  private static final Logger LOG = LoggerFactory.getLogger(AttemptRunner.class);

  private final DeliveryRows rows;
  private final Path root;
  private final RetryClock retry;
  private final Commitments commitments;

  AttemptRunner(DeliveryRows rows, Path root, RetryClock retry, Commitments commitments) {
    this.rows = rows;
    this.root = root;
    this.retry = retry;
    this.commitments = commitments;
  }

  /**
   * Makes the attempt that a row waits for, if it still does.
   *
   * @throws IOException if it cannot be written down
   */
  void run(Lane lane, Delivery due) throws IOException {
    if (due.state() == DeliveryState.COMMITTING) {
      commitments.ask(lane, due);
      return;
    }
    Optional<Delivery> begun =
        rows.change(
            due.id(),
            d ->
                (d.state() == DeliveryState.QUEUED || d.state() == DeliveryState.FAILING)
                        && rows.isDue(d) // it may have been tried since it was looked for
                    ? d.sending(rows.now())
                    : null);
    if (begun.isPresent()) {
      settle(lane, due, begun.get(), outcome(lane, begun.get()));
    }
  }

  private Attempt outcome(Lane lane, Delivery delivery) {
    Optional<String> variant = lane.destination.variant();
    if (variant.isPresent() && !variant.equals(delivery.object().variant())) {
      // A row of the time before the destination was set to it.
      return Attempt.refused(
          "the object is not de-identified as the destination now asks; it is not sent");
    }
    try {
      Path file = root.resolve(delivery.object().file()).normalize();
      Optional<String> broken = ResultFileCheck.fault(file, delivery.object().sha256());
      return broken.isPresent() ? Attempt.refused(broken.get()) : lane.sender.send(delivery, file);
    } catch (IOException e) {
      return Attempt.unreachable(Attempt.text(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Attempt.unreachable("interrupted");
    } catch (RuntimeException | OutOfMemoryError e) {
      // An object must not take the thread with it, nor be lost.
      LOG.error("Sending delivery {} failed", delivery.id(), e);
      return new Attempt.Unavailable(
          "internal fault: " + e.getClass().getSimpleName(),
          "internal fault",
          false,
          Optional.empty());
    }
  }

  private void settle(Lane lane, Delivery before, Delivery sending, Attempt attempt)
      throws IOException {
    if (attempt instanceof Attempt.Delivered delivered) {
      lane.answered(rows.now());
      if (Commitments.wantedBy(lane)) {
        rows.change(sending.id(), d -> d.stored(rows.now()));
      } else {
        rows.change(sending.id(), d -> d.delivered(rows.now(), delivered.note()));
        lane.countSent(sending, delivered.note());
      }
    } else if (attempt instanceof Attempt.Refused no) {
      failed(lane, sending, no.reason(), no.detail(), retry.delay(sending, true, Duration.ZERO));
      // What refuses one object can be reached.
      lane.answered(rows.now());
    } else {
      Attempt.Unavailable later = (Attempt.Unavailable) attempt;
      Duration delay = retry.delay(sending, false, later.notBefore().orElse(Duration.ZERO));
      if (later.wholeDestination()) {
        Duration rest =
            lane.unanswered(before, later.notBefore().orElse(Duration.ZERO), rows.now(), retry);
        delay = delay.compareTo(rest) < 0 ? rest : delay;
      } else {
        lane.answered(rows.now());
      }
      failed(lane, sending, later.reason(), later.detail(), delay);
    }
  }

  /**
   * Writes a failure down.
   *
   * @param reason without what the receiver wrote, for the log
   */
  private void failed(Lane lane, Delivery sending, String reason, String detail, Duration delay)
      throws IOException {
    lane.failed.increment();
    Instant next = rows.now().plus(delay);
    Optional<Delivery> after = rows.change(sending.id(), d -> afterFailure(d, detail, next));
    after.ifPresent(
        d ->
            LOG.warn(
                "Delivery {} of analysis {} version {} ({}) to {}: {}; {} after attempt {}{}",
                d.id(),
                d.analysisId(),
                d.version(),
                d.object().kind().key(),
                d.destination(),
                reason,
                d.state().key(),
                d.attempts(),
                d.state() == DeliveryState.FAILING ? ", next in " + delay.toSeconds() + " s" : ""));
  }

  private Delivery afterFailure(Delivery d, String error, Instant next) {
    if (d.state() != DeliveryState.SENDING) {
      return null;
    }
    if (d.withdrawn() != null) {
      return d.cancelled(rows.now(), d.withdrawn());
    }
    return retry.isOver(d, rows.now())
        ? d.givenUp(rows.now(), error)
        : d.failing(rows.now(), error, next);
  }
}
