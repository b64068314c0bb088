// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

class SpoolTest {
  @TempDir Path temp;

  private static IncomingInstance.Stored store(Spool spool, String series, int number)
      throws IOException {
    byte[] bytes = TestInstances.encoded(TestInstances.ct(series, number, 32));
    try (IncomingInstance incoming =
        spool.receive(
            SopClass.CT_IMAGE_STORAGE,
            TestInstances.sopUid(series, number),
            TestInstances.EXPLICIT)) {
      incoming.write(List.of(ByteBuffer.wrap(bytes)));
      return incoming.commit();
    }
  }

  /** Found by fuzzing: the log called files unreadable that were only not read to the end. */
  @Test
  void aNodeThatClosesFindsNoFaultInItsFiles() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(Spool.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    InstanceReference held =
        new InstanceReference(SopClass.CT_IMAGE_STORAGE, TestInstances.sopUid("one", 0));
    try (Spool spool = Spool.open(temp)) {
      store(spool, "one", 0);
      assertEquals(Map.of(held, DimseStatus.SUCCESS), spool.commit(List.of(held)));
      Thread.currentThread().interrupt(); // as the node does when it closes
      Map<InstanceReference, DimseStatus> outcome = spool.commit(List.of(held));
      assertTrue(Thread.interrupted(), "the caller sees that this is no outcome to tell");
      assertEquals(Map.of(held, DimseStatus.PROCESSING_FAILURE), outcome);
    } finally {
      logger.detachAppender(log);
    }
    assertEquals(List.of(), log.list);
  }

