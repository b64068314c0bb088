// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.peers.Programs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Storage Commitment Push Model, PS3.4 annex J, as SCP and as SCU. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CommitmentTest {
  private static final String CT = SopClass.CT_IMAGE_STORAGE;
  private static final String COMMITMENT = SopClass.STORAGE_COMMITMENT_PUSH_MODEL;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration NONE = Duration.ZERO;

  @TempDir Path temp;

  private static CommitmentOptions soon() {
    return new CommitmentOptions(
        Duration.ofMillis(1), Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofDays(1));
  }

  private static InstanceReference reference(int number) {
    return new InstanceReference(CT, TestInstances.sopUid("c", number));
  }

  private void store(ScuOptions to, int count) throws IOException {
    List<Path> files = TestInstances.files(temp.resolve("in"), "c", count, 64);
    assertEquals(List.of(), StorageScu.send(to, files, ProgressListener.NONE).failures());
  }

  /** A node that other nodes' reports reach under this title. */
  private TestNode requestor(String title) throws IOException {
    return new TestNode(temp.resolve("requestor"), o -> o.aeTitle(title));
  }

  private static CommitmentReport reportFor(TestNode node, String transaction)
      throws InterruptedException {
    return node.listener.awaitCommitment(transaction);
  }

  static void awaitPending(TestNode node, int count) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (node.node.statistics().commitmentsPending() != count) {
      assertTrue(System.nanoTime() < until, "requests pending: " + node.node.statistics());
      Thread.onSpinWait();
    }
  }

  @Test
  void whatIsHeldIsCommittedAndWhatIsNotIsNamedWithItsReason() throws Exception {
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      store(node.scu(), 3);
      InstanceReference otherClass =
          new InstanceReference(SopClass.MR_IMAGE_STORAGE, TestInstances.sopUid("c", 2));
      StorageCommitmentScu.Outcome outcome =
          StorageCommitmentScu.request(
              node.scu(), List.of(reference(0), reference(1), otherClass, reference(9)), PATIENCE);
      CommitmentReport report = outcome.report().orElseThrow();
      assertEquals(outcome.transactionUid(), report.transactionUid());
      assertEquals(List.of(reference(0), reference(1)), report.committed());
      assertEquals(Map.of(otherClass, 0x0119, reference(9), 0x0112), report.failed());
      awaitPending(node, 0);
      assertEquals(1, node.node.statistics().commitmentsReported());
    }
  }

  @Test
  void anInstanceWhoseFileIsGoneOrDamagedIsNotCommitted() throws Exception {
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      store(node.scu(), 3);
      List<SpooledInstance> held = node.spool.instances(TestInstances.seriesUid("c"));
      for (SpooledInstance instance : held) {
        if (instance.sopInstanceUid().equals(reference(0).sopInstanceUid())) {
          Files.delete(instance.file());
        } else if (instance.sopInstanceUid().equals(reference(1).sopInstanceUid())) {
          Files.write(instance.file(), new byte[0]);
        }
      }
      CommitmentReport report =
          StorageCommitmentScu.request(
                  node.scu(), List.of(reference(0), reference(1), reference(2)), PATIENCE)
              .report()
              .orElseThrow();
      assertEquals(List.of(reference(2)), report.committed());
      assertEquals(Map.of(reference(0), 0x0112, reference(1), 0x0110), report.failed());
    }
  }

  @Test
  void aPeerWithAPortIsToldOnAnAssociationOfItsOwn() throws Exception {
    try (TestNode requestor = requestor("ASKER")) {
      DicomPeer peer = DicomPeer.of("ASKER", "127.0.0.1").withPort(requestor.port());
      try (TestNode node =
          new TestNode(temp.resolve("spool"), o -> o.peers(List.of(peer)).commitment(soon()))) {
        ScuOptions scu = node.scu().withCallingAeTitle("ASKER");
        store(scu, 2);
        StorageCommitmentScu.Outcome outcome =
            StorageCommitmentScu.request(scu, List.of(reference(0), reference(7)), NONE);
        CommitmentReport report = reportFor(requestor, outcome.transactionUid());
        assertEquals(List.of(reference(0)), report.committed());
        assertEquals(Map.of(reference(7), 0x0112), report.failed());
        awaitPending(node, 0);
      }
    }
  }

  @Test
  void aReportThatNobodyTakesIsTriedAgainAlsoAfterARestart() throws Exception {
    int port = Programs.freePort();
    DicomPeer peer = DicomPeer.of("ASKER", "127.0.0.1").withPort(port);
    String transaction;
    try (TestNode node =
        new TestNode(temp.resolve("spool"), o -> o.peers(List.of(peer)).commitment(soon()))) {
      ScuOptions scu = node.scu().withCallingAeTitle("ASKER");
      store(scu, 1);
      transaction = StorageCommitmentScu.request(scu, List.of(reference(0)), NONE).transactionUid();
    }
    try (TestNode node =
        new TestNode(temp.resolve("spool"), o -> o.peers(List.of(peer)).commitment(soon()))) {
      assertEquals(1, node.node.statistics().commitmentsPending());
      try (TestNode requestor =
          new TestNode(
              temp.resolve("requestor"), o -> o.aeTitle("ASKER").address("127.0.0.1", port))) {
        assertEquals(List.of(reference(0)), reportFor(requestor, transaction).committed());
        awaitPending(node, 0);
      }
    }
    try (TestNode node = new TestNode(temp.resolve("spool"), o -> o.commitment(soon()))) {
      assertEquals(0, node.node.statistics().commitmentsPending(), "it is told once");
    }
  }

  @Test
  void aReportIsGivenUpAtLast() throws Exception {
    DicomPeer peer = DicomPeer.of("ASKER", "127.0.0.1").withPort(Programs.freePort());
    CommitmentOptions impatient =
        new CommitmentOptions(
            Duration.ofMillis(1),
            Duration.ofMillis(10),
            Duration.ofMillis(20),
            Duration.ofMillis(50));
    try (TestNode node =
        new TestNode(temp.resolve("spool"), o -> o.peers(List.of(peer)).commitment(impatient))) {
      StorageCommitmentScu.request(
          node.scu().withCallingAeTitle("ASKER"), List.of(reference(0)), NONE);
      awaitPending(node, 0);
      assertEquals(1, node.node.statistics().commitmentsGivenUp());
    }
  }

  // ---- the same association, by hand ----

  private static RawPeer associated(TestNode node) throws IOException {
    RawPeer peer = new RawPeer(node.port());
    peer.send(
        new Pdu.AssociateRq(
            1,
            "HOUNSFIELD",
            "RAW",
            Pdu.DICOM_APPLICATION_CONTEXT,
            List.of(new Pdu.ProposedContext(1, COMMITMENT, List.of("1.2.840.10008.1.2"))),
            new Pdu.UserInformation(4096, "1.2.3", null, Optional.empty(), List.of())));
    assertInstanceOf(Pdu.AssociateAc.class, peer.receive());
    return peer;
  }

  private static byte[] request(String transaction, int... numbers) throws IOException {
    List<InstanceReference> references = new ArrayList<>();
    for (int number : numbers) {
      references.add(reference(number));
    }
    return DataSets.encode(
        Commitments.encode(new Commitments.Request(transaction, references)),
        TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
  }

  private static void ask(RawPeer peer, DimseCommand command, byte[] dataSet) throws IOException {
    peer.send(RawPeer.command(1, command.encode()));
    for (int from = 0; from < dataSet.length; from += 1000) {
      int length = Math.min(1000, dataSet.length - from);
      peer.send(RawPeer.data(1, from + length == dataSet.length, dataSet, from, length));
    }
  }

  private static DimseCommand action(int id) {
    return DimseCommand.nActionRq(id, COMMITMENT, Commitments.INSTANCE, 1);
  }

  /** The data set of a message, put together from its fragments. */
  private static DataSet dataSet(RawPeer peer) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(1 << 20);
    while (true) {
      for (Pdu.Pdv value : ((Pdu.PDataTf) peer.receive()).values()) {
        assertTrue(!value.command());
        all.put(value.data());
        if (value.last()) {
          return DataSets.decode(all.flip(), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
        }
      }
    }
  }

  @Test
  void theMessagesAreThoseOfTheStandard() throws Exception {
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      store(node.scu(), 60);
      int[] all = new int[60];
      for (int i = 0; i < all.length; i++) {
        all[i] = i;
      }
      try (RawPeer peer = associated(node)) {
        ask(peer, action(7), request("1.2.3.4", all));
        DimseCommand answer = peer.response();
        assertEquals(0x8130, answer.field());
        assertEquals(7, answer.messageId());
        assertEquals(0, answer.status());
        assertEquals(COMMITMENT, answer.sopClassUid());
        assertEquals(Commitments.INSTANCE, answer.sopInstanceUid());
        DimseCommand event = peer.response();
        assertEquals(0x0100, event.field());
        assertEquals(1, event.typeId(), "all are committed");
        assertEquals(COMMITMENT, event.sopClassUid());
        assertEquals(Commitments.INSTANCE, event.sopInstanceUid());
        DataSet report = dataSet(peer);
        assertEquals("1.2.3.4", report.string(Tag.TransactionUID).orElseThrow());
        assertEquals(60, report.items(Tag.ReferencedSOPSequence).size());
        assertTrue(!report.contains(Tag.FailedSOPSequence));
        peer.send(RawPeer.command(1, event.response(0, "").encode()));
        awaitPending(node, 0);
        peer.send(new Pdu.ReleaseRq());
        assertInstanceOf(Pdu.ReleaseRp.class, peer.receive());
      }
    }
  }

  @Test
  void aRequestorThatLeavesIsToldOnItsNextAssociation() throws Exception {
    try (TestNode node = new TestNode(temp.resolve("spool"), o -> o.commitment(soon()))) {
      try (RawPeer peer = associated(node)) {
        ask(peer, action(1), request("1.2.3.4", 5));
        assertEquals(0, peer.response().status());
      }
      node.listener.nextEnd();
      assertEquals(1, node.node.statistics().commitmentsPending());
      try (RawPeer peer = associated(node)) {
        DimseCommand event = peer.response();
        assertEquals(2, event.typeId(), "failures exist");
        DataSet failed = dataSet(peer).items(Tag.FailedSOPSequence).get(0);
        assertEquals(0x0112, failed.integer(Tag.FailureReason).orElseThrow());
        peer.send(RawPeer.command(1, event.response(0x0110, "").encode()));
        DimseCommand again = peer.response();
        assertEquals(0x0100, again.field(), "a failure status is no delivery: tried again");
        dataSet(peer);
        peer.send(RawPeer.command(1, again.response(0, "").encode()));
        awaitPending(node, 0);
      }
    }
  }

  @Test
  void eachFaultOfARequestHasItsStatus() throws Exception {
    try (TestNode node = new TestNode(temp.resolve("spool"));
        RawPeer peer = associated(node)) {
      byte[] good = request("1.2.3", 1);
      assertStatus(0x0118, peer, DimseCommand.nActionRq(1, CT, Commitments.INSTANCE, 1), good);
      assertStatus(0x0112, peer, DimseCommand.nActionRq(2, COMMITMENT, "1.2.3", 1), good);
      assertStatus(
          0x0123, peer, DimseCommand.nActionRq(3, COMMITMENT, Commitments.INSTANCE, 2), good);
      assertStatus(0x0115, peer, action(4), new byte[] {1, 2, 3});
      assertStatus(0x0115, peer, action(5), request("1.2.3"));
      DataSet nameless =
          new DataSet()
              .put(Tag.TransactionUID, VR.UI, "1.2.3")
              .putItems(Tag.ReferencedSOPSequence, new DataSet());
      assertStatus(
          0x0115,
          peer,
          action(6),
          DataSets.encode(nameless, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN));
      assertStatus(0x0213, peer, action(7), new byte[(4 << 20) + 2]);
      DimseCommand bare =
          new DimseCommand(0x0130, 9, COMMITMENT, Commitments.INSTANCE, false, -1, "", 1);
      peer.send(RawPeer.command(1, bare.encode()));
      assertEquals(0x0212, peer.response().status());
      assertStatus(
          0x0211, peer, DimseCommand.nEventReportRq(8, COMMITMENT, Commitments.INSTANCE, 1), good);
      assertEquals(0, node.node.statistics().commitmentsPending());
    }
  }

  /** What waits is held in memory: so many requests, and so many instances in all of them. */
  @Test
  void requestsThatWaitAreBounded() throws Exception {
    List<InstanceReference> many = new ArrayList<>();
    for (int i = 0; i < CommitmentService.MAX_REFERENCES / 2; i++) {
      many.add(new InstanceReference(CT, "1.2." + i));
    }
    try (Spool spool = Spool.open(temp.resolve("spool"))) {
      CommitmentService service =
          new CommitmentService(DicomNodeOptions.builder().build(), spool, new Counters());
      assertEquals(DimseStatus.SUCCESS, accept(service, "1.1", many));
      assertEquals(DimseStatus.SUCCESS, accept(service, "1.2", many));
      assertEquals(DimseStatus.SUCCESS, accept(service, "1.2", many), "asked again, counted once");
      assertEquals(DimseStatus.RESOURCE_LIMITATION, accept(service, "1.3", many.subList(0, 1)));
      assertEquals(DimseStatus.SUCCESS, accept(service, "1.2", many.subList(0, 1)));
      assertEquals(DimseStatus.SUCCESS, accept(service, "1.3", many.subList(0, 1)));
    }
  }

  private static DimseStatus accept(
      CommitmentService service, String transaction, List<InstanceReference> instances) {
    return service.accept("ASKER", "US", new Commitments.Request(transaction, instances));
  }

  /** Data sets of requests have a bound for each and one for all that come at once. */
  @Test
  void dataSetsThatComeAtOnceAreBounded() throws Exception {
    byte[] half = new byte[Commitments.MAX_DATA_SET];
    int count = (int) (CommitmentService.MAX_RESERVED / half.length);
    List<RawPeer> unfinished = new ArrayList<>();
    try (TestNode node = new TestNode(temp.resolve("spool"));
        RawPeer last = associated(node)) {
      for (int i = 0; i < count; i++) {
        RawPeer peer = associated(node);
        unfinished.add(peer);
        peer.send(RawPeer.command(1, action(1).encode()));
        for (int from = 0; from < half.length; from += 1 << 16) {
          peer.send(RawPeer.data(1, false, half, from, 1 << 16));
        }
      }
      await(() -> node.node.statistics().bytesReceived() > CommitmentService.MAX_RESERVED);
      assertStatus(0x0213, last, action(1), request("1.2.3", 1));
      for (RawPeer peer : unfinished) {
        peer.close();
      }
      await(() -> node.node.statistics().associationsOpen() == 1);
      assertStatus(0, last, action(2), request("1.2.3", 1));
    }
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < until, "it does not come");
      Thread.onSpinWait();
    }
  }

  @Test
  void aRequestThatCannotBeWrittenDownIsRefused() throws Exception {
    try (TestNode node = new TestNode(temp.resolve("spool"));
        RawPeer peer = associated(node)) {
      Files.delete(node.directory.resolve("commitments"));
      assertStatus(0x0110, peer, action(1), request("1.2.3", 1));
      assertEquals(0, node.node.statistics().commitmentsPending());
      Files.createDirectory(node.directory.resolve("commitments"));
      assertStatus(0, peer, action(2), request("1.2.3", 1));
    }
  }

  @Test
  void triesComeAfter5SecondsThenTwiceAsLongUpTo15MinutesFor3Days() {
    CommitmentOptions options = CommitmentOptions.defaults();
    assertEquals(Duration.ofSeconds(5), options.delayAfter(1));
    assertEquals(Duration.ofSeconds(10), options.delayAfter(2));
    assertEquals(Duration.ofSeconds(320), options.delayAfter(7));
    assertEquals(Duration.ofSeconds(640), options.delayAfter(8));
    assertEquals(Duration.ofMinutes(15), options.delayAfter(9));
    assertEquals(Duration.ofMinutes(15), options.delayAfter(1_000_000));
    assertEquals(Duration.ofDays(3), options.giveUpAfter());
  }

  private static void assertStatus(int status, RawPeer peer, DimseCommand command, byte[] dataSet)
      throws IOException {
    ask(peer, command, dataSet);
    assertEquals(status, peer.response().status());
  }

  @Test
  void anAeTitleOfTheNetworkNamesNoFile() throws Exception {
    try (TestNode node = new TestNode(temp.resolve("spool"));
        RawPeer peer = new RawPeer(node.port())) {
      peer.send(
          new Pdu.AssociateRq(
              1,
              "HOUNSFIELD",
              "../../x\n1\\2",
              Pdu.DICOM_APPLICATION_CONTEXT,
              List.of(new Pdu.ProposedContext(1, COMMITMENT, List.of("1.2.840.10008.1.2"))),
              new Pdu.UserInformation(4096, "1.2.3", null, Optional.empty(), List.of())));
      assertInstanceOf(Pdu.AssociateAc.class, peer.receive());
      ask(peer, action(1), request("1.2.3", 1));
      assertEquals(0, peer.response().status());
      List<String> files = node.files();
      assertEquals(1, files.size());
      assertTrue(files.get(0).matches("commitments/[0-9a-f]{64}\\.txt"), files.get(0));
      assertEquals(
          "../../x\n1\\2",
          new CommitmentStore(node.spool).all().get(0).callingAeTitle(),
          "and is kept exactly");
    }
  }

  @Test
  void theScuSaysWhenTheOtherNodeDoesNotCommit() throws Exception {
    Programs.needs("storescp");
    int port = Programs.freePort();
    Process storescp =
        new ProcessBuilder("storescp", "-od", temp.toString(), "" + port)
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("log").toFile())
            .start();
    try {
      ScuOptions scu = ScuOptions.of("DCMTK", "127.0.0.1", port);
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      AssociationException fault = null;
      while (fault == null || fault.getMessage().contains("cannot connect")) {
        assertTrue(System.nanoTime() < until, "storescp does not start");
        fault =
            assertThrows(
                AssociationException.class,
                () ->
                    StorageCommitmentScu.request(
                        scu, Uid.derive("t"), List.of(reference(0)), NONE));
      }
      assertTrue(fault.getMessage().contains("not accepted"), fault.getMessage());
    } finally {
      storescp.destroy();
    }
  }
}
