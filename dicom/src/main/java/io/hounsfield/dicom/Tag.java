// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static io.hounsfield.dicom.VR.*;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The data dictionary: tags by their keyword, PS3.6 section 6 and PS3.7 annex E, with the VR that
 * Implicit VR encodings leave out. A tag is {@code group << 16 | element}. Whatever CT, Enhanced
 * CT, Secondary Capture, Segmentation and Structured Report objects usually hold is here; what is
 * not is read as UN.
 */
public final class Tag {
  private static final Map<Integer, VR> VRS = new HashMap<>(2048);
  private static final Map<Integer, VR> SIGNED_VRS = new HashMap<>();

  // Command set, PS3.7 annex E
  public static final int CommandGroupLength = define(0x00000000, UL);
  public static final int AffectedSOPClassUID = define(0x00000002, UI);
  public static final int RequestedSOPClassUID = define(0x00000003, UI);
  public static final int CommandField = define(0x00000100, US);
  public static final int MessageID = define(0x00000110, US);
  public static final int MessageIDBeingRespondedTo = define(0x00000120, US);
  public static final int MoveDestination = define(0x00000600, AE);
  public static final int Priority = define(0x00000700, US);
  public static final int CommandDataSetType = define(0x00000800, US);
  public static final int Status = define(0x00000900, US);
  public static final int OffendingElement = define(0x00000901, AT);
  public static final int ErrorComment = define(0x00000902, LO);
  public static final int ErrorID = define(0x00000903, US);
  public static final int AffectedSOPInstanceUID = define(0x00001000, UI);
  public static final int RequestedSOPInstanceUID = define(0x00001001, UI);
  public static final int EventTypeID = define(0x00001002, US);
  public static final int AttributeIdentifierList = define(0x00001005, AT);
  public static final int ActionTypeID = define(0x00001008, US);
  public static final int NumberOfRemainingSuboperations = define(0x00001020, US);
  public static final int NumberOfCompletedSuboperations = define(0x00001021, US);
  public static final int NumberOfFailedSuboperations = define(0x00001022, US);
  public static final int NumberOfWarningSuboperations = define(0x00001023, US);
  public static final int MoveOriginatorApplicationEntityTitle = define(0x00001030, AE);
  public static final int MoveOriginatorMessageID = define(0x00001031, US);

  // File meta information, PS3.10 section 7.1
  public static final int FileMetaInformationGroupLength = define(0x00020000, UL);
  public static final int FileMetaInformationVersion = define(0x00020001, OB);
  public static final int MediaStorageSOPClassUID = define(0x00020002, UI);
  public static final int MediaStorageSOPInstanceUID = define(0x00020003, UI);
  public static final int TransferSyntaxUID = define(0x00020010, UI);
  public static final int ImplementationClassUID = define(0x00020012, UI);
  public static final int ImplementationVersionName = define(0x00020013, SH);
  public static final int SourceApplicationEntityTitle = define(0x00020016, AE);
  public static final int SendingApplicationEntityTitle = define(0x00020017, AE);
  public static final int ReceivingApplicationEntityTitle = define(0x00020018, AE);
  public static final int PrivateInformationCreatorUID = define(0x00020100, UI);
  public static final int PrivateInformation = define(0x00020102, OB);

