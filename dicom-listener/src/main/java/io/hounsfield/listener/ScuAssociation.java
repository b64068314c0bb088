// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.UIDs;
import io.hounsfield.listener.ul.Event;
import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduCodec;
import io.hounsfield.listener.ul.PduException;
import io.hounsfield.listener.ul.PduReader;
import io.hounsfield.listener.ul.State;
import io.hounsfield.listener.ul.UpperLayer;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * An association as requestor, on the calling thread: one request at a time, each waits for its
 * response. A watchdog closes the connection when the peer stands still for too long.
 */
final class ScuAssociation implements UpperLayer.Port, PduReader.Sink, Closeable {
  /** Longest P-DATA-TF sent even where the peer takes more, bytes. */
  private static final int MAX_SEND = 256 << 10;

  /** Longest P-DATA-TF received, bytes: only responses come. */
  private static final int MAX_RECEIVE = 64 << 10;

  private final ScuOptions options;
  private final UpperLayer machine = new UpperLayer(UpperLayer.Role.REQUESTOR, this);
  private final PduReader reader = new PduReader(MAX_RECEIVE, this);
  private final ScuTransport transport;
  private final ScuWatchdog watchdog;
  private final ByteBuffer in = ByteBuffer.allocate(16 << 10);
  private final ByteBuffer header =
      ByteBuffer.allocateDirect(Pdu.HEADER_LENGTH + Pdu.PDV_HEADER_LENGTH);
  private final Map<Integer, String> accepted = new HashMap<>();
  private final ScuInbox inbox = new ScuInbox();
  private ByteBuffer data;
  private String ended;
  private boolean deliver;
  private int lastMessageId;

  private ScuAssociation(ScuOptions options) throws IOException {
    this.options = options;
    this.transport = new ScuTransport();
    this.watchdog = new ScuWatchdog(transport, options.responseTimeoutMs());
  }

  /**
   * Asks for an association.
   *
   * @throws AssociationException when it cannot be had
   */
  static ScuAssociation open(ScuOptions options, List<Pdu.ProposedContext> contexts)
      throws IOException {
    return open(options, contexts, List.of());
  }

  /**
   * Asks for an association with further items of user information.
   *
   * @throws AssociationException when it cannot be had
   */
  static ScuAssociation open(
      ScuOptions options, List<Pdu.ProposedContext> contexts, List<Pdu.SubItem> items)
      throws IOException {
    ScuAssociation association = new ScuAssociation(options);
    try {
      association.request(contexts, items);
      return association;
    } catch (IOException | RuntimeException e) {
      association.close();
      throw e;
    }
  }

  private void request(List<Pdu.ProposedContext> contexts, List<Pdu.SubItem> items)
      throws IOException {
    watchdog.start();
    List<Pdu.SubItem> all = new ArrayList<>(items);
    options.user().ifPresent(user -> all.add(user.toRequestItem()));
    Pdu.AssociateRq request =
        new Pdu.AssociateRq(
            1,
            options.calledAeTitle(),
            options.callingAeTitle(),
            Pdu.DICOM_APPLICATION_CONTEXT,
            contexts,
            new Pdu.UserInformation(
                MAX_RECEIVE,
                UIDs.IMPLEMENTATION_CLASS,
                UIDs.IMPLEMENTATION_VERSION_NAME,
                Optional.empty(),
                all));
    exchange(
        () -> {
          machine.fire(Event.EVT1, request);
          machine.fire(Event.EVT2);
          readWhile(State.STA5);
        });
    if (machine.state() != State.STA6) {
      throw new AssociationException(options.peer() + ": " + ended);
    }
  }

  private interface Exchange {
    void run() throws IOException;
  }

  /** Runs a step under the watchdog and says in words what went wrong with the peer. */
  private void exchange(Exchange step) throws IOException {
    watchdog.touch();
    try {
      step.run();
    } catch (IOException | UncheckedIOException e) {
      IOException cause = e instanceof UncheckedIOException u ? u.getCause() : (IOException) e;
      if (cause instanceof AssociationException || cause instanceof DicomException) {
        throw cause;
      }
      String what =
          watchdog.timedOut()
              ? "nothing moved for " + options.responseTimeoutMs() + " ms"
              : ended != null ? ended : "connection failed: " + cause;
      ended = what;
      if (machine.state() != State.STA1) {
        machine.fire(Event.EVT17);
      }
      transport.close();
      throw new AssociationException(options.peer() + ": " + what, cause);
    } finally {
      watchdog.rest();
    }
  }

