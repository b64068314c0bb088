// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Peers that break the rules: each gets the answer PS3.7 and PS3.8 name, nothing of theirs is kept,
 * and the node goes on for the others (checked after each test).
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MisbehavingPeerTest {
  private static final Pdu.Abort UNEXPECTED_PDU = new Pdu.Abort(2, 2);
  private static final Pdu.Abort UNEXPECTED_PARAMETER = new Pdu.Abort(2, 5);
  private static final Pdu.Abort INVALID_PARAMETER = new Pdu.Abort(2, 6);
  private static final Pdu.Abort USER_ABORT = new Pdu.Abort(0, 0);

  @TempDir Path temp;
  private TestNode node;

  private RawPeer associated() throws IOException {
    return RawPeer.associated(node.port());
  }

  private void start(UnaryOperator<DicomNodeOptions.Builder> settings) throws IOException {
    node = new TestNode(temp.resolve("spool"), settings);
  }

  private void start() throws IOException {
    start(options -> options);
  }

  @AfterEach
  void othersGoOn() throws Exception {
    try (TestNode running = node) {
      // What the bad peers left is still being written down when the last of them has hung up.
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (running.node.statistics().associationsOpen() > 0) {
        assertTrue(System.nanoTime() < until, "associations of peers that are gone stay open");
        Thread.onSpinWait();
      }
      Path after = TestInstances.files(temp.resolve("after"), "after", 1, 64).get(0);
      SendResult result = StorageScu.send(running.scu(), List.of(after), ProgressListener.NONE);
      assertEquals(1, result.stored());
    }
    assertTrue(node.files().stream().noneMatch(name -> name.endsWith(SpoolFolders.PART_SUFFIX)));
    assertEquals(0, node.node.statistics().pendingBytes());
    assertEquals(0, node.node.statistics().associationsOpen());
    assertEquals(0, node.node.statistics().connectionsOpen());
  }

  private static byte[] slice(int number) throws IOException {
    return TestInstances.encoded(TestInstances.ct("bad", number, 256));
  }

  private static String uid(int number) {
    return TestInstances.sopUid("bad", number);
  }

  private void expectEcho(RawPeer peer) throws IOException {
    peer.echo(77);
    DimseCommand response = peer.response();
    assertEquals(0x8030, response.field());
    assertEquals(77, response.messageId());
    assertEquals(0, response.status());
  }

  // ---- before an association ----

  @Test
  void dataBeforeAnAssociation() throws Exception {
    start();
    try (RawPeer peer = new RawPeer(node.port())) {
      peer.echo(1);
      assertEquals(USER_ABORT, peer.receive());
    }
  }

  @Test
  void whatIsNoDicomAtAll() throws Exception {
    start();
    try (RawPeer peer = new RawPeer(node.port())) {
      peer.send("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertEquals(USER_ABORT, peer.receive());
    }
  }

  @Test
  void aRequestOfFourGibibytes() throws Exception {
    start();
    try (RawPeer peer = new RawPeer(node.port())) {
      peer.send(new byte[] {1, 0, -1, -1, -1, -1});
      assertEquals(USER_ABORT, peer.receive());
    }
  }

  @Test
  void silenceIsEndedByArtim() throws Exception {
    start(options -> options.timeouts(100, 60_000));
    try (RawPeer peer = new RawPeer(node.port())) {
      assertNull(peer.receive(), "closed without a word");
    }
  }

  @Test
  void halfARequestIsEndedByArtim() throws Exception {
    start(options -> options.timeouts(100, 60_000));
    try (RawPeer peer = new RawPeer(node.port())) {
      byte[] request = PduCodec.encode(RawPeer.request());
      peer.send(java.util.Arrays.copyOf(request, request.length / 2));
      assertNull(peer.receive());
    }
  }

  @Test
  void twoHundredSilentConnectionsHinderNobody() throws Exception {
    start();
    List<RawPeer> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        silent.add(new RawPeer(node.port()));
      }
      List<Path> files = TestInstances.files(temp.resolve("in"), "beside", 5, 128);
      SendResult result = StorageScu.send(node.scu(), files, ProgressListener.NONE);
      assertEquals(5, result.stored());
      assertEquals(5, node.listener.await(5).size());
    } finally {
      for (RawPeer peer : silent) {
        peer.close();
      }
    }
  }

  @Test
  void atTheBoundTheOldestSilentConnectionGivesWay() throws Exception {
    start(options -> options.limits(4, 10));
    List<RawPeer> silent = new ArrayList<>();
    try (RawPeer first = new RawPeer(node.port())) {
      for (int i = 0; i < 9; i++) {
        silent.add(new RawPeer(node.port()));
      }
      try (RawPeer late = associated()) {
        expectEcho(late);
        assertNull(first.receive(), "the oldest was closed");
      }
    } finally {
      for (RawPeer peer : silent) {
        peer.close();
      }
    }
  }

  // ---- negotiation ----

  @Test
  void anUnknownProtocolVersionIsRejected() throws Exception {
    start();
    try (RawPeer peer = new RawPeer(node.port())) {
      peer.send(RawPeer.request(2, Pdu.DICOM_APPLICATION_CONTEXT, 0));
      assertEquals(new Pdu.AssociateRj(1, 2, 2), peer.receive());
    }
  }

  @Test
  void anotherApplicationContextIsRejected() throws Exception {
    start();
    try (RawPeer peer = new RawPeer(node.port())) {
      peer.send(RawPeer.request(1, "1.2.3.4", 0));
      assertEquals(new Pdu.AssociateRj(1, 1, 2), peer.receive());
    }
  }

  @Test
  void aMaximumLengthWithoutRoomForAnythingIsRejected() throws Exception {
    start();
    try (RawPeer peer = new RawPeer(node.port())) {
      peer.send(RawPeer.request(1, Pdu.DICOM_APPLICATION_CONTEXT, 7));
      assertEquals(new Pdu.AssociateRj(1, 1, 1), peer.receive());
    }
  }

  @Test
  void aTinyMaximumLengthIsKeptTo() throws Exception {
    start();
    try (RawPeer peer = new RawPeer(node.port())) {
      peer.send(RawPeer.request(1, Pdu.DICOM_APPLICATION_CONTEXT, 16));
      assertInstanceOf(Pdu.AssociateAc.class, peer.receive());
      peer.echo(1);
      Pdu.PDataTf first = (Pdu.PDataTf) peer.receive();
      assertEquals(10, first.values().get(0).data().remaining());
      assertFalse(first.values().get(0).last());
    }
  }

  @Test
  void oneAssociationTooManyIsRejectedForNow() throws Exception {
    start(options -> options.limits(2, 10));
    try (RawPeer one = associated();
        RawPeer two = associated()) {
      try (RawPeer three = new RawPeer(node.port())) {
        three.send(RawPeer.request());
        assertEquals(new Pdu.AssociateRj(2, 3, 2), three.receive());
      }
      expectEcho(one);
      two.send(new Pdu.ReleaseRq());
      assertEquals(new Pdu.ReleaseRp(), two.receive());
      try (RawPeer four = associated()) {
        expectEcho(four);
      }
    }
  }

  @Test
  void aSecondRequestOnTheSameAssociation() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      peer.send(RawPeer.request());
      assertEquals(UNEXPECTED_PDU, peer.receive());
      assertTrue(node.listener.nextEnd().aborted());
    }
  }

  // ---- during an association ----

  @Test
  void aPduOfFourGibibytes() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      peer.send(new byte[] {4, 0, -1, -1, -1, -1});
      assertEquals(INVALID_PARAMETER, peer.receive());
      assertTrue(node.listener.nextEnd().aborted());
    }
  }

  @Test
  void aValueThatDoesNotFitItsPdu() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      peer.send(new byte[] {4, 0, 0, 0, 0, 8, 0, 0, 0, 9, 3, 0, 1, 2});
      assertEquals(INVALID_PARAMETER, peer.receive());
    }
  }

  @Test
  void anUnknownPdu() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      peer.send(new byte[] {8, 0, 0, 0, 0, 4, 0, 0, 0, 0});
      assertEquals(new Pdu.Abort(2, 1), peer.receive());
    }
  }

  @Test
  void anIdleAssociationIsAborted() throws Exception {
    start(options -> options.timeouts(30_000, 150));
    try (RawPeer peer = associated()) {
      assertEquals(USER_ABORT, peer.receive());
      assertTrue(node.listener.nextEnd().aborted());
    }
  }

  @Test
  void whoGoesOnSendingAfterAnAbortIsClosedByArtim() throws Exception {
    start(options -> options.timeouts(200, 60_000));
    try (RawPeer peer = associated()) {
      peer.send(new byte[] {8, 0, 0, 0, 0, 4, 0, 0, 0, 0});
      byte[] more = new byte[64 << 10];
      boolean closed = false;
      while (!closed) {
        try {
          peer.send(more);
        } catch (SocketException e) {
          closed = true;
        }
      }
    }
  }

  @Test
  void theLineDropsInTheMiddleOfASlice() throws Exception {
    start();
    byte[] slice = slice(1);
    try (RawPeer peer = associated()) {
      peer.sendAll(RawPeer.store(1, uid(0), slice(0), 16000));
      assertEquals(0, peer.response().status());
      List<Pdu> second = RawPeer.store(2, uid(1), slice, 16000);
      peer.sendAll(second.subList(0, second.size() / 2));
      byte[] next = PduCodec.encode(second.get(second.size() / 2));
      peer.send(java.util.Arrays.copyOf(next, next.length / 2)); // even within a PDU
    }
    AssociationSummary end = node.listener.nextEnd();
    assertTrue(end.aborted());
    assertEquals(1, end.instances(), "the one acknowledged is kept");
    assertEquals(1, node.files().size(), "of the half one nothing is left: " + node.files());
  }

  @Test
  void anAbortInTheMiddleOfASlice() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      List<Pdu> store = RawPeer.store(1, uid(1), slice(1), 16000);
      peer.sendAll(store.subList(0, store.size() - 1));
      peer.send(new Pdu.Abort(0, 0));
      assertNull(peer.receive(), "an abort is answered by closing");
    }
    assertTrue(node.listener.nextEnd().aborted());
    assertEquals(List.of(), node.files());
  }

  @Test
  void aReleaseInTheMiddleOfASlice() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      List<Pdu> store = RawPeer.store(1, uid(1), slice(1), 16000);
      peer.sendAll(store.subList(0, store.size() - 1));
      peer.send(new Pdu.ReleaseRq());
      assertEquals(new Pdu.ReleaseRp(), peer.receive());
    }
    assertEquals(0, node.listener.nextEnd().instances());
    assertEquals(List.of(), node.files());
  }

  @Test
  void aPeerThatHasSentAllAndLeavesWithoutTheAnswer() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      peer.sendAll(RawPeer.store(1, uid(1), slice(1), 16000));
    }
    assertEquals(1, node.listener.await(1).size(), "what came whole is kept");
    assertEquals(1, node.listener.nextEnd().instances());
  }

  @Test
  void requestsWithoutWaitingAreAllAnsweredBeforeTheRelease() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      for (int i = 0; i < 5; i++) {
        peer.sendAll(RawPeer.store(i, uid(i), slice(i), 16000));
      }
      peer.send(new Pdu.ReleaseRq());
      for (int i = 0; i < 5; i++) {
        DimseCommand response = peer.response();
        assertEquals(i, response.messageId());
        assertEquals(0, response.status());
        assertEquals(uid(i), response.sopInstanceUid());
      }
      assertEquals(new Pdu.ReleaseRp(), peer.receive());
    }
    AssociationSummary end = node.listener.nextEnd();
    assertFalse(end.aborted());
    assertEquals(5, end.instances());
  }

  @Test
  void fragmentsOfOneByte() throws Exception {
    start();
    byte[] slice = TestInstances.encoded(TestInstances.ct("bad", 3, 8));
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    RawPeer.store(1, uid(3), slice, 1).forEach(pdu -> stream.writeBytes(PduCodec.encode(pdu)));
    try (RawPeer peer = associated()) {
      peer.send(stream.toByteArray());
      assertEquals(0, peer.response().status());
    }
    assertArrayEquals(slice, TestInstances.dataSetBytes(node.listener.await(1).get(0).file()));
  }

  // ---- DIMSE ----

  @Test
  void aPresentationContextThatWasNotAccepted() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      peer.send(RawPeer.command(99, DimseCommand.cEchoRq(1, SopClass.VERIFICATION).encode()));
      assertEquals(INVALID_PARAMETER, peer.receive());
    }
  }

  @Test
  void aDataSetWithoutACommand() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      peer.send(RawPeer.data(RawPeer.CT_CONTEXT, true, new byte[100], 0, 100));
      assertEquals(UNEXPECTED_PARAMETER, peer.receive());
    }
  }

  @Test
  void aCommandWhereADataSetShouldBe() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      peer.send(RawPeer.store(1, uid(1), slice(1), 16000).get(0));
      peer.echo(2);
      assertEquals(UNEXPECTED_PARAMETER, peer.receive());
    }
  }

  @Test
  void aDataSetInAnotherContextThanItsCommand() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      peer.send(RawPeer.store(1, uid(1), slice(1), 16000).get(0));
      peer.send(RawPeer.data(RawPeer.ECHO_CONTEXT, true, new byte[100], 0, 100));
      assertEquals(UNEXPECTED_PARAMETER, peer.receive());
    }
  }

  @Test
  void aCommandThatIsNoDataSet() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      peer.send(RawPeer.command(RawPeer.CT_CONTEXT, new byte[] {1, 2, 3}));
      assertEquals(INVALID_PARAMETER, peer.receive());
    }
  }

  @Test
  void aCommandWithoutEnd() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      byte[] part = new byte[8000];
      for (int i = 0; i < 3; i++) {
        peer.send(
            new Pdu.PDataTf(
                List.of(new Pdu.Pdv(RawPeer.CT_CONTEXT, true, false, ByteBuffer.wrap(part)))));
      }
      assertEquals(INVALID_PARAMETER, peer.receive());
    }
  }

  @Test
  void aResponseNobodyAskedFor() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      DimseCommand response = DimseCommand.cEchoRq(1, SopClass.VERIFICATION).response(0, "");
      peer.send(RawPeer.command(RawPeer.ECHO_CONTEXT, response.encode()));
      assertEquals(UNEXPECTED_PARAMETER, peer.receive());
    }
  }

  @Test
  void anUnknownCommandIsAnsweredUnrecognizedOperation() throws Exception {
    start();
    try (RawPeer peer = associated()) {
      for (int field : new int[] {0x0020, 0x0021, 0x0130, 0x7777}) {
        DimseCommand request =
            new DimseCommand(field, 9, SopClass.CT_IMAGE_STORAGE, "", true, -1, "", 0);
        peer.send(RawPeer.command(RawPeer.CT_CONTEXT, request.encode()));
        peer.send(RawPeer.data(RawPeer.CT_CONTEXT, false, new byte[50], 0, 50));
        peer.send(RawPeer.data(RawPeer.CT_CONTEXT, true, new byte[50], 0, 50));
        DimseCommand response = peer.response();
        assertEquals(field | 0x8000, response.field());
        assertEquals(0x0211, response.status());
      }
      expectEcho(peer);
    }
  }

  @Test
  void aCancelOfNothingIsIgnored() throws Exception {
    start();
    DataSet cancel =
        new DataSet()
            .putInts(Tag.CommandField, VR.US, 0x0FFF)
            .putInts(Tag.MessageIDBeingRespondedTo, VR.US, 3)
            .putInts(Tag.CommandDataSetType, VR.US, 0x0101);
    try (RawPeer peer = associated()) {
      peer.send(
          RawPeer.command(
              RawPeer.CT_CONTEXT,
              DataSets.encode(cancel, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)));
      expectEcho(peer);
    }
  }

  private int statusOf(RawPeer peer, DimseCommand request, byte[] dataSet) throws IOException {
    peer.send(RawPeer.command(RawPeer.CT_CONTEXT, request.encode()));
    if (request.hasDataSet()) {
      peer.send(RawPeer.data(RawPeer.CT_CONTEXT, true, dataSet, 0, dataSet.length));
    }
    return peer.response().status();
  }

  @Test
  void eachFaultOfAStoreHasItsStatusAndTheAssociationGoesOn() throws Exception {
    start();
    String ct = SopClass.CT_IMAGE_STORAGE;
    byte[] good = slice(1);
    byte[] noSeries =
        TestInstances.encoded(TestInstances.ct("bad", 1, 16).remove(Tag.SeriesInstanceUID));
    byte[] emptyStudy =
        TestInstances.encoded(TestInstances.ct("bad", 1, 16).put(Tag.StudyInstanceUID, VR.UI));
    byte[] otherClass =
        TestInstances.encoded(
            TestInstances.ct("bad", 1, 16).put(Tag.SOPClassUID, VR.UI, SopClass.MR_IMAGE_STORAGE));
    byte[] cut = Arrays.copyOf(good, good.length - 2);
    DataSet twoUids = TestInstances.ct("bad", 1, 16);
    byte[] two = (uid(1) + "\\" + uid(2)).getBytes(StandardCharsets.US_ASCII);
    twoUids.putBytes(Tag.SOPInstanceUID, VR.UI, Arrays.copyOf(two, two.length / 2 * 2));
    byte[] text = "This is no data set, but somebody sent it.".repeat(50).getBytes();
    try (RawPeer peer = associated()) {
      int id = 0;
      assertEquals(0xC000, statusOf(peer, DimseCommand.cStoreRq(++id, ct, uid(1)), text));
      assertEquals(0xC000, statusOf(peer, DimseCommand.cStoreRq(++id, ct, uid(1)), new byte[0]));
      assertEquals(0xC000, statusOf(peer, DimseCommand.cStoreRq(++id, ct, uid(1)), noSeries));
      assertEquals(0xC000, statusOf(peer, DimseCommand.cStoreRq(++id, ct, uid(1)), emptyStudy));
      assertEquals(0xC000, statusOf(peer, DimseCommand.cStoreRq(++id, ct, uid(1)), cut));
      assertEquals(
          0xC000,
          statusOf(peer, DimseCommand.cStoreRq(++id, ct, uid(1)), TestInstances.encoded(twoUids)));
      assertEquals(0xA900, statusOf(peer, DimseCommand.cStoreRq(++id, ct, uid(2)), good));
      assertEquals(0xA900, statusOf(peer, DimseCommand.cStoreRq(++id, ct, uid(1)), otherClass));
      assertEquals(
          0x0122,
          statusOf(peer, DimseCommand.cStoreRq(++id, SopClass.MR_IMAGE_STORAGE, uid(1)), good));
      assertEquals(0x0120, statusOf(peer, DimseCommand.cStoreRq(++id, ct, ""), good));
      assertEquals(0x0120, statusOf(peer, DimseCommand.cStoreRq(++id, "", uid(1)), good));
      assertEquals(
          0xC000,
          statusOf(peer, new DimseCommand(1, ++id, ct, uid(1), false, -1, "", 0), new byte[0]));
      assertEquals(List.of(), node.files());
      assertEquals(0, statusOf(peer, DimseCommand.cStoreRq(++id, ct, uid(1)), good));
      assertEquals(1, node.files().size());
    }
    assertEquals(12, node.node.statistics().instancesRefused());
  }

  @Test
  void aFaultOfThisNodeIsAnsweredAndTheAssociationGoesOn() throws Exception {
    start();
    String ct = SopClass.CT_IMAGE_STORAGE;
    try (RawPeer peer = associated()) {
      node.listener.fault = new IllegalStateException("a fault, for the test");
      assertEquals(0x0110, statusOf(peer, DimseCommand.cStoreRq(1, ct, uid(1)), slice(1)));
      assertEquals(List.of(), node.files());
      node.listener.fault = null;
      assertEquals(0, statusOf(peer, DimseCommand.cStoreRq(2, ct, uid(1)), slice(1)));
    }
    assertEquals(1, node.node.statistics().instancesRefused());
  }

  @Test
  void aDiskThatFailsIsAnsweredOutOfResourcesUntilItWorksAgain() throws Exception {
    start();
    String ct = SopClass.CT_IMAGE_STORAGE;
    Path folder = node.spool.folder(TestInstances.seriesUid("bad"));
    Files.createFile(folder); // where the series' folder should be
    try (RawPeer peer = associated()) {
      assertEquals(0xA700, statusOf(peer, DimseCommand.cStoreRq(1, ct, uid(1)), slice(1)));
      Files.delete(folder);
      assertEquals(0, statusOf(peer, DimseCommand.cStoreRq(2, ct, uid(1)), slice(1)));
    }
  }

  @Test
  void aUidThatIsAPathIsRefusedAndNamesNoFile() throws Exception {
    start();
    DataSet command =
        new DataSet()
            .put(Tag.AffectedSOPClassUID, VR.UI, SopClass.CT_IMAGE_STORAGE)
            .putInts(Tag.CommandField, VR.US, 1)
            .putInts(Tag.MessageID, VR.US, 5)
            .putInts(Tag.CommandDataSetType, VR.US, 1)
            .putBytes(
                Tag.AffectedSOPInstanceUID,
                VR.UI,
                "../../../tmp/x".getBytes(StandardCharsets.US_ASCII));
    try (RawPeer peer = associated()) {
      peer.send(
          RawPeer.command(
              RawPeer.CT_CONTEXT,
              DataSets.encode(command, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)));
      byte[] slice = slice(1);
      peer.send(RawPeer.data(RawPeer.CT_CONTEXT, true, slice, 0, slice.length));
      DimseCommand response = peer.response();
      assertEquals(0x0117, response.status());
      assertEquals("", response.sopInstanceUid());
      expectEcho(peer);
    }
  }

  @Test
  void aUidWithLeadingZerosIsForgiven() throws Exception {
    start();
    String odd = "1.2.03.004";
    DataSet ct = TestInstances.ct("bad", 1, 16);
    InstanceUids.put(ct, Tag.SOPInstanceUID, odd);
    try (RawPeer peer = associated()) {
      peer.sendAll(RawPeer.store(1, odd, TestInstances.encoded(ct), 16000));
      assertEquals(0, peer.response().status());
      assertEquals(odd, node.listener.await(1).get(0).sopInstanceUid());
    }
  }

  /** Who never reads the answers is not read any more, and in the end not waited for. */
  @Test
  void aFloodOfEchoesWithoutReadingTheAnswers() throws Exception {
    start(options -> options.timeouts(300, 1000));
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    for (int i = 0; i < 1000; i++) {
      many.writeBytes(
          PduCodec.encode(
              RawPeer.command(
                  RawPeer.ECHO_CONTEXT, DimseCommand.cEchoRq(i, SopClass.VERIFICATION).encode())));
    }
    byte[] flood = many.toByteArray();
    try (RawPeer peer = associated()) {
      peer.socket.setReceiveBufferSize(4096);
      boolean closed = false;
      while (!closed) {
        try {
          peer.send(flood); // blocks once the node stops reading, until it closes
        } catch (SocketException e) {
          closed = true;
        }
      }
    }
    assertTrue(node.listener.nextEnd().aborted());
  }

  /** Whole conversations with random faults: the node answers, aborts or closes, and stays up. */
  @Test
  void fuzzedConversations() throws Exception {
    start(options -> options.timeouts(5_000, 5_000));
    Random random = new Random(4711);
    byte[] slice = TestInstances.encoded(TestInstances.ct("bad", 9, 16));
    ByteArrayOutputStream good = new ByteArrayOutputStream();
    good.writeBytes(PduCodec.encode(RawPeer.request()));
    for (Pdu pdu : RawPeer.store(1, uid(9), slice, 300)) {
      good.writeBytes(PduCodec.encode(pdu));
    }
    good.writeBytes(PduCodec.encode(new Pdu.ReleaseRq()));
    byte[] conversation = good.toByteArray();
    long until = System.nanoTime() + 5_000_000_000L;
    int rounds = 0;
    while (rounds < 100 || System.nanoTime() < until && rounds < 20_000) {
      byte[] bytes = conversation.clone();
      int faults = random.nextInt(4);
      for (int i = 0; i < faults; i++) {
        int at = random.nextInt(bytes.length);
        bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : bytes[at] ^ 1);
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
      try (RawPeer peer = new RawPeer(node.port())) {
        peer.send(java.util.Arrays.copyOf(bytes, length));
        peer.socket.shutdownOutput();
        drain(peer);
      } catch (SocketException e) {
        // closed by the node while we were still sending
      }
      rounds++;
    }
  }

  private static void drain(RawPeer peer) throws IOException {
    try {
      byte[] sink = new byte[4096];
      while (peer.socket.getInputStream().read(sink) >= 0) {
        // whatever the node says
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the node hangs", e);
    }
  }
}
