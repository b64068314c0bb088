// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DIMSE services on one accepted association, PS3.7: C-ECHO and C-STORE as SCP; other commands
 * get the status that says so. Called on the event loop; storing, and telling the listener, happens
 * in order on a spool thread.
 */
final class AssociationService implements StoreReception.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(AssociationService.class);

  /** Requests taken before the first is answered; more wait in the socket. */
  private static final int MAX_OUTSTANDING = 64;

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
   * @param ends true with the last piece of the command or data set
   */
  void fragment(int contextId, boolean isCommand, ByteBuffer piece, boolean ends)
      throws PduException {
    if (!negotiation.contexts().containsKey(contextId)) {
      throw new PduException(
          Pdu.Abort.INVALID_PARAMETER, "presentation context " + contextId + " was not accepted");
    }
    if (isCommand) {
      commandFragment(contextId, piece, ends);
    } else {
      dataFragment(contextId, piece, ends);
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
        } else {
          answerOther(contextId, message);
        }
      }
    }
  }

  private void answerOther(int contextId, DimseCommand message) {
    if (message.field() == DimseCommand.C_ECHO_RQ) {
      respond(contextId, message.response(DimseStatus.SUCCESS.code(), ""));
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
            () ->
                node.spool.receive(
                    message.sopClassUid(), message.sopInstanceUid(), context.transferSyntax()),
            refusal(context, message),
            serial,
            this);
    if (!message.hasDataSet()) {
      reception.offer(ByteBuffer.allocate(0), true);
      reception = null;
    }
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
    } else if (!message.sopClassUid().equals(context.abstractSyntax())
        || context.abstractSyntax().equals(SopClass.VERIFICATION)) {
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

  private void dataFragment(int contextId, ByteBuffer piece, boolean ends) throws PduException {
    if (drained != null && contextId == drainedContext) {
      if (ends) {
        DimseCommand message = drained;
        drained = null;
        answerOther(contextId, message);
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
    taking.offer(piece, ends);
  }

  private static PduException unexpected(String what) {
    return new PduException(Pdu.Abort.UNEXPECTED_PARAMETER, what);
  }

  private void respond(int contextId, DimseCommand response) {
    byte[] encoded = response.encode();
    int room =
        peerMaxLength == 0
            ? encoded.length
            : (int) Math.min(encoded.length, peerMaxLength - Pdu.PDV_HEADER_LENGTH & ~1L);
    for (int from = 0; from < encoded.length; from += room) {
      int length = Math.min(room, encoded.length - from);
      boolean last = from + length == encoded.length;
      ByteBuffer data = ByteBuffer.wrap(encoded, from, length);
      connection.send(new Pdu.PDataTf(List.of(new Pdu.Pdv(contextId, true, last, data))));
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
      LOG.warn(
          "association {}: an instance came again with other content; the first counts, this one"
              + " is kept aside as {}",
          id,
          instance.file().getFileName());
    }
    ReceivedInstance received =
        new ReceivedInstance(
            id,
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
    return outstanding > (reception == null ? 0 : 1) || pending.get() > 0;
  }

  /** Whether no more should be read now. */
  boolean mustPause(boolean pausedNow) {
    long limit = node.options.maxPendingBytes();
    long mine = pending.get();
    boolean nodeFull = node.counters.pendingBytes.get() > 16 * limit && mine > 0;
    return nodeFull || mine > (pausedNow ? limit / 2 : limit) || outstanding > MAX_OUTSTANDING;
  }
}
