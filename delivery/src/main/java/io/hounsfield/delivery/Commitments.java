// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import io.hounsfield.dicom.Uid;
import io.hounsfield.listener.CommitmentReport;
import io.hounsfield.listener.DimseStatus;
import io.hounsfield.listener.InstanceReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Storage commitment, PS3.4 annex J: what was stored is asked for until the archive reports. */
final class Commitments {
  private static final Logger LOG = LoggerFactory.getLogger(Commitments.class);

  /** Most instances in one request. */
  private static final int MOST = 100;

  private final DeliveryRows rows;
  private final Map<String, Lane> lanes;
  private final Path root;
  private final RetryClock retry;

  Commitments(DeliveryRows rows, Map<String, Lane> lanes, Path root, RetryClock retry) {
    this.rows = rows;
    this.lanes = lanes;
    this.root = root;
    this.retry = retry;
  }

  /** Whether an object counts as sent there only when the archive committed to it. */
  static boolean wantedBy(Lane lane) {
    return lane.destination.target() instanceof Target.Dicom dicom && dicom.commitment();
  }

  /**
   * Asks for commitment to an object that the archive stored, and in the same request to others
   * that wait for it. One that could not be asked for is asked for alone, so that what an archive
   * cannot answer keeps nothing else from being committed.
   */
  void ask(Lane lane, Delivery due) throws IOException {
    if (!(lane.sender instanceof DicomSender dicom)) {
      // The destination was of another type when this was sent.
      rows.change(
          due.id(),
          d ->
              d.state() == DeliveryState.COMMITTING
                  ? d.failing(rows.now(), "the destination does not commit any more", rows.now())
                  : null);
      return;
    }
    // Written before it is asked: the report may come before the answer to the request.
    String transaction = Uid.generate();
    Map<Delivery, InstanceReference> asked = new LinkedHashMap<>();
    for (Delivery each : together(lane, due)) {
      Optional<Delivery> begun =
          rows.change(
              each.id(),
              d ->
                  d.state() == DeliveryState.COMMITTING && rows.isDue(d)
                      ? d.asking(rows.now(), transaction)
                      : null);
      if (begun.isPresent()) {
        try {
          asked.put(begun.get(), DicomSender.reference(file(begun.get())));
        } catch (IOException e) {
          couldNotAsk(lane, begun.get(), transaction, e, Duration.ZERO);
        }
      }
    }
    if (!asked.isEmpty()) {
      ask(lane, dicom, due, transaction, asked);
    }
  }

  private Set<Delivery> together(Lane lane, Delivery due) throws IOException {
    Set<Delivery> all = new LinkedHashSet<>(Set.of(due));
    if (due.failures() == 0) {
      rows.outbox().dueCommitments(lane.destination.name(), rows.now(), MOST).stream()
          .filter(d -> d.failures() == 0)
          .forEach(all::add);
    }
    return all;
  }

  private void ask(
      Lane lane,
      DicomSender dicom,
      Delivery before,
      String transaction,
      Map<Delivery, InstanceReference> asked)
      throws IOException {
    Optional<CommitmentReport> report;
    try {
      boolean first = asked.keySet().stream().anyMatch(d -> d.requests() == 1);
      report = dicom.requestCommitment(transaction, List.copyOf(asked.values()), first);
    } catch (IOException e) {
      // A refusal has no cause: that says nothing of objects to be sent.
      Duration rest =
          e.getCause() == null
              ? Duration.ZERO
              : lane.unanswered(before, Duration.ZERO, rows.now(), retry);
      for (Delivery each : asked.keySet()) {
        couldNotAsk(lane, each, transaction, e, rest);
      }
      return;
    }
    lane.answered(rows.now());
    if (report.isPresent()) {
      reported(lane.destination.name(), report.get());
    }
    Instant now = rows.now(); // one time, so that they are asked for together again
    for (Delivery each : asked.keySet()) {
      rows.change(each.id(), d -> isAsked(d, transaction) ? awaiting(d, now) : null);
    }
  }