  // Identification: SOP common, study, series, equipment
  public static final int FileSetID = define(0x00041130, CS);
  public static final int DirectoryRecordSequence = define(0x00041220, SQ);
  public static final int DirectoryRecordType = define(0x00041430, CS);
  public static final int ReferencedFileID = define(0x00041500, CS);
  public static final int SpecificCharacterSet = define(0x00080005, CS);
  public static final int LanguageCodeSequence = define(0x00080006, SQ);
  public static final int ImageType = define(0x00080008, CS);
  public static final int InstanceCreationDate = define(0x00080012, DA);
  public static final int InstanceCreationTime = define(0x00080013, TM);
  public static final int InstanceCreatorUID = define(0x00080014, UI);
  public static final int InstanceCoercionDateTime = define(0x00080015, DT);
  public static final int SOPClassUID = define(0x00080016, UI);
  public static final int AcquisitionUID = define(0x00080017, UI);
  public static final int SOPInstanceUID = define(0x00080018, UI);
  public static final int RelatedGeneralSOPClassUID = define(0x0008001A, UI);
  public static final int OriginalSpecializedSOPClassUID = define(0x0008001B, UI);
  public static final int StudyDate = define(0x00080020, DA);
  public static final int SeriesDate = define(0x00080021, DA);
  public static final int AcquisitionDate = define(0x00080022, DA);
  public static final int ContentDate = define(0x00080023, DA);
  public static final int AcquisitionDateTime = define(0x0008002A, DT);
  public static final int StudyTime = define(0x00080030, TM);
  public static final int SeriesTime = define(0x00080031, TM);
  public static final int AcquisitionTime = define(0x00080032, TM);
  public static final int ContentTime = define(0x00080033, TM);
  public static final int AccessionNumber = define(0x00080050, SH);
  public static final int IssuerOfAccessionNumberSequence = define(0x00080051, SQ);
  public static final int QueryRetrieveLevel = define(0x00080052, CS);
  public static final int QueryRetrieveView = define(0x00080053, CS);
  public static final int RetrieveAETitle = define(0x00080054, AE);
  public static final int StationAETitle = define(0x00080055, AE);
  public static final int InstanceAvailability = define(0x00080056, CS);
  public static final int FailedSOPInstanceUIDList = define(0x00080058, UI);
  public static final int Modality = define(0x00080060, CS);
  public static final int ModalitiesInStudy = define(0x00080061, CS);
  public static final int SOPClassesInStudy = define(0x00080062, UI);
  public static final int AnatomicRegionsInStudyCodeSequence = define(0x00080063, SQ);
  public static final int ConversionType = define(0x00080064, CS);
  public static final int PresentationIntentType = define(0x00080068, CS);
  public static final int Manufacturer = define(0x00080070, LO);
  public static final int InstitutionName = define(0x00080080, LO);
  public static final int InstitutionAddress = define(0x00080081, ST);
  public static final int InstitutionCodeSequence = define(0x00080082, SQ);
  public static final int ReferringPhysicianName = define(0x00080090, PN);
  public static final int ReferringPhysicianAddress = define(0x00080092, ST);
  public static final int ReferringPhysicianTelephoneNumbers = define(0x00080094, SH);
  public static final int ReferringPhysicianIdentificationSequence = define(0x00080096, SQ);
  public static final int ConsultingPhysicianName = define(0x0008009C, PN);
  public static final int CodeValue = define(0x00080100, SH);
  public static final int ExtendedCodeValue = define(0x00080101, LO);
  public static final int CodingSchemeDesignator = define(0x00080102, SH);
  public static final int CodingSchemeVersion = define(0x00080103, SH);
  public static final int CodeMeaning = define(0x00080104, LO);
  public static final int MappingResource = define(0x00080105, CS);
  public static final int ContextGroupVersion = define(0x00080106, DT);
  public static final int ContextGroupLocalVersion = define(0x00080107, DT);
  public static final int ContextGroupExtensionFlag = define(0x0008010B, CS);
  public static final int CodingSchemeUID = define(0x0008010C, UI);
  public static final int ContextGroupExtensionCreatorUID = define(0x0008010D, UI);
  public static final int ContextIdentifier = define(0x0008010F, CS);
  public static final int CodingSchemeIdentificationSequence = define(0x00080110, SQ);
  public static final int CodingSchemeRegistry = define(0x00080112, LO);
  public static final int CodingSchemeExternalID = define(0x00080114, ST);
  public static final int CodingSchemeName = define(0x00080115, ST);
  public static final int CodingSchemeResponsibleOrganization = define(0x00080116, ST);
  public static final int ContextUID = define(0x00080117, UI);
  public static final int MappingResourceUID = define(0x00080118, UI);
  public static final int LongCodeValue = define(0x00080119, UC);
  public static final int URNCodeValue = define(0x00080120, UR);
  public static final int EquivalentCodeSequence = define(0x00080121, SQ);
  public static final int MappingResourceName = define(0x00080122, LO);
  public static final int TimezoneOffsetFromUTC = define(0x00080201, SH);
  public static final int ResponsibleGroupCodeSequence = define(0x00080220, SQ);
  public static final int PrivateDataElementCharacteristicsSequence = define(0x00080300, SQ);
  public static final int StationName = define(0x00081010, SH);
  public static final int StudyDescription = define(0x00081030, LO);
  public static final int ProcedureCodeSequence = define(0x00081032, SQ);
  public static final int SeriesDescription = define(0x0008103E, LO);
  public static final int SeriesDescriptionCodeSequence = define(0x0008103F, SQ);
  public static final int InstitutionalDepartmentName = define(0x00081040, LO);
  public static final int InstitutionalDepartmentTypeCodeSequence = define(0x00081041, SQ);
  public static final int PhysiciansOfRecord = define(0x00081048, PN);
  public static final int PhysiciansOfRecordIdentificationSequence = define(0x00081049, SQ);
  public static final int PerformingPhysicianName = define(0x00081050, PN);
  public static final int PerformingPhysicianIdentificationSequence = define(0x00081052, SQ);
  public static final int NameOfPhysiciansReadingStudy = define(0x00081060, PN);
  public static final int PhysiciansReadingStudyIdentificationSequence = define(0x00081062, SQ);
  public static final int OperatorsName = define(0x00081070, PN);
  public static final int OperatorIdentificationSequence = define(0x00081072, SQ);
  public static final int AdmittingDiagnosesDescription = define(0x00081080, LO);
  public static final int AdmittingDiagnosesCodeSequence = define(0x00081084, SQ);
  public static final int ManufacturerModelName = define(0x00081090, LO);
  public static final int ReferencedStudySequence = define(0x00081110, SQ);
  public static final int ReferencedPerformedProcedureStepSequence = define(0x00081111, SQ);
  public static final int ReferencedSeriesSequence = define(0x00081115, SQ);
  public static final int ReferencedPatientSequence = define(0x00081120, SQ);
  public static final int ReferencedVisitSequence = define(0x00081125, SQ);
  public static final int ReferencedWaveformSequence = define(0x0008113A, SQ);
  public static final int ReferencedImageSequence = define(0x00081140, SQ);
  public static final int ReferencedInstanceSequence = define(0x0008114A, SQ);
  public static final int ReferencedSOPClassUID = define(0x00081150, UI);
  public static final int ReferencedSOPInstanceUID = define(0x00081155, UI);
  public static final int SOPClassesSupported = define(0x0008115A, UI);
  public static final int ReferencedFrameNumber = define(0x00081160, IS);
  public static final int RetrieveURL = define(0x00081190, UR);
  public static final int TransactionUID = define(0x00081195, UI);
  public static final int WarningReason = define(0x00081196, US);
  public static final int FailureReason = define(0x00081197, US);
  public static final int FailedSOPSequence = define(0x00081198, SQ);
  public static final int OtherFailuresSequence = define(0x0008119A, SQ);
  public static final int ReferencedSOPSequence = define(0x00081199, SQ);
  public static final int StudiesContainingOtherReferencedInstancesSequence =
      define(0x00081200, SQ);
  public static final int RelatedSeriesSequence = define(0x00081250, SQ);
  public static final int DerivationDescription = define(0x00082111, ST);
  public static final int SourceImageSequence = define(0x00082112, SQ);
  public static final int StageName = define(0x00082120, SH);
  public static final int StageNumber = define(0x00082122, IS);
  public static final int AnatomicRegionSequence = define(0x00082218, SQ);
  public static final int AnatomicRegionModifierSequence = define(0x00082220, SQ);
  public static final int PrimaryAnatomicStructureSequence = define(0x00082228, SQ);
  public static final int PrimaryAnatomicStructureModifierSequence = define(0x00082230, SQ);
  public static final int AlternateRepresentationSequence = define(0x00083001, SQ);
  public static final int AvailableTransferSyntaxUID = define(0x00083002, UI);
  public static final int IrradiationEventUID = define(0x00083010, UI);
  public static final int SourceIrradiationEventSequence = define(0x00083011, SQ);
  public static final int IdentifyingComments = define(0x00084000, LT);
  public static final int FrameType = define(0x00089007, CS);
  public static final int ReferencedImageEvidenceSequence = define(0x00089092, SQ);
  public static final int ReferencedRawDataSequence = define(0x00089121, SQ);
  public static final int CreatorVersionUID = define(0x00089123, UI);
  public static final int DerivationImageSequence = define(0x00089124, SQ);
  public static final int SourceImageEvidenceSequence = define(0x00089154, SQ);
  public static final int PixelPresentation = define(0x00089205, CS);
  public static final int VolumetricProperties = define(0x00089206, CS);
  public static final int VolumeBasedCalculationTechnique = define(0x00089207, CS);
  public static final int ComplexImageComponent = define(0x00089208, CS);
  public static final int AcquisitionContrast = define(0x00089209, CS);
  public static final int DerivationCodeSequence = define(0x00089215, SQ);
  public static final int ReferencedPresentationStateSequence = define(0x00089237, SQ);

