// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import io.hounsfield.dicom.Uid;
import io.hounsfield.listener.CommitmentReport;
import io.hounsfield.listener.DimseStatus;
import io.hounsfield.listener.InstanceReference;
import io.hounsfield.listener.StorageCommitmentScu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Storage commitment, PS3.4 annex J: what was stored is asked for until the archive reports. */
final class Commitments {
  private static final Logger LOG = LoggerFactory.getLogger(Commitments.class);

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

  /** Asks for commitment to an object that the archive stored. */
  void ask(Lane lane, long id) throws IOException {
    // Written before it is asked: the report may come before the answer to the request.
    String transaction = Uid.generate();
    Optional<Delivery> begun =
        rows.change(
            id,
            d ->
                d.state() == DeliveryState.COMMITTING
                    ? d.committing(rows.now(), transaction)
                    : null);
    if (begun.isEmpty()) {
      return;
    }
    if (!(lane.sender instanceof DicomSender dicom)) {
      // The destination was of another type when this was sent.
      rows.change(
          id, d -> d.failing(rows.now(), "the destination does not commit any more", rows.now()));
      return;
    }
    try {
      InstanceReference reference = dicom.reference(file(begun.get()));
      Optional<CommitmentReport> report = dicom.requestCommitment(transaction, reference);
      if (report.isPresent()) {
        reported(lane.destination.name(), report.get());
      } else {
        Instant again = retry.commitmentAgain(rows.now());
        rows.change(id, d -> isAsked(d, transaction) ? awaiting(d, again) : null);
      }
    } catch (IOException e) {
      couldNotAsk(lane, begun.get(), transaction, e);
    }
  }

  private void couldNotAsk(Lane lane, Delivery asking, String transaction, IOException fault)
      throws IOException {
    lane.failed.increment();
    Instant next = rows.now().plus(retry.delay(asking, false, Duration.ZERO));
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

  private Delivery awaiting(Delivery d, Instant again) {
    return retry.isOver(d, rows.now())
        ? d.givenUp(rows.now(), "stored; the receiver never reported its commitment")
        : d.awaitingReport(rows.now(), again);
  }

  /**
   * Takes a report. When this returns, it is on disk what it says; reports on requests that are not
   * ours change nothing.
   *
   * @param archive who reports, for the log
   * @throws IOException if it cannot be written: the archive should report again
   */
  void reported(String archive, CommitmentReport report) throws IOException {
    Optional<Delivery> found = rows.outbox().ofTransaction(report.transactionUid());
    if (found.isEmpty()) {
      LOG.info("A storage commitment report of {} is on no request that is known", archive);
      return;
    }
    Delivery delivery = found.get();
    if (!Files.isRegularFile(file(delivery))) {
      LOG.info("A storage commitment report of {} is on a result that is not kept", archive);
      return;
    }
    String uid = StorageCommitmentScu.references(List.of(file(delivery))).get(0).sopInstanceUid();
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
          delivery, "the receiver does not commit: " + DimseStatus.describe(failure.get()));
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

  private void notCommitted(Delivery delivery, String error) throws IOException {
    Instant next = rows.now().plus(retry.delay(delivery, false, Duration.ZERO));
    Optional<Delivery> after =
        rows.change(
            delivery.id(),
            d ->
                d.state() != DeliveryState.COMMITTING
                    ? null
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
