// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.inference.ModelRegistry;
import io.hounsfield.listener.AssociationSummary;
import io.hounsfield.listener.IncomingInstance;
import io.hounsfield.listener.ReceivedInstance;
import io.hounsfield.listener.Spool;
import io.hounsfield.listener.SpooledInstance;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What does not fit into memory waits, or is refused once and with the reason. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SeriesCoordinatorTest {

  private static final int MATRIX = 128;
  private static final int SLICES = 24;
  private static final int WAIT_SECONDS = 120;

  @TempDir static Path shared;
  @TempDir Path temp;

  private static SegmentationStages stages;
  private static List<Path> one;
  private static List<Path> two;
  private Spool spool;
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

  /** What is left to do after the report on a series. */
  private Function<String, AnalysisJournal.Afterwards> left =
      uid -> AnalysisJournal.Afterwards.NOTHING;

  private long associations;

  @BeforeAll
  static void loadNetwork() throws Exception {
    Path root = Path.of(System.getProperty("hounsfield.root", ".."));
    stages =
        SegmentationStages.load(
            ModelRegistry.open(List.of(root.resolve("models"))),
            List.of("lung-lesion-unet"),
            Map.of(),
            new InferenceOptions(InferenceOptions.Device.CPU, InferenceOptions.AUTO_VARIANT, 1));
    one = phantom(41);
    two = phantom(42);
  }

  @AfterAll
  static void closeNetwork() throws Exception {
    stages.close();
  }

  private static List<Path> phantom(long seed) throws IOException {
    return PhantomWriter.writeSeries(
        Phantom.generate(PhantomOptions.builder().seed(seed).matrix(MATRIX).slices(SLICES).build()),
        shared.resolve("phantom-" + seed));
  }

  @BeforeEach
  void openSpool() throws IOException {
    spool = Spool.open(temp);
  }

  @AfterEach
  void closeSpool() throws IOException {
    spool.close();
  }

  /** Remembers how versions end. */
  private final class Records implements AnalysisJournal {
    private int version;

    @Override
    public Optional<Entry> latest(String uid) {
      return Optional.empty();
    }

    @Override
    public List<String> unfinished() {
      return List.of();
    }

    @Override
    public Entry begin(String study, String uid, String model, String callingAeTitle) {
      return new Entry("id", ++version, false, SeriesInstances.NONE, false, true, model);
    }

    @Override
    public void receiving(String uid, Received received) {}

    @Override
    public void analysing(String uid) {}

    @Override
    public Afterwards reported(
        String uid, SeriesInstances instances, AnalysisOutcome outcome, Long releasedNanos) {
      ends.add("reported " + uid + " " + outcome.ct().geometry().slices());
      return left.apply(uid);
    }

    @Override
    public Afterwards completeResults(
        String uid, SeriesInstances instances, AnalysisOutcome outcome) {
      throw new AssertionError("no results are missing");
    }

    @Override
    public void refused(
        String uid, SeriesInstances instances, Received received, String code, String text) {
      ends.add("refused " + uid + " " + code + ": " + text);
    }

    @Override
    public void failed(String uid, Received received, String code, String text) {
      ends.add("failed " + uid + " " + code + ": " + text);
    }
  }

  private SeriesCoordinator coordinator(long slicesThatFit, int seriesInMemory) throws IOException {
    SeriesCoordinator coordinator =
        new SeriesCoordinator(
            stages,
            spool,
            new Records(),
            new CoordinatorOptions(
                Duration.ofMinutes(5),
                2,
                seriesInMemory,
                slicesThatFit * MATRIX * MATRIX,
                100_000));
    coordinator.start();
    return coordinator;
  }

  private static String uid(List<Path> files) throws IOException {
    return DicomFiles.readHeader(files.get(0))
        .dataSet()
        .string(Tag.SeriesInstanceUID)
        .orElseThrow();
  }

  /** Stores instances and tells of them, as the node does. */
  private void receive(SeriesCoordinator coordinator, List<DicomFile> files) throws IOException {
    long association = ++associations;
    Set<String> series = new HashSet<>();
    for (DicomFile file : files) {
      DataSet set = file.dataSet();
      IncomingInstance.Stored stored;
      try (IncomingInstance incoming =
          spool.receive(
              set.string(Tag.SOPClassUID).orElseThrow(),
              set.string(Tag.SOPInstanceUID).orElseThrow(),
              file.transferSyntax())) {
        incoming.write(List.of(ByteBuffer.wrap(DataSets.encode(set, file.transferSyntax()))));
        stored = incoming.commit();
      }
      SpooledInstance instance = stored.instance();
      series.add(instance.seriesInstanceUid());
      coordinator.instanceStored(
          new ReceivedInstance(
              association,
              "PACS",
              "HOUNSFIELD",
              instance.studyInstanceUid(),
              instance.seriesInstanceUid(),
              instance.sopInstanceUid(),
              instance.sopClassUid(),
              instance.transferSyntax(),
              instance.file(),
              stored.duplicate(),
              instance.bytes(),
              System.nanoTime(),
              stored.conflicting()));
    }
    coordinator.associationClosed(
        new AssociationSummary(
            association, "PACS", Instant.now(), System.nanoTime(), false, series, files.size(), 0));
  }

  private static List<DicomFile> read(List<Path> files) throws IOException {
    List<DicomFile> all = new ArrayList<>();
    for (Path file : files) {
      all.add(DicomFiles.read(file));
    }
    return all;
  }

  private String awaitEnd() throws InterruptedException {
    String end = ends.poll(WAIT_SECONDS, TimeUnit.SECONDS);
    assertNotNull(end, "nothing ended within " + WAIT_SECONDS + " s");
    return end;
  }

  /** A series is let go of just after its end is told. */
  private static void awaitNoneOpen(SeriesCoordinator coordinator) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (coordinator.openSeries() > 0) {
      assertTrue(System.nanoTime() < deadline, "a series stays open");
      Thread.onSpinWait();
    }
  }

  @Test
  void aSeriesThatDoesNotFitIsRefusedOnceAndTheNextIsMeasured() throws Exception {
    try (SeriesCoordinator coordinator = coordinator(SLICES, 4)) {
      List<DicomFile> large = read(one);
      large.addAll(read(two).stream().map(f -> as(f, one)).toList());
      receive(coordinator, large);
      String end = awaitEnd();
      assertTrue(end.startsWith("refused " + uid(one) + " too-large: "), end);
      receive(coordinator, read(two));
      assertEquals("reported " + uid(two) + " " + SLICES, awaitEnd());
      assertNull(ends.poll(), "each ended once");
      awaitNoneOpen(coordinator);
    }
  }

  private static DicomFile as(DicomFile file, List<Path> series) {
    try {
      DataSet copy = file.dataSet().copy();
      copy.put(Tag.SeriesInstanceUID, VR.UI, uid(series));
      return DicomFile.of(file.transferSyntax(), copy);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void anInstanceWithMoreFramesThanFitIsRefusedBeforeItIsDecoded() throws Exception {
    DataSet enhanced = enhanced(SLICES + 1);
    // The pixels are missing: who decodes them finds damage and says so.
    try (SeriesCoordinator coordinator = coordinator(SLICES, 4)) {
      receive(
          coordinator,
          List.of(
              DicomFile.of(
                  io.hounsfield.dicom.TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, enhanced)));
      String end = awaitEnd();
      assertTrue(end.startsWith("refused " + Uid.derive("large") + " too-large: "), end);
      awaitNoneOpen(coordinator);
    }
  }

  @Test
  void twoSeriesThatDoNotFitTogetherAreMeasuredOneAfterTheOther() throws Exception {
    try (SeriesCoordinator coordinator = coordinator(SLICES + 2, 4)) {
      List<DicomFile> mixed = new ArrayList<>();
      List<DicomFile> first = read(one);
      List<DicomFile> second = read(two);
      for (int i = 0; i < SLICES; i++) {
        mixed.add(first.get(i));
        mixed.add(second.get(i));
      }
      receive(coordinator, mixed);
      Set<String> both = Set.of(awaitEnd(), awaitEnd());
      assertEquals(
          Set.of("reported " + uid(one) + " " + SLICES, "reported " + uid(two) + " " + SLICES),
          both);
    }
  }

  @Test
  void aReportDoesNotWaitForTheFilesOfAnother() throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    String slow = uid(one);
    left =
        uid ->
            () -> {
              try {
                if (uid.equals(slow)) {
                  assertTrue(second.await(WAIT_SECONDS, TimeUnit.SECONDS));
                }
                ends.add("files of " + uid);
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            };
    try (SeriesCoordinator coordinator = coordinator(2L * SLICES, 4)) {
      receive(coordinator, read(one));
      assertEquals("reported " + slow + " " + SLICES, awaitEnd());
      receive(coordinator, read(two));
      assertEquals("reported " + uid(two) + " " + SLICES, awaitEnd());
      assertTrue(coordinator.isOpen(slow), "its images are held until its files are made");
      second.countDown();
      assertEquals("files of " + slow, awaitEnd());
      assertEquals("files of " + uid(two), awaitEnd());
    }
  }

  @Test
  void theSlicesOfASeriesWhoseFilesAreBeingMadeCountAsHeld() throws Exception {
    CountDownLatch made = new CountDownLatch(1);
    String first = uid(one);
    left =
        uid ->
            () -> {
              try {
                assertTrue(made.await(WAIT_SECONDS, TimeUnit.SECONDS));
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            };
    // There is room for one of them.
    try (SeriesCoordinator coordinator = coordinator(SLICES + 2, 4)) {
      receive(coordinator, read(one));
      assertEquals("reported " + first + " " + SLICES, awaitEnd());
      receive(coordinator, read(two));
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
      while (coordinator.waitingInstances() > SLICES - 2 || !coordinator.isOpen(uid(two))) {
        assertTrue(System.nanoTime() < until, "what fits is not taken");
        LockSupport.parkNanos(1_000_000); // leaves the coordinator's lock to the decoders
      }
      assertNull(ends.poll(), "the second waits for room");
      made.countDown();
      assertEquals("reported " + uid(two) + " " + SLICES, awaitEnd());
    }
  }

  @Test
  void filesThatCannotBeMadeChangeNothingOfTheReport() throws Exception {
    left =
        uid ->
            () -> {
              throw new IOException("no space left");
            };
    try (SeriesCoordinator coordinator = coordinator(SLICES, 4)) {
      receive(coordinator, read(one));
      assertEquals("reported " + uid(one) + " " + SLICES, awaitEnd());
      receive(coordinator, read(two));
      assertEquals("reported " + uid(two) + " " + SLICES, awaitEnd());
    }
    assertNull(ends.poll(), "and nothing failed");
  }

  /** An Enhanced CT instance of so many frames, without pixels. */
  private static DataSet enhanced(int frames) throws IOException {
    DataSet slice = DicomFiles.read(one.get(0)).dataSet();
    List<DataSet> perFrame = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      perFrame.add(
          new DataSet()
              .putItems(
                  Tag.PlanePositionSequence,
                  new DataSet()
                      .put(Tag.ImagePositionPatient, VR.DS, "-150", "-150", Integer.toString(i))));
    }
    DataSet shared =
        new DataSet()
            .putItems(
                Tag.PlaneOrientationSequence,
                new DataSet().copy(slice, Tag.ImageOrientationPatient))
            .putItems(
                Tag.PixelMeasuresSequence,
                new DataSet().copy(slice, Tag.PixelSpacing, Tag.SliceThickness))
            .putItems(
                Tag.PixelValueTransformationSequence,
                new DataSet().copy(slice, Tag.RescaleSlope, Tag.RescaleIntercept, Tag.RescaleType));
    DataSet root = slice.copy();
    root.remove(Tag.PixelData);
    return root.put(Tag.SOPClassUID, VR.UI, SopClass.ENHANCED_CT_IMAGE_STORAGE)
        .put(Tag.SOPInstanceUID, VR.UI, Uid.derive("large instance"))
        .put(Tag.SeriesInstanceUID, VR.UI, Uid.derive("large"))
        .put(Tag.NumberOfFrames, VR.IS, Integer.toString(frames))
        .putItems(Tag.SharedFunctionalGroupsSequence, shared)
        .putItems(Tag.PerFrameFunctionalGroupsSequence, perFrame);
  }
}