  // Patient
  public static final int PatientName = define(0x00100010, PN);
  public static final int PatientID = define(0x00100020, LO);
  public static final int IssuerOfPatientID = define(0x00100021, LO);
  public static final int TypeOfPatientID = define(0x00100022, CS);
  public static final int IssuerOfPatientIDQualifiersSequence = define(0x00100024, SQ);
  public static final int PatientBirthDate = define(0x00100030, DA);
  public static final int PatientBirthTime = define(0x00100032, TM);
  public static final int PatientSex = define(0x00100040, CS);
  public static final int PatientInsurancePlanCodeSequence = define(0x00100050, SQ);
  public static final int PatientPrimaryLanguageCodeSequence = define(0x00100101, SQ);
  public static final int QualityControlSubject = define(0x00100200, CS);
  public static final int StrainDescription = define(0x00100212, UC);
  public static final int OtherPatientIDs = define(0x00101000, LO);
  public static final int OtherPatientNames = define(0x00101001, PN);
  public static final int OtherPatientIDsSequence = define(0x00101002, SQ);
  public static final int PatientBirthName = define(0x00101005, PN);
  public static final int PatientAge = define(0x00101010, AS);
  public static final int PatientSize = define(0x00101020, DS);
  public static final int PatientSizeCodeSequence = define(0x00101021, SQ);
  public static final int PatientWeight = define(0x00101030, DS);
  public static final int PatientAddress = define(0x00101040, LO);
  public static final int PatientMotherBirthName = define(0x00101060, PN);
  public static final int MilitaryRank = define(0x00101080, LO);
  public static final int BranchOfService = define(0x00101081, LO);
  public static final int MedicalRecordLocator = define(0x00101090, LO);
  public static final int ReferencedPatientPhotoSequence = define(0x00101100, SQ);
  public static final int MedicalAlerts = define(0x00102000, LO);
  public static final int Allergies = define(0x00102110, LO);
  public static final int CountryOfResidence = define(0x00102150, LO);
  public static final int RegionOfResidence = define(0x00102152, LO);
  public static final int PatientTelephoneNumbers = define(0x00102154, SH);
  public static final int EthnicGroup = define(0x00102160, SH);
  public static final int Occupation = define(0x00102180, SH);
  public static final int SmokingStatus = define(0x001021A0, CS);
  public static final int AdditionalPatientHistory = define(0x001021B0, LT);
  public static final int PregnancyStatus = define(0x001021C0, US);
  public static final int LastMenstrualDate = define(0x001021D0, DA);
  public static final int PatientReligiousPreference = define(0x001021F0, LO);
  public static final int PatientSpeciesDescription = define(0x00102201, LO);
  public static final int PatientSexNeutered = define(0x00102203, CS);
  public static final int PatientBreedDescription = define(0x00102292, LO);
  public static final int ResponsiblePerson = define(0x00102297, PN);
  public static final int ResponsiblePersonRole = define(0x00102298, CS);
  public static final int ResponsibleOrganization = define(0x00102299, LO);
  public static final int PatientComments = define(0x00104000, LT);

  // Clinical trial and de-identification
  public static final int ClinicalTrialSponsorName = define(0x00120010, LO);
  public static final int ClinicalTrialProtocolID = define(0x00120020, LO);
  public static final int ClinicalTrialProtocolName = define(0x00120021, LO);
  public static final int ClinicalTrialSiteID = define(0x00120030, LO);
  public static final int ClinicalTrialSiteName = define(0x00120031, LO);
  public static final int ClinicalTrialSubjectID = define(0x00120040, LO);
  public static final int ClinicalTrialSubjectReadingID = define(0x00120042, LO);
  public static final int ClinicalTrialTimePointID = define(0x00120050, LO);
  public static final int ClinicalTrialTimePointDescription = define(0x00120051, ST);
  public static final int LongitudinalTemporalOffsetFromEvent = define(0x00120052, FD);
  public static final int LongitudinalTemporalEventType = define(0x00120053, CS);
  public static final int ClinicalTrialCoordinatingCenterName = define(0x00120060, LO);
  public static final int PatientIdentityRemoved = define(0x00120062, CS);
  public static final int DeidentificationMethod = define(0x00120063, LO);
  public static final int DeidentificationMethodCodeSequence = define(0x00120064, SQ);
  public static final int ClinicalTrialSeriesID = define(0x00120071, LO);
  public static final int ClinicalTrialSeriesDescription = define(0x00120072, LO);
  public static final int ConsentForClinicalTrialUseSequence = define(0x00120083, SQ);

