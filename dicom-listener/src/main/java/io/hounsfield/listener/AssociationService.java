// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

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
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DIMSE services on one accepted association, PS3.7: C-ECHO, C-STORE and storage commitment as
 * SCP, storage commitment reports as SCU; other commands get the status that says so. Called on the
 * event loop; storing, and telling the listener, happens in order on a spool thread.
 */
final class AssociationService implements StoreReception.Owner, AssociationCommitments.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(AssociationService.class);

  /** Requests taken before the first is answered; more wait in the socket. */
  private static final int MAX_OUTSTANDING = Negotiation.MAX_OPERATIONS;

  private final long id;
  private final NodeContext node;
  private final Connection connection;
  private final Negotiation negotiation;
  private final String callingAeTitle;
  private final String calledAeTitle;
  private final SerialExecutor serial;
  private final MessageSender messages;
  private final AssociationCommitments commitments;

  // Event loop only.
  private final CommandAssembler commands = new CommandAssembler();
  private StoreReception reception;
  private DimseCommand drained;
  private int drainedContext;
  private int outstanding;
  private boolean ended;

  /** The data set after {@link #drained}; null when it is only dropped. */
  private ByteArrayOutputStream collected;

  private boolean collectedTooMuch;

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
    this.serial = new SerialExecutor(node.pool);
    this.messages = new MessageSender(connection, request.userInformation().maximumLength());
    this.commitments =
        new AssociationCommitments(
            id,
            node,
            connection,
            negotiation,
            callingAeTitle,
            calledAeTitle,
            messages,
            serial,
            this);
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
    DimseCommand message = commands.add(contextId, piece, ends);
    if (message != null) {
      dispatch(contextId, message);
    }
  }

  private void dispatch(int contextId, DimseCommand message) throws PduException {
    if (commitments.isAwaited(message)) {
      if (message.hasDataSet()) {
        drained = message;
        drainedContext = contextId;
      } else {
        commitments.reported(message);
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
        collectedTooMuch = false;
        if (message.hasDataSet()) {
          drained = message;
          drainedContext = contextId;
          collected =
              commitments.isRequest(contextId, message) ? new ByteArrayOutputStream() : null;
        } else {
          answerOther(contextId, message, null);
        }
      }
    }
  }

  private void answerOther(int contextId, DimseCommand message, byte[] dataSet) {
    if (message.field() == DimseCommand.C_ECHO_RQ) {
      messages.command(contextId, message.response(DimseStatus.SUCCESS.code(), ""));
    } else if (commitments.isRequest(contextId, message)) {
      commitments.take(contextId, message, dataSet, collectedTooMuch);
    } else {
      LOG.warn("association {}: {} is not supported", id, message.name());
      messages.command(contextId, message.response(DimseStatus.UNRECOGNIZED_OPERATION.code(), ""));
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
        if (commitments.isAwaited(message)) {
          commitments.reported(message);
        } else {
          answerOther(contextId, message, dataSet);
        }
      }
      return;
    }
    if (reception == null || contextId != reception.contextId) {
      throw unexpected("a data set without a command that announces it");
    }
    long memory = StoreReception.memory(piece);
    pending.addAndGet(memory);
    node.counters.pendingBytes.addAndGet(memory);
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
    int length = piece.remaining();
    if (collected.size() + length > Commitments.MAX_DATA_SET || !node.commitments.reserve(length)) {
      dropCollected();
      collectedTooMuch = true;
      return;
    }
    byte[] bytes = new byte[length];
    piece.get(bytes);
    collected.writeBytes(bytes);
  }

  private void dropCollected() {
    if (collected != null) {
      node.commitments.release(collected.size());
      collected = null;
    }
  }

  private static PduException unexpected(String what) {
    return new PduException(Pdu.Abort.UNEXPECTED_PARAMETER, what);
  }

  /** The association is there: what waited for it can be done. */
  void established() {
    commitments.established();
  }

  // ---- AssociationCommitments.Owner ----

  @Override
  public void taken() {
    outstanding++;
  }

  @Override
  public void answer(int contextId, DimseCommand response) {
    outstanding--;
    messages.command(contextId, response);
    connection.regulate();
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
    node.onEventLoop(() -> answer(done.contextId, response));
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
    dropCollected();
    commitments.end();
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
