// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hounsfield.delivery.Destination;
import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.delivery.ResultObject;
import io.hounsfield.delivery.Target;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.report.ReportJson;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.text.Language;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import io.hounsfield.service.pipeline.ResultFiles;
import io.hounsfield.service.pipeline.SourceSlice;
import io.hounsfield.service.pipeline.WarmUp;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One form that cannot be made leaves the others, and is named; a full disk stops all. */
class ResultMakerTest {
  private static final String ID = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";

  private static AnalysisOutcome outcome;
  @TempDir Path root;

  @BeforeAll
  static void measure() {
    outcome = WarmUp.run();
  }

  private ResultMaker.Made make(List<ResultForm> forms) throws IOException {
    Path image = root.resolve("image.dcm");
    DataSet set =
        new DataSet()
            .put(Tag.SOPClassUID, VR.UI, outcome.sources().get(0).sopClassUid())
            .put(Tag.SOPInstanceUID, VR.UI, outcome.sources().get(0).sopInstanceUid())
            .put(Tag.StudyInstanceUID, VR.UI, outcome.series().studyInstanceUid())
            .put(Tag.SeriesInstanceUID, VR.UI, outcome.series().seriesInstanceUid());
    DicomFiles.write(image, DicomFile.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, set));
    AnalysisOutcome held =
        new AnalysisOutcome(
            outcome.series(),
            outcome.ct(),
            outcome.lungs(),
            outcome.lesions(),
            outcome.sources().stream()
                .map(
                    s ->
                        new SourceSlice(
                            image, s.sopClassUid(), s.sopInstanceUid(), s.frame(), s.position()))
                .toList(),
            outcome.regions(),
            outcome.confidence(),
            outcome.warnings(),
            outcome.evidence(),
            outcome.model(),
            outcome.overview(),
            outcome.timings());
    ResultFiles.writeLabelMaps(root.resolve(ID), held);
    QuantificationReport report = held.report(ID, 1, Instant.EPOCH, null);
    return new ResultMaker(forms).make(root, report, ReportJson.encode(report), held);
  }

  private Set<String> names() throws IOException {
    try (Stream<Path> all = Files.list(root.resolve(ID).resolve("v1"))) {
      return all.map(p -> p.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Writes one file, then fails. */
  private static ResultForm failing(ObjectKind kind, Exception fault) {
    return new ResultForm() {
      @Override
      public Set<ObjectKind> kinds() {
        return Set.of(kind);
      }

      @Override
      public void encode(ResultCase results, Sink sink) throws IOException {
        sink.accept(kind, "half", new byte[] {1});
        if (fault instanceof IOException e) {
          throw e;
        }
        throw (RuntimeException) fault;
      }
    };
  }

  private static ResultForm csv() {
    return ResultForm.file(ObjectKind.CSV, "report.csv", c -> new byte[] {'a'});
  }

  @Test
  void theOtherFormsAreMadeAndTheFaultIsNamed() throws Exception {
    for (Exception fault :
        List.of(new IllegalStateException("made up"), new IOException("made up"))) {
      ResultMaker.Made made = make(List.of(failing(ObjectKind.SEG, fault), csv()));
      assertEquals(Set.of(ObjectKind.SEG), made.failed());
      assertEquals(
          Set.of(ObjectKind.CSV, ObjectKind.JSON, ObjectKind.LABEL_MAPS),
          made.objects().stream().map(ResultObject::kind).collect(Collectors.toSet()));
      assertEquals(
          Set.of("lesions.nii.gz", "lungs.nii.gz", "report.csv", "report.json"),
          names(),
          "and half a form is none");
    }
  }

  @Test
  void whatCouldNotBeMadeIsNotedBesideTheFilesUntilItIs() throws Exception {
    Path folder = Files.createDirectories(root.resolve("v1"));
    assertEquals(List.of(), ResultMaker.notMade(folder));
    ResultMaker.noteNotMade(folder, Set.of(ObjectKind.KEY_IMAGES));
    assertEquals(List.of("key-images"), ResultMaker.notMade(folder));
    ResultMaker.noteNotMade(folder, Set.of());
    assertEquals(List.of(), ResultMaker.notMade(folder));
  }

  @Test
  void aFaultOfTheDiskIsNoFaultOfTheForm() throws Exception {
    // Where the file should go there is a folder with something in it.
    Path inTheWay = root.resolve(ID).resolve("v1").resolve("report.csv");
    Files.createDirectories(inTheWay.resolve("full"));
    assertThrows(IOException.class, () -> make(List.of(csv())));
  }

  @Test
  void theWarmUpMakesEveryFormAndEndsWhereThereIsWork() throws Exception {
    List<ResultForm> forms = StandardForms.all(Language.ENGLISH);
    try (ResultWarmUp warmUp = new ResultWarmUp(forms, outcome, () -> false)) {
      assertEquals(forms.size(), warmUp.run());
    }
    List<String> begun = new ArrayList<>();
    ResultForm counted =
        ResultForm.file(
            ObjectKind.CSV,
            "report.csv",
            c -> {
              begun.add("");
              return new byte[0];
            });
    try (ResultWarmUp warmUp =
        new ResultWarmUp(List.of(counted, counted), outcome, () -> !begun.isEmpty())) {
      assertEquals(1, warmUp.run());
    }
    ResultWarmUp ended = new ResultWarmUp(List.of(counted), outcome, () -> false);
    ended.close();
    assertEquals(0, ended.run());
  }

  @Test
  void labelMapsInDicomAreMadeWhereADestinationTakesThem() {
    Destination archive =
        Destination.of("archive", new Target.Stow(URI.create("http://h"), Optional.empty()));
    Destination folder = Destination.of("folder", new Target.Folder(Path.of("/x")));
    assertEquals(StandardForms.all(Language.ENGLISH).size() - 1, forms(archive).size());
    assertEquals(StandardForms.all(Language.ENGLISH).size(), forms(archive, folder).size());
  }

  private static List<ResultForm> forms(Destination... destinations) {
    return StandardForms.of(Language.ENGLISH, List.of(destinations));
  }
}