  // Acquisition
  public static final int ContrastBolusAgent = define(0x00180010, LO);
  public static final int ContrastBolusAgentSequence = define(0x00180012, SQ);
  public static final int ContrastBolusAdministrationRouteSequence = define(0x00180014, SQ);
  public static final int BodyPartExamined = define(0x00180015, CS);
  public static final int ScanningSequence = define(0x00180020, CS);
  public static final int SequenceVariant = define(0x00180021, CS);
  public static final int ScanOptions = define(0x00180022, CS);
  public static final int MRAcquisitionType = define(0x00180023, CS);
  public static final int SequenceName = define(0x00180024, SH);
  public static final int AngioFlag = define(0x00180025, CS);
  public static final int InterventionDrugInformationSequence = define(0x00180026, SQ);
  public static final int InterventionDrugStopTime = define(0x00180027, TM);
  public static final int SliceThickness = define(0x00180050, DS);
  public static final int KVP = define(0x00180060, DS);
  public static final int RepetitionTime = define(0x00180080, DS);
  public static final int EchoTime = define(0x00180081, DS);
  public static final int InversionTime = define(0x00180082, DS);
  public static final int NumberOfAverages = define(0x00180083, DS);
  public static final int ImagingFrequency = define(0x00180084, DS);
  public static final int ImagedNucleus = define(0x00180085, SH);
  public static final int EchoNumbers = define(0x00180086, IS);
  public static final int MagneticFieldStrength = define(0x00180087, DS);
  public static final int SpacingBetweenSlices = define(0x00180088, DS);
  public static final int DataCollectionDiameter = define(0x00180090, DS);
  public static final int EchoTrainLength = define(0x00180091, IS);
  public static final int DeviceSerialNumber = define(0x00181000, LO);
  public static final int DeviceUID = define(0x00181002, UI);
  public static final int PlateID = define(0x00181004, LO);
  public static final int GantryID = define(0x00181008, LO);
  public static final int SecondaryCaptureDeviceID = define(0x00181010, LO);
  public static final int DateOfSecondaryCapture = define(0x00181012, DA);
  public static final int TimeOfSecondaryCapture = define(0x00181014, TM);
  public static final int SecondaryCaptureDeviceManufacturer = define(0x00181016, LO);
  public static final int SecondaryCaptureDeviceManufacturerModelName = define(0x00181018, LO);
  public static final int SecondaryCaptureDeviceSoftwareVersions = define(0x00181019, LO);
  public static final int SoftwareVersions = define(0x00181020, LO);
  public static final int VideoImageFormatAcquired = define(0x00181022, SH);
  public static final int DigitalImageFormatAcquired = define(0x00181023, LO);
  public static final int ProtocolName = define(0x00181030, LO);
  public static final int ContrastBolusRoute = define(0x00181040, LO);
  public static final int ContrastBolusVolume = define(0x00181041, DS);
  public static final int ContrastBolusStartTime = define(0x00181042, TM);
  public static final int ContrastBolusStopTime = define(0x00181043, TM);
  public static final int ContrastBolusTotalDose = define(0x00181044, DS);
  public static final int ContrastFlowRate = define(0x00181046, DS);
  public static final int ContrastFlowDuration = define(0x00181047, DS);
  public static final int ContrastBolusIngredient = define(0x00181048, CS);
  public static final int ContrastBolusIngredientConcentration = define(0x00181049, DS);
  public static final int SpatialResolution = define(0x00181050, DS);
  public static final int TriggerTime = define(0x00181060, DS);
  public static final int NominalInterval = define(0x00181062, IS);
  public static final int HeartRate = define(0x00181088, IS);
  public static final int ReconstructionDiameter = define(0x00181100, DS);
  public static final int DistanceSourceToDetector = define(0x00181110, DS);
  public static final int DistanceSourceToPatient = define(0x00181111, DS);
  public static final int EstimatedRadiographicMagnificationFactor = define(0x00181114, DS);
  public static final int GantryDetectorTilt = define(0x00181120, DS);
  public static final int GantryDetectorSlew = define(0x00181121, DS);
  public static final int TableHeight = define(0x00181130, DS);
  public static final int TableTraverse = define(0x00181131, DS);
  public static final int TableMotion = define(0x00181134, CS);
  public static final int TableVerticalIncrement = define(0x00181135, DS);
  public static final int TableLateralIncrement = define(0x00181136, DS);
  public static final int TableLongitudinalIncrement = define(0x00181137, DS);
  public static final int TableAngle = define(0x00181138, DS);
  public static final int RotationDirection = define(0x00181140, CS);
  public static final int RadialPosition = define(0x00181142, DS);
  public static final int ScanArc = define(0x00181143, DS);
  public static final int AngularStep = define(0x00181144, DS);
  public static final int CenterOfRotationOffset = define(0x00181145, DS);
  public static final int FieldOfViewShape = define(0x00181147, CS);
  public static final int FieldOfViewDimensions = define(0x00181149, IS);
  public static final int ExposureTime = define(0x00181150, IS);
  public static final int XRayTubeCurrent = define(0x00181151, IS);
  public static final int Exposure = define(0x00181152, IS);
  public static final int ExposureInuAs = define(0x00181153, IS);
  public static final int AveragePulseWidth = define(0x00181154, DS);
  public static final int RadiationSetting = define(0x00181155, CS);
  public static final int RectificationType = define(0x00181156, CS);
  public static final int RadiationMode = define(0x0018115A, CS);
  public static final int ImageAndFluoroscopyAreaDoseProduct = define(0x0018115E, DS);
  public static final int FilterType = define(0x00181160, SH);
  public static final int ImagerPixelSpacing = define(0x00181164, DS);
  public static final int GeneratorPower = define(0x00181170, IS);
  public static final int CollimatorType = define(0x00181181, CS);
  public static final int FocalSpots = define(0x00181190, DS);
  public static final int AnodeTargetMaterial = define(0x00181191, CS);
  public static final int DateOfLastCalibration = define(0x00181200, DA);
  public static final int TimeOfLastCalibration = define(0x00181201, TM);
  public static final int ConvolutionKernel = define(0x00181210, SH);
  public static final int ActualFrameDuration = define(0x00181242, IS);
  public static final int WaterEquivalentDiameter = define(0x00181271, FD);
  public static final int WaterEquivalentDiameterCalculationMethodCodeSequence =
      define(0x00181272, SQ);
  public static final int ScanLength = define(0x00181302, IS);
  public static final int AcquisitionDeviceProcessingDescription = define(0x00181400, LO);
  public static final int AcquisitionDeviceProcessingCode = define(0x00181401, LO);
  public static final int ExposureIndex = define(0x00181411, DS);
  public static final int PatientPosition = define(0x00185100, CS);
  public static final int ViewPosition = define(0x00185101, CS);
  public static final int ContentQualification = define(0x00189004, CS);
  public static final int AcquisitionDuration = define(0x00189073, FD);
  public static final int FrameAcquisitionDateTime = define(0x00189074, DT);
  public static final int FrameReferenceDateTime = define(0x00189151, DT);
  public static final int FrameAcquisitionDuration = define(0x00189220, FD);
  public static final int CTAcquisitionTypeSequence = define(0x00189301, SQ);
  public static final int AcquisitionType = define(0x00189302, CS);
  public static final int TubeAngle = define(0x00189303, FD);
  public static final int CTAcquisitionDetailsSequence = define(0x00189304, SQ);
  public static final int RevolutionTime = define(0x00189305, FD);
  public static final int SingleCollimationWidth = define(0x00189306, FD);
  public static final int TotalCollimationWidth = define(0x00189307, FD);
  public static final int CTTableDynamicsSequence = define(0x00189308, SQ);
  public static final int TableSpeed = define(0x00189309, FD);
  public static final int TableFeedPerRotation = define(0x00189310, FD);
  public static final int SpiralPitchFactor = define(0x00189311, FD);
  public static final int CTGeometrySequence = define(0x00189312, SQ);
  public static final int DataCollectionCenterPatient = define(0x00189313, FD);
  public static final int CTReconstructionSequence = define(0x00189314, SQ);
  public static final int ReconstructionAlgorithm = define(0x00189315, CS);
  public static final int ConvolutionKernelGroup = define(0x00189316, CS);
  public static final int ReconstructionFieldOfView = define(0x00189317, FD);
  public static final int ReconstructionTargetCenterPatient = define(0x00189318, FD);
  public static final int ReconstructionAngle = define(0x00189319, FD);
  public static final int ImageFilter = define(0x00189320, SH);
  public static final int CTExposureSequence = define(0x00189321, SQ);
  public static final int ReconstructionPixelSpacing = define(0x00189322, FD);
  public static final int ExposureModulationType = define(0x00189323, CS);
  public static final int EstimatedDoseSaving = define(0x00189324, FD);
  public static final int CTXRayDetailsSequence = define(0x00189325, SQ);
  public static final int CTPositionSequence = define(0x00189326, SQ);
  public static final int TablePosition = define(0x00189327, FD);
  public static final int ExposureTimeInms = define(0x00189328, FD);
  public static final int CTImageFrameTypeSequence = define(0x00189329, SQ);
  public static final int XRayTubeCurrentInmA = define(0x00189330, FD);
  public static final int ExposureInmAs = define(0x00189332, FD);
  public static final int ConstantVolumeFlag = define(0x00189333, CS);
  public static final int FluoroscopyFlag = define(0x00189334, CS);
  public static final int DistanceSourceToDataCollectionCenter = define(0x00189335, FD);
  public static final int ContrastBolusAgentNumber = define(0x00189337, US);
  public static final int ContrastBolusIngredientCodeSequence = define(0x00189338, SQ);
  public static final int ContrastAdministrationProfileSequence = define(0x00189340, SQ);
  public static final int ContrastBolusUsageSequence = define(0x00189341, SQ);
  public static final int ContrastBolusAgentAdministered = define(0x00189342, CS);
  public static final int ContrastBolusAgentDetected = define(0x00189343, CS);
  public static final int ContrastBolusAgentPhase = define(0x00189344, CS);
  public static final int CTDIvol = define(0x00189345, FD);
  public static final int CTDIPhantomTypeCodeSequence = define(0x00189346, SQ);
  public static final int CalciumScoringMassFactorPatient = define(0x00189351, FL);
  public static final int CalciumScoringMassFactorDevice = define(0x00189352, FL);
  public static final int EnergyWeightingFactor = define(0x00189353, FL);
  public static final int CTAdditionalXRaySourceSequence = define(0x00189360, SQ);
  public static final int MultienergyCTAcquisition = define(0x00189361, CS);
  public static final int IrradiationEventIdentificationSequence = define(0x00189477, SQ);
  public static final int ContributingEquipmentSequence = define(0x0018A001, SQ);
  public static final int ContributionDateTime = define(0x0018A002, DT);
  public static final int ContributionDescription = define(0x0018A003, ST);

