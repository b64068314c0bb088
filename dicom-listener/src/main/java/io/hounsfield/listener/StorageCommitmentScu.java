// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.Uid;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Storage Commitment Push Model as SCU, PS3.4 annex J: asks an archive to take responsibility for
 * instances that were sent to it.
 */
public final class StorageCommitmentScu {
  private StorageCommitmentScu() {}

  /**
   * What came of a request.
   *
   * @param transactionUid of the request
   * @param report what the archive reported on the same association; empty when it has not yet: it
   *     may report on an association of its own to a {@link DicomNode} of the calling AE title,
   *     which hands it to {@link DicomNodeListener#commitmentReported}
   */
  public record Outcome(String transactionUid, Optional<CommitmentReport> report) {}

  /**
   * Asks. Blocks; not to be called on an event loop.
   *
   * @param patience how long to wait for the report on the same association
   * @throws AssociationException when no association can be had, or the request is not accepted
   */
  public static Outcome request(
      ScuOptions options, List<InstanceReference> instances, Duration patience) throws IOException {
    return request(options, Uid.generate(), instances, patience);
  }

  /**
   * Asks under a transaction UID that the caller chose, and could write down before.
   *
   * @param transactionUid never used before
   * @param patience how long to wait for the report on the same association
   * @throws AssociationException when no association can be had, or the request is not accepted
   */
  public static Outcome request(
      ScuOptions options,
      String transactionUid,
      List<InstanceReference> instances,
      Duration patience)
      throws IOException {
    String sopClass = SopClass.STORAGE_COMMITMENT_PUSH_MODEL;
    try (ScuAssociation association = ScuAssociation.open(options, Commitments.CONTEXTS)) {
      String accepted = association.accepted(1);
      if (accepted == null) {
        throw new AssociationException(
            options.peer() + ": Storage Commitment Push Model is not accepted");
      }
      TransferSyntax syntax = TransferSyntax.of(accepted).orElseThrow();
      byte[] dataSet =
          DataSets.encode(
              Commitments.encode(new Commitments.Request(transactionUid, instances)), syntax);
      DimseCommand answer =
          association.call(
              1,
              DimseCommand.nActionRq(
                  association.nextMessageId(), sopClass, Commitments.INSTANCE, Commitments.REQUEST),
              ScuAssociation.channelOf(dataSet),
              dataSet.length);
      if (!CommitmentService.isTaken(answer.status())) {
        String comment = answer.errorComment();
        throw new AssociationException(
            options.peer()
                + ": storage commitment answered "
                + DimseStatus.describe(answer.status())
                + (comment.isEmpty() ? "" : ": " + comment));
      }
      Optional<CommitmentReport> report =
          await(association, syntax, transactionUid, patience.toMillis());
      association.release();
      return new Outcome(transactionUid, report);
    }
  }

  private static Optional<CommitmentReport> await(
      ScuAssociation association, TransferSyntax syntax, String transactionUid, long patienceMs)
      throws IOException {
    long until = System.nanoTime() + patienceMs * 1_000_000;
    while (true) {
      long left = (until - System.nanoTime()) / 1_000_000;
      ScuInbox.Request incoming = association.awaitRequest(Math.max(0, left));
      if (incoming == null) {
        return Optional.empty();
      }
      if (incoming.command().field() != DimseCommand.N_EVENT_REPORT_RQ) {
        association.respond(incoming, DimseStatus.UNRECOGNIZED_OPERATION.code());
        continue;
      }
      CommitmentReport report;
      try {
        report = Commitments.report(DataSets.decode(incoming.dataSet(), syntax));
      } catch (DicomException e) {
        association.respond(incoming, DimseStatus.INVALID_ARGUMENT_VALUE.code());
        continue;
      }
      association.respond(incoming, DimseStatus.SUCCESS.code());
      if (report.transactionUid().equals(transactionUid)) {
        return Optional.of(report);
      }
    }
  }

  /**
   * References to the instances in these files.
   *
   * @throws DicomException naming the file that is no instance
   */
  public static List<InstanceReference> references(Iterable<Path> files) throws IOException {
    List<InstanceReference> references = new ArrayList<>();
    for (Path file : files) {
      OutgoingInstance instance = OutgoingInstance.of(file);
      references.add(new InstanceReference(instance.sopClassUid(), instance.sopInstanceUid()));
    }
    return references;
  }
}
