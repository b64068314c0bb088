// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.Tag;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * PS3.15 table E.1-1 (2024b), column Basic Profile, for the attributes that this product's
 * dictionary knows; others are removed whole. Where the table leaves the choice by the type of the
 * attribute in the IOD (such as X/Z/D), the choice is for CT, Enhanced CT and our own objects.
 */
final class ConfidentialityProfile {

  enum Action {
    /** X: removed. */
    REMOVE,
    /** Z: present without a value. */
    EMPTY,
    /** D: another value of the same VR. */
    DUMMY,
    /** U: another UID, the same for the same UID. */
    UID,
    /** X, or D in objects that must have it: Enhanced General Equipment, enhanced images. */
    DUMMY_WHERE_NEEDED,
    /** Z, or D in objects that must have it. */
    EMPTY_OR_DUMMY
  }

  private static final Map<Integer, Action> ACTIONS = new HashMap<>();

  /** Retain Patient Characteristics Option. */
  static final Set<Integer> PATIENT_CHARACTERISTICS =
      Set.of(
          Tag.PatientSex,
          Tag.PatientAge,
          Tag.PatientSize,
          Tag.PatientWeight,
          Tag.EthnicGroup,
          Tag.SmokingStatus,
          Tag.PregnancyStatus,
          Tag.PatientSexNeutered);

  /** Retain Device Identity Option. */
  static final Set<Integer> DEVICE_IDENTITY =
      Set.of(
          Tag.StationName,
          Tag.StationAETitle,
          Tag.DeviceSerialNumber,
          Tag.DeviceUID,
          Tag.GantryID,
          Tag.PlateID,
          Tag.PerformedStationName,
          Tag.PerformedStationAETitle,
          Tag.DateOfLastCalibration,
          Tag.TimeOfLastCalibration);

