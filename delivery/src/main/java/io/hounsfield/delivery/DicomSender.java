// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import io.hounsfield.listener.AssociationException;
import io.hounsfield.listener.CommitmentReport;
import io.hounsfield.listener.DimseStatus;
import io.hounsfield.listener.InstanceReference;
import io.hounsfield.listener.ProgressListener;
import io.hounsfield.listener.ScuOptions;
import io.hounsfield.listener.SendResult;
import io.hounsfield.listener.StorageCommitmentScu;
import io.hounsfield.listener.StorageScu;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** C-STORE, PS3.4 annex B, an association an object; and storage commitment. */
final class DicomSender implements Sender {
  private static final int CONNECT_MS = 10_000;
  private static final int DUPLICATE_SOP_INSTANCE = 0x0111;

  /**
   * How long a commitment report is waited for on the association that asked for it: archives that
   * report there do so at once; all others report to this node when they can.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** As that, where it was asked for before: the report is late already. */
  private static final Duration LESS_PATIENCE = Duration.ofMillis(200);

  private final ScuOptions options;

  DicomSender(Target.Dicom target, Duration timeout) {
    int timeoutMs = (int) Math.min(timeout.toMillis(), 3_600_000);
    options =
        new ScuOptions(
            target.calledAeTitle(),
            target.host(),
            target.port(),
            target.callingAeTitle(),
            Math.min(CONNECT_MS, timeoutMs),
            timeoutMs,
            OptionalDouble.empty(),
            target.tls());
  }

  @Override
  public Attempt send(Delivery delivery, Path file) throws IOException {
    SendResult result;
    try {
      result = StorageScu.send(options, List.of(file), ProgressListener.NONE);
    } catch (AssociationException e) {
      return Attempt.unreachable(e.getMessage());
    }
    if (result.stored() == 1) {
      return new Attempt.Delivered(
          result.warnings().isEmpty() ? null : result.warnings().get(0).text());
    }
    SendResult.Failure failure = result.failures().get(0);
    return attempt(failure.status(), failure.reason());
  }

  /** What a status that is neither success nor warning means; PS3.4 table B.2-1, PS3.7 annex C. */
  static Attempt attempt(int status, String detail) {
    if (status == SendResult.NOT_ACCEPTED) {
      return new Attempt.Refused("its SOP class is not accepted", detail);
    }
    if (status < 0) {
      return Attempt.unreachable(detail);
    }
    String reason = "answered " + DimseStatus.describe(status);
    if (status == DUPLICATE_SOP_INSTANCE) {
      // UIDs are derived from the analysis: what it holds under this one is this object.
      return new Attempt.Delivered("the receiver holds it already: " + detail);
    }
    boolean noRoom =
        (status & 0xFF00) == 0xA700 || status == DimseStatus.RESOURCE_LIMITATION.code();
    if (noRoom || status == DimseStatus.PROCESSING_FAILURE.code()) {
      return new Attempt.Unavailable(reason, detail, noRoom, Optional.empty());
    }
    return new Attempt.Refused(reason, detail);
  }

  /** The reference by which commitment to a file's instance is asked for and reported. */
  static InstanceReference reference(Path file) throws IOException {
    return StorageCommitmentScu.references(List.of(file)).get(0);
  }

  /**
   * Asks for commitment.
   *
   * @param first whether some of it was not asked for before
   * @return the report, if it comes at once; otherwise it comes to this node later
   * @throws IOException when the request does not arrive or is not taken
   */
  Optional<CommitmentReport> requestCommitment(
      String transactionUid, List<InstanceReference> references, boolean first) throws IOException {
    Duration patience = first ? PATIENCE : LESS_PATIENCE;
    return StorageCommitmentScu.request(options, transactionUid, references, patience).report();
  }
}
