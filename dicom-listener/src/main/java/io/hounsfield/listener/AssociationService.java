// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduException;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCounted;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DIMSE services on one accepted association, PS3.7: C-ECHO, C-STORE and storage commitment as
 * SCP, storage commitment reports as SCU; other commands get the status that says so. Called on the
 * event loop; storing, and telling the listener, happens in order on a spool thread.
 */
final class AssociationService implements StoreReception.Owner, CommitmentService.Carrier {
  private static final Logger LOG = LoggerFactory.getLogger(AssociationService.class);

  /** Requests taken before the first is answered; more wait in the socket. */
  private static final int MAX_OUTSTANDING = Negotiation.MAX_OPERATIONS;

  /** Longest P-DATA-TF sent where the peer sets no limit, bytes. */
  private static final long LONGEST_SENT = 64 << 10;

  private final long id;
  private final NodeContext node;
  private final Connection connection;
  private final Negotiation negotiation;
  private final String callingAeTitle;
  private final String calledAeTitle;
  private final long peerMaxLength;
  private final SerialExecutor serial;

  // Event loop only.
  private byte[] command = new byte[512];
  private int commandLength;
  private int commandContext = -1;
  private StoreReception reception;
  private DimseCommand drained;
  private int drainedContext;
  private int outstanding;
  private boolean ended;

  /** The data set after {@link #drained}; null when it is only dropped. */
  private ByteArrayOutputStream collected;

  private boolean collectedTooMuch;

  /** Reports to be sent to the peer, one at a time: the first is on its way. */
  private final Deque<Reporting> reports = new ArrayDeque<>();

  private int lastMessageId;

  private record Reporting(int messageId, CommitmentReport report, Consumer<Boolean> delivered) {}

  /** Received and not yet written, bytes. */
  private final AtomicLong pending = new AtomicLong();

  // Spool thread only.
  private final Set<String> series = new HashSet<>();
  private int instances;
  private long bytes;

  AssociationService(
      long id,
      NodeContext node,
      Connection connection,
      Negotiation negotiation,
      Pdu.AssociateRq request) {
    this.id = id;
    this.node = node;
    this.connection = connection;
    this.negotiation = negotiation;
    this.callingAeTitle = request.callingAeTitle();
    this.calledAeTitle = request.calledAeTitle();
    this.peerMaxLength = request.userInformation().maximumLength();
    this.serial = new SerialExecutor(node.pool);
    node.counters.associationsOpen.incrementAndGet();
    node.counters.associationsAccepted.increment();
  }

  // ---- messages ----

  /**
   * Takes a piece of a presentation data value.
   *
   * @param owner what keeps the piece's memory, for the time of this call or as long as retained
   * @param ends true with the last piece of the command or data set
   */
  void fragment(
      int contextId, boolean isCommand, ByteBuffer piece, ReferenceCounted owner, boolean ends)
      throws PduException {
    if (!negotiation.contexts().containsKey(contextId)) {
      throw new PduException(
          Pdu.Abort.INVALID_PARAMETER, "presentation context " + contextId + " was not accepted");
    }
    if (isCommand) {
      commandFragment(contextId, piece, ends);
    } else {
      dataFragment(contextId, piece, owner, ends);
    }
  }

  private void commandFragment(int contextId, ByteBuffer piece, boolean ends) throws PduException {
    if (reception != null || drained != null) {
      throw unexpected("a command where the rest of a data set should be");
    }
    if (commandContext >= 0 && commandContext != contextId) {
      throw unexpected("a command in two presentation contexts");
    }
    commandContext = contextId;
    int length = piece.remaining();
    if (commandLength + length > DimseCommand.MAX_LENGTH) {
      throw new PduException(
          Pdu.Abort.INVALID_PARAMETER,
          "a command set of more than " + DimseCommand.MAX_LENGTH + " bytes");
    }
    if (commandLength + length > command.length) {
      command = Arrays.copyOf(command, Math.max(commandLength + length, 2 * command.length));
    }
    piece.get(command, commandLength, length);
    commandLength += length;
    if (ends) {
      DimseCommand message;
      try {
        message = DimseCommand.decode(ByteBuffer.wrap(command, 0, commandLength));
      } catch (DicomException e) {
        throw new PduException(Pdu.Abort.INVALID_PARAMETER, e.getMessage());
      }
      commandLength = 0;
      commandContext = -1;
      dispatch(contextId, message);
    }
  }