  /** True while requests can be made. */
  boolean isOpen() {
    return machine.state() == State.STA6;
  }

  /** Transfer syntax UID the peer accepted for this presentation context; null if it did not. */
  String accepted(int contextId) {
    return accepted.get(contextId);
  }

  /** Number for the next request. */
  int nextMessageId() {
    lastMessageId = lastMessageId % 0xFFFF + 1;
    return lastMessageId;
  }

  /**
   * Makes a request and waits for its response.
   *
   * @param dataSet the data set's bytes; null when the request has none
   * @param length how many bytes {@code dataSet} will give
   */
  DimseCommand call(int contextId, DimseCommand request, ReadableByteChannel dataSet, long length)
      throws IOException {
    if (!isOpen()) {
      throw new AssociationException(options.peer() + ": " + ended);
    }
    exchange(
        () -> {
          sendCommand(contextId, request);
          if (dataSet != null) {
            sendData(contextId, dataSet, length);
          }
          inbox.expectResponse();
          while (inbox.response() == null && machine.state() == State.STA6) {
            receive();
          }
        });
    DimseCommand response = inbox.response();
    if (response == null) {
      throw new AssociationException(options.peer() + ": " + ended);
    }
    if (response.messageId() != request.messageId()
        || response.field() != (request.field() | DimseCommand.RESPONSE)) {
      machine.fire(Event.EVT15);
      ended = "answered another request than was made";
      throw new AssociationException(options.peer() + ": " + ended);
    }
    return response;
  }

  /** Makes a request without a data set. */
  DimseCommand call(int contextId, DimseCommand request) throws IOException {
    return call(contextId, request, null, 0);
  }

