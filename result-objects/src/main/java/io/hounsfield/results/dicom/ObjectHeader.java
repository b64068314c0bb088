// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultKind;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;

/**
 * What all our objects have in common: the modules Patient, Clinical Trial Subject and Study,
 * General Study and Patient Study as the source images have them, and a series and equipment of our
 * own.
 */
final class ObjectHeader {

  static final String MANUFACTURER = "Hounsfield";
  static final String MODEL_NAME = "Hounsfield lung CT quantification";
  static final String NOTICE = "Research use only - not a medical device";

  /** Modules Patient, General Study and Patient Study: present although the images lack them. */
  private static final int[] TYPE_2 = {
    Tag.PatientName,
    Tag.PatientID,
    Tag.PatientBirthDate,
    Tag.PatientSex,
    Tag.StudyDate,
    Tag.StudyTime,
    Tag.ReferringPhysicianName,
    Tag.StudyID,
    Tag.AccessionNumber
  };

  private static final VR[] TYPE_2_VR = {
    VR.PN, VR.LO, VR.DA, VR.CS, VR.DA, VR.TM, VR.PN, VR.SH, VR.SH
  };

  /** PS3.3 sections C.7.1.1, C.7.1.3, C.7.2.1, C.7.2.2, C.7.2.3 and C.12.1. */
  private static final int[] COPIED = {
    Tag.TimezoneOffsetFromUTC,
    Tag.PatientName,
    Tag.PatientID,
    Tag.IssuerOfPatientID,
    Tag.TypeOfPatientID,
    Tag.IssuerOfPatientIDQualifiersSequence,
    Tag.PatientBirthDate,
    Tag.PatientBirthTime,
    Tag.PatientSex,
    Tag.QualityControlSubject,
    Tag.ReferencedPatientSequence,
    Tag.OtherPatientIDs,
    Tag.OtherPatientNames,
    Tag.OtherPatientIDsSequence,
    Tag.EthnicGroup,
    Tag.PatientComments,
    Tag.PatientSpeciesDescription,
    Tag.PatientBreedDescription,
    Tag.ResponsiblePerson,
    Tag.ResponsiblePersonRole,
    Tag.ResponsibleOrganization,
    Tag.PatientIdentityRemoved,
    Tag.DeidentificationMethod,
    Tag.DeidentificationMethodCodeSequence,
    Tag.LongitudinalTemporalInformationModified,
    Tag.ClinicalTrialSponsorName,
    Tag.ClinicalTrialProtocolID,
    Tag.ClinicalTrialProtocolName,
    Tag.ClinicalTrialSiteID,
    Tag.ClinicalTrialSiteName,
    Tag.ClinicalTrialSubjectID,
    Tag.ClinicalTrialSubjectReadingID,
    Tag.ClinicalTrialTimePointID,
    Tag.ClinicalTrialTimePointDescription,
    Tag.StudyInstanceUID,
    Tag.StudyDate,
    Tag.StudyTime,
    Tag.ReferringPhysicianName,
    Tag.ReferringPhysicianIdentificationSequence,
    Tag.ConsultingPhysicianName,
    Tag.StudyID,
    Tag.AccessionNumber,
    Tag.IssuerOfAccessionNumberSequence,
    Tag.StudyDescription,
    Tag.PhysiciansOfRecord,
    Tag.PhysiciansOfRecordIdentificationSequence,
    Tag.NameOfPhysiciansReadingStudy,
    Tag.PhysiciansReadingStudyIdentificationSequence,
    Tag.ReferencedStudySequence,
    Tag.ProcedureCodeSequence,
    Tag.AdmittingDiagnosesDescription,
    Tag.AdmittingDiagnosesCodeSequence,
    Tag.PatientAge,
    Tag.PatientSize,
    Tag.PatientWeight,
    Tag.MedicalAlerts,
    Tag.Allergies,
    Tag.SmokingStatus,
    Tag.PregnancyStatus,
    Tag.PatientState,
    Tag.Occupation,
    Tag.AdditionalPatientHistory,
    Tag.AdmissionID,
    Tag.PatientSexNeutered
  };

  /**
   * Terms of PS3.16 annex L for parts that hold the lungs: none of them is paired, so Laterality is
   * not wanted (PS3.3 section C.7.3.1).
   */
  private static final Set<String> BODY_PARTS =
      Set.of(
          "CHEST",
          "CHESTABDOMEN",
          "CHESTABDPELVIS",
          "NECKCHEST",
          "NECKCHESTABDOMEN",
          "NECKCHESTABDPELV",
          "WHOLEBODY");

  private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuuMMdd");
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HHmmss.SSS");
  private static final DateTimeFormatter DATE_TIME =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss.SSSxx");

  private ObjectHeader() {}