  private void dispatch(int contextId, DimseCommand message) throws PduException {
    if (isAwaited(message)) {
      if (message.hasDataSet()) {
        drained = message;
        drainedContext = contextId;
      } else {
        reported(message);
      }
      return;
    }
    if (message.isResponse()) {
      throw unexpected("a response though nothing was asked: " + message.name());
    }
    switch (message.field()) {
      case DimseCommand.C_STORE_RQ -> store(contextId, message);
      case DimseCommand.C_CANCEL_RQ -> {
        // Nothing that could be cancelled is ever under way here; it has no response (PS3.7
        // 9.3.2.3).
        if (message.hasDataSet()) {
          throw unexpected("C-CANCEL-RQ with a data set");
        }
      }
      default -> {
        if (message.hasDataSet()) {
          drained = message;
          drainedContext = contextId;
          collected = isCommitment(contextId, message) ? new ByteArrayOutputStream() : null;
          collectedTooMuch = false;
        } else {
          answerOther(contextId, message, null);
        }
      }
    }
  }

  /** Whether this is a request of storage commitment, in a context and role for it. */
  private boolean isCommitment(int contextId, DimseCommand message) {
    Negotiation.Context context = negotiation.contexts().get(contextId);
    return context.abstractSyntax().equals(SopClass.STORAGE_COMMITMENT_PUSH_MODEL)
        && (message.field() == DimseCommand.N_ACTION_RQ && context.peerIsScu()
            || message.field() == DimseCommand.N_EVENT_REPORT_RQ && context.peerIsScp());
  }

  private void answerOther(int contextId, DimseCommand message, byte[] dataSet) {
    if (message.field() == DimseCommand.C_ECHO_RQ) {
      respond(contextId, message.response(DimseStatus.SUCCESS.code(), ""));
    } else if (isCommitment(contextId, message)) {
      commitment(contextId, message, dataSet);
    } else {
      LOG.warn("association {}: {} is not supported", id, message.name());
      respond(contextId, message.response(DimseStatus.UNRECOGNIZED_OPERATION.code(), ""));
    }
  }

  private void store(int contextId, DimseCommand message) {
    outstanding++;
    Negotiation.Context context = negotiation.contexts().get(contextId);
    reception =
        new StoreReception(
            message,
            contextId,
            () -> open(message, context.transferSyntax()),
            refusal(context, message),
            serial,
            this);
    if (!message.hasDataSet()) {
      reception.offer(ByteBuffer.allocate(0), Unpooled.EMPTY_BUFFER, true);
      reception = null;
    }
  }

  private IncomingInstance open(DimseCommand message, TransferSyntax syntax) throws IOException {
    Optional<String> full = node.listener.refusal();
    if (full.isPresent()) {
      throw new StoreException(StoreException.Reason.NO_SPACE, full.get());
    }
    return node.spool.receive(message.sopClassUid(), message.sopInstanceUid(), syntax);
  }

  private static StoreException refusal(Negotiation.Context context, DimseCommand message) {
    StoreException.Reason reason = null;
    String what = null;
    if (message.sopClassUid().isEmpty() || message.sopInstanceUid().isEmpty()) {
      reason = StoreException.Reason.INCOMPLETE_COMMAND;
      what =
          Tag.toString(
                  message.sopClassUid().isEmpty()
                      ? Tag.AffectedSOPClassUID
                      : Tag.AffectedSOPInstanceUID)
              + " is missing";
    } else if (!message.sopClassUid().equals(context.abstractSyntax()) || !context.isStorage()) {
      reason = StoreException.Reason.WRONG_CLASS;
      what = "SOP class is not that of the presentation context";
    } else if (!InstanceUids.isUsable(message.sopInstanceUid())) {
      reason = StoreException.Reason.INVALID_INSTANCE;
      what = Tag.toString(Tag.AffectedSOPInstanceUID) + " is no UID";
    } else if (!message.hasDataSet()) {
      reason = StoreException.Reason.UNREADABLE;
      what = "C-STORE-RQ without a data set";
    }
    return reason == null ? null : new StoreException(reason, what);
  }

  private void dataFragment(int contextId, ByteBuffer piece, ReferenceCounted owner, boolean ends)
      throws PduException {
    if (drained != null && contextId == drainedContext) {
      collect(piece);
      if (ends) {
        DimseCommand message = drained;
        byte[] dataSet = collected == null ? null : collected.toByteArray();
        drained = null;
        collected = null;
        if (isAwaited(message)) {
          reported(message);
        } else {
          answerOther(contextId, message, dataSet);
        }
      }
      return;
    }
    if (reception == null || contextId != reception.contextId) {
      throw unexpected("a data set without a command that announces it");
    }
    int length = piece.remaining();
    pending.addAndGet(length);
    node.counters.pendingBytes.addAndGet(length);
    StoreReception taking = reception;
    if (ends) {
      reception = null;
    }
    taking.offer(piece, owner, ends);
  }

