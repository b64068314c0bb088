// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.api.DeliveryStatus;
import io.hounsfield.api.ResultCatalog;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.peers.Orthanc;
import io.hounsfield.peers.Programs;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import io.hounsfield.report.ReportJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What leaves the service for a destination that must not know the patient: PS3.15 annex E. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeidentifiedDeliveryTest {
  private static final String DESTINATIONS = "HOUNSFIELD_DELIVERY_DESTINATIONS";

  /** What the images say of the patient; nothing of it may arrive. */
  private static final List<String> IDENTITY =
      List.of("Geheim", "SECRETID", "19610504", "ACC4711", "Clinic of Secrets", "Dr.Secret");

  private static final String STUDY_DATE = "20251224";

  @TempDir static Path shared;
  @TempDir Path temp;

  private static List<Path> chest;
  private static final Set<String> sourceUids = new TreeSet<>();

  private final BlockingQueue<DeliveryStatus> changes = new LinkedBlockingQueue<>();

  @BeforeAll
  static void makeChest() throws IOException {
    chest =
        PhantomWriter.writeSeries(
            Phantom.generate(
                PhantomOptions.builder().seed(5).matrix(256).slices(40).opacityPercent(15).build()),
            shared.resolve("chest"));
    for (Path slice : chest) {
      DicomFile file = DicomFiles.read(slice);
      DataSet set = file.dataSet();
      set.put(Tag.PatientName, VR.PN, "Geheim^Anna")
          .put(Tag.PatientID, VR.LO, "SECRETID")
          .put(Tag.IssuerOfPatientID, VR.LO, "Clinic of Secrets")
          .put(Tag.PatientBirthDate, VR.DA, "19610504")
          .put(Tag.AccessionNumber, VR.SH, "ACC4711")
          .put(Tag.InstitutionName, VR.LO, "Clinic of Secrets")
          .put(Tag.ReferringPhysicianName, VR.PN, "Dr.Secret")
          .put(Tag.StudyDescription, VR.LO, "Chest of Geheim")
          .put(Tag.SeriesDescription, VR.LO, "Lung of Geheim")
          .put(Tag.StudyDate, VR.DA, STUDY_DATE)
          .put(Tag.SeriesDate, VR.DA, STUDY_DATE)
          .put(Tag.AcquisitionDate, VR.DA, STUDY_DATE)
          .put(Tag.ContentDate, VR.DA, STUDY_DATE);
      for (int tag :
          new int[] {
            Tag.StudyInstanceUID, Tag.SeriesInstanceUID, Tag.SOPInstanceUID, Tag.FrameOfReferenceUID
          }) {
        set.string(tag).ifPresent(sourceUids::add);
      }
      DicomFiles.write(slice, DicomFile.of(file.transferSyntax(), set));
    }
  }

  private Path secret() throws IOException {
    return Files.writeString(temp.resolve("secret"), "a long secret of the tests\n");
  }

  private TestService service(String destinations) throws Exception {
    TestService service =
        new TestService(temp.resolve("data"), 60, Map.of(DESTINATIONS, destinations));
    service.service.results().subscribe(changes::add);
    return service;
  }

  private List<DeliveryStatus> awaitSent(TestService s, String id) throws Exception {
    while (true) {
      List<DeliveryStatus> all = s.service.results().deliveries(id);
      if (!all.isEmpty() && all.stream().allMatch(d -> d.state().equals("sent"))) {
        return all;
      }
      assertNotNull(changes.poll(120, TimeUnit.SECONDS), "not all are sent: " + all);
    }
  }

  private static Map<Path, byte[]> filesBelow(Path folder) throws IOException {
    Map<Path, byte[]> files = new HashMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(file), Files.readAllBytes(file));
      }
    }
    return files;
  }

  /** Every byte of it, unpacked where it is packed. */
  private static String text(Path file, byte[] content) throws IOException {
    byte[] plain = content;
    if (file.toString().endsWith(".gz")) {
      plain = new GZIPInputStream(new ByteArrayInputStream(content)).readAllBytes();
    }
    return new String(plain, StandardCharsets.ISO_8859_1);
  }

  private static void assertHoldsNone(Path file, byte[] content, Iterable<String> secrets)
      throws IOException {
    String text = text(file, content) + file;
    for (String secret : secrets) {
      assertFalse(text.contains(secret), file + " holds " + secret);
    }
  }

  @Test
  void anArchiveForResearchReceivesOnlyCleanedObjectsAndAResendIsTheSameBytes() throws Exception {
    Programs.needs("storescp");
    Path archive = Files.createDirectories(temp.resolve("archive"));
    int port = Programs.freePort();
    Process storescp =
        new ProcessBuilder("storescp", "-od", archive.toString(), "-aet", "RESEARCH", "" + port)
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("storescp.log").toFile())
            .start();
    try (TestService s =
        service(
            "research;type=dicom;address=RESEARCH@127.0.0.1:%d;deidentify=basic;deidentifySecretFile=%s"
                .formatted(port, secret()))) {
      s.send(chest);
      Analysis analysis = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, analysis.status());
      while (s.service.results().deliveries(analysis.id()).stream()
          .anyMatch(d -> !d.state().equals("sent"))) {
        // storescp may come up after the first attempt; nothing waits for its back-off.
        DeliveryStatus change = changes.poll(60, TimeUnit.SECONDS);
        assertNotNull(change);
        if (change.state().equals("failing")) {
          s.service.results().change(analysis.id(), change.number(), ResultCatalog.Change.RESEND);
        }
      }
      List<DeliveryStatus> sent = awaitSent(s, analysis.id());
      Map<Path, byte[]> received = filesBelow(archive);
      assertEquals(sent.size(), received.size());
      Set<String> patients = new TreeSet<>();
      Set<String> studies = new TreeSet<>();
      Map<String, DataSet> byClass = new HashMap<>();
      for (Map.Entry<Path, byte[]> file : received.entrySet()) {
        assertHoldsNone(file.getKey(), file.getValue(), IDENTITY);
        assertHoldsNone(file.getKey(), file.getValue(), sourceUids);
        assertHoldsNone(file.getKey(), file.getValue(), List.of(STUDY_DATE));
        DataSet set = DicomFiles.read(file.getValue()).dataSet();
        assertEquals("YES", set.string(Tag.PatientIdentityRemoved).orElseThrow());
        assertEquals(set.string(Tag.PatientName), set.string(Tag.PatientID));
        patients.add(set.string(Tag.PatientID).orElseThrow());
        studies.add(set.string(Tag.StudyInstanceUID).orElseThrow());
        byClass.put(set.string(Tag.SOPClassUID).orElseThrow(), set);
      }
      assertEquals(1, patients.size(), "one pseudonym for one patient");
      assertTrue(patients.iterator().next().matches("ANON-[0-9]{16}"), patients.toString());
      assertEquals(1, studies.size());
      assertEquals(
          Set.of(
              SopClass.SEGMENTATION_STORAGE,
              SopClass.COMPREHENSIVE_3D_SR_STORAGE,
              SopClass.SECONDARY_CAPTURE_IMAGE_STORAGE),
          byClass.keySet());
      String segmentation =
          byClass.get(SopClass.SEGMENTATION_STORAGE).string(Tag.SOPInstanceUID).orElseThrow();
      assertTrue(
          received.values().stream()
                  .filter(
                      bytes ->
                          new String(bytes, StandardCharsets.ISO_8859_1).contains(segmentation))
                  .count()
              >= 2,
          "the report refers to the segmentation as it was sent");

      // Sent again: the same bytes, made once.
      Map<Path, byte[]> made =
          filesBelow(
              temp.resolve("data/results")
                  .resolve(analysis.id())
                  .resolve("v1/deidentified-research"));
      assertEquals(received.size(), made.size());
      for (DeliveryStatus one : sent) {
        s.service.results().change(analysis.id(), one.number(), ResultCatalog.Change.RESEND);
      }
      awaitSent(s, analysis.id());
      Map<Path, byte[]> again = filesBelow(archive);
      assertEquals(received.keySet(), again.keySet());
      for (Path file : received.keySet()) {
        assertArrayEquals(received.get(file), again.get(file), file.toString());
      }
      assertNoErrors(archive, received.keySet());
    } finally {
      storescp.destroy();
      storescp.waitFor(30, TimeUnit.SECONDS);
    }
  }

  /**
   * The same over STOW-RS, to Orthanc: what it stores and gives back says nothing of the patient in
   * any byte, its references hold, and images with text burned in never leave.
   */
  @Test
  void aWebArchiveForResearchReceivesOnlyCleanedObjects() throws Exception {
    Path out = Files.createDirectories(temp.resolve("folder"));
    try (Orthanc orthanc =
            new Orthanc(temp.resolve("orthanc")).withDicomWeb(Optional.empty()).start();
        TestService s =
            service(
                ("web;type=stow;address=http://127.0.0.1:%d/dicom-web;deidentify=basic;kinds=seg|sr|key-images|seg-label-map;deidentifySecretFile=%s,"
                        + "out;type=folder;address=%s;deidentify=basic;kinds=seg|sr|key-images|json;deidentifySecretFile=%s")
                    .formatted(orthanc.httpPort(), secret(), out, secret()))) {
      s.send(chest);
      Analysis analysis = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, analysis.status());
      List<DeliveryStatus> sent = awaitSent(s, analysis.id());
      Map<String, DataSet> held = held(orthanc);
      assertEquals(sent.stream().filter(d -> d.destination().equals("web")).count(), held.size());
      Set<String> patients = new TreeSet<>();
      Set<String> studies = new TreeSet<>();
      Set<String> referenced = new TreeSet<>();
      for (DataSet set : held.values()) {
        patients.add(set.string(Tag.PatientID).orElseThrow());
        studies.add(set.string(Tag.StudyInstanceUID).orElseThrow());
        assertEquals("YES", set.string(Tag.PatientIdentityRemoved).orElseThrow());
        assertEquals(Optional.of("NO"), burnedIn(set), "nothing is burned in");
        evidence(set, referenced);
      }
      assertEquals(1, patients.size());
      assertEquals(1, studies.size());
      String segmentation = ofClass(held, SopClass.SEGMENTATION_STORAGE);
      assertTrue(referenced.contains(segmentation), "the report refers to what was stored");
      assertFalse(referenced.stream().anyMatch(sourceUids::contains));

      // The folder has the same pseudonym and UIDs: one secret, one project.
      Path folder = out.resolve(analysis.id()).resolve("v1");
      DataSet file = DicomFiles.read(folder.resolve("segmentation.dcm")).dataSet();
      assertEquals(segmentation, file.string(Tag.SOPInstanceUID).orElseThrow());
      assertEquals(patients, Set.of(file.string(Tag.PatientID).orElseThrow()));
      assertArrayEquals(
          file.bytes(Tag.PixelData).orElseThrow(),
          held.get(segmentation).bytes(Tag.PixelData).orElseThrow());
      for (Map.Entry<Path, byte[]> each : filesBelow(out).entrySet()) {
        assertHoldsNothing(each.getKey(), each.getValue());
      }
    }
  }

  /** Everything that the archive gives back, no byte of which may be of the patient. */
  private static Map<String, DataSet> held(Orthanc orthanc) throws Exception {
    Map<String, DataSet> held = new HashMap<>();
    Matcher ids =
        Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{8}){4}").matcher(orthanc.text("/instances"));
    while (ids.find()) {
      byte[] bytes = orthanc.get("/instances/" + ids.group() + "/file");
      assertHoldsNothing(Path.of(ids.group()), bytes);
      DataSet set = DicomFiles.read(bytes).dataSet();
      held.put(set.string(Tag.SOPInstanceUID).orElseThrow(), set);
    }
    return held;
  }

  private static void assertHoldsNothing(Path file, byte[] content) throws IOException {
    assertHoldsNone(file, content, IDENTITY);
    assertHoldsNone(file, content, sourceUids);
    assertHoldsNone(file, content, List.of(STUDY_DATE));
  }

  /** Reports have no pixels to burn into. */
  private static Optional<String> burnedIn(DataSet set) {
    return set.contains(Tag.PixelData) ? set.string(Tag.BurnedInAnnotation) : Optional.of("NO");
  }

  private static String ofClass(Map<String, DataSet> held, String sopClass) {
    return held.entrySet().stream()
        .filter(e -> e.getValue().string(Tag.SOPClassUID).orElseThrow().equals(sopClass))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  private static void evidence(DataSet set, Set<String> referenced) {
    for (DataSet study : set.items(Tag.CurrentRequestedProcedureEvidenceSequence)) {
      for (DataSet series : study.items(Tag.ReferencedSeriesSequence)) {
        for (DataSet instance : series.items(Tag.ReferencedSOPSequence)) {
          referenced.add(instance.string(Tag.ReferencedSOPInstanceUID).orElseThrow());
        }
      }
    }
  }

  /** What is burned into the images cannot be cleaned: its pictures do not go, the rest does. */
  @Test
  void picturesOfImagesWithBurnedInTextDoNotGo() throws Exception {
    Path out = Files.createDirectories(temp.resolve("out"));
    List<Path> burned = new ArrayList<>();
    for (Path slice : chest) {
      DicomFile file = DicomFiles.read(slice);
      file.dataSet().put(Tag.BurnedInAnnotation, VR.CS, "YES");
      Path copy = temp.resolve(slice.getFileName());
      DicomFiles.write(copy, file);
      burned.add(copy);
    }
    try (TestService s =
        service(
            "out;type=folder;address=%s;deidentify=basic;kinds=seg|sr|key-images;deidentifySecretFile=%s"
                .formatted(out, secret()))) {
      s.send(burned);
      Analysis analysis = s.awaitEnd();
      Map<String, String> states = new HashMap<>();
      while (!Set.of("sent", "given-up").containsAll(states.values()) || states.isEmpty()) {
        assertNotNull(changes.poll(120, TimeUnit.SECONDS), states.toString());
        s.service.results().deliveries(analysis.id()).forEach(d -> states.put(d.kind(), d.state()));
      }
      assertEquals(Map.of("seg", "sent", "sr", "sent", "key-images", "given-up"), states);
      assertEquals(
          Set.of("segmentation.dcm", "report.dcm"),
          filesBelow(out).keySet().stream()
              .map(p -> p.getFileName().toString())
              .collect(Collectors.toSet()));
    }
  }

  private static void assertNoErrors(Path archive, Set<Path> files) throws Exception {
    Programs.needs("dciodvfy");
    List<String> errors = new ArrayList<>();
    for (Path file : files) {
      Process process =
          new ProcessBuilder("dciodvfy", "-new", archive.resolve(file).toString())
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
      output.lines().filter(line -> line.startsWith("Error")).forEach(errors::add);
    }
    assertEquals(List.of(), errors);
  }

  @Test
  void aFolderForResearchHoldsNothingOfThePatientAndTheOptionsSayWhatStays() throws Exception {
    Path strict = Files.createDirectories(temp.resolve("strict"));
    Path dated = Files.createDirectories(temp.resolve("dated"));
    String secret = ";deidentifySecretFile=" + secret();
    try (TestService s =
        service(
            "strict;type=folder;address=%s;deidentify=basic%s,".formatted(strict, secret)
                + "dated;type=folder;address=%s;deidentify=basic|retain-dates|retain-uids%s"
                    .formatted(dated, secret))) {
      s.send(chest);
      Analysis analysis = s.awaitEnd();
      List<DeliveryStatus> sent = awaitSent(s, analysis.id());
      assertEquals(
          Set.of(
              "seg", "seg-label-map", "sr", "key-images", "findings", "csv", "json", "label-maps"),
          sent.stream().map(DeliveryStatus::kind).collect(Collectors.toSet()));
      Map<Path, byte[]> all = filesBelow(strict);
      assertTrue(all.size() > 8, all.keySet().toString());
      for (Map.Entry<Path, byte[]> file : all.entrySet()) {
        assertHoldsNone(file.getKey(), file.getValue(), IDENTITY);
        assertHoldsNone(file.getKey(), file.getValue(), sourceUids);
        assertHoldsNone(file.getKey(), file.getValue(), List.of(STUDY_DATE));
        assertTrue(file.getKey().startsWith(Path.of(analysis.id(), "v1")), "no other names");
      }
      QuantificationReport measured = s.report(analysis);
      Path folder = Path.of(analysis.id(), "v1");
      QuantificationReport report = ReportJson.decode(all.get(folder.resolve("report.json")));
      assertEquals(measured.regions(), report.regions(), "the numbers are the same");
      DataSet object = DicomFiles.read(all.get(folder.resolve("report.dcm"))).dataSet();
      assertEquals(object.string(Tag.PatientID).orElseThrow(), report.series().patientId());
      assertEquals(
          object.string(Tag.StudyInstanceUID).orElseThrow(), report.series().studyInstanceUid());
      String csv = new String(all.get(folder.resolve("report.csv")), StandardCharsets.UTF_8);
      assertTrue(csv.contains(report.series().seriesInstanceUid()), csv);

      Map<Path, byte[]> withDates = filesBelow(dated);
      assertEquals(all.keySet(), withDates.keySet());
      for (Map.Entry<Path, byte[]> file : withDates.entrySet()) {
        assertHoldsNone(file.getKey(), file.getValue(), IDENTITY);
      }
      DataSet kept = DicomFiles.read(withDates.get(folder.resolve("report.dcm"))).dataSet();
      assertEquals(STUDY_DATE, kept.string(Tag.StudyDate).orElseThrow());
      assertEquals(analysis.studyInstanceUid(), kept.string(Tag.StudyInstanceUID).orElseThrow());
      assertTrue(
          new String(withDates.get(folder.resolve("report.csv")), StandardCharsets.UTF_8)
              .contains("," + STUDY_DATE + ","));

      Set<String> listed =
          s.service.results().files(analysis.id()).stream()
              .map(path -> path.getFileName().toString())
              .collect(Collectors.toSet());
      assertFalse(listed.stream().anyMatch(name -> name.startsWith("deidentified")), "" + listed);
    }
  }

  @Test
  void withoutAGoodSecretTheServiceDoesNotStart() throws Exception {
    Path out = Files.createDirectories(temp.resolve("out"));
    Path none = temp.resolve("none");
    Path brief = Files.writeString(temp.resolve("brief"), "short\n");
    for (Path file : List.of(none, brief)) {
      IOException fault =
          assertThrows(
              IOException.class,
              () ->
                  service(
                          "study;type=folder;address=%s;deidentify=basic;deidentifySecretFile=%s"
                              .formatted(out, file))
                      .close());
      assertTrue(fault.getMessage().contains(file.toString()), fault.getMessage());
      assertTrue(fault.getMessage().contains("study"), fault.getMessage());
      assertFalse(fault.getMessage().contains("short\n"), "the secret is not repeated");
    }
  }
}
