// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import static io.hounsfield.delivery.DeliveryState.CANCELLED;
import static io.hounsfield.delivery.DeliveryState.FAILING;
import static io.hounsfield.delivery.DeliveryState.GIVEN_UP;
import static io.hounsfield.delivery.DeliveryState.QUEUED;
import static io.hounsfield.delivery.DeliveryState.SENDING;
import static io.hounsfield.delivery.DeliveryState.SENT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each object arrives, once in effect, and what is shown of it is true. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeliveryServiceTest extends DeliveryFixture {
  @Test
  void anObjectIsSentOnceAndEachStepIsWrittenDown() throws Exception {
    DeliveryService service = service(false);
    enqueue(service, 1, 1, 2, 3);
    assertEquals(3, outbox.backlog().get(0).open());
    run(service);
    assertEquals(List.of(uid(1, 1), uid(1, 2), uid(1, 3)), archive.stored, "in their order");
    assertEquals(List.of(QUEUED, SENDING, SENT), outbox.states(1));
    assertEquals(1, delivery(1).attempts());
    assertEquals(List.of(), outbox.backlog());
    assertEquals(3, service.totals().get(0).sent());
  }

  @Test
  void whatIsPutThereAgainIsNotSentAgain() throws Exception {
    DeliveryService service = service(false);
    enqueue(service, 1, 1);
    run(service);
    enqueue(service, 1, 1);
    run(service);
    assertEquals(1, archive.stored.size());
    assertTrue(service.isEnqueued(ANALYSIS, 1));
  }

  @Test
  void aReceiverThatIsDownGetsEverythingWhenItIsBack() throws Exception {
    int port = archive.port();
    archive.close();
    Target.Dicom down =
        new Target.Dicom("ARCHIVE", "127.0.0.1", port, "HOUNSFIELD", Optional.empty(), false);
    DeliveryService service = service(Destination.of("pacs", down));
    enqueue(service, 1, 1, 2, 3);
    run(service);
    assertEquals(List.of(QUEUED, SENDING, FAILING), outbox.states(1));
    assertEquals(List.of(QUEUED), outbox.states(2), "one finds out whether it is back");
    assertTrue(
        delivery(1).lastError().contains("ARCHIVE@127.0.0.1:" + port), "who does not answer");
    Duration first = Duration.between(clock.instant(), delivery(1).nextAttemptAt());
    assertTrue(
        first.compareTo(Duration.ofMillis(2500)) >= 0
            && first.compareTo(Duration.ofSeconds(5)) <= 0,
        "5 s, less at most a half: " + first);
    run(service);
    assertEquals(1, delivery(1).attempts(), "not before its time");

    int attempts = 0;
    for (int i = 0; i < 36; i++) {
      clock.pass(Duration.ofMinutes(15));
      run(service);
      int now = outbox.ofAnalysis(ANALYSIS).stream().mapToInt(Delivery::attempts).sum();
      assertTrue(now <= attempts + 3, "each at most once in that time");
      attempts = now;
    }
    for (long id = 1; id <= 3; id++) {
      Duration delay = Duration.between(clock.instant(), delivery(id).nextAttemptAt());
      assertTrue(delay.compareTo(Duration.ofMinutes(15)) <= 0, "the ceiling");
    }

    archive = new StubScp(); // back, elsewhere: the configuration says where
    DeliveryService after = service(false);
    clock.pass(Duration.ofMinutes(15));
    run(after);
    assertEquals(
        Set.of(uid(1, 1), uid(1, 2), uid(1, 3)), Set.copyOf(archive.stored), "each of them");
    assertEquals(3, archive.stored.size());
    assertEquals(List.of(), outbox.backlog());
  }

  @Test
  void aReceiverThatIsDownIsTriedRarelyHoweverMuchWaits() throws Exception {
    int port = archive.port();
    archive.close();
    Target.Dicom down =
        new Target.Dicom("ARCHIVE", "127.0.0.1", port, "HOUNSFIELD", Optional.empty(), false);
    DeliveryService service = service(Destination.of("pacs", down));
    enqueue(service, 1, IntStream.rangeClosed(1, 40).toArray());
    for (int i = 0; i < 4 * 60; i++) {
      run(service);
      clock.pass(Duration.ofSeconds(15));
    }
    int attempts = outbox.ofAnalysis(ANALYSIS).stream().mapToInt(Delivery::attempts).sum();
    assertTrue(attempts >= 8 && attempts <= 16, "in an hour: " + attempts);
    archive = new StubScp();
    DeliveryService after = service(false);
    clock.pass(Duration.ofMinutes(15));
    run(after);
    assertEquals(40, archive.stored.size());
  }

  /** Whatever a receiver does when it gets one object, it gets the others. */
  @ParameterizedTest
  @ValueSource(ints = {StubScp.DROP, StubScp.DROP_AFTER, 0xA700})
  void oneObjectThatAReceiverCannotDigestKeepsNoOtherWaiting(int poison) throws Exception {
    archive.always.put(uid(1, 1), poison);
    DeliveryService service = service(false);
    enqueue(service, 1, 1, 2, 3, 4);
    run(service);
    assertEquals(FAILING, delivery(1).state());
    clock.pass(Duration.ofSeconds(5));
    run(service);
    assertEquals(
        List.of(uid(1, 1), uid(1, 2), uid(1, 3), uid(1, 4)),
        archive.tried.subList(0, 4),
        "another one finds out whether it is back");
    for (long id = 2; id <= 4; id++) {
      assertEquals(SENT, delivery(id).state());
    }
    for (int i = 1; i <= 5; i++) {
      clock.pass(Duration.ofMinutes(15));
      enqueue(service, i + 1, 1, 2, 3);
      for (int wait = 0; wait < 2; wait++) {
        run(service);
        clock.pass(Duration.ofSeconds(5));
      }
      assertTrue(
          archive.stored.containsAll(List.of(uid(i + 1, 1), uid(i + 1, 2), uid(i + 1, 3))),
          "of version " + (i + 1));
    }
  }

  /** Nothing else comes for days: what comes then waits for seconds, not for the longest delay. */
  @Test
  void anObjectThatFailsAloneForLongDoesNotHoldUpWhatComesLater() throws Exception {
    archive.always.put(uid(1, 1), StubScp.DROP);
    DeliveryService service = service(false);
    enqueue(service, 1, 1);
    for (int i = 0; i < 100; i++) {
      run(service);
      clock.pass(Duration.ofMinutes(15));
    }
    run(service);
    assertEquals(FAILING, delivery(1).state());
    int attempts = delivery(1).attempts();
    assertTrue(attempts > 50, "it goes on: " + attempts);
    service.enqueue(OTHER, 1, ORIGIN, List.of(TestObjects.picture(root, OTHER, 1, 1)));
    clock.pass(Duration.ofSeconds(5));
    run(service);
    assertEquals(SENT, delivery(2).state());
    archive.always.clear();
    clock.pass(Duration.ofMinutes(15));
    run(service);
    assertEquals(SENT, delivery(1).state(), "each goes on until it is there");
  }

  @Test
  void aReceiverWithoutRoomIsLeftAloneForAWhile() throws Exception {
    archive.answer(0xA700);
    DeliveryService service = service(false);
    enqueue(service, 1, 1, 2);
    run(service);
    assertEquals(FAILING, delivery(1).state());
    assertTrue(delivery(1).lastError().contains("A700"));
    assertEquals(QUEUED, delivery(2).state(), "it would fare the same");
    clock.pass(Duration.ofSeconds(5));
    run(service);
    assertEquals(List.of(uid(1, 2), uid(1, 1)), archive.stored);
  }

  @Test
  void anObjectThatIsRefusedWaitsLongAndAlone() throws Exception {
    archive.answer(0x0122);
    DeliveryService service = service(false);
    enqueue(service, 1, 1, 2);
    run(service);
    assertEquals(FAILING, delivery(1).state());
    assertTrue(delivery(1).lastError().contains("0122"));
    assertEquals(SENT, delivery(2).state(), "the others are not kept waiting");
    assertTrue(
        Duration.between(clock.instant(), delivery(1).nextAttemptAt()).toMinutes() >= 7,
        "no use in trying soon");
    runToTheEnd(service, 3);
    assertEquals(SENT, delivery(1).state());
  }

  @Test
  void aWarningIsASuccessWithANote() throws Exception {
    archive.answer(0xB000);
    DeliveryService service = service(false);
    enqueue(service, 1, 1);
    run(service);
    assertEquals(SENT, delivery(1).state());
    assertTrue(delivery(1).note().contains("B000"));
  }

  @Test
  void aLineThatIsCutIsTriedAgainWithTheSameBytes() throws Exception {
    archive.answer(StubScp.DROP, StubScp.DROP_AFTER);
    DeliveryService service = service(false);
    enqueue(service, 1, 1);
    runToTheEnd(service, 5);
    assertEquals(
        List.of(QUEUED, SENDING, FAILING, SENDING, FAILING, SENDING, SENT), outbox.states(1));
    assertEquals(List.of(uid(1, 1)), archive.stored);
    List<byte[]> came = archive.received.get(uid(1, 1));
    assertEquals(2, came.size(), "once without an answer, once with");
    assertArrayEquals(came.get(0), came.get(1));
  }

  @Test
  void whatWasUnderWayWhenTheProcessEndedIsSentAgain() throws Exception {
    DeliveryService service = service(false);
    enqueue(service, 1, 1);
    outbox.replace(delivery(1).sending(clock.instant())); // and then the process was killed
    DeliveryService restarted = service(false);
    restarted.recover();
    assertEquals(FAILING, delivery(1).state());
    assertTrue(delivery(1).lastError().contains("not known"));
    run(restarted);
    assertEquals(SENT, delivery(1).state());
  }

  @Test
  void itIsGivenUpAfterTheLongestTimeAndSentOnRequest() throws Exception {
    archive.answer(0xA900, 0xA900);
    DeliveryService service = service(false);
    enqueue(service, 1, 1);
    run(service);
    clock.pass(Duration.ofDays(14));
    run(service);
    assertEquals(GIVEN_UP, delivery(1).state());
    assertTrue(delivery(1).lastError().contains("A900"));
    clock.pass(Duration.ofDays(1));
    run(service);
    assertEquals(2, delivery(1).attempts(), "nobody asked");
    assertEquals(QUEUED, service.resend(1).state());
    run(service);
    assertEquals(SENT, delivery(1).state());
  }

  @Test
  void whatWasSentCanBeSentAgain() throws Exception {
    DeliveryService service = service(false);
    enqueue(service, 1, 1);
    run(service);
    service.resend(1);
    run(service);
    List<byte[]> came = archive.received.get(uid(1, 1));
    assertEquals(2, came.size());
    assertArrayEquals(came.get(0), came.get(1), "the same object");
  }

  @Test
  void whatIsCancelledIsNotSent() throws Exception {
    DeliveryService service = service(false);
    enqueue(service, 1, 1);
    assertEquals(CANCELLED, service.cancel(1).state());
    run(service);
    assertEquals(List.of(), archive.stored);
    assertThrows(DeliveryConflictException.class, () -> service.cancel(1));
    service.resend(1);
    run(service);
    assertEquals(SENT, delivery(1).state());
    assertThrows(DeliveryConflictException.class, () -> service.cancel(1), "it is there");
  }

  @Test
  void oneThatIsCancelledWhileItIsSentCountsAsWhatBecameOfIt() throws Exception {
    DeliveryService service = service(false);
    enqueue(service, 1, 1, 2);
    for (long id : new long[] {1, 2}) {
      outbox.replace(delivery(id).sending(clock.instant()));
      service.cancel(id);
      assertEquals(SENDING, delivery(id).state(), "still true");
      assertThrows(DeliveryConflictException.class, () -> service.resend(id));
    }
    service.recover(); // both failed: the process ended
    assertEquals(CANCELLED, delivery(1).state());
    assertEquals(CANCELLED, delivery(2).state());
  }

  @Test
  void aNewVersionTakesThePlaceOfWhatIsNotSentYet() throws Exception {
    archive.answer(0, 0x0122);
    DeliveryService service = service(false);
    enqueue(service, 1, 1, 2);
    run(service);
    assertEquals(List.of(SENT, FAILING), List.of(delivery(1).state(), delivery(2).state()));
    enqueue(service, 2, 1, 2);
    assertEquals(SENT, delivery(1).state(), "nobody takes back what is there");
    assertEquals(CANCELLED, delivery(2).state());
    assertTrue(delivery(2).note().contains("version 2"));
    run(service);
    assertEquals(List.of(uid(1, 1), uid(2, 1), uid(2, 2)), archive.stored);
    assertThrows(
        DeliveryConflictException.class,
        () -> service.resend(2),
        "an older version does not follow a newer one");
  }

  private Destination of(String name, String... peers) {
    Destination all = Destination.of(name, target(false));
    return new Destination(
        name,
        all.target(),
        all.kinds(),
        Set.of(peers),
        List.of(),
        true,
        1,
        all.timeout(),
        Optional.empty());
  }

  private List<String> destinations(int version) {
    return outbox.ofAnalysis(ANALYSIS).stream()
        .filter(d -> d.version() == version)
        .map(Delivery::destination)
        .toList();
  }

  private void enqueueFrom(DeliveryService service, int version, String peer) throws IOException {
    service.enqueue(
        ANALYSIS,
        version,
        new Origin(peer, "Lung 1.0"),
        List.of(TestObjects.picture(root, ANALYSIS, version, 1)));
  }

  /** The same series may come again from elsewhere: who has version 1 gets version 2. */
  @Test
  void whoGotAVersionGetsTheNextWhereverItCameFrom() throws Exception {
    DeliveryService service = service(of("one", "CT1"), of("nine", "CT9"), of("all"));
    enqueueFrom(service, 1, "CT1");
    assertEquals(List.of("one", "all"), destinations(1));
    enqueueFrom(service, 2, "CT9");
    assertEquals(List.of("one", "nine", "all"), destinations(2));
    assertEquals(CANCELLED, delivery(1).state(), "version 2 takes its place");
    run(service);
    assertEquals(3, archive.stored.size());
  }

  @Test
  void aVersionThatDoesNotGoToADestinationTakesNothingBackThere() throws Exception {
    DeliveryService before = service(of("one", "CT1"), of("gone"));
    enqueueFrom(before, 1, "CT1");
    DeliveryService service = service(of("one", "CT1"));
    enqueueFrom(service, 2, "CT9");
    assertEquals(List.of("one"), destinations(2));
    assertEquals(
        List.of(CANCELLED, QUEUED),
        List.of(delivery(1).state(), delivery(2).state()),
        "it waits until its destination is configured again");
    assertEquals(QUEUED, service.resend(2).state());
  }

  @Test
  void whatWasCancelledBeforeItWasTriedIsNotFollowedByALaterVersion() throws Exception {
    DeliveryService service = service(of("one", "CT1"));
    enqueueFrom(service, 1, "CT1");
    service.cancel(1);
    enqueueFrom(service, 2, "CT9");
    assertEquals(List.of(), destinations(2));
  }

  @Test
  void aFileThatWasChangedIsNotSent() throws Exception {
    DeliveryService service = service(false);
    enqueue(service, 1, 1);
    Path file = root.resolve(delivery(1).object().file());
    Files.write(file, new byte[] {1});
    run(service);
    assertEquals(FAILING, delivery(1).state());
    assertTrue(delivery(1).lastError().contains("changed"));
    Files.delete(file);
    clock.pass(Duration.ofHours(6));
    run(service);
    assertTrue(delivery(1).lastError().contains("not there"));
    assertEquals(Map.of(), archive.received);
  }

  private Destination research(String variant) {
    Destination all = Destination.of("research", target(false));
    return new Destination(
        all.name(),
        all.target(),
        all.kinds(),
        Set.of(),
        List.of(),
        true,
        1,
        all.timeout(),
        Optional.empty(),
        Optional.ofNullable(variant));
  }

  @Test
  void aDestinationOfAVariantGetsNothingElse() throws Exception {
    ResultObject plain = TestObjects.picture(root, ANALYSIS, 1, 1);
    ResultObject cleaned = TestObjects.variant(root, plain, "clean");
    assertEquals(Optional.empty(), plain.variant());
    assertEquals(Optional.of("clean"), cleaned.variant());
    DeliveryService service = service(research("clean"), Destination.of("pacs", target(false)));
    service.enqueue(ANALYSIS, 1, ORIGIN, List.of(plain, cleaned));
    assertEquals(
        Map.of("research", cleaned, "pacs", plain),
        outbox.ofAnalysis(ANALYSIS).stream()
            .collect(Collectors.toMap(Delivery::destination, Delivery::object)));
  }

  /** Somebody makes a destination one of de-identified results while others still wait for it. */
  @Test
  void whatWaitedBeforeADestinationWasSetToAVariantIsNotSent() throws Exception {
    enqueue(service(research(null)), 1, 1);
    DeliveryService strict = service(research("clean"));
    run(strict);
    assertEquals(FAILING, delivery(1).state());
    assertTrue(delivery(1).lastError().contains("not de-identified"), delivery(1).lastError());
    strict.resend(1);
    run(strict);
    assertEquals(FAILING, delivery(1).state());
    assertEquals(Map.of(), archive.received);
  }

  @Test
  void destinationsGetWhatTheyAskForOfWhomTheyAskFor() throws Exception {
    Destination all = Destination.of("all", target(false));
    Destination other =
        new Destination(
            "other",
            target(false),
            all.kinds(),
            Set.of("CT2"),
            List.of(),
            true,
            1,
            all.timeout(),
            Optional.empty());
    Destination named =
        new Destination(
            "named",
            target(false),
            all.kinds(),
            Set.of("CT1"),
            List.of(new TextPattern("*head*"), new TextPattern("lung ?.?")),
            true,
            2,
            all.timeout(),
            Optional.empty());
    Destination head =
        new Destination(
            "head",
            target(false),
            all.kinds(),
            Set.of(),
            List.of(new TextPattern("head*")),
            true,
            1,
            all.timeout(),
            Optional.empty());
    Destination off =
        new Destination(
            "off",
            target(false),
            all.kinds(),
            Set.of(),
            List.of(),
            false,
            1,
            all.timeout(),
            Optional.empty());
    Destination segmentations =
        new Destination(
            "seg",
            target(false),
            Set.of(ObjectKind.SEG),
            Set.of(),
            List.of(),
            true,
            1,
            all.timeout(),
            Optional.empty());
    DeliveryService service = service(all, other, named, head, off, segmentations);
    enqueue(service, 1, 1);
    assertEquals(
        List.of("all", "named"),
        outbox.ofAnalysis(ANALYSIS).stream().map(Delivery::destination).toList());
  }

  /** As in service: with its own threads, and time that passes by itself. */
  @Test
  void destinationsAreServedSideBySideAndEachInOrder() throws Exception {
    Path folder = Files.createDirectories(root.resolve("out"));
    BlockingQueue<Delivery> changes = new LinkedBlockingQueue<>();
    try (DeliveryService service =
        new DeliveryService(
            outbox,
            List.of(
                Destination.of("pacs", target(false)),
                Destination.of("folder", new Target.Folder(folder))),
            root,
            Retry.defaults())) {
      service.listen(changes::add);
      service.start();
      int[] numbers = IntStream.rangeClosed(1, 20).toArray();
      enqueue(service, 1, numbers);
      int sent = 0;
      while (sent < 40) {
        Delivery change = changes.poll(60, TimeUnit.SECONDS);
        assertNotNull(change, "only " + sent + " are sent");
        sent += change.state() == SENT ? 1 : 0;
      }
      assertEquals(Arrays.stream(numbers).mapToObj(n -> uid(1, n)).toList(), archive.stored);
    }
    assertEquals(20, folder.resolve(ANALYSIS).resolve("v1").toFile().list().length);
  }

  @Test
  void anEndThatCouldNotBeWrittenDownIsNotForgotten() throws Exception {
    BlockingQueue<Delivery> changes = new LinkedBlockingQueue<>();
    try (DeliveryService service =
        new DeliveryService(
            outbox, List.of(Destination.of("pacs", target(false))), root, Retry.defaults())) {
      service.listen(changes::add);
      outbox.failures = 1;
      service.start();
      enqueue(service, 1, 1);
      Delivery change = changes.poll(60, TimeUnit.SECONDS);
      while (change != null && change.state() != SENT) {
        change = changes.poll(60, TimeUnit.SECONDS);
      }
      assertNotNull(change, "it is sent again");
    }
    assertEquals(List.of(QUEUED, SENDING, FAILING, SENDING, SENT), outbox.states(1));
    assertEquals(2, archive.received.get(uid(1, 1)).size());
  }
}