  // Relationship: study, series, frame of reference, dimensions
  public static final int StudyInstanceUID = define(0x0020000D, UI);
  public static final int SeriesInstanceUID = define(0x0020000E, UI);
  public static final int StudyID = define(0x00200010, SH);
  public static final int SeriesNumber = define(0x00200011, IS);
  public static final int AcquisitionNumber = define(0x00200012, IS);
  public static final int InstanceNumber = define(0x00200013, IS);
  public static final int PatientOrientation = define(0x00200020, CS);
  public static final int ImagePositionPatient = define(0x00200032, DS);
  public static final int ImageOrientationPatient = define(0x00200037, DS);
  public static final int FrameOfReferenceUID = define(0x00200052, UI);
  public static final int Laterality = define(0x00200060, CS);
  public static final int ImageLaterality = define(0x00200062, CS);
  public static final int TemporalPositionIdentifier = define(0x00200100, IS);
  public static final int NumberOfTemporalPositions = define(0x00200105, IS);
  public static final int TemporalResolution = define(0x00200110, DS);
  public static final int SynchronizationFrameOfReferenceUID = define(0x00200200, UI);
  public static final int SeriesInStudy = define(0x00201000, IS);
  public static final int ImagesInAcquisition = define(0x00201002, IS);
  public static final int PositionReferenceIndicator = define(0x00201040, LO);
  public static final int SliceLocation = define(0x00201041, DS);
  public static final int NumberOfPatientRelatedStudies = define(0x00201200, IS);
  public static final int NumberOfPatientRelatedSeries = define(0x00201202, IS);
  public static final int NumberOfPatientRelatedInstances = define(0x00201204, IS);
  public static final int NumberOfStudyRelatedSeries = define(0x00201206, IS);
  public static final int NumberOfStudyRelatedInstances = define(0x00201208, IS);
  public static final int NumberOfSeriesRelatedInstances = define(0x00201209, IS);
  public static final int ImageComments = define(0x00204000, LT);
  public static final int StackID = define(0x00209056, SH);
  public static final int InStackPositionNumber = define(0x00209057, UL);
  public static final int FrameAnatomySequence = define(0x00209071, SQ);
  public static final int FrameLaterality = define(0x00209072, CS);
  public static final int FrameContentSequence = define(0x00209111, SQ);
  public static final int PlanePositionSequence = define(0x00209113, SQ);
  public static final int PlaneOrientationSequence = define(0x00209116, SQ);
  public static final int TemporalPositionIndex = define(0x00209128, UL);
  public static final int NominalCardiacTriggerDelayTime = define(0x00209153, FD);
  public static final int FrameAcquisitionNumber = define(0x00209156, US);
  public static final int DimensionIndexValues = define(0x00209157, UL);
  public static final int FrameComments = define(0x00209158, LT);
  public static final int ConcatenationUID = define(0x00209161, UI);
  public static final int InConcatenationNumber = define(0x00209162, US);
  public static final int InConcatenationTotalNumber = define(0x00209163, US);
  public static final int DimensionOrganizationUID = define(0x00209164, UI);
  public static final int DimensionIndexPointer = define(0x00209165, AT);
  public static final int FunctionalGroupPointer = define(0x00209167, AT);
  public static final int UnassignedSharedConvertedAttributesSequence = define(0x00209170, SQ);
  public static final int UnassignedPerFrameConvertedAttributesSequence = define(0x00209171, SQ);
  public static final int ConversionSourceAttributesSequence = define(0x00209172, SQ);
  public static final int DimensionIndexPrivateCreator = define(0x00209213, LO);
  public static final int DimensionOrganizationSequence = define(0x00209221, SQ);
  public static final int DimensionIndexSequence = define(0x00209222, SQ);
  public static final int ConcatenationFrameOffsetNumber = define(0x00209228, UL);
  public static final int FunctionalGroupPrivateCreator = define(0x00209238, LO);
  public static final int DimensionOrganizationType = define(0x00209311, CS);
  public static final int DimensionDescriptionLabel = define(0x00209421, LO);

