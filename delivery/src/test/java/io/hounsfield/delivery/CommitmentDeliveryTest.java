// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import static io.hounsfield.delivery.DeliveryState.CANCELLED;
import static io.hounsfield.delivery.DeliveryState.COMMITTING;
import static io.hounsfield.delivery.DeliveryState.FAILING;
import static io.hounsfield.delivery.DeliveryState.GIVEN_UP;
import static io.hounsfield.delivery.DeliveryState.SENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.SopClass;
import io.hounsfield.listener.CommitmentReport;
import io.hounsfield.listener.InstanceReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * With storage commitment, PS3.4 annex J, an object is sent when the archive says that it keeps it.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CommitmentDeliveryTest extends DeliveryFixture {
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
    for (int i = 0; i < 60; i++) {
      run(service);
      if (delivery(1).state() == COMMITTING) {
        service.commitmentReported("ARCHIVE", report(delivery(1).transactionUid(), 1, 0x0112));
      }
      clock.pass(Duration.ofMinutes(1));
    }
    int sent = archive.stored.size();
    assertTrue(sent >= 6 && sent <= 14, "in an hour, in the end every 7 to 15 min: " + sent);
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
