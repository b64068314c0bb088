// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.time.Instant;
import java.util.Objects;

/**
 * One object on its way to one destination: a row of the outbox.
 *
 * @param id number of the row, growing; 0 before it is stored
 * @param analysisId the analysis the object is about
 * @param version version of that analysis
 * @param destination name of the destination
 * @param object what is sent
 * @param state where it stands
 * @param attempts attempts made so far
 * @param failures attempts that failed since the last success or request to send
 * @param createdAt when it was put here
 * @param since when it was last asked for: being put here, or a request to send again
 * @param updatedAt when this row last changed
 * @param nextAttemptAt when something is to be done next; {@code null} while that is under way and
 *     where nothing will be
 * @param lastError why the last attempt failed; {@code null} after success
 * @param note what else is to know; may be {@code null}
 * @param withdrawn why it is not to be sent again, if it was withdrawn while an attempt was under
 *     way or a commitment was waited for; otherwise {@code null}
 * @param transactionUid of the last storage commitment request since it was stored; {@code null}
 *     before
 * @param requests storage commitment requests since it was stored
 * @param revision counts the changes of this row
 */
public record Delivery(
    long id,
    String analysisId,
    int version,
    String destination,
    ResultObject object,
    DeliveryState state,
    int attempts,
    int failures,
    Instant createdAt,
    Instant since,
    Instant updatedAt,
    Instant nextAttemptAt,
    String lastError,
    String note,
    String withdrawn,
    String transactionUid,
    int requests,
    int revision) {

  static final int MAX_TEXT = 500;

  private static final String NOT_MADE =
      "the result could not be made: the log of this service says why";

  public Delivery {
    Objects.requireNonNull(analysisId, "analysisId");
    Objects.requireNonNull(destination, "destination");
    Objects.requireNonNull(object, "object");
    Objects.requireNonNull(state, "state");
    lastError = bounded(lastError);
    note = bounded(note);
  }

  /** A new row, due at once. */
  public static Delivery queued(
      String analysisId, int version, String destination, ResultObject object, Instant now) {
    return new Delivery(
        0,
        analysisId,
        version,
        destination,
        object,
        DeliveryState.QUEUED,
        0,
        0,
        now,
        now,
        now,
        now,
        null,
        null,
        null,
        null,
        0,
        0);
  }

  /** A new row for a result that the destination wants and that could not be made. */
  static Delivery notMade(
      String analysisId, int version, String destination, ResultObject object, Instant now) {
    return queued(analysisId, version, destination, object, now).givenUp(now, NOT_MADE);
  }

  private static String bounded(String text) {
    if (text == null) {
      return null;
    }
    String plain = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return plain.length() <= MAX_TEXT ? plain : plain.substring(0, MAX_TEXT) + "...";
  }

  // Transitions. Each says what was true when it is written.

  Delivery sending(Instant now) {
    return edit(now).state(DeliveryState.SENDING).attempt().next(null).done();
  }

  Delivery delivered(Instant now, String text) {
    return edit(now)
        .state(DeliveryState.SENT)
        .failures(0)
        .next(null)
        .error(null)
        .note(text)
        .withdrawn(null)
        .done();
  }

  /** Stored at the receiver; commitment is to be asked for. */
  Delivery stored(Instant now) {
    return edit(now)
        .state(DeliveryState.COMMITTING)
        .next(now)
        .error(null)
        .transaction(null)
        .requests(0)
        .done();
  }

  /** Commitment is asked for under this transaction. */
  Delivery asking(Instant now, String transaction) {
    return edit(now).next(null).transaction(transaction).requests(requests + 1).done();
  }

  /** Commitment was asked for; the report may come until then, and later. */
  Delivery awaitingReport(Instant now, Instant askAgain) {
    return edit(now).next(askAgain).error(null).done();
  }

  /** Asking for commitment failed; the object is stored at the receiver all the same. */
  Delivery commitmentFailed(Instant now, String error, Instant next) {
    return edit(now).failure().error(error).next(next).done();
  }

  Delivery failing(Instant now, String error, Instant next) {
    return edit(now)
        .state(DeliveryState.FAILING)
        .failure()
        .error(error)
        .next(next)
        .transaction(null)
        .done();
  }

  Delivery givenUp(Instant now, String error) {
    return edit(now).state(DeliveryState.GIVEN_UP).failure().error(error).next(null).done();
  }

  Delivery cancelled(Instant now, String why) {
    return edit(now).state(DeliveryState.CANCELLED).next(null).note(why).withdrawn(null).done();
  }

  /** Not to be sent again; what is under way goes on. */
  Delivery withdrawing(Instant now, String why) {
    return edit(now).withdrawn(why).done();
  }

  Delivery requested(Instant now) {
    return edit(now)
        .state(DeliveryState.QUEUED)
        .since(now)
        .failures(0)
        .next(now)
        .note(null)
        .withdrawn(null)
        .transaction(null)
        .done();
  }

  /**
   * What was under way when the process ended or the outbox failed: nobody knows whether it
   * arrived.
   */
  Delivery interrupted(Instant now) {
    return edit(now)
        .state(DeliveryState.FAILING)
        .next(now)
        .error("the attempt was not seen to its end; whether the object arrived is not known")
        .done();
  }

  /** A commitment request that was under way when the process ended. */
  Delivery askAgain(Instant now) {
    return edit(now).next(now).done();
  }

  private Edit edit(Instant now) {
    return new Edit(this, now);
  }

  /** Copies a row with changes. */
  private static final class Edit {
    private final Delivery old;
    private final Instant now;
    private DeliveryState state;
    private int attempts;
    private int failures;
    private Instant since;
    private Instant next;
    private String error;
    private String note;
    private String withdrawn;
    private String transaction;
    private int requests;

    Edit(Delivery old, Instant now) {
      this.old = old;
      this.now = now;
      this.state = old.state;
      this.attempts = old.attempts;
      this.failures = old.failures;
      this.since = old.since;
      this.next = old.nextAttemptAt;
      this.error = old.lastError;
      this.note = old.note;
      this.withdrawn = old.withdrawn;
      this.transaction = old.transactionUid;
      this.requests = old.requests;
    }

    Edit state(DeliveryState value) {
      state = value;
      return this;
    }

    Edit attempt() {
      attempts++;
      return this;
    }

    Edit failure() {
      failures++;
      return this;
    }

    Edit failures(int value) {
      failures = value;
      return this;
    }

    Edit since(Instant value) {
      since = value;
      return this;
    }

    Edit next(Instant value) {
      next = value;
      return this;
    }

    Edit error(String value) {
      error = value;
      return this;
    }

    Edit note(String value) {
      note = value;
      return this;
    }

    Edit withdrawn(String value) {
      withdrawn = value;
      return this;
    }

    Edit transaction(String value) {
      transaction = value;
      return this;
    }

    Edit requests(int value) {
      requests = value;
      return this;
    }

    Delivery done() {
      return new Delivery(
          old.id,
          old.analysisId,
          old.version,
          old.destination,
          old.object,
          state,
          attempts,
          failures,
          old.createdAt,
          since,
          now,
          next,
          error,
          note,
          withdrawn,
          transaction,
          requests,
          old.revision + 1);
    }
  }
}