  /**
   * The next request of the peer; null when none came in time, or the association ended.
   *
   * @param timeoutMs how long to wait for one, milliseconds
   */
  ScuInbox.Request awaitRequest(long timeoutMs) throws IOException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    while (!inbox.hasRequest() && isOpen()) {
      long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      if (left <= 0) {
        break;
      }
      // Not under the watchdog: the peer may take its time.
      try {
        receive((int) Math.min(left, 1000));
      } finally {
        watchdog.rest();
      }
    }
    return inbox.nextRequest();
  }

  /** Answers a request of the peer. */
  void respond(ScuInbox.Request request, int status) throws IOException {
    exchange(() -> sendCommand(request.contextId(), request.command().response(status, "")));
  }

  private int room() {
    return data.capacity();
  }

  private void sendCommand(int contextId, DimseCommand request) {
    byte[] bytes = request.encode();
    for (int from = 0; from < bytes.length; from += room()) {
      int length = Math.min(room(), bytes.length - from);
      sendValue(
          contextId, true, from + length == bytes.length, ByteBuffer.wrap(bytes, from, length));
    }
  }

  private void sendData(int contextId, ReadableByteChannel dataSet, long length)
      throws IOException {
    long left = length;
    do {
      data.clear().limit((int) Math.min(room(), left));
      try {
        while (data.hasRemaining()) {
          if (dataSet.read(data) < 0) {
            throw new DicomException("the file became shorter while it was sent");
          }
        }
      } catch (IOException e) {
        // Half a data set is on its way: only an abort tells the peer that no more will come.
        ended = "aborted, because a file could not be read on";
        machine.fire(Event.EVT15);
        throw new DicomException("cannot be read: " + e.getMessage(), e);
      }
      left -= data.position();
      sendValue(contextId, false, left == 0, data.flip());
      watchdog.touch();
    } while (left > 0);
  }

  private void sendValue(int contextId, boolean isCommand, boolean last, ByteBuffer value) {
    machine.fire(
        Event.EVT9, new Pdu.PDataTf(List.of(new Pdu.Pdv(contextId, isCommand, last, value))));
  }

  /** Ends the association in order. */
  void release() throws IOException {
    if (!isOpen()) {
      return;
    }
    exchange(
        () -> {
          machine.fire(Event.EVT11);
          while (machine.state() != State.STA1 && machine.state() != State.STA13) {
            receive();
          }
        });
  }

  /** Closes the connection, with A-ABORT if the association still is there. */
  @Override
  public void close() throws IOException {
    try {
      if (machine.state() == State.STA6 && transport.isOpen()) {
        exchange(() -> machine.fire(Event.EVT15));
      }
    } catch (AssociationException e) {
      // it was on its way out; the connection is closed all the same
    } finally {
      watchdog.close();
      transport.close();
    }
  }

  // ---- transport ----

  private void readWhile(State state) throws IOException {
    while (machine.state() == state) {
      receive();
    }
  }

  private void receive() throws IOException {
    receive(0);
  }

  /** False when nothing came for so many milliseconds; 0 leaves that to the watchdog. */
  private boolean receive(int timeoutMs) throws IOException {
    int count = transport.read(in.clear(), timeoutMs);
    if (count == 0) {
      return false;
    }
    if (count < 0) {
      machine.fire(Event.EVT17);
      return true;
    }
    watchdog.touch();
    reader.feed(in.flip());
    return true;
  }

  @Override
  public void connect() {
    try {
      transport.connect(options);
      watchdog.touch();
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      ended = "cannot connect: " + why;
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void send(Pdu pdu) {
    try {
      if (pdu instanceof Pdu.PDataTf values && values.values().size() == 1) {
        Pdu.Pdv value = values.values().get(0);
        header.clear();
        PduCodec.putDataHeader(
            header, value.contextId(), value.command(), value.last(), value.data().remaining());
        transport.write(header.flip(), value.data());
      } else {
        transport.write(ByteBuffer.wrap(PduCodec.encode(pdu)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void closeTransport() {
    try {
      transport.shutdown();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void startArtim() {
    // The watchdog bounds every wait of this side, and close() does not wait for the peer.
  }

  @Override
  public void stopArtim() {
    // see startArtim
  }

  // ---- indications ----

  @Override
  public Pdu.AssociateRj refusal(Pdu.AssociateRq request) {
    throw new IllegalStateException("a requestor is not asked for an association");
  }

  @Override
  public void associateIndication(Pdu.AssociateRq request) {
    throw new IllegalStateException("a requestor is not asked for an association");
  }

  @Override
  public void associateAccepted(Pdu.AssociateAc accept) {
    for (Pdu.ContextResult context : accept.contexts()) {
      if (context.result() == Pdu.ContextResult.ACCEPTANCE) {
        accepted.put(context.id(), context.transferSyntax());
      }
    }
    long maximum = accept.userInformation().maximumLength();
    long room = (maximum == 0 ? MAX_SEND : Math.min(maximum, MAX_SEND)) - Pdu.PDV_HEADER_LENGTH;
    data =
        ByteBuffer.allocateDirect((int) Math.max(2, room & ~1L)); // fragments are even, PS3.8 E.2
  }

  @Override
  public void associateRejected(Pdu.AssociateRj reject) {
    ended = "association " + reject.text();
  }

  @Override
  public void dataIndication() {
    deliver = true;
  }

  @Override
  public void releaseIndication() {
    ended = "the peer released the association";
    machine.fire(Event.EVT14);
  }

  @Override
  public void releaseConfirmed() {
    ended = "released";
    if (machine.state() == State.STA12) {
      machine.fire(Event.EVT14);
    }
  }

  @Override
  public void abortIndication(Pdu.Abort abort, boolean received) {
    if (ended == null) {
      ended = abort == null ? "the peer closed the connection" : "association " + abort.text();
    }
  }

  // ---- PduReader.Sink ----

  @Override
  public void pdu(Pdu pdu) {
    Event event;
    if (pdu instanceof Pdu.AssociateAc) {
      event = Event.EVT3;
    } else if (pdu instanceof Pdu.AssociateRj) {
      event = Event.EVT4;
    } else if (pdu instanceof Pdu.AssociateRq) {
      event = Event.EVT6;
    } else if (pdu instanceof Pdu.ReleaseRq) {
      event = Event.EVT12;
    } else if (pdu instanceof Pdu.ReleaseRp) {
      event = Event.EVT13;
    } else {
      event = Event.EVT16;
    }
    if (machine.state() != State.STA1) {
      machine.fire(event, pdu);
    }
  }

  @Override
  public void dataPdu() {
    deliver = false;
    if (machine.state() != State.STA1) {
      machine.fire(Event.EVT10);
    }
  }

  @Override
  public void fragment(
      int contextId, boolean isCommand, boolean last, ByteBuffer piece, boolean end)
      throws PduException {
    if (deliver) {
      inbox.fragment(contextId, isCommand, piece, last && end);
    }
  }

  @Override
  public void invalid(PduException fault) {
    if (machine.state() != State.STA1) {
      ended = "the peer sent no valid PDU: " + fault.getMessage();
      machine.fire(Event.EVT19, fault.abort());
    }
  }

  /** A channel over these bytes. */
  static ReadableByteChannel channelOf(byte[] bytes) {
    return Channels.newChannel(new ByteArrayInputStream(bytes));
  }
}
