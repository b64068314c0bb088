// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The machine carries out what PS3.8 tables 9-6 to 9-9 say, driven through every cell. */
class UpperLayerTest {
  private static final Pdu.UserInformation USER =
      new Pdu.UserInformation(16384, "1.2.3", null, Optional.empty(), List.of());
  private static final Pdu.AssociateRq RQ =
      new Pdu.AssociateRq(1, "B", "A", Pdu.DICOM_APPLICATION_CONTEXT, List.of(), USER);
  private static final Pdu.AssociateAc AC =
      new Pdu.AssociateAc(1, "B", "A", Pdu.DICOM_APPLICATION_CONTEXT, List.of(), USER);
  private static final Pdu.AssociateRj RJ = new Pdu.AssociateRj(1, 1, 7);
  private static final Pdu.PDataTf DATA =
      new Pdu.PDataTf(List.of(new Pdu.Pdv(1, true, true, ByteBuffer.allocate(2))));
  private static final Pdu.Abort PEER_ABORT = new Pdu.Abort(0, 0);
  private static final Pdu.Abort INVALID = new Pdu.Abort(2, 6);

  /** Writes down what is done. */
  private static final class Recorder implements UpperLayer.Port {
    final List<String> done = new ArrayList<>();
    Pdu.AssociateRj refusal;

    private void note(String what) {
      done.add(what);
    }

    @Override
    public void connect() {
      note("connect");
    }

    @Override
    public void send(Pdu pdu) {
      String name = pdu.getClass().getSimpleName();
      note(
          pdu instanceof Pdu.Abort a
              ? "send Abort " + a.source() + "/" + a.reason()
              : "send " + name);
    }

    @Override
    public void closeTransport() {
      note("close");
    }

    @Override
    public void startArtim() {
      note("start ARTIM");
    }

    @Override
    public void stopArtim() {
      note("stop ARTIM");
    }

    @Override
    public Pdu.AssociateRj refusal(Pdu.AssociateRq request) {
      return refusal;
    }

    @Override
    public void associateIndication(Pdu.AssociateRq request) {
      note("A-ASSOCIATE indication");
    }

    @Override
    public void associateAccepted(Pdu.AssociateAc accept) {
      note("A-ASSOCIATE confirmation accept");
    }

    @Override
    public void associateRejected(Pdu.AssociateRj reject) {
      note("A-ASSOCIATE confirmation reject");
    }

    @Override
    public void dataIndication() {
      note("P-DATA indication");
    }

    @Override
    public void releaseIndication() {
      note("A-RELEASE indication");
    }

    @Override
    public void releaseConfirmed() {
      note("A-RELEASE confirmation");
    }

    @Override
    public void abortIndication(Pdu.Abort abort, boolean received) {
      note(received && abort.source() == 0 ? "A-ABORT indication" : "A-P-ABORT indication");
    }
  }

  /** Events that bring a fresh machine of the acceptor (or requestor) into a state. */
  private static final Map<State, String> PATHS = new EnumMap<>(State.class);

  static {
    PATHS.put(State.STA1, "acceptor");
    PATHS.put(State.STA2, "acceptor 5");
    PATHS.put(State.STA3, "acceptor 5 6");
    PATHS.put(State.STA4, "requestor 1");
    PATHS.put(State.STA5, "requestor 1 2");
    PATHS.put(State.STA6, "acceptor 5 6 7");
    PATHS.put(State.STA7, "acceptor 5 6 7 11");
    PATHS.put(State.STA8, "acceptor 5 6 7 12");
    PATHS.put(State.STA9, "requestor 1 2 3 11 12");
    PATHS.put(State.STA10, "acceptor 5 6 7 11 12");
    PATHS.put(State.STA11, "requestor 1 2 3 11 12 14");
    PATHS.put(State.STA12, "acceptor 5 6 7 11 12 13");
    PATHS.put(State.STA13, "acceptor 5 6 8");
  }

