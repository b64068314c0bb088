// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.UIDs;
import io.hounsfield.dicom.VR;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our SCU and our SCP over a real connection. */
class StoreRoundTripTest {
  @TempDir Path temp;

  private TestNode node() throws IOException {
    return new TestNode(temp.resolve("spool"));
  }

  @Test
  void dataSetsArriveByteForByteBehindOurFileMetaInformation() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "a", 5, 64);
    try (TestNode node = node()) {
      List<Integer> progress = new ArrayList<>();
      SendResult result =
          StorageScu.send(
              node.scu(),
              files,
              (done, total, bytes) -> {
                assertEquals(5, total);
                progress.add(done);
              });
      assertEquals(5, result.stored());
      assertEquals(List.of(), result.failures());
      assertEquals(List.of(1, 2, 3, 4, 5), progress);
      AssociationSummary end = node.listener.nextEnd();
      assertFalse(end.aborted());
      assertEquals(5, end.instances());
      assertEquals(result.bytes(), end.bytes());
      assertEquals(Set.of(TestInstances.seriesUid("a")), end.seriesInstanceUids());
      assertEquals("TESTSCU", end.callingAeTitle());
      List<ReceivedInstance> received = node.listener.instances();
      assertEquals(5, received.size(), "told before the association's end was");
      for (int i = 0; i < 5; i++) {
        ReceivedInstance instance = received.get(i);
        assertEquals(end.id(), instance.associationId());
        assertEquals(node.scu().callingAeTitle(), instance.callingAeTitle());
        assertEquals(node.scu().calledAeTitle(), instance.calledAeTitle());
        assertEquals(TestInstances.sopUid("a", i), instance.sopInstanceUid());
        assertEquals(TestInstances.seriesUid("a"), instance.seriesInstanceUid());
        assertEquals(SopClass.CT_IMAGE_STORAGE, instance.sopClassUid());
        assertFalse(instance.duplicate());
        assertTrue(instance.receivedNanos() <= end.releasedNanos());
        byte[] sent = TestInstances.dataSetBytes(files.get(i));
        assertArrayEquals(sent, TestInstances.dataSetBytes(instance.file()));
        assertEquals(sent.length, instance.bytes());
        DataSet meta = DicomFiles.read(instance.file()).fileMetaInformation();
        assertEquals(UIDs.IMPLEMENTATION_CLASS, meta.string(Tag.ImplementationClassUID).get());
        assertEquals(instance.sopInstanceUid(), meta.string(Tag.MediaStorageSOPInstanceUID).get());
      }
      NodeStatistics statistics = node.node.statistics();
      assertEquals(5, statistics.instancesStored());
      assertEquals(0, statistics.pendingBytes());
      assertEquals(0, statistics.associationsOpen());
      assertEquals(1, statistics.associationsAccepted());
      assertEquals(0, statistics.associationsAborted());
      assertTrue(statistics.bytesReceived() > result.bytes());
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "IMPLICIT_VR_LITTLE_ENDIAN",
        "EXPLICIT_VR_LITTLE_ENDIAN",
        "DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN"
      })
  void everyUncompressedSyntaxIsKeptAsSent(TransferSyntax syntax) throws Exception {
    Path file = temp.resolve("one.dcm");
    DicomFiles.write(file, DicomFile.of(syntax, TestInstances.ct("s", 1, 100)));
    try (TestNode node = node()) {
      SendResult result = StorageScu.send(node.scu(), List.of(file), ProgressListener.NONE);
      assertEquals(List.of(), result.failures());
      ReceivedInstance instance = node.listener.await(1).get(0);
      assertEquals(syntax, instance.transferSyntax());
      assertArrayEquals(
          TestInstances.dataSetBytes(file), TestInstances.dataSetBytes(instance.file()));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 4098, 16384, 65536, 1 << 20})
  void anyMaximumPduLengthWorks(int length) throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "p", 3, 200);
    try (TestNode node = new TestNode(temp.resolve("spool"), o -> o.maxPduLength(length))) {
      assertEquals(3, StorageScu.send(node.scu(), files, ProgressListener.NONE).stored());
      List<ReceivedInstance> received = node.listener.await(3);
      for (int i = 0; i < 3; i++) {
        assertArrayEquals(
            TestInstances.dataSetBytes(files.get(i)),
            TestInstances.dataSetBytes(received.get(i).file()));
      }
    }
  }

  @Test
  void theSameInstanceTwiceChangesNothing() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "d", 3, 32);
    try (TestNode node = node()) {
      StorageScu.send(node.scu(), files, ProgressListener.NONE);
      List<String> before = node.files();
      SendResult again = StorageScu.send(node.scu(), files, ProgressListener.NONE);
      assertEquals(3, again.stored(), "a repeated instance is a success for the sender");
      List<ReceivedInstance> received = node.listener.await(6);
      assertTrue(received.subList(0, 3).stream().noneMatch(ReceivedInstance::duplicate));
      assertTrue(received.subList(3, 6).stream().allMatch(ReceivedInstance::duplicate));
      assertTrue(received.stream().noneMatch(ReceivedInstance::conflicting));
      assertEquals(before, node.files());
      assertEquals(3, node.node.statistics().instancesStored());
      assertEquals(3, node.node.statistics().instancesDuplicate());
    }
  }

  @Test
  void otherContentUnderTheSameUidIsKeptAsideAndNeverReplacesTheFirst() throws Exception {
    DataSet changed = TestInstances.ct("c", 0, 32).put(Tag.PatientName, VR.PN, "Other^Name");
    Path other = temp.resolve("other.dcm");
    DicomFiles.write(other, DicomFile.of(TestInstances.EXPLICIT, changed));
    List<Path> files = TestInstances.files(temp.resolve("in"), "c", 1, 32);
    try (TestNode node = node()) {
      StorageScu.send(node.scu(), files, ProgressListener.NONE);
      StorageScu.send(node.scu(), List.of(other), ProgressListener.NONE);
      StorageScu.send(node.scu(), List.of(other), ProgressListener.NONE);
      List<ReceivedInstance> received = node.listener.await(3);
      ReceivedInstance conflict = received.get(1);
      assertTrue(conflict.duplicate() && conflict.conflicting());
      assertArrayEquals(
          TestInstances.dataSetBytes(other), TestInstances.dataSetBytes(conflict.file()));
      assertArrayEquals(
          TestInstances.dataSetBytes(files.get(0)),
          TestInstances.dataSetBytes(received.get(0).file()));
      assertEquals(2, node.files().size(), "sent twice, kept aside once");
      assertEquals(1, node.spool.instances(TestInstances.seriesUid("c")).size());
    }
  }

  @Test
  void aSeriesOverSeveralAssociationsAtOnce() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "m", 64, 128);
    int senders = 8;
    ExecutorService threads = Executors.newFixedThreadPool(senders);
    try (TestNode node = node()) {
      List<Future<SendResult>> results = new ArrayList<>();
      for (int sender = 0; sender < senders; sender++) {
        List<Path> share = new ArrayList<>();
        for (int i = sender; i < files.size(); i += senders) {
          share.add(files.get(i));
        }
        results.add(
            threads.submit(() -> StorageScu.send(node.scu(), share, ProgressListener.NONE)));
      }
      for (Future<SendResult> result : results) {
        assertEquals(List.of(), result.get().failures());
      }
      node.listener.await(64);
      assertEquals(64, node.spool.instances(TestInstances.seriesUid("m")).size());
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void theSameInstancesFromManyAtOnceAreStoredOnce() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "r", 10, 64);
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try (TestNode node = node()) {
      List<Future<SendResult>> results = new ArrayList<>();
      for (int sender = 0; sender < 6; sender++) {
        results.add(
            threads.submit(() -> StorageScu.send(node.scu(), files, ProgressListener.NONE)));
      }
      for (Future<SendResult> result : results) {
        assertEquals(10, result.get().stored());
      }
      List<ReceivedInstance> received = node.listener.await(60);
      assertEquals(10, received.stream().filter(i -> !i.duplicate()).count());
      assertEquals(10, node.files().size());
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void withLittleMemoryForTheDiskEverythingStillArrives() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "b", 6, 512);
    try (TestNode node = new TestNode(temp.resolve("spool"), o -> o.maxPendingBytes(64 << 10))) {
      assertEquals(6, StorageScu.send(node.scu(), files, ProgressListener.NONE).stored());
      node.listener.await(6);
      for (SpooledInstance instance : node.spool.instances(TestInstances.seriesUid("b"))) {
        DicomFiles.read(instance.file());
      }
    }
  }

  @Test
  void aFullDiskIsAnsweredOutOfResources() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "f", 2, 32);
    SpoolOptions full = new SpoolOptions(Long.MAX_VALUE / 2, SpoolOptions.Durability.POWER_LOSS);
    try (TestNode node = new TestNode(temp.resolve("spool"), o -> o, full)) {
      SendResult result = StorageScu.send(node.scu(), files, ProgressListener.NONE);
      assertEquals(0, result.stored());
      assertEquals(
          List.of(0xA700, 0xA700),
          result.failures().stream().map(SendResult.Failure::status).toList());
      assertTrue(result.failures().get(0).reason().contains("out of resources"));
      assertEquals(List.of(), node.files());
      assertEquals(2, node.node.statistics().instancesRefused());
    }
  }

  @Test
  void aFullQueueIsAnsweredOutOfResourcesUntilThereIsRoom() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "q", 2, 32);
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      node.listener.refusal = Optional.of("9 instances wait");
      SendResult result = StorageScu.send(node.scu(), files, ProgressListener.NONE);
      assertEquals(
          List.of(0xA700, 0xA700),
          result.failures().stream().map(SendResult.Failure::status).toList());
      assertTrue(result.failures().get(0).reason().contains("9 instances wait"));
      node.listener.refusal = Optional.empty();
      assertEquals(2, StorageScu.send(node.scu(), files, ProgressListener.NONE).stored());
    }
  }

  @Test
  void whatIsNoCtIsRefusedInNegotiationAndTheRestIsSent() throws Exception {
    Path capture = temp.resolve("sc.dcm");
    DicomFiles.write(
        capture,
        DicomFile.of(
            TestInstances.EXPLICIT,
            TestInstances.ct("x", 1, 16)
                .put(Tag.SOPClassUID, VR.UI, SopClass.SECONDARY_CAPTURE_IMAGE_STORAGE)));
    Path text = Files.writeString(temp.resolve("notes.txt"), "no DICOM at all");
    List<Path> files = new ArrayList<>(TestInstances.files(temp.resolve("in"), "y", 1, 16));
    files.add(0, capture);
    files.add(1, text);
    try (TestNode node = node()) {
      SendResult result = StorageScu.send(node.scu(), files, ProgressListener.NONE);
      assertEquals(1, result.stored());
      assertEquals(
          Set.of(capture, text),
          Set.copyOf(result.failures().stream().map(SendResult.Failure::file).toList()));
      assertEquals(
          Map.of(capture, SendResult.NOT_ACCEPTED, text, -1),
          result.failures().stream()
              .collect(Collectors.toMap(SendResult.Failure::file, SendResult.Failure::status)));
    }
  }

  @Test
  void aFileOfWhichHeaderAndDataSetDifferIsRefused() throws Exception {
    Path file = TestInstances.files(temp.resolve("in"), "h", 1, 16).get(0);
    byte[] bytes = Files.readAllBytes(file);
    byte[] uid = TestInstances.sopUid("h", 0).getBytes();
    int at = indexOf(bytes, uid, 144);
    bytes[at + uid.length - 1] = (byte) (bytes[at + uid.length - 1] == '1' ? '2' : '1');
    Files.write(file, bytes); // the media storage UID now is another
    try (TestNode node = node()) {
      SendResult result = StorageScu.send(node.scu(), List.of(file), ProgressListener.NONE);
      assertEquals(0xA900, result.failures().get(0).status());
      assertEquals(List.of(), node.files());
    }
  }

  private static int indexOf(byte[] bytes, byte[] part, int from) {
    for (int i = from; ; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
  }

  @Test
  void echoAnswers() throws Exception {
    try (TestNode node = node()) {
      assertFalse(Echo.echo(node.scu()).isNegative());
      assertEquals(0, node.listener.nextEnd().instances());
    }
  }

  @Test
  void anotherCalledAeTitleIsRejectedWhenConfiguredSo() throws Exception {
    try (TestNode node =
        new TestNode(temp.resolve("spool"), o -> o.acceptAnyCalledAeTitle(false))) {
      ScuOptions wrong = ScuOptions.of("SOMEONE", "127.0.0.1", node.port());
      AssociationException e = assertThrows(AssociationException.class, () -> Echo.echo(wrong));
      assertTrue(e.getMessage().contains("called AE title not recognized"), e.getMessage());
      Echo.echo(node.scu());
      assertEquals(1, node.node.statistics().associationsRejected());
    }
  }

  /** Closing aborts what is under way; what was acknowledged is there, and the listener knows. */
  @Test
  void closingInTheMiddleKeepsWhatWasAcknowledged() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "z", 40, 512);
    TestNode node = node();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<SendResult>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        List<Path> share = files.subList(10 * i, 10 * i + 10);
        ScuOptions slow = node.scu().withSlicesPerSecond(100);
        results.add(threads.submit(() -> StorageScu.send(slow, share, ProgressListener.NONE)));
      }
      node.listener.await(8);
      node.close();
      int acknowledged = 0;
      for (Future<SendResult> result : results) {
        SendResult sent = result.get();
        acknowledged += sent.stored();
        assertEquals(10, sent.stored() + sent.failures().size());
      }
      int told = 0;
      for (int i = 0; i < 4; i++) {
        told += node.listener.nextEnd().instances();
      }
      assertTrue(told >= acknowledged, told + " told of, " + acknowledged + " acknowledged");
      assertEquals(told, node.files().size());
      assertTrue(node.files().stream().allMatch(name -> name.endsWith(".dcm")));
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void aSecondNodeOnTheSamePortSaysSo() throws Exception {
    try (TestNode node = node();
        Spool spool = Spool.open(temp.resolve("other"))) {
      io.vertx.core.Vertx vertx = io.vertx.core.Vertx.vertx();
      IOException e =
          assertThrows(
              IOException.class,
              () ->
                  DicomNode.start(
                      vertx,
                      DicomNodeOptions.builder().address("127.0.0.1", node.port()).build(),
                      spool,
                      new RecordingListener()));
      assertTrue(e.getMessage().contains("port " + node.port()), e.getMessage());
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