  static {
    all(
        Action.REMOVE,
        Tag.AdditionalPatientHistory,
        Tag.AdmissionID,
        Tag.AdmittingDate,
        Tag.AdmittingDiagnosesCodeSequence,
        Tag.AdmittingDiagnosesDescription,
        Tag.Allergies,
        Tag.AuthorObserverSequence,
        Tag.BranchOfService,
        Tag.ClinicalTrialSeriesDescription,
        Tag.ClinicalTrialSeriesID,
        Tag.ClinicalTrialTimePointDescription,
        Tag.CommentsOnRadiationDose,
        Tag.CommentsOnThePerformedProcedureStep,
        Tag.ContentCreatorIdentificationCodeSequence,
        Tag.ContrastBolusStartTime,
        Tag.ContrastBolusStopTime,
        Tag.ContributionDateTime,
        Tag.ContributionDescription,
        Tag.CountryOfResidence,
        Tag.CurrentPatientLocation,
        Tag.CustodialOrganizationSequence,
        Tag.DataSetTrailingPadding,
        Tag.DateOfLastCalibration,
        Tag.DateOfSecondaryCapture,
        Tag.DerivationDescription,
        Tag.DigitalSignaturesSequence,
        Tag.EthnicGroup,
        Tag.FrameComments,
        Tag.GantryID,
        Tag.IconImageSequence,
        Tag.IdentifyingComments,
        Tag.ImageComments,
        Tag.ImagingServiceRequestComments,
        Tag.InstanceCoercionDateTime,
        Tag.InstitutionAddress,
        Tag.InstitutionalDepartmentName,
        Tag.InstitutionalDepartmentTypeCodeSequence,
        Tag.InterventionDrugStopTime,
        Tag.IssuerOfPatientID,
        Tag.LastMenstrualDate,
        Tag.MedicalAlerts,
        Tag.MedicalRecordLocator,
        Tag.MilitaryRank,
        Tag.ModifiedAttributesSequence,
        Tag.NameOfPhysiciansReadingStudy,
        Tag.Occupation,
        Tag.OriginalAttributesSequence,
        Tag.OtherPatientIDs,
        Tag.OtherPatientIDsSequence,
        Tag.OtherPatientNames,
        Tag.OverlayData,
        Tag.ParticipantSequence,
        Tag.PatientComments,
        Tag.PatientState,
        Tag.PatientAddress,
        Tag.PatientAge,
        Tag.PatientBirthName,
        Tag.PatientBirthTime,
        Tag.PatientInsurancePlanCodeSequence,
        Tag.PatientMotherBirthName,
        Tag.PatientPrimaryLanguageCodeSequence,
        Tag.PatientReligiousPreference,
        Tag.PatientSize,
        Tag.PatientTelephoneNumbers,
        Tag.PatientWeight,
        Tag.PerformedLocation,
        Tag.PerformedProcedureStepDescription,
        Tag.PerformedProcedureStepEndDate,
        Tag.PerformedProcedureStepEndTime,
        Tag.PerformedProcedureStepID,
        Tag.PerformedProcedureStepStartDate,
        Tag.PerformedProcedureStepStartTime,
        Tag.PerformedStationAETitle,
        Tag.PerformedStationName,
        Tag.PerformingPhysicianIdentificationSequence,
        Tag.PerformingPhysicianName,
        Tag.PersonAddress,
        Tag.PersonTelephoneNumbers,
        Tag.PhysiciansReadingStudyIdentificationSequence,
        Tag.PhysiciansOfRecord,
        Tag.PhysiciansOfRecordIdentificationSequence,
        Tag.PlateID,
        Tag.PregnancyStatus,
        Tag.PresentationCreationDate,
        Tag.PresentationCreationTime,
        Tag.ReasonForTheRequestedProcedure,
        Tag.ReferencedDigitalSignatureSequence,
        Tag.ReferencedPatientPhotoSequence,
        Tag.ReferencedPatientSequence,
        Tag.ReferringPhysicianIdentificationSequence,
        Tag.ReferringPhysicianAddress,
        Tag.ReferringPhysicianTelephoneNumbers,
        Tag.RegionOfResidence,
        Tag.RequestAttributesSequence,
        Tag.RequestedContrastAgent,
        Tag.RequestedProcedureID,
        Tag.RequestingPhysician,
        Tag.RequestingService,
        Tag.ResponsibleOrganization,
        Tag.ResponsiblePerson,
        Tag.RetrieveAETitle,
        Tag.SOPAuthorizationDateTime,
        Tag.ScheduledProcedureStepDescription,
        Tag.ScheduledProcedureStepID,
        Tag.SeriesDescription,
        Tag.SmokingStatus,
        Tag.SpecialNeeds,
        Tag.StationAETitle,
        Tag.StudyComments,
        Tag.StudyDescription,
        Tag.TimeOfLastCalibration,
        Tag.TimeOfSecondaryCapture,
        Tag.TimezoneOffsetFromUTC,
        Tag.VisitComments,
        // X/Z, X/D and X/Z/D: type 3 in our objects and in CT
        Tag.AcquisitionDate,
        Tag.AcquisitionTime,
        Tag.ReferencedStudySequence,
        Tag.RequestedProcedureDescription,
        Tag.AcquisitionDeviceProcessingDescription,
        Tag.InstanceCreationDate,
        Tag.InstanceCreationTime,
        Tag.ObservationDateTime,
        Tag.OperatorIdentificationSequence,
        Tag.ProtocolName,
        Tag.SeriesDate,
        Tag.SeriesTime,
        Tag.InstitutionCodeSequence,
        Tag.InstitutionName,
        Tag.OperatorsName,
        Tag.StationName,
        // D, in modules that none of these objects must have: removed with what is in them
        Tag.DigitalSignatureDateTime,
        Tag.CertificateOfSigner,
        Tag.GraphicAnnotationSequence,
        Tag.PersonIdentificationCodeSequence,
        Tag.VerifyingObserverSequence,
        // Not in the table, and naming those who gave the identifiers
        Tag.IssuerOfAccessionNumberSequence,
        Tag.IssuerOfPatientIDQualifiersSequence);
    all(
        Action.EMPTY,
        Tag.AccessionNumber,
        Tag.ClinicalTrialCoordinatingCenterName,
        Tag.ClinicalTrialProtocolName,
        Tag.ClinicalTrialSiteID,
        Tag.ClinicalTrialSiteName,
        Tag.ClinicalTrialTimePointID,
        Tag.ConsultingPhysicianName,
        Tag.FillerOrderNumberImagingServiceRequest,
        Tag.PatientBirthDate,
        Tag.PatientSex,
        Tag.PlacerOrderNumberImagingServiceRequest,
        Tag.ReferringPhysicianName,
        Tag.SourceOfPreviousValues,
        Tag.StudyDate,
        Tag.StudyID,
        Tag.StudyTime,
        Tag.VerifyingObserverIdentificationCodeSequence,
        // Type 2 where they occur
        Tag.ContentCreatorName,
        Tag.ContrastBolusAgent,
        Tag.AcquisitionContextSequence,
        Tag.PatientSexNeutered,
        Tag.ReferencedPerformedProcedureStepSequence);
    all(
        Action.DUMMY,
        Tag.ClinicalTrialProtocolID,
        Tag.ClinicalTrialSponsorName,
        Tag.ClinicalTrialSubjectID,
        Tag.ClinicalTrialSubjectReadingID,
        Tag.ContainerIdentifier,
        Tag.ContextGroupLocalVersion,
        Tag.ContextGroupVersion,
        Tag.Date,
        Tag.DateTime,
        Tag.Time,
        Tag.PersonName,
        Tag.FrameAcquisitionDateTime,
        Tag.FrameReferenceDateTime,
        Tag.AttributeModificationDateTime,
        Tag.ModifyingSystem,
        Tag.ReasonForTheAttributeModification,
        Tag.VerificationDateTime,
        Tag.VerifyingObserverName,
        Tag.VerifyingOrganization);
    all(
        Action.UID,
        Tag.AcquisitionUID,
        Tag.ConcatenationUID,
        Tag.DeviceUID,
        Tag.DigitalSignatureUID,
        Tag.DimensionOrganizationUID,
        Tag.FailedSOPInstanceUIDList,
        Tag.FiducialUID,
        Tag.FrameOfReferenceUID,
        Tag.InstanceCreatorUID,
        Tag.IrradiationEventUID,
        Tag.ObservationUID,
        Tag.ReferencedFrameOfReferenceUID,
        Tag.ReferencedSOPInstanceUID,
        Tag.SOPInstanceUID,
        Tag.SeriesInstanceUID,
        Tag.StorageMediaFileSetUID,
        Tag.StudyInstanceUID,
        Tag.SynchronizationFrameOfReferenceUID,
        Tag.TrackingUID,
        Tag.TransactionUID,
        Tag.UID);
    all(Action.DUMMY_WHERE_NEEDED, Tag.DeviceSerialNumber, Tag.AcquisitionDateTime);
    all(Action.EMPTY_OR_DUMMY, Tag.ContentDate, Tag.ContentTime);
  }

  private ConfidentialityProfile() {}

  private static void all(Action action, int... tags) {
    for (int tag : tags) {
      if (ACTIONS.put(tag, action) != null) {
        throw new IllegalStateException("listed twice: " + Tag.toString(tag));
      }
    }
  }

  /** What the profile does with an attribute, {@code null} if it lets it be. */
  static Action action(int tag) {
    return ACTIONS.get(tag);
  }

  /** Tags in the table. */
  static Set<Integer> tags() {
    return ACTIONS.keySet();
  }
}