  private void collect(ByteBuffer piece) {
    if (collected == null) {
      return;
    }
    if (collected.size() + piece.remaining() > Commitments.MAX_DATA_SET) {
      collected = null;
      collectedTooMuch = true;
      return;
    }
    byte[] bytes = new byte[piece.remaining()];
    piece.get(bytes);
    collected.writeBytes(bytes);
  }

  // ---- storage commitment, PS3.4 annex J ----

  private void commitment(int contextId, DimseCommand message, byte[] dataSet) {
    boolean request = message.field() == DimseCommand.N_ACTION_RQ;
    DimseStatus fault = null;
    if (!message.sopClassUid().equals(SopClass.STORAGE_COMMITMENT_PUSH_MODEL)) {
      fault = DimseStatus.NO_SUCH_SOP_CLASS;
    } else if (!message.sopInstanceUid().equals(Commitments.INSTANCE)) {
      fault = DimseStatus.NO_SUCH_OBJECT_INSTANCE;
    } else if (request && message.typeId() != Commitments.REQUEST) {
      fault = DimseStatus.NO_SUCH_ACTION;
    } else if (collectedTooMuch) {
      fault = DimseStatus.RESOURCE_LIMITATION;
    } else if (dataSet == null) {
      fault = DimseStatus.MISTYPED_ARGUMENT;
    }
    if (fault != null) {
      LOG.warn("association {}: storage commitment answered {}", id, fault);
      respond(contextId, message.response(fault.code(), ""));
      return;
    }
    outstanding++;
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
          }
          Commitments.Request taken = status == DimseStatus.SUCCESS ? asked : null;
          DimseCommand response = message.response(status.code(), comment);
          node.onEventLoop(
              () -> {
                outstanding--;
                respond(contextId, response);
                connection.regulate();
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
    if (commitmentContext() != null) {
      node.commitments.opened(callingAeTitle, this);
    }
  }

  private Negotiation.Context commitmentContext() {
    return negotiation.contexts().values().stream()
        .filter(
            context ->
                context.abstractSyntax().equals(SopClass.STORAGE_COMMITMENT_PUSH_MODEL)
                    && context.peerIsScu())
        .findFirst()
        .orElse(null);
  }

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
            sendReport();
          }
        });
  }

  private void sendReport() {
    Reporting next = reports.element();
    Negotiation.Context context = commitmentContext();
    send(context.id(), true, CommitmentService.event(next.messageId(), next.report()).encode());
    send(context.id(), false, CommitmentService.dataSet(next.report(), context.transferSyntax()));
  }

  private boolean isAwaited(DimseCommand message) {
    return message.field() == (DimseCommand.N_EVENT_REPORT_RQ | DimseCommand.RESPONSE)
        && !reports.isEmpty()
        && reports.element().messageId() == message.messageId();
  }

  private void reported(DimseCommand response) {
    reports.remove().delivered().accept(CommitmentService.isTaken(response.status()));
    if (!reports.isEmpty()) {
      sendReport();
    }
  }

  private static PduException unexpected(String what) {
    return new PduException(Pdu.Abort.UNEXPECTED_PARAMETER, what);
  }

  private void respond(int contextId, DimseCommand response) {
    send(contextId, true, response.encode());
  }

  private void send(int contextId, boolean isCommand, byte[] encoded) {
    long most = peerMaxLength == 0 ? LONGEST_SENT : Math.min(peerMaxLength, LONGEST_SENT);
    int room = (int) (most - Pdu.PDV_HEADER_LENGTH & ~1L);
    for (int from = 0; from < encoded.length; from += room) {
      int length = Math.min(room, encoded.length - from);
      boolean last = from + length == encoded.length;
      ByteBuffer data = ByteBuffer.wrap(encoded, from, length);
      connection.send(new Pdu.PDataTf(List.of(new Pdu.Pdv(contextId, isCommand, last, data))));
    }
  }

  // ---- StoreReception.Owner, on a spool thread ----

  @Override
  public void consumed(long count) {
    pending.addAndGet(-count);
    node.counters.pendingBytes.addAndGet(-count);
    node.regulatePaused();
  }

  @Override
  public void finished(StoreReception done, IncomingInstance.Stored stored, Throwable fault) {
    DimseCommand response;
    if (stored != null) {
      response = done.command.response(DimseStatus.SUCCESS.code(), "");
    } else {
      DimseStatus status = DimseStatus.of(fault);
      node.counters.instancesRefused.increment();
      if (fault instanceof RuntimeException) {
        LOG.error("association {}: C-STORE answered {}", id, status, fault);
      } else {
        LOG.warn("association {}: C-STORE answered {}: {}", id, status, fault.getMessage());
      }
      response =
          done.command.response(
              status.code(), fault instanceof StoreException ? fault.getMessage() : "");
    }
    node.onEventLoop(
        () -> {
          outstanding--;
          respond(done.contextId, response);
          connection.regulate();
        });
    if (stored != null) {
      told(stored, done.completedNanos());
    }
  }

  private void told(IncomingInstance.Stored stored, long receivedNanos) {
    SpooledInstance instance = stored.instance();
    instances++;
    bytes += instance.bytes();
    series.add(instance.seriesInstanceUid());
    if (stored.duplicate()) {
      node.counters.instancesDuplicate.increment();
    } else {
      node.counters.instancesStored.increment();
    }
    if (stored.conflicting()) {
      node.counters.instancesConflicting.increment();
      LOG.warn(
          "association {}: an instance came again with other content; the first counts, this one"
              + " is kept aside as {}",
          id,
          instance.file().getFileName());
    }
    ReceivedInstance received =
        new ReceivedInstance(
            id,
            callingAeTitle,
            calledAeTitle,
            instance.studyInstanceUid(),
            instance.seriesInstanceUid(),
            instance.sopInstanceUid(),
            instance.sopClassUid(),
            instance.transferSyntax(),
            instance.file(),
            stored.duplicate(),
            instance.bytes(),
            receivedNanos,
            stored.conflicting());
    try {
      node.listener.instanceStored(received);
    } catch (RuntimeException e) {
      // The instance is safe on disk; a fault of the listener is not the sender's concern.
      LOG.error("association {}: the listener failed", id, e);
    }
  }

  // ---- end of the association ----

  /** A-RELEASE-RQ came: answer it when all stores are answered. */
  void released() {
    finish(false);
    serial.execute(() -> node.onEventLoop(connection::respondRelease));
  }

  /** The association is over; harmless when it was over before. */
  void end(boolean aborted) {
    finish(aborted);
  }

  private void finish(boolean aborted) {
    if (ended) {
      return;
    }
    ended = true;
    long releasedNanos = System.nanoTime();
    Instant released = Instant.now();
    if (reception != null) {
      reception.discard();
      reception = null;
    }
    drained = null;
    collected = null;
    node.commitments.closed(callingAeTitle, this);
    while (!reports.isEmpty()) {
      reports.remove().delivered().accept(false);
    }
    if (aborted) {
      node.counters.associationsAborted.increment();
    }
    serial.execute(
        () -> {
          // Not before: the bound on associations also bounds the work they leave for the disk.
          node.counters.associationsOpen.decrementAndGet();
          LOG.info(
              "association {} {}: {} instances, {} bytes",
              id,
              aborted ? "aborted" : "released",
              instances,
              bytes);
          AssociationSummary summary =
              new AssociationSummary(
                  id, callingAeTitle, released, releasedNanos, aborted, series, instances, bytes);
          try {
            node.listener.associationClosed(summary);
          } catch (RuntimeException e) {
            LOG.error("association {}: the listener failed", id, e);
          }
        });
  }

  /** Calls back on the event loop when everything received so far was dealt with. */
  void whenIdle(Runnable callback) {
    serial.execute(() -> node.onEventLoop(callback));
  }

  // ---- flow ----

  /** True while the peer waits for this node rather than the other way round. */
  boolean busy() {
    return reception == null
        ? outstanding > 0 || pending.get() > 0
        : outstanding > 1 || pending.get() > reception.gathered();
  }

  /** Nothing more is read for now: has written what was gathered, so that there will be. */
  void paused() {
    if (reception != null) {
      reception.push();
    }
  }

  /** Whether no more should be read now. */
  boolean mustPause(boolean pausedNow) {
    long limit = node.options.maxPendingBytes();
    long mine = pending.get();
    boolean nodeFull = node.counters.pendingBytes.get() > 16 * limit && mine > 0;
    return nodeFull || mine > (pausedNow ? limit / 2 : limit) || outstanding > MAX_OUTSTANDING;
  }
}
