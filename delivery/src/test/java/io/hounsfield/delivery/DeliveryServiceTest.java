// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import static io.hounsfield.delivery.DeliveryState.CANCELLED;
import static io.hounsfield.delivery.DeliveryState.COMMITTING;
import static io.hounsfield.delivery.DeliveryState.FAILING;
import static io.hounsfield.delivery.DeliveryState.GIVEN_UP;
import static io.hounsfield.delivery.DeliveryState.QUEUED;
import static io.hounsfield.delivery.DeliveryState.SENDING;
import static io.hounsfield.delivery.DeliveryState.SENT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.SopClass;
import io.hounsfield.listener.CommitmentReport;
import io.hounsfield.listener.InstanceReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each object arrives, once in effect, and what is shown of it is true. Time is told to pass. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeliveryServiceTest {
  private static final String ANALYSIS = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";
  private static final String OTHER = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a11";
  private static final Origin ORIGIN = new Origin("CT1", "Lung 1.0");

  @TempDir Path root;

  private final ManualClock clock = new ManualClock();
  private final MemoryOutbox outbox = new MemoryOutbox();
  private StubScp archive;

  @BeforeEach
  void start() throws IOException {
    archive = new StubScp();
  }

  @AfterEach
  void stop() throws Exception {
    archive.close();
  }

  private Target.Dicom target(boolean commitment) {
    return new Target.Dicom(
        "ARCHIVE", "127.0.0.1", archive.port(), "HOUNSFIELD", Optional.empty(), commitment);
  }

  private DeliveryService service(Destination... destinations) throws IOException {
    return new DeliveryService(
        outbox,
        List.of(destinations),
        root,
        Retry.defaults(),
        clock,
        new Random(1),
        Runnable::run); // attempts are made where they are dispatched
  }

  private DeliveryService service(boolean commitment) throws IOException {
    return service(Destination.of("pacs", target(commitment)));
  }

  private void enqueue(DeliveryService service, int version, int... numbers) throws IOException {
    List<ResultObject> objects = new ArrayList<>();
    for (int number : numbers) {
      objects.add(TestObjects.picture(root, ANALYSIS, version, number));
    }
    service.enqueue(ANALYSIS, version, ORIGIN, objects);
  }

  /** Everything that is due at this time. */
  private static void run(DeliveryService service) throws IOException {
    while (service.dispatch() > 0) {
      continue;
    }
  }

  /** Lets time pass until nothing is open, at most so often; how often it took. */
  private int runToTheEnd(DeliveryService service, int most) throws IOException {
    for (int i = 0; i < most; i++) {
      run(service);
      if (outbox.backlog().isEmpty()) {
        return i;
      }
      clock.pass(Duration.ofMinutes(20));
    }
    throw new AssertionError("still open: " + outbox.ofAnalysis(ANALYSIS));
  }

  private Delivery delivery(long id) {
    return outbox.find(id).orElseThrow();
  }

  private static String uid(int version, int number) {
    return TestObjects.uid(ANALYSIS, version, number);
  }

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

  // ---- storage commitment, PS3.4 annex J ----

  private CommitmentReport report(String transaction, int number, int failureReason) {
    InstanceReference reference =
        new InstanceReference(SopClass.SECONDARY_CAPTURE_IMAGE_STORAGE, uid(1, number));
    return failureReason == 0
        ? new CommitmentReport(transaction, List.of(reference), Map.of())
        : new CommitmentReport(transaction, List.of(), Map.of(reference, failureReason));
  }

  @Test
  void withCommitmentItIsSentOnlyWhenTheArchiveCommitted() throws Exception {
    DeliveryService service = service(true);
    enqueue(service, 1, 1);
    run(service);
    assertEquals(List.of(uid(1, 1)), archive.stored);
    assertEquals(COMMITTING, delivery(1).state());
    assertEquals(1, archive.commitmentRequests);
    service.commitmentReported("OTHER", report("1.2.3", 1, 0));
    assertEquals(COMMITTING, delivery(1).state(), "a report on something else");
    service.commitmentReported("ARCHIVE", report(delivery(1).transactionUid(), 1, 0));
    assertEquals(SENT, delivery(1).state());
  }

  @Test
  void aLateReportCountsAlsoAfterItWasAskedForAgain() throws Exception {
    DeliveryService service = service(true);
    enqueue(service, 1, 1);
    run(service);
    String first = delivery(1).transactionUid();
    clock.pass(Duration.ofMinutes(15));
    run(service);
    assertEquals(2, archive.commitmentRequests);
    assertNotEquals(first, delivery(1).transactionUid());
    assertEquals(1, archive.stored.size(), "the object itself is not sent again");
    service.commitmentReported("ARCHIVE", report(first, 1, 0));
    assertEquals(SENT, delivery(1).state());
  }

  /** An archive on tape may take days; it is asked ever more rarely, and any report will do. */
  @Test
  void aReportOnAnyRequestCountsHoweverManyCameAfterIt() throws Exception {
    DeliveryService service = service(true);
    enqueue(service, 1, 1);
    run(service);
    String first = delivery(1).transactionUid();
    for (int i = 0; i < 3 * 24 * 4; i++) {
      clock.pass(Duration.ofMinutes(15));
      run(service);
    }
    assertTrue(
        archive.commitmentRequests >= 8 && archive.commitmentRequests <= 12,
        "in three days: " + archive.commitmentRequests);
    assertEquals(COMMITTING, delivery(1).state());
    service.commitmentReported("ARCHIVE", report(first, 1, 0));
    assertEquals(SENT, delivery(1).state());
    service.commitmentReported("ARCHIVE", report(first, 1, 0x0112));
    assertEquals(SENT, delivery(1).state(), "that is over");
  }

  /** A report of failure tells how it was when that request was made. */
  @Test
  void onlyTheLastRequestTellsThatSomethingIsMissing() throws Exception {
    DeliveryService service = service(true);
    enqueue(service, 1, 1);
    run(service);
    String first = delivery(1).transactionUid();
    clock.pass(Duration.ofMinutes(15));
    run(service);
    service.commitmentReported("ARCHIVE", report(first, 1, 0x0112));
    assertEquals(COMMITTING, delivery(1).state());
    service.commitmentReported("ARCHIVE", report(delivery(1).transactionUid(), 1, 0x0112));
    assertEquals(FAILING, delivery(1).state());
  }

  @Test
  void commitmentToManyIsAskedForInOneRequest() throws Exception {
    DeliveryService service = service(true);
    enqueue(service, 1, IntStream.rangeClosed(1, 12).toArray());
    run(service);
    assertEquals(12, archive.stored.size());
    assertEquals(1, archive.commitmentRequests);
    assertEquals(
        1,
        outbox.ofAnalysis(ANALYSIS).stream().map(Delivery::nextAttemptAt).distinct().count(),
        "they are asked for together again");
    String transaction = delivery(1).transactionUid();
    service.commitmentReported("ARCHIVE", report(transaction, 3, 0));
    service.commitmentReported("ARCHIVE", report(transaction, 4, 0x0112));
    assertEquals(SENT, delivery(3).state());
    assertEquals(FAILING, delivery(4).state());
    assertEquals(COMMITTING, delivery(5).state());
    clock.pass(Duration.ofMinutes(15));
    run(service);
    assertEquals(3, archive.commitmentRequests, "for the ten, and for the one sent again");
  }

  /** However much waits for an archive that commits late: what is new is sent first. */
  @Test
  void whatIsNewIsSentBeforeCommitmentIsAskedForAgain() throws Exception {
    DeliveryService service = service(true);
    enqueue(service, 1, IntStream.rangeClosed(1, 30).toArray());
    run(service);
    clock.pass(Duration.ofMinutes(15));
    service.enqueue(OTHER, 1, ORIGIN, List.of(TestObjects.picture(root, OTHER, 1, 1)));
    int asked = archive.commitmentRequests;
    service.dispatch();
    assertEquals(31, archive.stored.size());
    assertEquals(asked, archive.commitmentRequests);
    run(service);
    assertEquals(asked + 1, archive.commitmentRequests);
  }

  /** An archive that cannot answer a request for many is asked for each of them. */
  @Test
  void whatCouldNotBeAskedForIsAskedForAlone() throws Exception {
    archive.commits = false;
    DeliveryService service = service(true);
    enqueue(service, 1, 1, 2, 3);
    run(service);
    archive.commits = true;
    clock.pass(Duration.ofSeconds(5));
    run(service);
    assertEquals(3, archive.commitmentRequests);
    assertEquals(
        3, outbox.ofAnalysis(ANALYSIS).stream().map(Delivery::transactionUid).distinct().count());
  }

  @Test
  void anArchiveThatIsDownIsAskedRarelyHoweverMuchWaits() throws Exception {
    DeliveryService service = service(true);
    enqueue(service, 1, IntStream.rangeClosed(1, 40).toArray());
    run(service);
    archive.close();
    clock.pass(Duration.ofMinutes(15));
    for (int i = 0; i < 4 * 60; i++) {
      run(service);
      clock.pass(Duration.ofSeconds(15));
    }
    long requests =
        outbox.history.stream()
            .map(Delivery::transactionUid)
            .filter(Objects::nonNull)
            .distinct()
            .count();
    assertTrue(requests >= 8 && requests <= 20, "in an hour: " + requests);
    assertTrue(outbox.ofAnalysis(ANALYSIS).stream().allMatch(d -> d.state() == COMMITTING));
  }

  @Test
  void anArchiveThatNeverCommitsGetsTheObjectMoreRarelyEachTime() throws Exception {
    DeliveryService service = service(true);
    enqueue(service, 1, 1);
    for (int i = 0; i < 3 * 60; i++) {
      run(service);
      if (delivery(1).state() == COMMITTING) {
        service.commitmentReported("ARCHIVE", report(delivery(1).transactionUid(), 1, 0x0112));
      }
      clock.pass(Duration.ofMinutes(1));
    }
    int sent = archive.stored.size();
    assertTrue(sent > 10 && sent < 40, "in three hours, in the end every 7 to 15 min: " + sent);
  }

  @Test
  void whatIsNotCommittedCanBeCancelled() throws Exception {
    DeliveryService service = service(true);
    enqueue(service, 1, 1);
    run(service);
    String transaction = delivery(1).transactionUid();
    Delivery cancelled = service.cancel(1);
    assertEquals(CANCELLED, cancelled.state());
    assertTrue(cancelled.note().contains("the receiver has it"), cancelled.note());
    service.commitmentReported("ARCHIVE", report(transaction, 1, 0));
    clock.pass(Duration.ofDays(1));
    run(service);
    assertEquals(CANCELLED, delivery(1).state());
    assertEquals(1, archive.commitmentRequests);
  }

  @Test
  void whatANewVersionReplacedIsNotSentAgainBecauseItIsNotCommitted() throws Exception {
    DeliveryService service = service(true);
    enqueue(service, 1, 1);
    run(service);
    String transaction = delivery(1).transactionUid();
    enqueue(service, 2, 1);
    assertEquals(COMMITTING, delivery(1).state(), "whether it commits is worth knowing");
    service.commitmentReported("ARCHIVE", report(transaction, 1, 0x0112));
    assertEquals(CANCELLED, delivery(1).state());
    assertTrue(delivery(1).note().contains("version 2"));
  }

  @Test
  void whatTheArchiveDoesNotCommitToIsSentAgain() throws Exception {
    DeliveryService service = service(true);
    enqueue(service, 1, 1);
    run(service);
    service.commitmentReported("ARCHIVE", report(delivery(1).transactionUid(), 1, 0x0112));
    assertEquals(FAILING, delivery(1).state());
    assertTrue(delivery(1).lastError().contains("0112"));
    clock.pass(Duration.ofSeconds(5));
    run(service);
    assertEquals(2, archive.stored.size());
    assertEquals(COMMITTING, delivery(1).state());
  }

  @Test
  void anArchiveThatTakesNoRequestsIsAskedAgainAndInTheEndGivenUp() throws Exception {
    archive.commits = false;
    DeliveryService service = service(true);
    enqueue(service, 1, 1);
    run(service);
    assertEquals(COMMITTING, delivery(1).state(), "it is stored there");
    assertTrue(delivery(1).lastError().contains("not accepted"));
    clock.pass(Duration.ofDays(14));
    run(service);
    assertEquals(GIVEN_UP, delivery(1).state());
    assertEquals(1, archive.stored.size());
  }

  @Test
  void aRestartAsksForCommitmentAgain() throws Exception {
    DeliveryService service = service(true);
    enqueue(service, 1, 1);
    outbox.replace(delivery(1).sending(clock.instant()));
    outbox.replace(delivery(1).stored(clock.instant()));
    outbox.replace(delivery(1).asking(clock.instant(), "1.2.3.4"));
    DeliveryService restarted = service(true);
    restarted.recover();
    run(restarted);
    assertEquals(1, archive.commitmentRequests);
    restarted.commitmentReported("ARCHIVE", report("1.2.3.4", 1, 0));
    assertEquals(SENT, delivery(1).state(), "the report on the request before the restart");
  }
}
