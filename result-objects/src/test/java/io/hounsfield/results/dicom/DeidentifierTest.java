// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
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
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.peers.Programs;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultKind;
import io.hounsfield.results.ResultObject;
import io.hounsfield.results.ResultObjects;
import io.hounsfield.results.dicom.ConfidentialityProfile.Action;
import io.hounsfield.results.dicom.Deidentifier.Option;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PS3.15 annex E, on our objects and on a CT image with every attribute of the table. */
class DeidentifierTest {

  private static final String SECRET = "a secret for the tests";
  private static final Set<Option> NONE = EnumSet.noneOf(Option.class);

  @TempDir Path temp;

  private static DataSet ct() {
    DataSet image =
        new DataSet()
            .put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 192")
            .put(Tag.SOPClassUID, VR.UI, SopClass.CT_IMAGE_STORAGE)
            .put(Tag.Manufacturer, VR.LO, "Scanner maker")
            .put(Tag.PatientName, VR.PN, "Secret^Name")
            .put(Tag.PatientID, VR.LO, "Secret-ID")
            .put(Tag.KVP, VR.DS, "120")
            .put(0x00091001, VR.LO, "Secret in a private attribute")
            .put(0x00080EFE, VR.LO, "Secret in an attribute of tomorrow")
            .put(0x60000022, VR.LO, "Secret in an overlay");
    for (int tag : ConfidentialityProfile.tags()) {
      VR vr = vrOf(tag);
      switch (vr) {
        case DA -> image.put(tag, vr, "19610504");
        case TM -> image.put(tag, vr, "081500");
        case DT -> image.put(tag, vr, "19610504081500");
        case AS -> image.put(tag, vr, "064Y");
        case CS -> image.put(tag, vr, "SECRET");
        case DS -> image.put(tag, vr, "71.5");
        case US -> image.putInts(tag, vr, 4);
        case UI -> image.put(tag, vr, "1.2.3.4." + Math.abs(tag));
        case AE -> image.put(tag, vr, "SECRET");
        case OB, OW -> image.putBytes(tag, vr, "Secret".getBytes(StandardCharsets.US_ASCII));
        case SQ ->
            image.putItems(tag, new DataSet().put(Tag.CodeMeaning, VR.LO, "Secret in an item"));
        default -> image.put(tag, vr, "Secret");
      }
    }
    return image;
  }

