// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Warning;
import io.hounsfield.listener.ProgressListener;
import io.hounsfield.listener.ScuOptions;
import io.hounsfield.listener.SendResult;
import io.hounsfield.listener.Spool;
import io.hounsfield.listener.StorageScu;
import io.hounsfield.peers.Programs;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the service does with instances that come twice, late, mixed, otherwise or too many. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HoldingTest {

  private static final int SLICES = 24;
  private static final int WAIT_SECONDS = 120;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path shared;
  @TempDir Path temp;

  private int sentinels;

  private static List<Path> chest;
  private static List<Path> other;

  @BeforeAll
  static void makeSeries() throws IOException {
    chest = phantom(PhantomOptions.builder().seed(31).opacityPercent(12), "chest");
    other = phantom(PhantomOptions.builder().seed(32).opacityPercent(30), "other");
  }

  private static List<Path> phantom(PhantomOptions.Builder options, String name)
      throws IOException {
    return PhantomWriter.writeSeries(
        Phantom.generate(options.matrix(128).slices(SLICES).build()), shared.resolve(name));
  }

  private interface Change {
    void apply(DataSet slice) throws IOException;
  }

  /** Copies with something changed. */
  private List<Path> changed(List<Path> files, Change change) throws IOException {
    Path folder = Files.createTempDirectory(temp, "changed");
    List<Path> copies = new ArrayList<>();
    for (Path file : files) {
      DicomFile read = DicomFiles.read(file);
      DataSet slice = read.dataSet().copy();
      change.apply(slice);
      Path copy = folder.resolve(file.getFileName());
      DicomFiles.write(copy, DicomFile.of(read.transferSyntax(), slice));
      copies.add(copy);
    }
    return copies;
  }

  private static void otherPixel(DataSet slice) throws IOException {
    byte[] pixels = slice.bytes(Tag.PixelData).orElseThrow().clone();
    pixels[pixels.length / 2] ^= 0x40;
    slice.putBytes(Tag.PixelData, VR.OW, pixels);
  }

  private static List<Warning> conflicts(QuantificationReport report) {
    return report.warnings().stream()
        .filter(warning -> warning.code().equals("conflicting-instances"))
        .toList();
  }

  /** Nothing came of what was sent before: what is sent after it ends next. */
  private void assertNothingCame(TestService s) throws Exception {
    String series = Uid.derive("next", Integer.toString(++sentinels));
    s.send(as(series, other, d -> {}));
    assertEquals(series, s.awaitEnd().seriesInstanceUid());
  }

  /** The same images as another series. */
  private List<Path> as(String series, List<Path> files, Change change) throws IOException {
    return changed(
        files,
        d -> {
          String uid = Uid.derive(series, d.string(Tag.SOPInstanceUID).orElseThrow());
          d.put(Tag.SeriesInstanceUID, VR.UI, series).put(Tag.SOPInstanceUID, VR.UI, uid);
          change.apply(d);
        });
  }

  private static HttpResponse<String> get(TestService s, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(s.service.address() + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  // ---- same UID, other content ----

  @Test
  void aConflictBeforeTheReportIsToldInIt() throws Exception {
    try (TestService s = new TestService(temp.resolve("data"), 60)) {
      s.send(chest.subList(0, 5));
      s.send(changed(chest.subList(0, 1), HoldingTest::otherPixel));
      s.send(changed(chest.subList(1, 3), d -> d.put(Tag.PatientComments, VR.LT, "corrected")));
      s.send(chest);
      Analysis end = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, end.status());
      assertEquals(1, end.version());
      assertEquals(SLICES, end.slicesReceived());
      List<Warning> conflicts = conflicts(s.report(end));
      assertEquals(1, conflicts.size());
      assertTrue(conflicts.get(0).text().startsWith("3 instance(s)"), conflicts.toString());
      assertTrue(conflicts.get(0).text().contains("In 1 of them"), conflicts.toString());
    }
  }

  @Test
  void aConflictAfterTheReportMakesAVersionWithTheSameNumbersAndTheWarning() throws Exception {
    Path data = temp.resolve("data");
    List<Path> other =
        changed(chest.subList(7, 9), d -> d.put(Tag.PatientComments, VR.LT, "corrected"));
    QuantificationReport second;
    try (TestService s = new TestService(data, 60)) {
      s.send(chest);
      QuantificationReport first = s.report(s.awaitEnd());
      assertEquals(List.of(), conflicts(first));
      s.send(other);
      Analysis end = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, end.status());
      assertEquals(2, end.version());
      second = s.report(end);
      assertEquals(first.regions(), second.regions());
      assertEquals(1, conflicts(second).size());
      assertTrue(
          conflicts(second).get(0).text().contains("no number depends on it"), second.toString());
      s.send(other);
      assertNothingCame(s);
    }
    try (TestService s = new TestService(data, 60)) {
      s.send(chest);
      assertNothingCame(s);
      String uid = second.series().seriesInstanceUid();
      Analysis now =
          s.all().stream().filter(a -> a.seriesInstanceUid().equals(uid)).findFirst().orElseThrow();
      assertEquals(2, now.version(), "a restart finds nothing to do");
      assertEquals(second, s.report(now));
    }
  }

  // ---- full queue ----

  @Test
  void aFullQueueAnswersOutOfResourcesAndSaysSoAndRecovers() throws Exception {
    Map<String, String> narrow =
        Map.of(
            "HOUNSFIELD_PIPELINE_MAX_SERIES_IN_MEMORY", "1",
            "HOUNSFIELD_PIPELINE_MAX_WAITING_INSTANCES", "5");
    try (TestService s = new TestService(temp.resolve("data"), 5, narrow)) {
      // The only place in memory is taken by a series that is not complete; others wait on disk.
      s.send(other.subList(0, 1));
      List<Path> refused = new ArrayList<>();
      for (Path slice : chest) {
        SendResult result =
            StorageScu.send(
                ScuOptions.of("HOUNSFIELD", "127.0.0.1", s.service.dicomPort()),
                List.of(slice),
                ProgressListener.NONE);
        result.failures().forEach(failure -> assertEquals(0xA700, failure.status()));
        if (!result.failures().isEmpty()) {
          refused.add(slice);
        }
        if (refused.size() == 1) {
          HttpResponse<String> ready = get(s, "/health/ready");
          assertEquals(503, ready.statusCode(), ready.body());
          assertTrue(ready.body().contains("A700H"), ready.body());
          String metrics = get(s, "/metrics").body();
          assertTrue(metrics.contains("\nhounsfield_waiting_instances 5.0"), metrics);
          assertFalse(metrics.contains("\nhounsfield_dicom_instances_refused_total 0.0"), metrics);
        }
        if (refused.size() == 3) {
          break;
        }
      }
      assertEquals(3, refused.size());
      assertEquals("too-few-slices", s.awaitEnd().refusal().code(), "idle: its place is free");
      awaitReady(s);
      List<Path> left = new ArrayList<>(chest);
      while (!left.isEmpty()) {
        SendResult result =
            StorageScu.send(
                ScuOptions.of("HOUNSFIELD", "127.0.0.1", s.service.dicomPort()),
                left,
                ProgressListener.NONE);
        left = result.failures().stream().map(SendResult.Failure::file).toList();
        awaitReady(s);
      }
      Analysis end = s.awaitEnd();
      while (end.status() != AnalysisStatus.REPORTED || end.slicesReceived() < SLICES) {
        end = s.awaitEnd();
      }
    }
  }

  // ---- full disk ----

  /** More than any disk has must stay free. */
  @Test
  void aFullDiskAnswersOutOfResourcesAndSaysSo() throws Exception {
    Path data = temp.resolve("data");
    Map<String, String> greedy = Map.of("HOUNSFIELD_DATA_MIN_FREE_MI_B", "16777216");
    try (TestService s = new TestService(data, 2, greedy)) {
      SendResult result =
          StorageScu.send(
              ScuOptions.of("HOUNSFIELD", "127.0.0.1", s.service.dicomPort()),
              chest.subList(0, 2),
              ProgressListener.NONE);
      assertEquals(
          List.of(0xA700, 0xA700),
          result.failures().stream().map(SendResult.Failure::status).toList());
      HttpResponse<String> ready = get(s, "/health/ready");
      assertEquals(503, ready.statusCode(), ready.body());
      assertTrue(ready.body().contains("A700H"), ready.body());
      String metrics = get(s, "/metrics").body();
      assertTrue(metrics.contains("\nhounsfield_spool_usable_bytes 0.0"), metrics);
      assertTrue(metrics.contains("\nhounsfield_dicom_instances_refused_total 2.0"), metrics);
      assertEquals(0, instances(data.resolve("spool")));
      assertEquals(200, get(s, "/health/live").statusCode());
    }
    try (TestService s = new TestService(data, 60)) {
      assertEquals(200, get(s, "/health/ready").statusCode());
      s.send(chest);
      assertEquals(AnalysisStatus.REPORTED, s.awaitEnd().status());
    }
  }

  private static void awaitReady(TestService s) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (get(s, "/health/ready").statusCode() != 200) {
      assertTrue(System.nanoTime() < until, "it does not recover");
      Thread.onSpinWait();
    }
  }

  // ---- acquisitions, mixed series, late slices ----

  @Test
  void theSameSlicesInTwoAcquisitionsAreRefused() throws Exception {
    List<Path> second =
        changed(
            chest,
            d ->
                d.put(
                        Tag.SOPInstanceUID,
                        VR.UI,
                        Uid.derive(d.string(Tag.SOPInstanceUID).orElseThrow(), "second"))
                    .put(Tag.AcquisitionNumber, VR.IS, "2"));
    try (TestService s = new TestService(temp.resolve("data"), 2)) {
      List<Path> both =
          new ArrayList<>(changed(chest, d -> d.put(Tag.AcquisitionNumber, VR.IS, "1")));
      both.addAll(second);
      s.send(both);
      Analysis end = s.awaitEnd();
      assertEquals(AnalysisStatus.REFUSED, end.status());
      assertEquals("several-acquisitions", end.refusal().code(), end.refusal().text());
    }
  }

  @Test
  void twoSeriesMixedInOneAssociationAreTwoReports() throws Exception {
    Map<String, Object> alone = new LinkedHashMap<>();
    try (TestService s = new TestService(temp.resolve("alone"), 60)) {
      for (List<Path> series : List.of(chest, other)) {
        s.send(series);
        Analysis end = s.awaitEnd();
        alone.put(end.seriesInstanceUid(), s.report(end).regions());
      }
    }
    List<Path> mixed = new ArrayList<>();
    for (int i = 0; i < SLICES; i++) {
      mixed.add(chest.get(i));
      mixed.add(other.get(i));
    }
    try (TestService s = new TestService(temp.resolve("mixed"), 60)) {
      s.send(mixed);
      for (int i = 0; i < 2; i++) {
        Analysis end = s.awaitEnd();
        assertEquals(AnalysisStatus.REPORTED, end.status());
        assertEquals(1, end.version());
        assertEquals(alone.remove(end.seriesInstanceUid()), s.report(end).regions());
      }
      assertTrue(alone.isEmpty());
    }
  }

  @Test
  void slicesAfterTheReportMakeANewVersionOfAll() throws Exception {
    try (TestService s = new TestService(temp.resolve("data"), 60)) {
      s.send(chest.subList(0, SLICES - 2));
      Analysis first = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, first.status(), "22 slices are a grid");
      assertEquals(SLICES - 2, first.slicesReceived());
      s.send(chest.subList(SLICES - 2, SLICES));
      Analysis second = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, second.status());
      assertEquals(first.id(), second.id());
      assertEquals(2, second.version());
      assertEquals(SLICES, s.report(second).geometry().slices());
    }
  }

  // ---- after retention ----

  private static void age(Path folder, int days) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".dcm")).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
      }
    }
  }

  /** A service that deletes what is older than a day, when everything in the spool is. */
  private TestService afterRetention(Path data, int idleSeconds) throws Exception {
    Path spool = data.resolve("spool");
    age(spool, 2);
    TestService s =
        new TestService(data, idleSeconds, Map.of("HOUNSFIELD_DATA_RETENTION_DAYS", "1"));
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (instances(spool) > 0) {
      assertTrue(System.nanoTime() < until, "nothing is deleted");
      Thread.onSpinWait();
    }
    return s;
  }

  private static long instances(Path spool) throws IOException {
    try (Stream<Path> files = Files.walk(spool)) {
      return files.filter(f -> f.toString().endsWith(".dcm")).count();
    } catch (java.io.UncheckedIOException e) {
      return Long.MAX_VALUE; // a folder was deleted under the walk: not over yet
    }
  }

  @Test
  void aSeriesSentAgainAfterItsInstancesWereDeletedIsNothingNew() throws Exception {
    Path data = temp.resolve("data");
    try (TestService s = new TestService(data, 60)) {
      s.send(chest);
      assertEquals(AnalysisStatus.REPORTED, s.awaitEnd().status());
    }
    try (TestService s = afterRetention(data, 60)) {
      s.send(chest);
      assertNothingCame(s);
    }
    try (TestService s = new TestService(data, 60)) {
      assertNothingCame(s);
      assertEquals(
          List.of(1, 1, 1),
          s.all().stream().map(Analysis::version).toList(),
          "a restart finds nothing to do either");
    }
  }

  @Test
  void aLateSliceAfterItsSeriesWasDeletedIsRefusedAndTheWholeSeriesIsMeasured() throws Exception {
    Path data = temp.resolve("data");
    Analysis first;
    try (TestService s = new TestService(data, 60)) {
      s.send(chest.subList(0, SLICES - 1));
      first = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, first.status());
    }
    try (TestService s = afterRetention(data, 2)) {
      s.send(chest.subList(SLICES - 1, SLICES));
      Analysis refused = s.awaitEnd();
      assertEquals(AnalysisStatus.REFUSED, refused.status());
      assertEquals("instances-deleted", refused.refusal().code());
      assertTrue(
          refused.refusal().text().startsWith((SLICES - 1) + " instances"),
          refused.refusal().text());
      assertEquals(2, refused.version());
      assertEquals(1, s.report(refused).version(), "the earlier report stands");

      s.send(chest.subList(0, SLICES - 1));
      Analysis whole = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, whole.status());
      assertEquals(SLICES, whole.slicesReceived());
      assertEquals(3, whole.version());
    }
  }

  /** As old as another one, which nothing more is to be done with. */
  @Test
  void aSeriesWhoseResultsAreNotDeliveredIsKept() throws Exception {
    Path data = temp.resolve("data");
    Map<String, String> options = new HashMap<>();
    options.put(
        "HOUNSFIELD_DELIVERY_DESTINATIONS",
        "pacs;type=dicom;address=NOBODY@127.0.0.1:%d;peers=CT1".formatted(Programs.freePort()));
    Path waiting;
    Path done;
    try (TestService s = new TestService(data, 60, options)) {
      StorageScu.send(
          ScuOptions.of("HOUNSFIELD", "127.0.0.1", s.service.dicomPort()).withCallingAeTitle("CT1"),
          chest,
          ProgressListener.NONE);
      assertEquals(AnalysisStatus.REPORTED, s.awaitEnd().status());
      waiting = onlyFolder(data.resolve("spool"), null);
      s.send(other);
      assertEquals(AnalysisStatus.REPORTED, s.awaitEnd().status());
      done = onlyFolder(data.resolve("spool"), waiting);
    }
    age(waiting, 3); // looked at first
    age(done, 2);
    options.put("HOUNSFIELD_DATA_RETENTION_DAYS", "1");
    try (TestService s = new TestService(data, 60, options)) {
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
      while (Files.exists(done)) {
        assertTrue(System.nanoTime() < until, "nothing is deleted");
        Thread.onSpinWait();
      }
      assertEquals(SLICES, instances(waiting));
      assertEquals(2, s.all().size(), "the reports stay");
    }
  }

  /** The folder of the spool that holds instances and is not this one. */
  private static Path onlyFolder(Path spool, Path not) throws IOException {
    try (Stream<Path> folders = Files.list(spool)) {
      return folders.filter(f -> !f.equals(not) && Spool.isSeries(f)).findFirst().orElseThrow();
    }
  }

  // ---- names ----

  /** PS3.5 annexes H, I, J and K: as sent, so shown. */
  @Test
  void patientNamesOfAllCharacterSetsReachReportAndApi() throws Exception {
    Map<List<String>, String> bytes = new LinkedHashMap<>();
    bytes.put(
        List.of("", "ISO 2022 IR 87"),
        "59616D6164615E5461726F753D1B24423B3345441B28425E1B244242404F3A1B28423D"
            + "1B24422464245E24401B28425E1B2442243F246D24261B2842");
    bytes.put(
        List.of("", "ISO 2022 IR 149"),
        "486F6E675E47696C646F6E673D1B242943FBF35E1B242943D1CED4D73D"
            + "1B242943C8AB5E1B242943B1E6B5BF");
    bytes.put(
        List.of("", "ISO 2022 IR 58"),
        "5A68616E675E5869616F446F6E673D1B242941D5C55E1B242941D0A1B6AB3D");
    bytes.put(List.of("ISO_IR 192"), "57616e675e5869616f446f6e673de78e8b5ee5b08fe69db13d");
    bytes.put(List.of("GB18030"), "57616e675e5869616f446f6e673dcdf55ed0a1b6ab3d");
    List<String> expected =
        List.of(
            "Yamada^Tarou=山田^太郎=やまだ^たろう",
            "Hong^Gildong=洪^吉洞=홍^길동",
            "Zhang^XiaoDong=张^小东=",
            "Wang^XiaoDong=王^小東=",
            "Wang^XiaoDong=王^小东=");
    int i = 0;
    try (TestService s = new TestService(temp.resolve("data"), 60)) {
      for (Map.Entry<List<String>, String> name : bytes.entrySet()) {
        String series = Uid.derive("names", name.getKey().toString());
        s.send(
            as(
                series,
                chest,
                d ->
                    d.put(Tag.SpecificCharacterSet, VR.CS, name.getKey().toArray(String[]::new))
                        .putBytes(
                            Tag.PatientName, VR.PN, HexFormat.of().parseHex(name.getValue()))));
        Analysis end = s.awaitEnd();
        assertEquals(AnalysisStatus.REPORTED, end.status());
        String path = "/api/v1/analyses/" + end.id();
        JsonNode analysis = JSON.readTree(get(s, path).body());
        assertEquals(expected.get(i), analysis.get("patientName").asText());
        JsonNode report = JSON.readTree(get(s, path + "/report").body());
        assertEquals(expected.get(i), report.at("/patient/name").asText());
        i++;
      }
      assertEquals(expected.size(), i);
    }
  }

  // ---- metrics ----

  /** The registry holds what it watches weakly: after a collection there was nothing left of it. */
  @Test
  void metricsSurviveACollectionOfGarbage() throws Exception {
    try (TestService s = new TestService(temp.resolve("data"), 60)) {
      s.send(other);
      for (int i = 0; i < 3; i++) {
        System.gc();
      }
      String metrics = get(s, "/metrics").body();
      assertTrue(metrics.contains("\nhounsfield_dicom_associations_accepted_total 1.0"), metrics);
      assertFalse(
          metrics.lines().anyMatch(l -> l.startsWith("hounsfield_") && l.endsWith("NaN")), metrics);
    }
  }
}