  // Image pixels and what they mean
  public static final int SamplesPerPixel = define(0x00280002, US);
  public static final int SamplesPerPixelUsed = define(0x00280003, US);
  public static final int PhotometricInterpretation = define(0x00280004, CS);
  public static final int PlanarConfiguration = define(0x00280006, US);
  public static final int NumberOfFrames = define(0x00280008, IS);
  public static final int FrameIncrementPointer = define(0x00280009, AT);
  public static final int Rows = define(0x00280010, US);
  public static final int Columns = define(0x00280011, US);
  public static final int PixelSpacing = define(0x00280030, DS);
  public static final int ZoomFactor = define(0x00280031, DS);
  public static final int PixelAspectRatio = define(0x00280034, IS);
  public static final int CorrectedImage = define(0x00280051, CS);
  public static final int BitsAllocated = define(0x00280100, US);
  public static final int BitsStored = define(0x00280101, US);
  public static final int HighBit = define(0x00280102, US);
  public static final int PixelRepresentation = define(0x00280103, US);
  public static final int SmallestImagePixelValue = define(0x00280106, US, SS);
  public static final int LargestImagePixelValue = define(0x00280107, US, SS);
  public static final int SmallestPixelValueInSeries = define(0x00280108, US, SS);
  public static final int LargestPixelValueInSeries = define(0x00280109, US, SS);
  public static final int PixelPaddingValue = define(0x00280120, US, SS);
  public static final int PixelPaddingRangeLimit = define(0x00280121, US, SS);
  public static final int FloatPixelPaddingValue = define(0x00280122, FL);
  public static final int QualityControlImage = define(0x00280300, CS);
  public static final int BurnedInAnnotation = define(0x00280301, CS);
  public static final int RecognizableVisualFeatures = define(0x00280302, CS);
  public static final int LongitudinalTemporalInformationModified = define(0x00280303, CS);
  public static final int PixelSpacingCalibrationType = define(0x00280A02, CS);
  public static final int PixelSpacingCalibrationDescription = define(0x00280A04, LO);
  public static final int PixelIntensityRelationship = define(0x00281040, CS);
  public static final int PixelIntensityRelationshipSign = define(0x00281041, SS);
  public static final int WindowCenter = define(0x00281050, DS);
  public static final int WindowWidth = define(0x00281051, DS);
  public static final int RescaleIntercept = define(0x00281052, DS);
  public static final int RescaleSlope = define(0x00281053, DS);
  public static final int RescaleType = define(0x00281054, LO);
  public static final int WindowCenterWidthExplanation = define(0x00281055, LO);
  public static final int VOILUTFunction = define(0x00281056, CS);
  public static final int RedPaletteColorLookupTableDescriptor = define(0x00281101, US, SS);
  public static final int GreenPaletteColorLookupTableDescriptor = define(0x00281102, US, SS);
  public static final int BluePaletteColorLookupTableDescriptor = define(0x00281103, US, SS);
  public static final int RedPaletteColorLookupTableData = define(0x00281201, OW);
  public static final int GreenPaletteColorLookupTableData = define(0x00281202, OW);
  public static final int BluePaletteColorLookupTableData = define(0x00281203, OW);
  public static final int PartialView = define(0x00281350, CS);
  public static final int SpatialLocationsPreserved = define(0x0028135A, CS);
  public static final int ICCProfile = define(0x00282000, OB);
  public static final int LossyImageCompression = define(0x00282110, CS);
  public static final int LossyImageCompressionRatio = define(0x00282112, DS);
  public static final int LossyImageCompressionMethod = define(0x00282114, CS);
  public static final int ModalityLUTSequence = define(0x00283000, SQ);
  public static final int LUTDescriptor = define(0x00283002, US, SS);
  public static final int LUTExplanation = define(0x00283003, LO);
  public static final int ModalityLUTType = define(0x00283004, LO);
  public static final int LUTData = define(0x00283006, OW);
  public static final int VOILUTSequence = define(0x00283010, SQ);
  public static final int SoftcopyVOILUTSequence = define(0x00283110, SQ);
  public static final int DataPointRows = define(0x00289001, UL);
  public static final int DataPointColumns = define(0x00289002, UL);
  public static final int DataRepresentation = define(0x00289108, CS);
  public static final int PixelMeasuresSequence = define(0x00289110, SQ);
  public static final int FrameVOILUTSequence = define(0x00289132, SQ);
  public static final int PixelValueTransformationSequence = define(0x00289145, SQ);
  public static final int FramePixelShiftSequence = define(0x00289415, SQ);

  // Requests and procedure steps
  public static final int RequestingPhysician = define(0x00321032, PN);
  public static final int RequestingService = define(0x00321033, LO);
  public static final int RequestedProcedureDescription = define(0x00321060, LO);
  public static final int RequestedProcedureCodeSequence = define(0x00321064, SQ);
  public static final int RequestedContrastAgent = define(0x00321070, LO);
  public static final int StudyComments = define(0x00324000, LT);
  public static final int AdmissionID = define(0x00380010, LO);
  public static final int AdmittingDate = define(0x00380020, DA);
  public static final int SpecialNeeds = define(0x00380050, LO);
  public static final int CurrentPatientLocation = define(0x00380300, LO);
  public static final int PatientState = define(0x00380500, LO);
  public static final int VisitComments = define(0x00384000, LT);
  public static final int ScheduledProcedureStepDescription = define(0x00400007, LO);
  public static final int ScheduledProtocolCodeSequence = define(0x00400008, SQ);
  public static final int ScheduledProcedureStepID = define(0x00400009, SH);
  public static final int PerformedStationAETitle = define(0x00400241, AE);
  public static final int PerformedStationName = define(0x00400242, SH);
  public static final int PerformedLocation = define(0x00400243, SH);
  public static final int PerformedProcedureStepStartDate = define(0x00400244, DA);
  public static final int PerformedProcedureStepStartTime = define(0x00400245, TM);
  public static final int PerformedProcedureStepEndDate = define(0x00400250, DA);
  public static final int PerformedProcedureStepEndTime = define(0x00400251, TM);
  public static final int PerformedProcedureStepID = define(0x00400253, SH);
  public static final int PerformedProcedureStepDescription = define(0x00400254, LO);
  public static final int PerformedProtocolCodeSequence = define(0x00400260, SQ);
  public static final int RequestAttributesSequence = define(0x00400275, SQ);
  public static final int CommentsOnThePerformedProcedureStep = define(0x00400280, ST);
  public static final int CommentsOnRadiationDose = define(0x00400310, ST);
  public static final int ContainerIdentifier = define(0x00400512, LO);
  public static final int AcquisitionContextSequence = define(0x00400555, SQ);
  public static final int RequestedProcedureID = define(0x00401001, SH);
  public static final int ReasonForTheRequestedProcedure = define(0x00401002, LO);
  public static final int ReasonForPerformedProcedureCodeSequence = define(0x00401012, SQ);
  public static final int PersonIdentificationCodeSequence = define(0x00401101, SQ);
  public static final int PersonAddress = define(0x00401102, ST);
  public static final int PersonTelephoneNumbers = define(0x00401103, LO);
  public static final int PlacerOrderNumberImagingServiceRequest = define(0x00402016, LO);
  public static final int FillerOrderNumberImagingServiceRequest = define(0x00402017, LO);
  public static final int ImagingServiceRequestComments = define(0x00402400, LT);