  private void couldNotAsk(
      Lane lane, Delivery asking, String transaction, IOException fault, Duration rest)
      throws IOException {
    lane.failed.increment();
    Instant next = rows.now().plus(retry.delay(asking, false, rest));
    String error = "stored; commitment could not be asked for: " + Attempt.text(fault);
    Optional<Delivery> after =
        rows.change(
            asking.id(),
            d ->
                !isAsked(d, transaction)
                    ? null
                    : retry.isOver(d, rows.now())
                        ? d.givenUp(rows.now(), error)
                        : d.commitmentFailed(rows.now(), error, next));
    if (after.isPresent()) {
      // Without what the archive wrote: that may name a patient.
      LOG.warn(
          "Delivery {} to {}: stored, but commitment could not be asked for",
          asking.id(),
          lane.destination.name());
    }
  }

  private static boolean isAsked(Delivery d, String transaction) {
    return d.state() == DeliveryState.COMMITTING && transaction.equals(d.transactionUid());
  }

  private Delivery awaiting(Delivery d, Instant now) {
    return retry.isOver(d, now)
        ? d.givenUp(now, "stored; the receiver never reported its commitment")
        : d.awaitingReport(now, retry.commitmentAgain(now, d.requests()));
  }

  /**
   * Takes a report. When this returns, it is on disk what it says; reports on requests that are not
   * ours change nothing.
   *
   * @param archive who reports, for the log
   * @throws IOException if it cannot be written: the archive should report again
   */
  void reported(String archive, CommitmentReport report) throws IOException {
    List<Delivery> found = rows.outbox().ofTransaction(report.transactionUid());
    if (found.isEmpty()) {
      LOG.info("A storage commitment report of {} is on no request that is open", archive);
    }
    for (Delivery delivery : found) {
      reported(archive, report, delivery);
    }
  }

  private void reported(String archive, CommitmentReport report, Delivery delivery)
      throws IOException {
    if (!Files.isRegularFile(file(delivery))) {
      LOG.info("A storage commitment report of {} is on a result that is not kept", archive);
      return;
    }
    String uid = DicomSender.reference(file(delivery)).sopInstanceUid();
    boolean committed = report.committed().stream().anyMatch(r -> r.sopInstanceUid().equals(uid));
    Optional<Integer> failure =
        report.failed().entrySet().stream()
            .filter(e -> e.getKey().sopInstanceUid().equals(uid))
            .map(Map.Entry::getValue)
            .findFirst();
    if (committed) {
      committed(delivery);
    } else if (failure.isPresent()) {
      notCommitted(
          delivery,
          report.transactionUid(),
          "the receiver does not commit: " + DimseStatus.describe(failure.get()));
    }
  }

  private void committed(Delivery delivery) throws IOException {
    Lane lane = lanes.get(delivery.destination());
    Optional<Delivery> after =
        rows.change(
            delivery.id(),
            d ->
                switch (d.state()) {
                  case COMMITTING, FAILING, GIVEN_UP -> d.delivered(rows.now(), "committed");
                  case QUEUED, SENDING, SENT, CANCELLED -> null;
                });
    after.filter(d -> lane != null).ifPresent(d -> lane.countSent(d, null));
  }

  /** What the archive says of an earlier request may have changed since: the last one counts. */
  private void notCommitted(Delivery delivery, String transaction, String error)
      throws IOException {
    Instant next = rows.now().plus(retry.delay(delivery, false, Duration.ZERO));
    Optional<Delivery> after =
        rows.change(
            delivery.id(),
            d ->
                !isAsked(d, transaction)
                    ? null
                    : d.withdrawn() != null
                        ? d.cancelled(rows.now(), d.withdrawn())
                        : retry.isOver(d, rows.now())
                            ? d.givenUp(rows.now(), error)
                            : d.failing(rows.now(), error, next));
    if (after.isPresent()) {
      Lane lane = lanes.get(delivery.destination());
      if (lane != null) {
        lane.failed.increment();
      }
      LOG.warn("Delivery {} to {}: {}", delivery.id(), delivery.destination(), error);
    }
  }

  private Path file(Delivery delivery) {
    return root.resolve(delivery.object().file()).normalize();
  }
}
