// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.delivery.Delivery;
import io.hounsfield.delivery.DeliveryState;
import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.delivery.Outbox;
import io.hounsfield.delivery.ResultObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxStoreTest {
  private static final String ANALYSIS = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";
  private static final Instant NOW = Instant.ofEpochMilli(1_780_000_000_000L);

  @TempDir Path folder;

  private AnalysisStore store;
  private OutboxStore outbox;

  @BeforeEach
  void open() throws IOException {
    store = AnalysisStore.open(folder.resolve("hounsfield.db"));
    outbox = store.outbox();
    StoredAnalyses.receiving(store, ANALYSIS, NOW);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private static Delivery queued(String destination, String file) {
    ResultObject object = new ResultObject(ObjectKind.SEG, file, "ab".repeat(32));
    return Delivery.queued(ANALYSIS, 1, destination, object, NOW);
  }

  /** The next revision of a row. */
  private static Delivery next(
      Delivery d, DeliveryState state, Instant due, String transaction, int requests) {
    return new Delivery(
        d.id(),
        d.analysisId(),
        d.version(),
        d.destination(),
        d.object(),
        state,
        d.attempts() + 1,
        d.failures() + 1,
        d.createdAt(),
        d.since(),
        NOW.plusSeconds(1),
        due,
        "no answer",
        "a note",
        null,
        transaction,
        requests,
        d.revision() + 1);
  }

  private void addThree() throws IOException {
    outbox.add(ANALYSIS, 1, List.of(queued("a", "x/1"), queued("b", "x/1"), queued("a", "x/2")));
  }

  @Test
  void whatIsAddedTwiceIsThereOnceAndTheVersionIsMarked() throws Exception {
    assertFalse(outbox.isAdded(ANALYSIS, 1));
    addThree();
    addThree();
    assertTrue(outbox.isAdded(ANALYSIS, 1));
    assertFalse(outbox.isAdded(ANALYSIS, 2));
    assertEquals(
        List.of(1L, 2L, 3L), outbox.ofAnalysis(ANALYSIS).stream().map(Delivery::id).toList());
    Delivery first = outbox.find(1).orElseThrow();
    assertEquals(queued("a", "x/1").object(), first.object());
    assertEquals(NOW, first.nextAttemptAt());
    outbox.add(ANALYSIS, 2, List.of());
    assertTrue(outbox.isAdded(ANALYSIS, 2), "results that nobody wants were made all the same");
  }

  @Test
  void aRowIsReplacedOnlyFromTheRevisionBefore() throws Exception {
    addThree();
    Delivery read = outbox.find(1).orElseThrow();
    Delivery changed = next(read, DeliveryState.FAILING, NOW.plusSeconds(60), "2.25.1", 3);
    assertTrue(outbox.replace(changed));
    assertEquals(Optional.of(changed), outbox.find(1), "every field is kept");
    assertFalse(outbox.replace(next(read, DeliveryState.SENT, null, null, 0)), "too late");
    assertEquals(DeliveryState.FAILING, outbox.find(1).orElseThrow().state());
  }

  @Test
  void whatIsDueComesInOrder() throws Exception {
    addThree();
    assertEquals(List.of(1L, 3L), outbox.due("a", NOW, 9).stream().map(Delivery::id).toList());
    assertEquals(List.of(1L), outbox.due("a", NOW, 1).stream().map(Delivery::id).toList());
    assertEquals(List.of(), outbox.due("a", NOW.minusMillis(1), 9));
    Instant later = NOW.plusSeconds(60);
    for (long id : new long[] {1, 3}) {
      outbox.replace(next(outbox.find(id).orElseThrow(), DeliveryState.FAILING, later, null, 0));
    }
    assertEquals(List.of(), outbox.due("a", NOW, 9));
    assertEquals(Optional.of(later), outbox.nextDue(List.of("a")));
    assertEquals(Optional.of(NOW), outbox.nextDue(List.of("a", "b")));
    assertEquals(Optional.empty(), outbox.nextDue(List.of("c")));
    assertEquals(2, outbox.backlog().get(0).failing());
    assertEquals(NOW, outbox.backlog().get(0).oldest());
  }

  @Test
  void whatIsUnderWayAndWhatIsOverIsKnown() throws Exception {
    addThree();
    outbox.replace(next(outbox.find(1).orElseThrow(), DeliveryState.SENDING, null, null, 0));
    assertEquals(List.of(1L), outbox.underWay().stream().map(Delivery::id).toList());
    assertTrue(outbox.hasOpen("1.2.3"));
    assertFalse(outbox.hasOpen("1.2.4"));
    for (Delivery d : outbox.ofAnalysis(ANALYSIS)) {
      outbox.replace(next(d, DeliveryState.SENT, null, null, 0));
    }
    assertFalse(outbox.hasOpen("1.2.3"));
    assertEquals(List.of(), outbox.underWay());
    assertEquals(List.of(), outbox.backlog());
  }

  /** Of the newest version that has any; cancelled ones count as none of the three. */
  @Test
  void deliveriesAreCountedForManyAnalysesAtOnce() throws Exception {
    List<String> asked = List.of(ANALYSIS, "0b6f2f9e-6f0a-4d34-9a53-000000000000");
    assertEquals(Map.of(), outbox.tallies(asked));
    addThree();
    assertEquals(Map.of(ANALYSIS, new Outbox.Tally(0, 3, 0)), outbox.tallies(asked));
    outbox.replace(next(outbox.find(1).orElseThrow(), DeliveryState.SENT, null, null, 0));
    outbox.replace(next(outbox.find(2).orElseThrow(), DeliveryState.FAILING, NOW, null, 0));
    outbox.replace(next(outbox.find(3).orElseThrow(), DeliveryState.COMMITTING, NOW, null, 0));
    assertEquals(Map.of(ANALYSIS, new Outbox.Tally(1, 1, 1)), outbox.tallies(asked));
    outbox.replace(next(outbox.find(2).orElseThrow(), DeliveryState.GIVEN_UP, null, null, 0));
    outbox.replace(next(outbox.find(3).orElseThrow(), DeliveryState.CANCELLED, null, null, 0));
    assertEquals(Map.of(ANALYSIS, new Outbox.Tally(1, 0, 1)), outbox.tallies(asked));
    Delivery second = Delivery.queued(ANALYSIS, 2, "a", queued("a", "y/1").object(), NOW);
    outbox.add(ANALYSIS, 2, List.of(second));
    assertEquals(Map.of(ANALYSIS, new Outbox.Tally(0, 1, 0)), outbox.tallies(asked));
    List<String> many = IntStream.range(0, 1200).mapToObj(Integer::toString).toList();
    assertEquals(Map.of(), outbox.tallies(many), "more than one query takes");
    assertEquals(Map.of(), outbox.tallies(List.of()));
  }

  private void ask(long id, String transaction) throws IOException {
    Delivery read = outbox.find(id).orElseThrow();
    outbox.replace(next(read, DeliveryState.COMMITTING, null, transaction, 1));
  }

  private List<Long> asked(String transaction) throws IOException {
    return outbox.ofTransaction(transaction).stream().map(Delivery::id).toList();
  }

  @Test
  void aReportFindsWhatItsRequestWasForUntilThatIsOver() throws Exception {
    addThree();
    ask(1, "2.25.1");
    ask(2, "2.25.1");
    for (int i = 2; i <= Outbox.MAX_REQUESTS; i++) {
      ask(2, "2.25." + i);
    }
    assertEquals(List.of(1L, 2L), asked("2.25.1"));
    assertEquals(List.of(2L), asked("2.25.50"));
    assertEquals(List.of(), asked("2.25.1000"));
    ask(2, "2.25.1000");
    assertEquals(List.of(1L), asked("2.25.1"), "the oldest of too many is forgotten");
    assertEquals(List.of(2L), asked("2.25.2"));
    Delivery failing = outbox.find(2).orElseThrow();
    outbox.replace(next(failing, DeliveryState.FAILING, NOW, null, 0));
    assertEquals(List.of(2L), asked("2.25.1000"));
    outbox.replace(next(outbox.find(2).orElseThrow(), DeliveryState.SENT, null, null, 0));
    assertEquals(List.of(), asked("2.25.1000"));
  }

  @Test
  void whatIsToBeSentComesBeforeWhatIsToBeCommittedAndWhatFailedComesLater() throws Exception {
    addThree();
    outbox.replace(next(outbox.find(1).orElseThrow(), DeliveryState.COMMITTING, NOW, "2.25.1", 1));
    assertEquals(List.of(3L, 1L), outbox.due("a", NOW, 9).stream().map(Delivery::id).toList());
    assertEquals(
        List.of(1L), outbox.dueCommitments("a", NOW, 9).stream().map(Delivery::id).toList());
    assertEquals(List.of(), outbox.dueCommitments("a", NOW.minusMillis(1), 9));
    assertEquals(List.of(), outbox.dueCommitments("b", NOW, 9));
    Instant later = NOW.plusSeconds(5);
    outbox.replace(next(outbox.find(3).orElseThrow(), DeliveryState.FAILING, later, null, 0));
    outbox.add(ANALYSIS, 1, List.of(queued("a", "x/3")));
    assertEquals(
        List.of(4L, 3L, 1L), outbox.due("a", later, 9).stream().map(Delivery::id).toList());
  }

  @Test
  void everythingIsThereAfterARestart() throws Exception {
    addThree();
    List<Delivery> before = outbox.ofAnalysis(ANALYSIS);
    store.close();
    store = AnalysisStore.open(folder.resolve("hounsfield.db"));
    assertEquals(before, store.outbox().ofAnalysis(ANALYSIS));
    assertEquals(Optional.of("CT1"), store.callingAeTitle(ANALYSIS));
  }
}