  // Structured reports
  public static final int MeasurementUnitsCodeSequence = define(0x004008EA, SQ);
  public static final int ReferencedImageRealWorldValueMappingSequence = define(0x00409094, SQ);
  public static final int RealWorldValueMappingSequence = define(0x00409096, SQ);
  public static final int LUTLabel = define(0x00409210, SH);
  public static final int RealWorldValueLastValueMapped = define(0x00409211, US, SS);
  public static final int RealWorldValueLUTData = define(0x00409212, FD);
  public static final int RealWorldValueFirstValueMapped = define(0x00409216, US, SS);
  public static final int RealWorldValueIntercept = define(0x00409224, FD);
  public static final int RealWorldValueSlope = define(0x00409225, FD);
  public static final int RelationshipType = define(0x0040A010, CS);
  public static final int VerifyingOrganization = define(0x0040A027, LO);
  public static final int VerificationDateTime = define(0x0040A030, DT);
  public static final int ObservationDateTime = define(0x0040A032, DT);
  public static final int ValueType = define(0x0040A040, CS);
  public static final int ConceptNameCodeSequence = define(0x0040A043, SQ);
  public static final int ContinuityOfContent = define(0x0040A050, CS);
  public static final int VerifyingObserverSequence = define(0x0040A073, SQ);
  public static final int VerifyingObserverName = define(0x0040A075, PN);
  public static final int AuthorObserverSequence = define(0x0040A078, SQ);
  public static final int ParticipantSequence = define(0x0040A07A, SQ);
  public static final int CustodialOrganizationSequence = define(0x0040A07C, SQ);
  public static final int VerifyingObserverIdentificationCodeSequence = define(0x0040A088, SQ);
  public static final int ReferencedWaveformChannels = define(0x0040A0B0, US);
  public static final int DateTime = define(0x0040A120, DT);
  public static final int Date = define(0x0040A121, DA);
  public static final int Time = define(0x0040A122, TM);
  public static final int PersonName = define(0x0040A123, PN);
  public static final int UID = define(0x0040A124, UI);
  public static final int TemporalRangeType = define(0x0040A130, CS);
  public static final int ReferencedFrameNumbers = define(0x0040A136, US);
  public static final int TextValue = define(0x0040A160, UT);
  public static final int FloatingPointValue = define(0x0040A161, FD);
  public static final int RationalNumeratorValue = define(0x0040A162, SL);
  public static final int RationalDenominatorValue = define(0x0040A163, UL);
  public static final int ConceptCodeSequence = define(0x0040A168, SQ);
  public static final int PurposeOfReferenceCodeSequence = define(0x0040A170, SQ);
  public static final int ObservationUID = define(0x0040A171, UI);
  public static final int AnnotationGroupNumber = define(0x0040A180, US);
  public static final int ModifierCodeSequence = define(0x0040A195, SQ);
  public static final int MeasuredValueSequence = define(0x0040A300, SQ);
  public static final int NumericValueQualifierCodeSequence = define(0x0040A301, SQ);
  public static final int NumericValue = define(0x0040A30A, DS);
  public static final int PredecessorDocumentsSequence = define(0x0040A360, SQ);
  public static final int ReferencedRequestSequence = define(0x0040A370, SQ);
  public static final int PerformedProcedureCodeSequence = define(0x0040A372, SQ);
  public static final int CurrentRequestedProcedureEvidenceSequence = define(0x0040A375, SQ);
  public static final int PertinentOtherEvidenceSequence = define(0x0040A385, SQ);
  public static final int HL7StructuredDocumentReferenceSequence = define(0x0040A390, SQ);
  public static final int CompletionFlag = define(0x0040A491, CS);
  public static final int CompletionFlagDescription = define(0x0040A492, LO);
  public static final int VerificationFlag = define(0x0040A493, CS);
  public static final int PreliminaryFlag = define(0x0040A496, CS);
  public static final int ContentTemplateSequence = define(0x0040A504, SQ);
  public static final int IdenticalDocumentsSequence = define(0x0040A525, SQ);
  public static final int ContentSequence = define(0x0040A730, SQ);
  public static final int TemplateIdentifier = define(0x0040DB00, CS);
  public static final int ReferencedContentItemIdentifier = define(0x0040DB73, UL);
  public static final int HL7InstanceIdentifier = define(0x0040E001, ST);
  public static final int RetrieveURI = define(0x0040E010, UR);
  public static final int DocumentTitle = define(0x00420010, ST);
  public static final int EncapsulatedDocument = define(0x00420011, OB);
  public static final int MIMETypeOfEncapsulatedDocument = define(0x00420012, LO);
  public static final int SourceInstanceSequence = define(0x00420013, SQ);
  public static final int ListOfMIMETypes = define(0x00420014, LO);
  public static final int EncapsulatedDocumentLength = define(0x00420015, UL);

  // Segmentation, surfaces and spatial registration
  public static final int SegmentationType = define(0x00620001, CS);
  public static final int SegmentSequence = define(0x00620002, SQ);
  public static final int SegmentedPropertyCategoryCodeSequence = define(0x00620003, SQ);
  public static final int SegmentNumber = define(0x00620004, US);
  public static final int SegmentLabel = define(0x00620005, LO);
  public static final int SegmentDescription = define(0x00620006, ST);
  public static final int SegmentationAlgorithmIdentificationSequence = define(0x00620007, SQ);
  public static final int SegmentAlgorithmType = define(0x00620008, CS);
  public static final int SegmentAlgorithmName = define(0x00620009, LO);
  public static final int SegmentIdentificationSequence = define(0x0062000A, SQ);
  public static final int ReferencedSegmentNumber = define(0x0062000B, US);
  public static final int RecommendedDisplayGrayscaleValue = define(0x0062000C, US);
  public static final int RecommendedDisplayCIELabValue = define(0x0062000D, US);
  public static final int MaximumFractionalValue = define(0x0062000E, US);
  public static final int SegmentedPropertyTypeCodeSequence = define(0x0062000F, SQ);
  public static final int SegmentationFractionalType = define(0x00620010, CS);
  public static final int SegmentedPropertyTypeModifierCodeSequence = define(0x00620011, SQ);
  public static final int UsedSegmentsSequence = define(0x00620012, SQ);
  public static final int SegmentsOverlap = define(0x00620013, CS);
  public static final int TrackingID = define(0x00620020, UT);
  public static final int TrackingUID = define(0x00620021, UI);
  public static final int AlgorithmFamilyCodeSequence = define(0x0066002F, SQ);
  public static final int AlgorithmNameCodeSequence = define(0x00660030, SQ);
  public static final int AlgorithmVersion = define(0x00660031, LO);
  public static final int AlgorithmParameters = define(0x00660032, LT);
  public static final int AlgorithmName = define(0x00660036, LO);
  public static final int AlgorithmSource = define(0x00240202, LO);
  public static final int GraphicAnnotationSequence = define(0x00700001, SQ);
  public static final int GraphicData = define(0x00700022, FL);
  public static final int GraphicType = define(0x00700023, CS);
  public static final int ContentLabel = define(0x00700080, CS);
  public static final int ContentDescription = define(0x00700081, LO);
  public static final int PresentationCreationDate = define(0x00700082, DA);
  public static final int PresentationCreationTime = define(0x00700083, TM);
  public static final int ContentCreatorName = define(0x00700084, PN);
  public static final int ContentCreatorIdentificationCodeSequence = define(0x00700086, SQ);
  public static final int FiducialUID = define(0x0070031A, UI);
  public static final int ReferencedSpatialRegistrationSequence = define(0x00700404, SQ);
  public static final int StorageMediaFileSetID = define(0x00880130, SH);
  public static final int StorageMediaFileSetUID = define(0x00880140, UI);
  public static final int IconImageSequence = define(0x00880200, SQ);