  /** The VR as a reader of Implicit VR takes it from the dictionary. */
  private static VR vrOf(int tag) {
    try {
      byte[] implicit = {
        (byte) (tag >>> 16), (byte) (tag >>> 24), (byte) tag, (byte) (tag >>> 8), 0, 0, 0, 0
      };
      return io.hounsfield.dicom.DataSets.decode(implicit, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
          .vr(tag)
          .orElseThrow();
    } catch (io.hounsfield.dicom.DicomException e) {
      throw new AssertionError(e);
    }
  }

  private static String text(DataSet object) throws Exception {
    return new String(
        io.hounsfield.dicom.DataSets.encode(object, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN),
        StandardCharsets.ISO_8859_1);
  }

  @Test
  void nothingOfTheTableIsLeft() throws Exception {
    DataSet clean = new Deidentifier(NONE, SECRET).deidentify(ct());
    String text = text(clean);
    assertFalse(text.contains("Secret") || text.contains("SECRET"), text);
    assertFalse(text.contains("19610504") || text.contains("064Y") || text.contains("1.2.3.4."));
    assertEquals("120", clean.string(Tag.KVP).orElseThrow());
    for (int tag : ConfidentialityProfile.tags()) {
      Action action = ConfidentialityProfile.action(tag);
      boolean gone = action == Action.REMOVE || action == Action.DUMMY_WHERE_NEEDED;
      assertEquals(!gone, clean.contains(tag), Tag.toString(tag) + " " + action);
      if (action == Action.EMPTY || action == Action.EMPTY_OR_DUMMY) {
        assertTrue(clean.string(tag).isEmpty() && clean.items(tag).isEmpty(), Tag.toString(tag));
      } else if (action == Action.UID) {
        assertTrue(Uid.isValid(clean.string(tag).orElseThrow()), Tag.toString(tag));
      }
    }
    assertEquals("YES", clean.string(Tag.PatientIdentityRemoved).orElseThrow());
    assertEquals(
        "REMOVED", clean.string(Tag.LongitudinalTemporalInformationModified).orElseThrow());
    assertEquals(
        List.of("113100"),
        clean.items(Tag.DeidentificationMethodCodeSequence).stream()
            .map(item -> item.string(Tag.CodeValue).orElseThrow())
            .toList());
  }

  @Test
  void theOriginalStaysAsItIs() throws Exception {
    DataSet image = ct();
    String before = text(image);
    new Deidentifier(EnumSet.allOf(Option.class), SECRET).deidentify(image);
    assertEquals(before, text(image));
  }

  @Test
  void optionsRetainWhatTheyName() {
    DataSet clean = new Deidentifier(EnumSet.allOf(Option.class), SECRET).deidentify(ct());
    assertEquals("19610504", clean.string(Tag.StudyDate).orElseThrow());
    assertEquals("064Y", clean.string(Tag.PatientAge).orElseThrow());
    assertEquals("Secret", clean.string(Tag.DeviceSerialNumber).orElseThrow());
    assertTrue(clean.string(Tag.StudyInstanceUID).orElseThrow().startsWith("1.2.3.4."));
    assertTrue(clean.string(Tag.PatientBirthDate).isEmpty(), "never the date of birth");
    assertTrue(clean.string(Tag.PatientName).orElseThrow().startsWith("ANON-"));
    assertEquals(5, clean.items(Tag.DeidentificationMethodCodeSequence).size());
    assertEquals(
        "UNMODIFIED", clean.string(Tag.LongitudinalTemporalInformationModified).orElseThrow());
  }

  @Test
  void pseudonymsDependOnPatientAndSecretAlone() {
    DataSet one = new Deidentifier(NONE, SECRET).deidentify(ct());
    DataSet again = new Deidentifier(NONE, SECRET).deidentify(ct().put(Tag.KVP, VR.DS, "80"));
    DataSet other = new Deidentifier(NONE, "another secret, as long").deidentify(ct());
    DataSet neighbour =
        new Deidentifier(NONE, SECRET).deidentify(ct().put(Tag.PatientID, VR.LO, "Other"));
    assertEquals(one.string(Tag.PatientID), again.string(Tag.PatientID));
    assertNotEquals(one.string(Tag.PatientID), other.string(Tag.PatientID));
    assertNotEquals(one.string(Tag.PatientID), neighbour.string(Tag.PatientID));
    assertNotEquals(one.string(Tag.SOPInstanceUID), other.string(Tag.SOPInstanceUID));
    assertThrows(IllegalArgumentException.class, () -> new Deidentifier(NONE, "short"));
  }

  /** One empty Patient ID for all would make one patient of many. */
  @Test
  void whoHasNoPatientIdGetsAPseudonymOfTheStudyAlone() throws Exception {
    Deidentifier deidentifier = new Deidentifier(EnumSet.allOf(Option.class), SECRET);
    DataSet one = deidentifier.deidentify(ct().put(Tag.PatientID, VR.LO));
    String pseudonym = one.string(Tag.PatientID).orElseThrow();
    assertTrue(pseudonym.matches("ANON-[0-9]{16}"), pseudonym);
    assertEquals(pseudonym, one.string(Tag.PatientName).orElseThrow());
    assertEquals(
        pseudonym,
        deidentifier
            .deidentify(ct().remove(Tag.PatientID).put(Tag.SOPInstanceUID, VR.UI, "1.2.3"))
            .string(Tag.PatientID)
            .orElseThrow());
    DataSet elsewhere = ct().remove(Tag.PatientID).put(Tag.StudyInstanceUID, VR.UI, "1.2.3");
    assertNotEquals(
        pseudonym, deidentifier.deidentify(elsewhere).string(Tag.PatientID).orElseThrow());
    assertNotEquals(
        pseudonym,
        deidentifier
            .deidentify(
                ct().put(Tag.PatientID, VR.LO, ct().string(Tag.StudyInstanceUID).orElseThrow()))
            .string(Tag.PatientID)
            .orElseThrow(),
        "an ID that reads like the study");
    ResultCase result = TestCases.simple();
    result.source().attributes().remove(Tag.PatientID);
    QuantificationReport clean =
        deidentifier.deidentify(result.report(), result.source().attributes());
    DataSet object =
        deidentifier.deidentify(
            DicomFiles.read(
                    ResultObjects.of(result, null, EnumSet.of(ResultKind.SEGMENTATION))
                        .get(0)
                        .toBytes())
                .dataSet());
    assertEquals(object.string(Tag.PatientID).orElseThrow(), clean.series().patientId());
    assertTrue(clean.series().patientName().startsWith("ANON-"));
    assertThrows(
        IllegalArgumentException.class,
        () -> deidentifier.deidentify(ct().remove(Tag.PatientID).remove(Tag.StudyInstanceUID)));
  }

  @Test
  void ourObjectsStayValidAndReferToEachOther() throws Exception {
    ResultCase result = TestCases.simple();
    List<ResultObject> objects =
        ResultObjects.of(
            result, null, EnumSet.of(ResultKind.SEGMENTATION, ResultKind.STRUCTURED_REPORT));
    Deidentifier deidentifier = new Deidentifier(NONE, SECRET);
    DataSet segmentation =
        deidentifier.deidentify(DicomFiles.read(objects.get(0).toBytes()).dataSet());
    DataSet report = deidentifier.deidentify(DicomFiles.read(objects.get(1).toBytes()).dataSet());
    for (DataSet clean : List.of(segmentation, report)) {
      String text = text(clean);
      assertFalse(text.contains("ller^J") || text.contains("PH-1") || text.contains("A-7"));
      assertFalse(text.contains(TestCases.simple().report().series().studyInstanceUid()));
      assertFalse(text.contains(result.source().frames().get(3).sopInstanceUid()));
    }
    String segmentationUid = segmentation.string(Tag.SOPInstanceUID).orElseThrow();
    assertNotEquals(objects.get(0).sopInstanceUid(), segmentationUid);
    assertTrue(text(report).contains(segmentationUid), "the report still names the segmentation");
    assertTrue(
        text(report)
            .contains(
                segmentation
                    .items(Tag.SegmentSequence)
                    .get(0)
                    .string(Tag.TrackingUID)
                    .orElseThrow()));
    assertArrayEquals(
        DicomFiles.read(objects.get(0).toBytes()).dataSet().bytes(Tag.PixelData).orElseThrow(),
        segmentation.bytes(Tag.PixelData).orElseThrow());
    Programs.needs("dciodvfy");
    for (DataSet clean : List.of(segmentation, report)) {
      Path file = temp.resolve(clean.string(Tag.Modality).orElseThrow() + ".dcm");
      DicomFiles.write(file, DicomFile.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, clean));
      Tools.Outcome outcome = Tools.run("dciodvfy", "-new", file.toString());
      assertEquals(
          List.of(), outcome.output().lines().filter(line -> line.startsWith("Error")).toList());
    }
  }

