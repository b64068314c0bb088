// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.listener.ul.Event;
import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduCodec;
import io.hounsfield.listener.ul.PduException;
import io.hounsfield.listener.ul.PduReader;
import io.hounsfield.listener.ul.State;
import io.hounsfield.listener.ul.UpperLayer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection to this node and the association on it. Everything here runs on the node's
 * event loop; only {@link AssociationService}'s storing happens elsewhere.
 */
final class Connection implements UpperLayer.Port, PduReader.Sink {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final long NO_TIMER = -1;

  /** Most read from the socket at once, bytes, and how often before other connections' turn. */
  private static final int READ_BYTES = 256 << 10;

  private static final int READS = 4;

  /** For all connections: each gets buffers as large as what came before suggests. */
  private static final MaxMessagesRecvByteBufAllocator READ_BUFFERS =
      new AdaptiveRecvByteBufAllocator(64, 8 << 10, READ_BYTES).maxMessagesPerRead(READS);

  final long id;
  private final NodeContext node;
  private final NetSocketInternal socket;
  private final ChannelConfig channel;
  private final UpperLayer machine = new UpperLayer(UpperLayer.Role.ACCEPTOR, this);
  private final PduReader reader;
  private AssociationService service;
  private boolean deliver;
  private boolean paused;
  private boolean ending;

  /** Keeps the memory of the pieces that the reader hands on just now. */
  private ByteBuf feeding;

  private long artimTimer = NO_TIMER;
  private long idleTimer = NO_TIMER;
  private long closeTimer = NO_TIMER;
  private boolean closed;
  private boolean evicted;
  private long idleTimeoutMs;
  private long lastActivity = System.nanoTime();

  Connection(long id, NodeContext node, NetSocket socket) {
    this.id = id;
    this.node = node;
    this.socket = (NetSocketInternal) socket;
    this.channel = this.socket.channelHandlerContext().channel().config();
    this.reader = new PduReader(node.options.maxPduLength(), this);
  }

  /** Starts in Sta1 with Evt5. */
  void open() {
    channel.setRecvByteBufAllocator(READ_BUFFERS);
    socket.messageHandler(message -> received((ByteBuf) message)); // NetSocket.handler() copies
    socket.closeHandler(v -> transportClosed());
    socket.exceptionHandler(
        e -> LOG.debug("connection {}: {}", id, e.toString())); // the close handler follows
    machine.fire(Event.EVT5);
  }

  State state() {
    return machine.state();
  }

  /** True while no association was asked for: may give way to another connection. */
  boolean isSilent() {
    return !evicted && (machine.state() == State.STA2 || machine.state() == State.STA13);
  }

  /** Closes without ceremony, to make room. */
  void evict() {
    LOG.info("connection {}: closed in {} to make room for another", id, machine.state());
    evicted = true;
    closeTransport();
  }

  // ---- transport ----

  private void received(ByteBuf bytes) {
    ByteBuf owner = bytes;
    try {
      node.counters.bytesReceived.add(bytes.readableBytes());
      lastActivity = System.nanoTime();
      if (machine.state() != State.STA1 && !ending) {
        if (2 * bytes.readableBytes() < bytes.capacity() || bytes.nioBufferCount() != 1) {
          // What waits for the disk is counted by its bytes: it must not keep far more than those.
          owner = Unpooled.copiedBuffer(bytes);
          bytes.release();
        }
        feeding = owner;
        reader.feed(owner.nioBuffer());
      }
      regulate();
    } catch (RuntimeException e) {
      // A fault of ours with these bytes: this connection ends, the others go on.
      LOG.error("connection {} in {}: closed after a fault", id, machine.state(), e);
      closeTransport();
    } finally {
      feeding = null;
      owner.release();
    }
  }

  private void transportClosed() {
    if (machine.state() != State.STA1) {
      machine.fire(Event.EVT17);
    }
    closed = true;
    stopArtim();
    stopIdleTimer();
    if (closeTimer != NO_TIMER) {
      node.vertx.cancelTimer(closeTimer);
    }
    endService();
    node.closed(this);
  }

  /** Reads on or not, by what is held for the disk and what the peer does not take from us. */
  void regulate() {
    boolean full = socket.writeQueueFull();
    if (full) {
      socket.drainHandler(v -> regulate());
    }
    boolean pause = full || (service != null && service.mustPause(paused));
    if (pause && service != null) {
      service.paused();
    }
    if (pause && !paused) {
      paused = true;
      read(false);
      node.paused(this);
      // The disk may have caught up before it could see that this connection waits for it.
      regulate();
    } else if (!pause && paused) {
      paused = false;
      node.resumed(this);
      read(!ending);
    }
  }