  // Security, presentation, radiotherapy references
  public static final int SOPInstanceStatus = define(0x01000410, CS);
  public static final int SOPAuthorizationDateTime = define(0x01000420, DT);
  public static final int MACIDNumber = define(0x04000005, US);
  public static final int MACCalculationTransferSyntaxUID = define(0x04000010, UI);
  public static final int MACAlgorithm = define(0x04000015, CS);
  public static final int DataElementsSigned = define(0x04000020, AT);
  public static final int DigitalSignatureUID = define(0x04000100, UI);
  public static final int DigitalSignatureDateTime = define(0x04000105, DT);
  public static final int CertificateType = define(0x04000110, CS);
  public static final int CertificateOfSigner = define(0x04000115, OB);
  public static final int Signature = define(0x04000120, OB);
  public static final int ReferencedDigitalSignatureSequence = define(0x04000402, SQ);
  public static final int EncryptedAttributesSequence = define(0x04000500, SQ);
  public static final int EncryptedContentTransferSyntaxUID = define(0x04000510, UI);
  public static final int EncryptedContent = define(0x04000520, OB);
  public static final int ModifiedAttributesSequence = define(0x04000550, SQ);
  public static final int OriginalAttributesSequence = define(0x04000561, SQ);
  public static final int AttributeModificationDateTime = define(0x04000562, DT);
  public static final int ModifyingSystem = define(0x04000563, LO);
  public static final int SourceOfPreviousValues = define(0x04000564, LO);
  public static final int ReasonForTheAttributeModification = define(0x04000565, CS);
  public static final int PresentationLUTShape = define(0x20500020, CS);
  public static final int ReferencedFrameOfReferenceUID = define(0x30060024, UI);
  public static final int MACParametersSequence = define(0x4FFE0001, SQ);
  public static final int SharedFunctionalGroupsSequence = define(0x52009229, SQ);
  public static final int PerFrameFunctionalGroupsSequence = define(0x52009230, SQ);
  public static final int WaveformSequence = define(0x54000100, SQ);
  public static final int OverlayRows = define(0x60000010, US);
  public static final int OverlayColumns = define(0x60000011, US);
  public static final int NumberOfFramesInOverlay = define(0x60000015, IS);
  public static final int OverlayDescription = define(0x60000022, LO);
  public static final int OverlayType = define(0x60000040, CS);
  public static final int OverlaySubtype = define(0x60000045, LO);
  public static final int OverlayOrigin = define(0x60000050, SS);
  public static final int ImageFrameOrigin = define(0x60000051, US);
  public static final int OverlayBitsAllocated = define(0x60000100, US);
  public static final int OverlayBitPosition = define(0x60000102, US);
  public static final int OverlayLabel = define(0x60001500, LO);
  public static final int OverlayData = define(0x60003000, OW);
  public static final int ExtendedOffsetTable = define(0x7FE00001, OV);
  public static final int ExtendedOffsetTableLengths = define(0x7FE00002, OV);
  public static final int FloatPixelData = define(0x7FE00008, OF);
  public static final int DoubleFloatPixelData = define(0x7FE00009, OD);
  public static final int PixelData = define(0x7FE00010, OW);
  public static final int DigitalSignaturesSequence = define(0xFFFAFFFA, SQ);
  public static final int DataSetTrailingPadding = define(0xFFFCFFFC, OB);

  static final int ITEM = 0xFFFEE000;
  static final int ITEM_DELIMITATION = 0xFFFEE00D;
  static final int SEQUENCE_DELIMITATION = 0xFFFEE0DD;

  private Tag() {}

  private static int define(int tag, VR vr) {
    if (VRS.put(tag, vr) != null) {
      throw new IllegalStateException("defined twice: " + toString(tag));
    }
    return tag;
  }

  /** The VR depends on PixelRepresentation (0028,0103): first for unsigned, then for signed. */
  private static int define(int tag, VR unsigned, VR signed) {
    SIGNED_VRS.put(tag, signed);
    return define(tag, unsigned);
  }

  /** The tag as the standard prints it, for instance {@code (0008,0018)}. */
  public static String toString(int tag) {
    return String.format("(%04X,%04X)", tag >>> 16, tag & 0xFFFF);
  }

  /** The keyword, for instance {@code SOPInstanceUID}; empty for tags outside this dictionary. */
  public static Optional<String> keyword(int tag) {
    return Optional.ofNullable(Keywords.BY_TAG.get(dictionaryTag(tag)));
  }

  /** The tag with this keyword; empty for keywords outside this dictionary. */
  public static OptionalInt ofKeyword(String keyword) {
    Integer tag = Keywords.BY_NAME.get(keyword);
    return tag == null ? OptionalInt.empty() : OptionalInt.of(tag);
  }

  /** Keyword and tag for messages. */
  static String describe(int tag) {
    return keyword(tag)
        .map(keyword -> keyword + " " + toString(tag))
        .orElseGet(() -> toString(tag));
  }

  /** True for tags with an odd group number, PS3.5 section 7.8. */
  public static boolean isPrivate(int tag) {
    return (tag & 0x10000) != 0;
  }

  /** The group length attribute (gggg,0000) of some group. */
  static boolean isGroupLength(int tag) {
    return (tag & 0xFFFF) == 0;
  }

  /**
   * The VR of an attribute by this dictionary; UN when it is not listed. Where the standard allows
   * US and SS, {@code signedPixels} decides.
   */
  static VR vr(int tag, boolean signedPixels) {
    if (isGroupLength(tag)) {
      return UL;
    }
    if (isPrivate(tag)) {
      boolean creator = (tag & 0xFFFF) >= 0x10 && (tag & 0xFFFF) <= 0xFF;
      return creator ? LO : UN;
    }
    int listed = dictionaryTag(tag);
    VR signed = signedPixels ? SIGNED_VRS.get(listed) : null;
    return signed != null ? signed : VRS.getOrDefault(listed, UN);
  }

  /** Overlay planes repeat group 6000 in the even groups up to 601E, PS3.5 section 7.6. */
  private static int dictionaryTag(int tag) {
    return (tag & 0xFFE10000) == 0x60000000 ? tag & 0xFFE0FFFF : tag;
  }

  /** Read once, and only when a message needs it. */
  private static final class Keywords {
    static final Map<Integer, String> BY_TAG = new HashMap<>(2048);
    static final Map<String, Integer> BY_NAME = new HashMap<>(2048);

    static {
      for (Field field : Tag.class.getFields()) {
        if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class) {
          try {
            BY_TAG.put(field.getInt(null), field.getName());
            BY_NAME.put(field.getName(), field.getInt(null));
          } catch (IllegalAccessException e) {
            throw new IllegalStateException("public field " + field.getName(), e);
          }
        }
      }
    }
  }
}