  @Test
  void aReportIsCleanedLikeTheObjectsAboutIt() throws Exception {
    ResultCase result = TestCases.simple();
    DataSet images = result.source().attributes();
    QuantificationReport report = result.report();
    QuantificationReport clean = new Deidentifier(NONE, SECRET).deidentify(report, images);
    DataSet object =
        new Deidentifier(NONE, SECRET)
            .deidentify(
                DicomFiles.read(
                        ResultObjects.of(result, null, EnumSet.of(ResultKind.STRUCTURED_REPORT))
                            .get(0)
                            .toBytes())
                    .dataSet());
    assertEquals(object.string(Tag.PatientID).orElseThrow(), clean.series().patientId());
    assertEquals(object.string(Tag.PatientName).orElseThrow(), clean.series().patientName());
    assertEquals(
        object.string(Tag.StudyInstanceUID).orElseThrow(), clean.series().studyInstanceUid());
    assertEquals(report.regions(), clean.regions());
    assertEquals(report.geometry(), clean.geometry());
    SeriesDescription s = clean.series();
    for (String gone :
        java.util.Arrays.asList(
            s.patientBirthDate(),
            s.patientSex(),
            s.accessionNumber(),
            s.studyDate(),
            s.studyTime(),
            s.studyDescription(),
            s.seriesDescription(),
            s.contrastBolusAgent())) {
      assertNull(gone);
    }
    assertEquals(1900, clean.createdAt().atOffset(java.time.ZoneOffset.UTC).getYear());
    assertEquals(
        report.series().kvp(), s.kvp(), "what the scanner did is not about whom it was done to");

    QuantificationReport dated =
        new Deidentifier(EnumSet.of(Option.RETAIN_FULL_DATES, Option.RETAIN_UIDS), SECRET)
            .deidentify(report, images);
    assertEquals(report.createdAt(), dated.createdAt());
    assertEquals(report.series().studyDate(), dated.series().studyDate());
    assertEquals(report.series().studyInstanceUid(), dated.series().studyInstanceUid());
    assertNull(dated.series().patientBirthDate());
    assertNotEquals(report.series().patientId(), dated.series().patientId());
  }

  @Test
  void whatCannotBeCleanedIsRefused() throws Exception {
    Deidentifier deidentifier = new Deidentifier(NONE, SECRET);
    for (ResultObject object :
        ResultObjects.of(TestCases.simple(), TestCases.PDF, EnumSet.of(ResultKind.PDF))) {
      DataSet dataSet = DicomFiles.read(object.toBytes()).dataSet();
      assertThrows(IllegalArgumentException.class, () -> deidentifier.deidentify(dataSet));
    }
    DataSet burned = ct().put(Tag.BurnedInAnnotation, VR.CS, "YES");
    assertThrows(IllegalArgumentException.class, () -> deidentifier.deidentify(burned));
    DataSet foreign =
        ct().put(Tag.SOPClassUID, VR.UI, SopClass.BASIC_TEXT_SR_STORAGE)
            .putItems(Tag.ContentSequence, new DataSet().put(Tag.TextValue, VR.UT, "Secret"));
    assertThrows(IllegalArgumentException.class, () -> deidentifier.deidentify(foreign));
  }
}