  /** What each action does, in order, in the standard's words. */
  private static List<String> effects(String action, Event event) {
    String abort = event == Event.EVT19 ? "send Abort 2/6" : "send Abort 2/2";
    return switch (action) {
      case "AE-1" -> List.of("connect");
      case "AE-2" -> List.of("send AssociateRq");
      case "AE-3" -> List.of("A-ASSOCIATE confirmation accept");
      case "AE-4" -> List.of("A-ASSOCIATE confirmation reject", "close");
      case "AE-5" -> List.of("start ARTIM");
      case "AE-6" -> List.of("stop ARTIM", "A-ASSOCIATE indication");
      case "AE-7" -> List.of("send AssociateAc");
      case "AE-8" -> List.of("send AssociateRj", "start ARTIM");
      case "DT-1", "AR-7" -> List.of("send PDataTf");
      case "DT-2", "AR-6" -> List.of("P-DATA indication");
      case "AR-1" -> List.of("send ReleaseRq");
      case "AR-2", "AR-8" -> List.of("A-RELEASE indication");
      case "AR-3" -> List.of("A-RELEASE confirmation", "close");
      case "AR-4" -> List.of("send ReleaseRp", "start ARTIM");
      case "AR-5", "AA-5" -> List.of("stop ARTIM");
      case "AR-9" -> List.of("send ReleaseRp");
      case "AR-10" -> List.of("A-RELEASE confirmation");
      case "AA-1" -> List.of("send Abort 0/0", "start ARTIM");
      case "AA-2" -> List.of("stop ARTIM", "close");
      case "AA-3" -> List.of("A-ABORT indication", "close");
      case "AA-4" -> List.of("A-P-ABORT indication");
      case "AA-6" -> List.of();
      case "AA-7" -> List.of(abort);
      case "AA-8" -> List.of(abort, "A-P-ABORT indication", "start ARTIM");
      default -> throw new AssertionError(action);
    };
  }

  private static Pdu pduFor(Event event) {
    return switch (event) {
      case EVT1, EVT6 -> RQ;
      case EVT3, EVT7 -> AC;
      case EVT4, EVT8 -> RJ;
      case EVT9 -> DATA;
      case EVT16 -> PEER_ABORT;
      case EVT19 -> INVALID;
      default -> null;
    };
  }

  private static UpperLayer machineIn(State state, Recorder recorder) {
    String[] path = PATHS.get(state).split(" ");
    UpperLayer machine = new UpperLayer(UpperLayer.Role.valueOf(path[0].toUpperCase()), recorder);
    for (int i = 1; i < path.length; i++) {
      Event event = Event.valueOf("EVT" + path[i]);
      machine.fire(event, pduFor(event));
    }
    assertEquals(state, machine.state(), "the path of this test");
    recorder.done.clear();
    return machine;
  }

  @TestFactory
  List<DynamicTest> everyPairDoesWhatItsActionSays() {
    List<DynamicTest> tests = new ArrayList<>();
    for (State state : State.values()) {
      for (Event event : Event.values()) {
        Optional<Action> action = TransitionTable.action(state, event);
        tests.add(
            DynamicTest.dynamicTest(
                state.name() + " " + event.name() + " " + action.map(Action::toString).orElse("-"),
                () -> {
                  Recorder recorder = new Recorder();
                  UpperLayer machine = machineIn(state, recorder);
                  if (action.isEmpty()) {
                    assertThrows(
                        IllegalStateException.class, () -> machine.fire(event, pduFor(event)));
                    assertEquals(state, machine.state(), "an impossible event changes nothing");
                    assertEquals(List.of(), recorder.done);
                    return;
                  }
                  assertEquals(action.get(), machine.fire(event, pduFor(event)));
                  assertEquals(effects(action.get().toString(), event), recorder.done);
                  boolean second = action.get() == Action.AR_8; // Sta7 was reached as acceptor
                  assertEquals(
                      second ? action.get().otherwise() : action.get().next(), machine.state());
                }));
      }
    }
    return tests;
  }

  @Test
  void anUnacceptableRequestIsRejectedByTheProvider() {
    Recorder recorder = new Recorder();
    recorder.refusal = RJ;
    UpperLayer machine = machineIn(State.STA2, recorder);
    machine.fire(Event.EVT6, RQ);
    assertEquals(State.STA13, machine.state());
    assertEquals(List.of("stop ARTIM", "send AssociateRj", "start ARTIM"), recorder.done);
  }

  @Test
  void inAReleaseCollisionTheRequestorAnswersFirst() {
    Recorder recorder = new Recorder();
    UpperLayer machine = new UpperLayer(UpperLayer.Role.REQUESTOR, recorder);
    machine.fire(Event.EVT1, RQ);
    machine.fire(Event.EVT2);
    machine.fire(Event.EVT3, AC);
    machine.fire(Event.EVT11);
    machine.fire(Event.EVT12);
    assertEquals(State.STA9, machine.state());
    machine.fire(Event.EVT14);
    assertEquals(State.STA11, machine.state());
    machine.fire(Event.EVT13);
    assertEquals(State.STA1, machine.state());
  }

  @Test
  void statesAndEventsSpeakTheStandardsLanguage() {
    assertEquals("Sta6 (association established, ready for data transfer)", State.STA6.toString());
    assertEquals("Evt10 (P-DATA-TF received)", Event.EVT10.toString());
    assertEquals("AR-10", Action.AR_10.toString());
  }
}
