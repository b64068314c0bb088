// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import io.hounsfield.peers.Programs;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultKind;
import io.hounsfield.results.ResultObject;
import io.hounsfield.results.ResultObjects;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** All objects of a case: valid to the tools of others, and the same each time. */
class ResultObjectsTest {

  /** What is allowed since DICOM 2024d: type LABELMAP, segment 0, frames of several segments. */
  private static final String NEW_WITH_LABEL_MAPS =
      ".*(<LABELMAP>|/SegmentNumber|/SegmentIdentificationSequence).*";

  @TempDir Path temp;

  static List<ResultObject> all(ResultCase result) {
    return ResultObjects.of(result, TestCases.PDF, EnumSet.allOf(ResultKind.class));
  }

  static Stream<Arguments> cases() {
    return Stream.of(
        Arguments.of("second version", new TestCases().version(2, 1)),
        Arguments.of(
            "feet first, healthy", new TestCases().geometry(TestCases.feetFirst()).healthy()),
        Arguments.of(
            "oblique, Chinese name",
            new TestCases()
                .geometry(TestCases.oblique())
                .patient("Chen^Wei=\u9648^\u4F1F", "GB18030")),
        Arguments.of("anonymised images", new TestCases().anonymised()),
        Arguments.of("nothing found", new TestCases().nothing()),
        Arguments.of(
            "a body part of the scanner's own", new TestCases().bodyPart("TH CT CHEST WO C")),
        Arguments.of("Enhanced CT", new TestCases().enhanced().exactPositions()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void dciodvfyFindsNoError(String name, TestCases builder) throws Exception {
    Programs.needs("dciodvfy");
    for (ResultObject object : all(builder.build())) {
      DataSet dataSet = DicomFiles.read(object.toBytes()).dataSet();
      boolean labelMap = object.sopClassUid().equals(SopClass.LABEL_MAP_SEGMENTATION_STORAGE);
      if (labelMap) {
        // Younger than the dciodvfy of the distributions: judged as its elder sibling.
        dataSet.put(Tag.SOPClassUID, VR.UI, SopClass.SEGMENTATION_STORAGE);
      }
      Path file = temp.resolve(object.fileName());
      DicomFiles.write(file, DicomFile.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, dataSet));
      Tools.Outcome outcome = Tools.run("dciodvfy", "-new", file.toString());
      List<String> errors =
          outcome
              .output()
              .lines()
              .filter(line -> line.startsWith("Error"))
              .filter(line -> !labelMap || !line.matches(NEW_WITH_LABEL_MAPS))
              .toList();
      assertEquals(List.of(), errors, object.fileName());
      assertTrue(outcome.output().lines().count() > 0, "it says which IOD it checked");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void pydicomReadsAll(String name, TestCases builder) throws Exception {
    String python = Tools.python();
    StringBuilder expected = new StringBuilder();
    for (ResultObject object : all(builder.build())) {
      Files.write(temp.resolve(object.fileName()), object.toBytes());
      expected.append(object.sopInstanceUid()).append(" PH-1 True\n");
    }
    String script =
        """
        import sys, pathlib, pydicom
        for f in pathlib.Path(sys.argv[1]).iterdir():
            d = pydicom.dcmread(f)
            print(d.SOPInstanceUID, d.PatientID, sum(1 for e in d.iterall()) > 40)
        """;
    Tools.Outcome outcome = Tools.run(python, "-W", "error", "-c", script, temp.toString());
    assertEquals(
        expected.toString().lines().sorted().toList(), outcome.output().lines().sorted().toList());
  }

  /**
   * PS3.16 annex L; a part that is paired, or unknown to readers, would want Laterality (PS3.3
   * section C.7.3.1). In the objects and in their de-identified copies.
   */
  @ParameterizedTest
  @CsvSource({
    "CHEST, CHEST",
    "CHESTABDOMEN, CHESTABDOMEN",
    "CHESTABDPELVIS, CHESTABDPELVIS",
    "NECKCHEST, NECKCHEST",
    "NECKCHESTABDOMEN, NECKCHESTABDOMEN",
    "NECKCHESTABDPELV, NECKCHESTABDPELV",
    "WHOLEBODY, WHOLEBODY",
    "TH CT CHEST WO C, CHEST",
    "THORAX, CHEST",
    "Thorax, CHEST",
    "LUNG, CHEST",
    "ABDOMEN, CHEST",
    "'', CHEST"
  })
  void bodyPartIsADefinedTermThatHoldsTheLungs(String ofImages, String expected) throws Exception {
    Deidentifier deidentifier = new Deidentifier(Set.of(), "a secret for the tests");
    List<DataSet> all = new ArrayList<>();
    for (ResultObject object :
        ResultObjects.of(
            new TestCases().bodyPart(ofImages).build(),
            null,
            EnumSet.of(ResultKind.SEGMENTATION, ResultKind.KEY_IMAGES))) {
      DataSet plain = DicomFiles.read(object.toBytes()).dataSet();
      all.add(plain);
      all.add(deidentifier.deidentify(plain));
    }
    for (DataSet object : all) {
      assertEquals(List.of(expected), object.strings(Tag.BodyPartExamined));
    }
    Programs.needs("dciodvfy");
    for (DataSet object : all) {
      Path file = temp.resolve("object.dcm");
      DicomFiles.write(file, DicomFile.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, object));
      assertEquals(
          List.of(),
          Tools.run("dciodvfy", "-new", file.toString())
              .output()
              .lines()
              .filter(line -> line.startsWith("Error") || line.contains("BodyPart"))
              .toList());
    }
  }

  @Test
  void theSameAnalysisGivesTheSameBytes() throws Exception {
    List<ResultObject> first = all(TestCases.simple());
    List<ResultObject> second = all(TestCases.simple());
    assertEquals(first.size(), second.size());
    for (int i = 0; i < first.size(); i++) {
      assertArrayEquals(first.get(i).toBytes(), second.get(i).toBytes());
      assertArrayEquals(first.get(i).toBytes(), first.get(i).toBytes(), "written twice");
    }
  }

  @Test
  void aNewVersionIsANewInstanceInTheSameSeries() {
    List<ResultObject> first = all(TestCases.simple());
    List<ResultObject> second = all(new TestCases().version(2, 1).build());
    for (int i = 0; i < first.size(); i++) {
      assertEquals(first.get(i).seriesInstanceUid(), second.get(i).seriesInstanceUid());
      assertNotEquals(first.get(i).sopInstanceUid(), second.get(i).sopInstanceUid());
    }
  }

  @Test
  void uidsAndFileNamesAreValidAndDistinct() throws Exception {
    Set<String> instances = new HashSet<>();
    Set<String> files = new HashSet<>();
    for (ResultObject object : all(TestCases.simple())) {
      DataSet written = DicomFiles.read(object.toBytes()).dataSet();
      assertEquals(object.sopInstanceUid(), written.string(Tag.SOPInstanceUID).orElseThrow());
      assertEquals(object.sopClassUid(), written.string(Tag.SOPClassUID).orElseThrow());
      assertEquals(object.seriesInstanceUid(), written.string(Tag.SeriesInstanceUID).orElseThrow());
      assertEquals(object.studyInstanceUid(), written.string(Tag.StudyInstanceUID).orElseThrow());
      assertTrue(Uid.isValid(object.sopInstanceUid()) && Uid.isValid(object.seriesInstanceUid()));
      assertTrue(instances.add(object.sopInstanceUid()));
      assertTrue(files.add(object.fileName()) && object.fileName().matches("[a-z0-9-]+\\.dcm"));
    }
    assertTrue(instances.size() > ResultKind.values().length, "more than one key image");
  }

  @Test
  void patientAndStudyAreThoseOfTheImagesByteForByte() throws Exception {
    ResultCase result =
        new TestCases().patient("Chen^Wei=\u9648^\u4F1F=\u9648^\u4F1F", "GB18030").build();
    DataSet source = result.source().attributes();
    for (ResultObject object : all(result)) {
      DataSet written = DicomFiles.read(object.toBytes()).dataSet();
      for (int tag :
          new int[] {
            Tag.SpecificCharacterSet,
            Tag.PatientName,
            Tag.PatientID,
            Tag.PatientBirthDate,
            Tag.PatientSex,
            Tag.PatientAge,
            Tag.StudyInstanceUID,
            Tag.StudyDate,
            Tag.StudyTime,
            Tag.AccessionNumber,
            Tag.ReferringPhysicianName,
            Tag.StudyID,
            Tag.StudyDescription
          }) {
        assertArrayEquals(
            source.bytes(tag).orElseThrow(),
            written.bytes(tag).orElseThrow(),
            object.fileName() + " " + Tag.toString(tag));
      }
      assertEquals("Hounsfield", written.string(Tag.Manufacturer).orElseThrow());
      assertTrue(written.string(Tag.SeriesDescription).orElseThrow().contains("(research)"));
    }
  }

  @Test
  void attributesThatMustBeThereArePresentThoughTheImagesLackThem() throws Exception {
    ResultCase result = TestCases.simple();
    result
        .source()
        .attributes()
        .remove(Tag.PatientName)
        .remove(Tag.ReferringPhysicianName)
        .remove(Tag.AccessionNumber);
    for (ResultObject object : all(result)) {
      DataSet written = DicomFiles.read(object.toBytes()).dataSet();
      assertTrue(written.contains(Tag.PatientName), object.fileName());
      assertTrue(written.string(Tag.PatientName).isEmpty(), object.fileName());
      assertTrue(written.contains(Tag.AccessionNumber), object.fileName());
    }
  }

  @Test
  void timesAreInTheZoneThatTheImagesName() throws Exception {
    ResultCase result = TestCases.simple();
    result.source().attributes().put(Tag.TimezoneOffsetFromUTC, VR.SH, "+0800");
    for (ResultObject object : all(result)) {
      DataSet written = DicomFiles.read(object.toBytes()).dataSet();
      assertEquals("20260131", written.string(Tag.ContentDate).orElseThrow());
      assertEquals("161546.480", written.string(Tag.ContentTime).orElseThrow());
      assertEquals("+0800", written.string(Tag.TimezoneOffsetFromUTC).orElseThrow());
    }
  }

  @Test
  void onlyWhatIsWantedIsMade() {
    List<ResultObject> objects =
        ResultObjects.of(TestCases.simple(), null, EnumSet.of(ResultKind.STRUCTURED_REPORT));
    assertEquals(
        List.of(ResultKind.STRUCTURED_REPORT),
        objects.stream().map(ResultObject::kind).collect(Collectors.toList()));
    assertThrows(
        IllegalArgumentException.class,
        () -> ResultObjects.of(TestCases.simple(), null, EnumSet.of(ResultKind.PDF)));
  }
}
