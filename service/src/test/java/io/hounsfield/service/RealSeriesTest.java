// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.Warning;
import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.inference.ModelRegistry;
import io.hounsfield.inference.SegmentationModel;
import io.hounsfield.peers.Orthanc;
import io.hounsfield.peers.Programs;
import io.hounsfield.service.pipeline.SegmentationStage;
import io.hounsfield.service.pipeline.SeriesAnalysis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real chests by real clients. Skipped where the data or the clients are absent. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RealSeriesTest {

  @TempDir Path temp;

  private static Path series(String name) {
    Path path = TestService.root().resolve("../shared/data/dicom").resolve(name).normalize();
    assumeTrue(Files.isDirectory(path), path + " is absent");
    return path;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static double value(QuantificationReport report, Region region, Quantity quantity) {
    return ((Measurement.Value) report.regions().get(region).get(quantity)).value();
  }

  /** What the command line measures, without a network in between. */
  private static Map<Region, RegionMeasurements> analyzed(Path folder) throws Exception {
    SegmentationModel model =
        SegmentationModel.load(
            ModelRegistry.open(TestService.root().resolve("models")).find("lung-lesion-unet"),
            InferenceOptions.defaults());
    try (SegmentationStage stage = new SegmentationStage(model)) {
      SeriesAnalysis analysis = new SeriesAnalysis(stage);
      for (Path file : files(folder)) {
        analysis.accept(file);
      }
      return analysis.finish().regions();
    }
  }

  @Test
  void aCovidChestGivesTheSameNumbersByStorescuThroughOrthancAndFromTheFolder() throws Exception {
    Path ricord = series("ricord-1a-covid");
    Programs.needs("storescu");
    Map<Region, RegionMeasurements> fromFolder = analyzed(ricord);
    try (TestService s = new TestService(temp.resolve("data"), 10)) {
      Process storescu =
          new ProcessBuilder(
                  "storescu",
                  "-xs",
                  "+sd",
                  "-aec",
                  "HOUNSFIELD",
                  "127.0.0.1",
                  Integer.toString(s.service.dicomPort()),
                  ricord.toString())
              .redirectErrorStream(true)
              .redirectOutput(temp.resolve("storescu.log").toFile())
              .start();
      Analysis end = s.awaitEnd();
      assertTrue(storescu.waitFor(60, TimeUnit.SECONDS), "storescu hangs");
      assertEquals(0, storescu.exitValue());
      assertEquals(AnalysisStatus.REPORTED, end.status());
      QuantificationReport report = s.report(end);
      assertEquals(fromFolder, report.regions());
      // A plain threshold finds 3.0 L of aerated lung; the lesions come on top, the airways go off.
      assertEquals(3000, value(report, Region.BOTH_LUNGS, Quantity.VOLUME), 450);
      double opacity = value(report, Region.BOTH_LUNGS, Quantity.OPACITY_PERCENT);
      assertTrue(opacity > 3 && opacity < 25, "opacity is " + opacity + " %");
      assertTrue(
          value(report, Region.RIGHT_LUNG, Quantity.OPACITY_PERCENT)
              > value(report, Region.LEFT_LUNG, Quantity.OPACITY_PERCENT),
          "the right lung is the worse one");
    }
    throughOrthanc(ricord, fromFolder);
  }

  private void throughOrthanc(Path ricord, Map<Region, RegionMeasurements> expected)
      throws Exception {
    try (Orthanc orthanc = new Orthanc(temp.resolve("orthanc"));
        TestService s = new TestService(temp.resolve("data-orthanc"), 10)) {
      orthanc.withDicom(s.service.dicomPort()).start();
      Process storescu =
          new ProcessBuilder(
                  "storescu",
                  "-xs",
                  "+sd",
                  "127.0.0.1",
                  "" + orthanc.dicomPort(),
                  ricord.toString())
              .inheritIO()
              .start();
      assertEquals(0, storescu.waitFor());
      String id = orthanc.text("/series").replaceAll("[^0-9a-f-]", "");
      orthanc.post("/modalities/hounsfield/store", id);
      Analysis end = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, end.status());
      assertEquals(expected, s.report(end).regions());
    }
  }

  @Test
  void aPartOfAChestIsMeasuredWithAWarning() throws Exception {
    List<Path> part = files(series("lungfcp-partial-chest"));
    try (TestService s = new TestService(temp.resolve("data"), 10)) {
      s.send(part);
      Analysis end = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, end.status());
      List<String> codes = s.report(end).warnings().stream().map(Warning::code).toList();
      assertTrue(codes.contains("lungs-cut-off"), codes.toString());
      assertTrue(codes.contains("short-coverage"), codes.toString());
    }
  }

  @Test
  void whatIsNoChestSeriesIsRefusedEachWithItsReason() throws Exception {
    List<Path> odd = files(series("nysbu-odd"));
    try (TestService s = new TestService(temp.resolve("data"), 1)) {
      s.send(odd);
      int ended = 0;
      while (ended < s.all().size()) {
        Analysis end = s.awaitEnd();
        assertEquals(AnalysisStatus.REFUSED, end.status());
        assertTrue(
            List.of("too-few-slices", "not-axial").contains(end.refusal().code()),
            end.refusal().text());
        ended++;
      }
      assertTrue(ended > 3, "several series came");
    }
  }
}