  private long filesIn(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).count();
    }
  }

  @Test
  void whatWasStoredIsThereAfterReopening() throws Exception {
    try (Spool spool = Spool.open(temp)) {
      for (int i = 0; i < 3; i++) {
        store(spool, "one", i);
      }
      store(spool, "two", 0);
    }
    try (Spool spool = Spool.open(temp)) {
      List<SpooledSeries> all = spool.recover();
      assertEquals(2, all.size());
      SpooledSeries one =
          all.stream()
              .filter(s -> s.seriesInstanceUid().equals(TestInstances.seriesUid("one")))
              .findFirst()
              .orElseThrow();
      assertEquals(one.instances(), spool.instances(TestInstances.seriesUid("one")));
      assertEquals(3, one.instances().size());
      SpooledInstance instance = one.instances().get(0);
      assertEquals(SopClass.CT_IMAGE_STORAGE, instance.sopClassUid());
      assertEquals(TestInstances.EXPLICIT, instance.transferSyntax());
      assertEquals(TestInstances.dataSetBytes(instance.file()).length, instance.bytes());
      assertEquals(List.of(), spool.instances("1.2.3.4"));
      assertTrue(store(spool, "one", 0).duplicate(), "known again after the restart");
    }
  }

  @Test
  void unfinishedFilesOfAnEarlierRunAreDeletedAndStrangeOnesLeftAlone() throws Exception {
    Path series;
    try (Spool spool = Spool.open(temp)) {
      series = store(spool, "one", 0).instance().file().getParent();
    }
    Files.write(series.resolve("17.part"), new byte[100]);
    Files.write(series.resolve("0".repeat(64) + ".dcm"), "no DICOM".getBytes());
    Files.write(series.resolve("notes.txt"), "not ours".getBytes());
    try (Spool spool = Spool.open(temp)) {
      assertFalse(Files.exists(series.resolve("17.part")));
      assertTrue(Files.exists(series.resolve("notes.txt")));
      assertEquals(1, spool.recover().get(0).instances().size());
    }
  }

  @Test
  void oneProcessAtATime() throws Exception {
    Spool spool = Spool.open(temp);
    IOException e = assertThrows(IOException.class, () -> Spool.open(temp));
    assertTrue(e.getMessage().contains("in use"), e.getMessage());
    spool.close();
    Spool.open(temp).close();
  }

  @Test
  void noNameComesFromTheNetwork() throws Exception {
    try (Spool spool = Spool.open(temp)) {
      Path file = store(spool, "one", 0).instance().file();
      assertTrue(
          temp.toRealPath().relativize(file).toString().matches("[0-9a-f]{32}/[0-9a-f]{64}\\.dcm"));
    }
  }

  @Test
  void withoutCommitNothingRemains() throws Exception {
    try (Spool spool = Spool.open(temp)) {
      byte[] bytes = TestInstances.encoded(TestInstances.ct("x", 0, 256));
      try (IncomingInstance incoming =
          spool.receive(
              SopClass.CT_IMAGE_STORAGE, TestInstances.sopUid("x", 0), TestInstances.EXPLICIT)) {
        incoming.write(List.of(ByteBuffer.wrap(bytes, 0, bytes.length - 10)));
        assertEquals(2, filesIn(temp), "the lock and the part");
      }
      assertEquals(1, filesIn(temp));
    }
  }

  /** UIDs far behind a large private attribute, in portions of random size. */
  @ParameterizedTest
  @EnumSource(
      names = {
        "IMPLICIT_VR_LITTLE_ENDIAN",
        "EXPLICIT_VR_LITTLE_ENDIAN",
        "DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN"
      })
  void uidsMayComeLate(TransferSyntax syntax) throws Exception {
    byte[] blob = new byte[200_000];
    new Random(1).nextBytes(blob);
    DataSet ct =
        TestInstances.ct("late", 1, 64)
            .put(0x00090010, VR.LO, "HOUNSFIELD TEST")
            .putBytes(0x00091001, VR.OB, blob)
            .putItems(
                Tag.ReferencedImageSequence,
                new DataSet().put(Tag.ReferencedSOPInstanceUID, VR.UI, "1.2.3"));
    byte[] bytes = DataSets.encode(ct, syntax);
    Random random = new Random(2);
    try (Spool spool = Spool.open(temp);
        IncomingInstance incoming =
            spool.receive(SopClass.CT_IMAGE_STORAGE, TestInstances.sopUid("late", 1), syntax)) {
      for (int from = 0; from < bytes.length; ) {
        int length = Math.min(bytes.length - from, 1 + random.nextInt(5000));
        incoming.write(List.of(ByteBuffer.wrap(bytes, from, length)));
        from += length;
      }
      SpooledInstance stored = incoming.commit().instance();
      assertArrayEquals(bytes, TestInstances.dataSetBytes(stored.file()));
      assertEquals(stored, spool.instances(TestInstances.seriesUid("late")).get(0));
    }
  }

  @Test
  void uidsThatDoNotComeWithinTheBoundAreNotWaitedFor() throws Exception {
    DataSet ct =
        TestInstances.ct("never", 1, 16)
            .put(0x00090010, VR.LO, "HOUNSFIELD TEST")
            .putBytes(0x00091001, VR.OB, new byte[InstanceUids.MAX_HEADER + 10]);
    byte[] bytes = TestInstances.encoded(ct);
    try (Spool spool = Spool.open(temp);
        IncomingInstance incoming =
            spool.receive(
                SopClass.CT_IMAGE_STORAGE,
                TestInstances.sopUid("never", 1),
                TestInstances.EXPLICIT)) {
      StoreException e =
          assertThrows(StoreException.class, () -> incoming.write(List.of(ByteBuffer.wrap(bytes))));
      assertEquals(StoreException.Reason.UNREADABLE, e.reason());
    }
  }

  /** Any bytes at all: an instance or the spool's own exception, and never a trace of a failure. */
  @Test
  void fuzz() throws Exception {
    Random random = new Random(99);
    byte[] good = TestInstances.encoded(TestInstances.ct("fuzz", 1, 4));
    long until = System.nanoTime() + 3_000_000_000L;
    int stored = 0;
    int refused = 0;
    SpoolOptions fast = new SpoolOptions(0, SpoolOptions.Durability.PROCESS_END);
    try (Spool spool = Spool.open(temp, fast)) {
      for (int round = 0; round < 500 || System.nanoTime() < until && round < 50_000; round++) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(6); i > 0; i--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        int length = random.nextInt(5) == 0 ? random.nextInt(bytes.length) : bytes.length;
        TransferSyntax syntax =
            random.nextInt(8) == 0
                ? TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN
                : TestInstances.EXPLICIT;
        try (IncomingInstance incoming =
            spool.receive(SopClass.CT_IMAGE_STORAGE, TestInstances.sopUid("fuzz", 1), syntax)) {
          incoming.write(List.of(ByteBuffer.wrap(bytes, 0, length)));
          incoming.commit();
          stored++;
        } catch (StoreException e) {
          refused++;
        }
      }
      assertTrue(stored > 0 && refused > 0, stored + " stored, " + refused + " refused");
      try (Stream<Path> all = Files.walk(temp)) {
        assertTrue(all.noneMatch(path -> path.toString().endsWith(SpoolFolders.PART_SUFFIX)));
      }
      spool.recover();
    }
  }

  /** Folders of earlier versions had names of 16 digits. */
  @Test
  void foldersOfAnEarlierVersionAreTakenOver() throws Exception {
    Path folder;
    Path shorter;
    try (Spool spool = Spool.open(temp)) {
      store(spool, "old", 0);
      folder = store(spool, "old", 1).instance().file().getParent();
      shorter = folder.resolveSibling(folder.getFileName().toString().substring(0, 16));
    }
    Files.move(folder, shorter);
    Files.createDirectory(folder.resolveSibling("0123456789abcdef"));
    try (Spool spool = Spool.open(temp)) {
      assertFalse(Files.exists(shorter));
      assertEquals(2, spool.instances(TestInstances.seriesUid("old")).size());
      assertTrue(spool.heldBytes() > 0);
      assertTrue(store(spool, "old", 1).duplicate());
      assertEquals(1, spool.held().size(), "what is no series' folder is left where it is");
    }
  }

  // ---- budget and removal ----

  private static SpooledSeries series(Spool spool, String name) throws IOException {
    return spool.recover().stream()
        .filter(s -> s.seriesInstanceUid().equals(TestInstances.seriesUid(name)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theBudgetCountsWhatIsHeldAlsoAfterReopening() throws Exception {
    SpoolOptions small = new SpoolOptions(0, 7000, SpoolOptions.Durability.PROCESS_END);
    long one;
    try (Spool spool = Spool.open(temp, small)) {
      store(spool, "one", 0);
      one = spool.heldBytes();
      assertEquals(Files.size(series(spool, "one").instances().get(0).file()), one);
      store(spool, "one", 0);
      assertEquals(one, spool.heldBytes(), "a duplicate takes no room");
      store(spool, "one", 1);
      assertEquals(2 * one, spool.heldBytes());
    }
    try (Spool spool = Spool.open(temp, small)) {
      assertEquals(2 * one, spool.heldBytes());
      assertEquals(7000 - 2 * one, spool.usableBytes());
      store(spool, "one", 2);
      StoreException full = assertThrows(StoreException.class, () -> store(spool, "one", 3));
      assertEquals(DimseStatus.OUT_OF_RESOURCES, full.status());
      assertTrue(full.getMessage().contains("budget"), full.getMessage());
      assertEquals(0, spool.usableBytes());
      assertEquals(3 * one, spool.remove(series(spool, "one"), List.of()));
      assertEquals(0, spool.heldBytes());
      store(spool, "one", 3);
    }
  }

  @Test
  void onlyWhatIsAsDescribedIsRemoved() throws Exception {
    try (Spool spool = Spool.open(temp)) {
      store(spool, "one", 0);
      store(spool, "two", 0);
      SpooledSeries before = series(spool, "one");
      store(spool, "one", 1);
      assertEquals(0, spool.remove(before, List.of()), "an instance came meanwhile");
      assertEquals(2, spool.instances(TestInstances.seriesUid("one")).size());
      assertTrue(spool.remove(series(spool, "one"), List.of()) > 0);
      assertEquals(List.of(), spool.instances(TestInstances.seriesUid("one")));
      assertEquals(1, spool.instances(TestInstances.seriesUid("two")).size());
      assertEquals(0, spool.remove(before, List.of()), "once");
      assertFalse(store(spool, "one", 0).duplicate(), "it may come again");
    }
  }

  @Test
  void whatIsKeptAsideIsToldAndGoesWithItsSeriesUnlessItCameMeanwhile() throws Exception {
    try (Spool spool = Spool.open(temp)) {
      store(spool, "one", 0);
      String uid = TestInstances.seriesUid("one");
      assertEquals(List.of(), spool.conflicting(uid));
      assertEquals(List.of(), spool.conflicting("1.2.3.4"));
      SpooledSeries before = series(spool, "one");
      byte[] other = TestInstances.encoded(TestInstances.ct("one", 0, 256));
      IncomingInstance.Stored stored;
      try (IncomingInstance incoming =
          spool.receive(
              SopClass.CT_IMAGE_STORAGE, TestInstances.sopUid("one", 0), TestInstances.EXPLICIT)) {
        incoming.write(List.of(ByteBuffer.wrap(other)));
        stored = incoming.commit();
      }
      assertTrue(stored.conflicting());
      assertEquals(List.of(stored.instance().file()), spool.conflicting(uid));
      assertEquals(0, spool.remove(before, List.of()), "nobody has looked at it yet");
      assertTrue(spool.remove(before, spool.conflicting(uid)) > 0);
      assertEquals(0, spool.heldBytes());
    }
  }

  @Test
  void anInstanceBeingWrittenSurvivesTheRemovalOfItsSeries() throws Exception {
    try (Spool spool = Spool.open(temp)) {
      store(spool, "one", 0);
      byte[] bytes = TestInstances.encoded(TestInstances.ct("one", 1, 128));
      try (IncomingInstance late =
          spool.receive(
              SopClass.CT_IMAGE_STORAGE, TestInstances.sopUid("one", 1), TestInstances.EXPLICIT)) {
        late.write(List.of(ByteBuffer.wrap(bytes)));
        assertTrue(spool.remove(series(spool, "one"), List.of()) > 0);
        late.commit();
      }
      assertEquals(1, spool.instances(TestInstances.seriesUid("one")).size());
    }
  }

  @Test
  void theOldestSeriesComesFirst() throws Exception {
    try (Spool spool = Spool.open(temp)) {
      Path old = store(spool, "old", 0).instance().file();
      store(spool, "new", 0);
      Files.setLastModifiedTime(old, java.nio.file.attribute.FileTime.fromMillis(1000));
      List<Spool.Held> held = spool.held();
      assertEquals(2, held.size());
      assertEquals(old.getParent(), held.get(0).directory());
      assertEquals(java.time.Instant.ofEpochMilli(1000), held.get(0).lastStored());
      assertEquals(
          TestInstances.seriesUid("old"), spool.series(held.get(0)).get(0).seriesInstanceUid());
    }
  }
}
