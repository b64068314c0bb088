// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.TransferSyntax;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Storage commitment on one accepted association, PS3.4 annex J: takes requests, takes reports of
 * an archive, and carries reports to a requestor, one at a time. Event loop only, but for the work
 * that it gives to the association's spool thread.
 */
final class AssociationCommitments implements CommitmentService.Carrier {
  private static final Logger LOG = LoggerFactory.getLogger(AssociationCommitments.class);

  /** Answers requests later than they came. Event loop only. */
  interface Owner {
    /** A request will be answered. */
    void taken();

    /** Answers it. */
    void answer(int contextId, DimseCommand response);
  }

  private record Reporting(int messageId, CommitmentReport report, Consumer<Boolean> delivered) {}

  private final long id;
  private final NodeContext node;
  private final Connection connection;
  private final Negotiation negotiation;
  private final String callingAeTitle;
  private final String calledAeTitle;
  private final MessageSender messages;
  private final Executor serial;
  private final Owner owner;

  /** Reports to be sent to the peer: the first is on its way. */
  private final Deque<Reporting> reports = new ArrayDeque<>();

  private int lastMessageId;
  private boolean ended;

  AssociationCommitments(
      long id,
      NodeContext node,
      Connection connection,
      Negotiation negotiation,
      String callingAeTitle,
      String calledAeTitle,
      MessageSender messages,
      Executor serial,
      Owner owner) {
    this.id = id;
    this.node = node;
    this.connection = connection;
    this.negotiation = negotiation;
    this.callingAeTitle = callingAeTitle;
    this.calledAeTitle = calledAeTitle;
    this.messages = messages;
    this.serial = serial;
    this.owner = owner;
  }

  /** Whether this is a request of storage commitment, in a context and role for it. */
  boolean isRequest(int contextId, DimseCommand message) {
    Negotiation.Context context = negotiation.contexts().get(contextId);
    return context.abstractSyntax().equals(SopClass.STORAGE_COMMITMENT_PUSH_MODEL)
        && (message.field() == DimseCommand.N_ACTION_RQ && context.peerIsScu()
            || message.field() == DimseCommand.N_EVENT_REPORT_RQ && context.peerIsScp());
  }

  /**
   * Takes such a request.
   *
   * @param dataSet in memory that was {@link CommitmentService#reserve reserved}; null when it had
   *     none, or one that is too long
   * @param tooLong whether it was longer than {@link Commitments#MAX_DATA_SET}, or than what is
   *     left for all
   */
  void take(int contextId, DimseCommand message, byte[] dataSet, boolean tooLong) {
    boolean request = message.field() == DimseCommand.N_ACTION_RQ;
    DimseStatus fault = null;
    if (!message.sopClassUid().equals(SopClass.STORAGE_COMMITMENT_PUSH_MODEL)) {
      fault = DimseStatus.NO_SUCH_SOP_CLASS;
    } else if (!message.sopInstanceUid().equals(Commitments.INSTANCE)) {
      fault = DimseStatus.NO_SUCH_OBJECT_INSTANCE;
    } else if (request && message.typeId() != Commitments.REQUEST) {
      fault = DimseStatus.NO_SUCH_ACTION;
    } else if (tooLong) {
      fault = DimseStatus.RESOURCE_LIMITATION;
    } else if (dataSet == null) {
      fault = DimseStatus.MISTYPED_ARGUMENT;
    }
    if (fault != null) {
      node.commitments.release(dataSet == null ? 0 : dataSet.length);
      LOG.warn("association {}: storage commitment answered {}", id, fault);
      messages.command(contextId, message.response(fault.code(), ""));
      return;
    }
    owner.taken();
    TransferSyntax syntax = negotiation.contexts().get(contextId).transferSyntax();
    serial.execute(
        () -> {
          Commitments.Request asked = null;
          DimseStatus status;
          String comment = "";
          try {
            DataSet set = DataSets.decode(dataSet, syntax);
            if (request) {
              asked = Commitments.request(set);
              status = node.commitments.accept(callingAeTitle, calledAeTitle, asked);
            } else {
              status = told(Commitments.report(set));
            }
          } catch (DicomException e) {
            status = DimseStatus.INVALID_ARGUMENT_VALUE;
            comment = e.getMessage();
            LOG.warn("association {}: storage commitment answered {}: {}", id, status, comment);
          } finally {
            node.commitments.release(dataSet.length);
          }
          Commitments.Request taken = status == DimseStatus.SUCCESS ? asked : null;
          DimseCommand response = message.response(status.code(), comment);
          node.onEventLoop(
              () -> {
                owner.answer(contextId, response);
                if (taken != null) {
                  node.commitments.answered(callingAeTitle, taken);
                }
              });
        });
  }

  private DimseStatus told(CommitmentReport report) {
    try {
      node.listener.commitmentReported(callingAeTitle, report);
      return DimseStatus.SUCCESS;
    } catch (RuntimeException e) {
      // The archive may report again later; its association goes on.
      LOG.error("association {}: the listener failed", id, e);
      return DimseStatus.PROCESSING_FAILURE;
    }
  }

  /** The association is there: reports that waited for it can be delivered. */
  void established() {
    if (reportContext() != null) {
      node.commitments.opened(callingAeTitle, this);
    }
  }

  private Negotiation.Context reportContext() {
    return negotiation.contexts().values().stream()
        .filter(
            context ->
                context.abstractSyntax().equals(SopClass.STORAGE_COMMITMENT_PUSH_MODEL)
                    && context.peerIsScu())
        .findFirst()
        .orElse(null);
  }

  /** From any thread. */
  @Override
  public void report(CommitmentReport report, Consumer<Boolean> delivered) {
    node.onEventLoop(
        () -> {
          if (ended || !connection.isEstablished()) {
            delivered.accept(false);
            return;
          }
          lastMessageId = lastMessageId % 0xFFFF + 1;
          reports.add(new Reporting(lastMessageId, report, delivered));
          if (reports.size() == 1) {
            send();
          }
        });
  }

  private void send() {
    Reporting next = reports.element();
    Negotiation.Context context = reportContext();
    messages.command(context.id(), CommitmentService.event(next.messageId(), next.report()));
    messages.dataSet(
        context.id(), CommitmentService.dataSet(next.report(), context.transferSyntax()));
  }

  /** Whether this is the response to the report that is on its way. */
  boolean isAwaited(DimseCommand message) {
    return message.field() == (DimseCommand.N_EVENT_REPORT_RQ | DimseCommand.RESPONSE)
        && !reports.isEmpty()
        && reports.element().messageId() == message.messageId();
  }

  /** Takes that response. */
  void reported(DimseCommand response) {
    reports.remove().delivered().accept(CommitmentService.isTaken(response.status()));
    if (!reports.isEmpty()) {
      send();
    }
  }

  /** The association is over: what was not answered is not delivered. */
  void end() {
    ended = true;
    node.commitments.closed(callingAeTitle, this);
    while (!reports.isEmpty()) {
      reports.remove().delivered().accept(false);
    }
  }
}