  /**
   * A data set with the common modules.
   *
   * @param number from 1 among the objects of the kind
   */
  static DataSet of(ResultCase result, ResultKind kind, int number) {
    QuantificationReport report = result.report();
    DataSet source = result.source().attributes();
    DataSet header = new DataSet();
    // First the character set: copied text stays as it is, byte for byte.
    header.copy(source, Tag.SpecificCharacterSet);
    for (int i = 0; i < TYPE_2.length; i++) {
      header.put(TYPE_2[i], TYPE_2_VR[i]);
    }
    header.copy(source, COPIED);
    ZonedDateTime created = createdAt(result);
    String date = DATE.format(created);
    String time = TIME.format(created);
    String sopInstanceUid =
        ResultUids.instance(report.analysisId(), report.version(), kind, number);
    return header
        .put(Tag.SOPClassUID, VR.UI, kind.sopClassUid())
        .put(Tag.SOPInstanceUID, VR.UI, sopInstanceUid)
        .put(Tag.InstanceCreationDate, VR.DA, date)
        .put(Tag.InstanceCreationTime, VR.TM, time)
        .put(Tag.Modality, VR.CS, kind.modality())
        .put(Tag.SeriesInstanceUID, VR.UI, ResultUids.series(report.analysisId(), kind))
        .putInts(Tag.SeriesNumber, VR.IS, kind.seriesNumber())
        .put(Tag.SeriesDescription, VR.LO, kind.seriesDescription())
        // Versions are told apart by number, and pictures within a version.
        .putInts(Tag.InstanceNumber, VR.IS, (report.version() - 1) * kind.maxObjects() + number)
        .put(Tag.ContentDate, VR.DA, date)
        .put(Tag.ContentTime, VR.TM, time)
        .put(Tag.Manufacturer, VR.LO, MANUFACTURER)
        .put(Tag.ManufacturerModelName, VR.LO, MODEL_NAME)
        .put(Tag.DeviceSerialNumber, VR.LO, serialNumber(report))
        .put(
            Tag.SoftwareVersions,
            VR.LO,
            Ascii.cut(report.softwareVersion(), 64),
            Ascii.cut(report.model().name() + " " + report.model().version(), 64))
        .putItems(Tag.ContributingEquipmentSequence, program(report), network(report));
  }

  /** Item of Contributing Equipment Sequence, PS3.3 section C.12.1: the program. */
  private static DataSet program(QuantificationReport report) {
    return new DataSet()
        .putItems(Tag.PurposeOfReferenceCodeSequence, Codes.item(Codes.PROCESSING_EQUIPMENT))
        .put(Tag.Manufacturer, VR.LO, MANUFACTURER)
        .put(Tag.ManufacturerModelName, VR.LO, MODEL_NAME)
        .put(Tag.SoftwareVersions, VR.LO, Ascii.cut(report.softwareVersion(), 64))
        .put(Tag.DeviceUID, VR.UI, ResultUids.device(serialNumber(report)));
  }

  /**
   * The algorithm, as IHE AI Results wants it: with a Device UID that is another one for other
   * weights.
   */
  private static DataSet network(QuantificationReport report) {
    ModelIdentity model = report.model();
    return new DataSet()
        .putItems(Tag.PurposeOfReferenceCodeSequence, Codes.item(Codes.PROCESSING_ALGORITHM))
        .put(Tag.Manufacturer, VR.LO, MANUFACTURER)
        .put(Tag.ManufacturerModelName, VR.LO, Ascii.cut(model.name(), 64))
        .put(Tag.SoftwareVersions, VR.LO, Ascii.cut(model.version(), 64))
        .put(Tag.DeviceUID, VR.UI, ResultUids.device(model.sha256()));
  }

  /**
   * Body Part Examined of the images where it is a defined term that holds the lungs; else the
   * chest, since only chests come here. Scanners also write terms of their own, or LUNG, of which
   * Laterality would have to be told.
   */
  static void putBodyPart(DataSet object, ResultCase result) {
    String bodyPart =
        result
            .source()
            .attributes()
            .string(Tag.BodyPartExamined)
            .filter(BODY_PARTS::contains)
            .orElse("CHEST");
    object.put(Tag.BodyPartExamined, VR.CS, bodyPart);
  }

  /** Which program with which network: what a measurement can be made again with. */
  static String serialNumber(QuantificationReport report) {
    ModelIdentity model = report.model();
    String weights = Ascii.cut(model.sha256(), 16);
    return Ascii.cut(report.softwareVersion(), 40) + "-" + weights;
  }

  /**
   * When the report was made, in the time zone that the images name (0008,0201), since one offset
   * holds for all times of an object; else in the zone of this machine.
   */
  static ZonedDateTime createdAt(ResultCase result) {
    ZoneId zone =
        result
            .source()
            .attributes()
            .string(Tag.TimezoneOffsetFromUTC)
            .flatMap(ObjectHeader::offset)
            .map(ZoneId.class::cast)
            .orElse(ZoneId.systemDefault());
    return result.report().createdAt().atZone(zone);
  }

  /** The same as DT, with its offset. */
  static String createdAtDateTime(ResultCase result) {
    return DATE_TIME.format(createdAt(result));
  }

  private static java.util.Optional<ZoneOffset> offset(String text) {
    try {
      return java.util.Optional.of(ZoneOffset.of(text));
    } catch (DateTimeException e) {
      // The images name no offset that is one.
      return java.util.Optional.empty();
    }
  }

  /** Frame of Reference module, PS3.3 section C.7.4.1, of the source images. */
  static void putFrameOfReference(DataSet object, ResultCase result) {
    DataSet source = result.source().attributes();
    if (source.string(Tag.FrameOfReferenceUID).isPresent()) {
      object.copy(source, Tag.FrameOfReferenceUID);
      object.put(Tag.PositionReferenceIndicator, VR.LO);
      object.copy(source, Tag.PositionReferenceIndicator);
    }
  }

  /** Lossy Image Compression of the source images holds for what is derived from them. */
  static void putLossyCompression(DataSet object, ResultCase result) {
    DataSet source = result.source().attributes();
    boolean lossy = source.string(Tag.LossyImageCompression).filter("01"::equals).isPresent();
    object.put(Tag.LossyImageCompression, VR.CS, lossy ? "01" : "00");
    if (lossy) {
      object.copy(source, Tag.LossyImageCompressionRatio, Tag.LossyImageCompressionMethod);
    }
  }
}
