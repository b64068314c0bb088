// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import java.util.Objects;

/**
 * One association's state machine, PS3.8 section 9.2: takes events, performs the actions of table
 * 9-10 through a {@link Port}. Serves requestor and acceptor. Not thread-safe: one thread (or event
 * loop) owns it.
 */
public final class UpperLayer {

  /** Which side of the association this is; matters in a release collision (AR-8). */
  public enum Role {
    REQUESTOR,
    ACCEPTOR
  }

  /**
   * What the actions do outside the machine: transport, timer, and the indications and
   * confirmations to the local user. The new state is set before these are called, so an indication
   * may fire the next event at once.
   */
  public interface Port {
    /** Opens the transport connection (AE-1). */
    void connect();

    /** Sends a PDU. */
    void send(Pdu pdu);

    /** Closes the transport connection after what was sent. */
    void closeTransport();

    /** Starts or restarts the ARTIM timer. */
    void startArtim();

    /** Stops the ARTIM timer if it runs. */
    void stopArtim();

    /**
     * Whether the service provider can accept this request (AE-6): null if so, otherwise the
     * rejection to send.
     */
    Pdu.AssociateRj refusal(Pdu.AssociateRq request);

    /** A-ASSOCIATE indication. */
    void associateIndication(Pdu.AssociateRq request);

    /** A-ASSOCIATE confirmation, accepted. */
    void associateAccepted(Pdu.AssociateAc accept);

    /** A-ASSOCIATE confirmation, rejected. */
    void associateRejected(Pdu.AssociateRj reject);

    /** P-DATA indication: the PDU whose data follows may be taken. */
    void dataIndication();

    /** A-RELEASE indication. */
    void releaseIndication();

    /** A-RELEASE confirmation. */
    void releaseConfirmed();

    /**
     * A-ABORT or A-P-ABORT indication.
     *
     * @param abort what the peer sent, or what this side's provider sent; null when the transport
     *     connection was lost
     * @param received true when the peer sent it
     */
    void abortIndication(Pdu.Abort abort, boolean received);
  }

  private final Role role;
  private final Port port;
  private State state = State.STA1;
  private Pdu.AssociateRq request;

  /** A machine in Sta1. */
  public UpperLayer(Role role, Port port) {
    this.role = Objects.requireNonNull(role, "role");
    this.port = Objects.requireNonNull(port, "port");
  }

  /** The present state. */
  public State state() {
    return state;
  }

  /** {@link #fire(Event, Pdu)} for events that carry no PDU. */
  public Action fire(Event event) {
    return fire(event, null);
  }

  /**
   * Takes one event and performs its action.
   *
   * @param pdu the PDU received (Evt3, 4, 6, 16), to be sent (Evt1, 7, 8, 9), or the A-ABORT that
   *     describes what was invalid (Evt19); null for the other events
   * @return the action performed
   * @throws IllegalStateException where table 9-10 is blank: a fault of the caller, since nothing a
   *     peer sends leads there
   */
  public Action fire(Event event, Pdu pdu) {
    State before = state;
    Action action =
        TransitionTable.action(before, event)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        event + " in " + before + ": PS3.8 table 9-10 has no action for this"));
    perform(action, event, pdu);
    return action;
  }

  private void perform(Action action, Event event, Pdu pdu) {
    Pdu.AssociateRj refusal = action == Action.AE_6 ? port.refusal((Pdu.AssociateRq) pdu) : null;
    boolean second =
        switch (action) {
          case AE_6 -> refusal != null;
          case AR_8 -> role == Role.ACCEPTOR;
          default -> false;
        };
    state = second ? action.otherwise() : action.next();
    switch (action) {
      case AE_1 -> {
        request = (Pdu.AssociateRq) pdu;
        port.connect();
      }
      case AE_2 -> port.send(request);
      case AE_3 -> port.associateAccepted((Pdu.AssociateAc) pdu);
      case AE_4 -> {
        port.associateRejected((Pdu.AssociateRj) pdu);
        port.closeTransport();
      }
      case AE_5 -> port.startArtim();
      case AE_6 -> {
        port.stopArtim();
        if (refusal == null) {
          port.associateIndication((Pdu.AssociateRq) pdu);
        } else {
          port.send(refusal);
          port.startArtim();
        }
      }
      case AE_7, DT_1, AR_7 -> port.send(pdu);
      case AE_8 -> {
        port.send(pdu);
        port.startArtim();
      }
      case DT_2, AR_6 -> port.dataIndication();
      case AR_1 -> port.send(new Pdu.ReleaseRq());
      case AR_2, AR_8 -> port.releaseIndication();
      case AR_3 -> {
        port.releaseConfirmed();
        port.closeTransport();
      }
      case AR_4 -> {
        port.send(new Pdu.ReleaseRp());
        port.startArtim();
      }
      case AR_5, AA_5 -> port.stopArtim();
      case AR_9 -> port.send(new Pdu.ReleaseRp());
      case AR_10 -> port.releaseConfirmed();
      case AA_1 -> {
        port.send(new Pdu.Abort(Pdu.Abort.SERVICE_USER, 0));
        port.startArtim();
      }
      case AA_2 -> {
        port.stopArtim();
        port.closeTransport();
      }
      case AA_3 -> {
        port.abortIndication((Pdu.Abort) pdu, true);
        port.closeTransport();
      }
      case AA_4 -> port.abortIndication(null, false);
      case AA_6 -> {
        // ignored, as the standard says
      }
      case AA_7 -> port.send(providerAbort(event, pdu));
      case AA_8 -> {
        Pdu.Abort abort = providerAbort(event, pdu);
        port.send(abort);
        port.abortIndication(abort, false);
        port.startArtim();
      }
    }
  }

  private static Pdu.Abort providerAbort(Event event, Pdu pdu) {
    if (event == Event.EVT19) {
      return (Pdu.Abort) pdu;
    }
    return new Pdu.Abort(Pdu.Abort.SERVICE_PROVIDER, Pdu.Abort.UNEXPECTED_PDU);
  }
}
