// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.api.Artifact;
import io.hounsfield.api.CtImages;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.phantom.Fault;
import io.hounsfield.phantom.PatientPosition;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import io.hounsfield.phantom.Truth;
import io.hounsfield.preprocess.Slice;
import io.hounsfield.preprocess.SliceReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a sender sees of the whole service, with phantoms over real associations. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PushToReportTest {

  private static final int IDLE_SECONDS = 1;

  @TempDir static Path shared;
  @TempDir Path data;

  private static List<Path> chest;
  private static Map<Region, RegionMeasurements> truth;

  @BeforeAll
  static void makeChest() throws IOException {
    Phantom phantom =
        Phantom.generate(
            PhantomOptions.builder().seed(5).matrix(256).slices(40).opacityPercent(15).build());
    chest = PhantomWriter.writeSeries(phantom, shared.resolve("chest"));
    truth = Truth.of(phantom).regions();
  }

  private static List<Path> faulty(Fault fault) throws IOException {
    Path folder = shared.resolve(fault.key());
    return PhantomWriter.writeSeries(
        Phantom.generate(
            PhantomOptions.builder().seed(6).matrix(128).slices(40).fault(fault).build()),
        folder);
  }

  private static double volume(QuantificationReport report) {
    return value(report.regions(), Quantity.VOLUME);
  }

  private static double value(Map<Region, RegionMeasurements> regions, Quantity quantity) {
    return ((Measurement.Value) regions.get(Region.BOTH_LUNGS).get(quantity)).value();
  }

  @Test
  void aPushedSeriesIsReported() throws Exception {
    try (TestService s = new TestService(data, 60)) {
      s.send(chest);
      Analysis analysis = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, analysis.status());
      assertEquals(40, analysis.slicesReceived());
      QuantificationReport report = s.report(analysis);
      // 40 slices of 256 x 256 are coarser than what people scan; the demo's phantom keeps 3 %.
      assertEquals(value(truth, Quantity.VOLUME), volume(report), 0.05 * volume(report));
      assertNotNull(report.latencyAfterReleaseMs(), "released, so there is a latency");
      assertEquals(analysis.opacityPercent(), value(report.regions(), Quantity.OPACITY_PERCENT));
      assertTrue(
          s.service.catalog().artifact(analysis.id(), Artifact.OVERVIEW).isPresent(),
          "the picture is there when the report is");
      theViewerGetsTheVoxelsThatWereMeasured(s, report);
    }
  }

  private void theViewerGetsTheVoxelsThatWereMeasured(TestService s, QuantificationReport report)
      throws Exception {
    CtImages images = s.service.catalog().images(report.analysisId()).orElseThrow();
    VolumeGeometry grid = report.geometry();
    assertEquals(grid, images.geometry());
    for (Path file : List.of(chest.get(0), chest.get(17), chest.get(39))) {
      Slice sent = SliceReader.read(DicomFiles.read(file)).get(0);
      Vec3 offset = sent.header().position().minus(grid.origin());
      int k = (int) Math.round(offset.dot(grid.normal()) / grid.sliceSpacingMm());
      assertArrayEquals(sent.hu(), images.slice(k), "slice " + k);
    }
    // An image came or went since: that volume is not the report's.
    Path held;
    try (Stream<Path> files = Files.walk(data.resolve("spool"))) {
      held = files.filter(f -> f.toString().endsWith(".dcm")).findFirst().orElseThrow();
    }
    Path aside = Files.move(held, data.resolve("aside"));
    CtImages.NotHeldException gone =
        assertThrows(
            CtImages.NotHeldException.class, () -> s.service.catalog().images(report.analysisId()));
    assertTrue(gone.getMessage().contains("not those of the report"), gone.getMessage());
    Files.move(aside, held);
  }

  @Test
  void howThePatientLiesChangesLittle() throws Exception {
    PhantomOptions.Builder prone =
        PhantomOptions.builder()
            .seed(5)
            .matrix(256)
            .slices(40)
            .opacityPercent(15)
            .position(PatientPosition.HFP);
    List<Path> files =
        PhantomWriter.writeSeries(Phantom.generate(prone.build()), data.resolve("prone"));
    try (TestService s = new TestService(data.resolve("data"), 60)) {
      s.send(files);
      Analysis end = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, end.status());
      assertEquals(
          value(truth, Quantity.VOLUME), volume(s.report(end)), 0.06 * volume(s.report(end)));
    }
  }

  @Test
  void orderAndAssociationsDoNotChangeADigit() throws Exception {
    QuantificationReport inOrder;
    try (TestService s = new TestService(data.resolve("one"), 60)) {
      s.send(chest);
      inOrder = s.report(s.awaitEnd());
    }
    List<Path> shuffled = new ArrayList<>(chest);
    Collections.shuffle(shuffled, new Random(7));
    try (TestService s = new TestService(data.resolve("three"), IDLE_SECONDS)) {
      List<CompletableFuture<Void>> sending = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        List<Path> part = shuffled.subList(i * 40 / 3, (i + 1) * 40 / 3);
        sending.add(
            CompletableFuture.runAsync(
                () -> {
                  try {
                    s.send(part);
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                }));
      }
      CompletableFuture.allOf(sending.toArray(CompletableFuture[]::new)).join();
      Analysis end = s.awaitEnd();
      while (end.slicesReceived() < 40 || end.status() != AnalysisStatus.REPORTED) {
        end = s.awaitEnd();
      }
      assertEquals(inOrder.regions(), s.report(end).regions());
    }
  }

  @Test
  void aSliceThatComesLateMakesANewVersionAndADuplicateChangesNothing() throws Exception {
    try (TestService s = new TestService(data, IDLE_SECONDS)) {
      List<Path> without = new ArrayList<>(chest);
      Path late = without.remove(17);
      s.send(without);
      Analysis refused = s.awaitEnd();
      assertEquals(AnalysisStatus.REFUSED, refused.status());
      assertEquals("missing-positions", refused.refusal().code());

      s.send(List.of(late));
      Analysis reported = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, reported.status());
      assertEquals(refused.id(), reported.id());
      assertEquals(2, reported.version());

      s.send(chest);
      s.send(faulty(Fault.TOO_FEW));
      assertEquals(
          "too-few-slices", s.awaitEnd().refusal().code(), "nothing came of the duplicates");
      assertEquals(
          2, s.service.catalog().find(reported.id()).orElseThrow().version(), "still version 2");
    }
  }

  @Test
  void geometryFaultsAreRefusedWithTheirReason() throws Exception {
    Map<Fault, String> expected =
        Map.of(
            Fault.DUPLICATE_POSITION, "duplicate-positions",
            Fault.GANTRY_TILT, "gantry-tilt",
            Fault.NON_AXIAL, "not-axial",
            Fault.MIXED_SIZE, "mixed-sizes",
            Fault.MIXED_ORIENTATION, "mixed-orientations",
            Fault.MIXED_SPACING, "mixed-spacing",
            Fault.NO_POSITION, "no-geometry",
            Fault.LOCALIZER, "localizer");
    try (TestService s = new TestService(data, IDLE_SECONDS)) {
      for (Map.Entry<Fault, String> fault : expected.entrySet()) {
        s.send(faulty(fault.getKey()));
        Analysis end = s.awaitEnd();
        assertEquals(AnalysisStatus.REFUSED, end.status(), fault.getKey().key());
        assertEquals(fault.getValue(), end.refusal().code(), end.refusal().text());
      }
    }
  }

  @Test
  void whatARestartFindsGoesOn() throws Exception {
    try (TestService s = new TestService(data, 60)) {
      s.send(chest.subList(0, 30));
      assertEquals(AnalysisStatus.REPORTED, s.awaitEnd().status(), "30 of 40 are a grid");
      s.send(chest.subList(30, 31));
      // Idle time is far away: the service ends with version 2 half received.
    }
    try (TestService s = new TestService(data, IDLE_SECONDS)) {
      Analysis end = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, end.status());
      assertEquals(2, end.version());
      assertEquals(31, end.slicesReceived());
      assertNull(s.report(end).latencyAfterReleaseMs(), "no association, no latency");
    }
    try (TestService s = new TestService(data, IDLE_SECONDS)) {
      assertEquals(1, s.all().size());
      assertEquals(2, s.all().get(0).version(), "nothing new, so nothing is done again");
    }
  }

  @Test
  void labelMapsLostInACrashAreMadeAgain() throws Exception {
    Path lungs;
    byte[] before;
    try (TestService s = new TestService(data, 60)) {
      s.send(chest);
      Analysis end = s.awaitEnd();
      lungs = data.resolve("results").resolve(end.id()).resolve(Artifact.LUNGS.fileName());
    }
    before = Files.readAllBytes(lungs);
    try (InputStream compressed = new GZIPInputStream(Files.newInputStream(lungs))) {
      assertEquals(348, compressed.read() | compressed.read() << 8, "NIfTI-1 within gzip");
    }
    Files.delete(lungs);
    try (TestService s = new TestService(data, IDLE_SECONDS)) {
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
      while (!Files.exists(lungs) && System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      assertEquals(1, s.all().get(0).version(), "the report stays as it was");
    }
    org.junit.jupiter.api.Assertions.assertArrayEquals(before, Files.readAllBytes(lungs));
  }

  @Test
  void silentConnectionsHinderNobody() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try (TestService s = new TestService(data, 60)) {
      for (int i = 0; i < 200; i++) {
        silent.add(new Socket("127.0.0.1", s.service.dicomPort()));
      }
      s.send(chest);
      assertEquals(AnalysisStatus.REPORTED, s.awaitEnd().status());
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }
}