  /** Reads on or not. Not by NetSocket.pause(): it keeps what it must not hand on, uncounted. */
  private void read(boolean on) {
    channel.setAutoRead(on);
  }

  // ---- PduReader.Sink ----

  @Override
  public void pdu(Pdu pdu) {
    if (machine.state() == State.STA1) {
      return;
    }
    if (pdu instanceof Pdu.AssociateRq) {
      machine.fire(Event.EVT6, pdu);
    } else if (pdu instanceof Pdu.AssociateAc) {
      machine.fire(Event.EVT3, pdu);
    } else if (pdu instanceof Pdu.AssociateRj) {
      machine.fire(Event.EVT4, pdu);
    } else if (pdu instanceof Pdu.ReleaseRq) {
      machine.fire(Event.EVT12, pdu);
    } else if (pdu instanceof Pdu.ReleaseRp) {
      machine.fire(Event.EVT13, pdu);
    } else if (pdu instanceof Pdu.Abort) {
      machine.fire(Event.EVT16, pdu);
    } else {
      throw new IllegalStateException("the reader hands on P-DATA-TF piece by piece");
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
  public void fragment(int contextId, boolean command, boolean last, ByteBuffer piece, boolean end)
      throws PduException {
    if (deliver && machine.state() == State.STA6) {
      service.fragment(contextId, command, piece, feeding, last && end);
    }
  }

  @Override
  public void invalid(PduException fault) {
    if (machine.state() != State.STA1) {
      LOG.warn("connection {} in {}: {}", id, machine.state(), fault.getMessage());
      machine.fire(Event.EVT19, fault.abort());
      endService();
    }
  }

  private void endService() {
    if (service != null) {
      service.end(true);
    }
  }

  // ---- for AssociationService ----

  /** Sends a message's command fragments, if the association still is there. */
  void send(Pdu.PDataTf data) {
    if (machine.state() == State.STA6 || machine.state() == State.STA8) {
      machine.fire(Event.EVT9, data);
    }
  }

  /** Whether the association is there and the peer did not ask to release it. */
  boolean isEstablished() {
    return machine.state() == State.STA6;
  }

  /** A-RELEASE response, once everything asked for is answered. */
  void respondRelease() {
    switch (machine.state()) {
      case STA8, STA9, STA12 -> machine.fire(Event.EVT14);
      default -> {
        // the peer aborted or left meanwhile
      }
    }
  }

  /** A-ABORT by this side. */
  void abort(String why) {
    switch (machine.state()) {
      case STA1, STA2, STA13 -> {
        // nothing to abort
      }
      default -> {
        LOG.warn("association {} aborted: {}", id, why);
        machine.fire(Event.EVT15);
        endService();
      }
    }
  }

  /** Ends this connection at the node's shutdown; calls back when nothing is left to do. */
  void shutdown(Runnable done) {
    if (service == null || machine.state() == State.STA13) {
      closeTransport();
      done.run();
      return;
    }
    ending = true;
    read(false);
    service.whenIdle(
        () -> {
          abort("this node shuts down");
          closeTransport();
          service.whenIdle(done); // after the listener was told
        });
  }

  // ---- UpperLayer.Port ----

  @Override
  public void connect() {
    throw new IllegalStateException("an acceptor does not connect");
  }

  @Override
  public void send(Pdu pdu) {
    socket.write(Buffer.buffer(PduCodec.encode(pdu)));
  }

  /**
   * Closes after what was written. A peer that takes nothing from us would hold that up for ever,
   * so there is an end to it.
   */
  @Override
  public void closeTransport() {
    if (socket.writeQueueFull()) {
      cutOff();
      return;
    }
    socket.close();
    if (closeTimer == NO_TIMER && !closed) {
      closeTimer = node.vertx.setTimer(node.options.artimTimeoutMs(), t -> cutOff());
    }
  }

  /** Vert.x closes a socket only after its last write went out; the channel below it closes now. */
  private void cutOff() {
    socket.channelHandlerContext().close();
  }

  @Override
  public void startArtim() {
    stopArtim();
    artimTimer =
        node.vertx.setTimer(
            node.options.artimTimeoutMs(),
            t -> {
              artimTimer = NO_TIMER;
              if (machine.state() == State.STA2 || machine.state() == State.STA13) {
                LOG.info("connection {} in {}: ARTIM expired, closed", id, machine.state());
                machine.fire(Event.EVT18);
              }
            });
  }

  @Override
  public void stopArtim() {
    if (artimTimer != NO_TIMER) {
      node.vertx.cancelTimer(artimTimer);
      artimTimer = NO_TIMER;
    }
  }

  @Override
  public Pdu.AssociateRj refusal(Pdu.AssociateRq request) {
    boolean full = node.counters.associationsOpen.get() >= node.options.maxAssociations();
    Pdu.AssociateRj refusal = Negotiation.providerRefusal(request, full);
    if (refusal != null) {
      rejected(request, refusal.text());
    }
    return refusal;
  }

  @Override
  public void associateIndication(Pdu.AssociateRq request) {
    Pdu.AssociateRj refusal = Negotiation.userRefusal(request, node.options);
    if (refusal != null) {
      refuse(request, refusal, refusal.text());
    } else if (!AssociationGuard.isNeeded(node.options)) {
      decided(request, AssociationGuard.Decision.OPEN);
    } else {
      InetAddress caller = socketAddress();
      // Host names are looked up and passcodes hashed: not on this event loop, one at a time.
      node.guard.execute(
          () -> {
            AssociationGuard.Decision decision =
                AssociationGuard.check(request, caller, node.options);
            node.onEventLoop(() -> decided(request, decision));
          });
    }
  }

  private InetAddress socketAddress() {
    return ((InetSocketAddress) socket.channelHandlerContext().channel().remoteAddress())
        .getAddress();
  }

  private void decided(Pdu.AssociateRq request, AssociationGuard.Decision decision) {
    if (machine.state() != State.STA3) {
      return; // the peer left meanwhile
    }
    Pdu.AssociateRj refusal = decision.refusal();
    if (refusal != null) {
      refuse(request, refusal, refusal.text() + ": " + decision.why());
      return;
    }
    Negotiation negotiation;
    try {
      negotiation =
          Negotiation.accept(request, node.options, decision.peer(), decision.identityConfirmed());
    } catch (PduException e) {
      invalid(e);
      return;
    }
    service = new AssociationService(id, node, this, negotiation, request);
    idleTimeoutMs =
        decision
            .peer()
            .map(DicomPeer::idleTimeoutMs)
            .orElse(OptionalLong.empty())
            .orElse(node.options.idleTimeoutMs());
    LOG.info(
        "association {} from {} at {}: accepted, {} of {} presentation contexts",
        id,
        AeTitles.forLog(request.callingAeTitle()),
        socket.remoteAddress(),
        negotiation.contexts().size(),
        request.contexts().size());
    machine.fire(Event.EVT7, negotiation.accept());
    startIdleTimer(idleTimeoutMs);
    service.established();
  }

  private void refuse(Pdu.AssociateRq request, Pdu.AssociateRj refusal, String why) {
    rejected(request, why);
    machine.fire(Event.EVT8, refusal);
  }

  private void rejected(Pdu.AssociateRq request, String why) {
    node.counters.associationsRejected.increment();
    LOG.warn(
        "connection {} from {} at {} to {}: {}",
        id,
        AeTitles.forLog(request.callingAeTitle()),
        socket.remoteAddress(),
        AeTitles.forLog(request.calledAeTitle()),
        why);
  }

  @Override
  public void associateAccepted(Pdu.AssociateAc accept) {
    throw new IllegalStateException("an acceptor gets no A-ASSOCIATE confirmation");
  }

  @Override
  public void associateRejected(Pdu.AssociateRj reject) {
    throw new IllegalStateException("an acceptor gets no A-ASSOCIATE confirmation");
  }

  @Override
  public void dataIndication() {
    deliver = true;
  }

  @Override
  public void releaseIndication() {
    stopIdleTimer();
    service.released();
  }

  @Override
  public void releaseConfirmed() {
    throw new IllegalStateException("this acceptor never asks for release");
  }

  @Override
  public void abortIndication(Pdu.Abort abort, boolean received) {
    if (received) {
      LOG.warn("association {}: peer sent A-ABORT, {}", id, abort.text());
    } else if (abort == null) {
      LOG.warn("association {}: connection lost{}", id, reader.inPdu() ? " within a PDU" : "");
    }
    endService();
  }

  // ---- idle timer ----

  private void startIdleTimer(long ms) {
    idleTimer = node.vertx.setTimer(Math.max(1, ms), t -> idleTimerFired());
  }

  private void stopIdleTimer() {
    if (idleTimer != NO_TIMER) {
      node.vertx.cancelTimer(idleTimer);
      idleTimer = NO_TIMER;
    }
  }

  private void idleTimerFired() {
    idleTimer = NO_TIMER;
    if (machine.state() != State.STA6) {
      return;
    }
    if (service.busy()) {
      lastActivity = System.nanoTime(); // it is us the peer waits for
    }
    long idleMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastActivity);
    long left = idleTimeoutMs - idleMs;
    if (left > 0) {
      startIdleTimer(left);
    } else {
      abort("nothing came for " + idleMs + " ms");
    }
  }
}
