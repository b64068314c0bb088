// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.CodedConcept;
import io.hounsfield.results.ResultCodes;
import java.util.Locale;

/**
 * Codes of our objects: those of the standard (PS3.16) that are used, and the private scheme
 * {@value ResultCodes#SCHEME} for what the standard has no code for. Values of the private scheme
 * never change their meaning.
 */
final class Codes {

  // Measurements of our own beside those of ResultCodes
  static final CodedConcept GROUND_GLASS_PERCENT =
      ResultCodes.own("GROUND_GLASS_PCT", "Ground glass opacity, percentage of region volume");

  // Findings of our own
  static final CodedConcept NOT_MEASURED_REASON =
      ResultCodes.own("NOT_MEASURED", "Reason why not measured");
  static final CodedConcept CONFIDENCE_BASIS =
      ResultCodes.own("CONFIDENCE_BASIS", "Basis of confidence");
  static final CodedConcept INTENDED_USE = ResultCodes.own("INTENDED_USE", "Intended use");

  // Anatomy and findings
  static final CodedConcept LUNG = sct("39607008", "Lung");
  static final CodedConcept RIGHT = sct("24028007", "Right");
  static final CodedConcept LEFT = sct("7771000", "Left");
  static final CodedConcept BILATERAL = sct("51440002", "Bilateral");
  static final CodedConcept CHEST = sct("51185008", "Chest");
  static final CodedConcept OPACITY = dcm("112001", "Opacity");
  static final CodedConcept ANATOMICAL_STRUCTURE = sct("123037004", "Anatomical Structure");
  static final CodedConcept MORPHOLOGICALLY_ABNORMAL_STRUCTURE =
      sct("49755003", "Morphologically Abnormal Structure");
  static final CodedConcept SPATIAL_CONCEPT = sct("309825002", "Spatial and Relational Concept");
  static final CodedConcept BACKGROUND = dcm("125040", "Background");

  // Measurements and units
  static final CodedConcept VOLUME = sct("118565006", "Volume");
  static final CodedConcept MEAN_ATTENUATION = dcm("112181", "Mean Attenuation Coefficient");
  static final CodedConcept SD_ATTENUATION =
      dcm("112183", "Standard Deviation of Attenuation Coefficient");
  static final CodedConcept CUBIC_CENTIMETER = new CodedConcept("UCUM", "cm3", "cubic centimeter");
  static final CodedConcept PERCENT = new CodedConcept("UCUM", "%", "Percent");
  static final CodedConcept HOUNSFIELD_UNIT =
      new CodedConcept("UCUM", "[hnsf'U]", "Hounsfield Unit");
  static final CodedConcept VALUE_INDETERMINATE = dcm("114011", "Value indeterminate");

  // How objects hang together
  static final CodedConcept SEGMENTATION = dcm("113076", "Segmentation");
  static final CodedConcept SOURCE_IMAGE =
      dcm("121322", "Source image for image processing operation");
  static final CodedConcept SOURCE_IMAGE_FOR_MONTAGE = dcm("121329", "Source image for montage");
  static final CodedConcept SOURCE_SERIES_FOR_SEGMENTATION =
      dcm("121232", "Source series for segmentation");
  static final CodedConcept REFERENCED_SEGMENT = dcm("121191", "Referenced Segment");
  static final CodedConcept ARTIFICIAL_INTELLIGENCE = dcm("123110", "Artificial Intelligence");
  static final CodedConcept PROCESSING_EQUIPMENT = dcm("109102", "Processing Equipment");

  /** As IHE AI Results (Rev. 1.1) calls it until DICOM has a code for it. */
  static final CodedConcept PROCESSING_ALGORITHM =
      new CodedConcept("99IHE", "Newcode1", "Processing Algorithm");

  // Structure of the report
  static final CodedConcept IMAGING_MEASUREMENT_REPORT =
      dcm("126000", "Imaging Measurement Report");
  static final CodedConcept LANGUAGE = dcm("121049", "Language of Content Item and Descendants");
  static final CodedConcept ENGLISH =
      new CodedConcept("RFC5646", "en-US", "English (United States)");
  static final CodedConcept OBSERVER_TYPE = dcm("121005", "Observer Type");
  static final CodedConcept DEVICE = dcm("121007", "Device");
  static final CodedConcept DEVICE_UID = dcm("121012", "Device Observer UID");
  static final CodedConcept DEVICE_NAME = dcm("121013", "Device Observer Name");
  static final CodedConcept DEVICE_MANUFACTURER = dcm("121014", "Device Observer Manufacturer");
  static final CodedConcept DEVICE_MODEL = dcm("121015", "Device Observer Model Name");
  static final CodedConcept DEVICE_SERIAL = dcm("121016", "Device Observer Serial Number");
  static final CodedConcept PROCEDURE_REPORTED = dcm("121058", "Procedure reported");
  static final CodedConcept CT_CHEST = new CodedConcept("LN", "24627-2", "CT Chest");
  static final CodedConcept IMAGE_LIBRARY = dcm("111028", "Image Library");
  static final CodedConcept IMAGE_LIBRARY_GROUP = dcm("126200", "Image Library Group");
  static final CodedConcept MODALITY = dcm("121139", "Modality");
  static final CodedConcept CT = dcm("CT", "Computed Tomography");
  static final CodedConcept TARGET_REGION = dcm("123014", "Target Region");
  static final CodedConcept FRAME_OF_REFERENCE = dcm("112227", "Frame of Reference UID");
  static final CodedConcept IMAGING_MEASUREMENTS = dcm("126010", "Imaging Measurements");
  static final CodedConcept MEASUREMENT_GROUP = dcm("125007", "Measurement Group");
  static final CodedConcept TRACKING_IDENTIFIER = dcm("112039", "Tracking Identifier");
  static final CodedConcept TRACKING_UID = dcm("112040", "Tracking Unique Identifier");
  static final CodedConcept FINDING = dcm("121071", "Finding");
  static final CodedConcept FINDING_SITE = sct("363698007", "Finding Site");
  static final CodedConcept LATERALITY = sct("272741003", "Laterality");
  static final CodedConcept ALGORITHM_NAME = dcm("111001", "Algorithm Name");
  static final CodedConcept ALGORITHM_PARAMETERS = dcm("111002", "Algorithm Parameters");
  static final CodedConcept ALGORITHM_VERSION = dcm("111003", "Algorithm Version");
  static final CodedConcept QUALITATIVE_EVALUATIONS =
      new CodedConcept("UMLS", "C0034375", "Qualitative Evaluations");
  static final CodedConcept QUALITY_FINDING = dcm("111052", "Quality Finding");
  static final CodedConcept COMMENT = dcm("121106", "Comment");
  static final CodedConcept CT_REPORT = new CodedConcept("LN", "18747-6", "CT Report");

  private static final int SHORT_CODE_CHARACTERS = 16;
  private static final int MEANING_CHARACTERS = 64;

  private Codes() {}

  private static CodedConcept sct(String value, String meaning) {
    return new CodedConcept("SCT", value, meaning);
  }

  private static CodedConcept dcm(String value, String meaning) {
    return new CodedConcept("DCM", value, meaning);
  }

  /** The code of a warning: its stable name, and the same as words. */
  static CodedConcept warning(String code) {
    String ascii = Ascii.of(code);
    String words = ascii.replace('-', ' ');
    String meaning =
        words.isEmpty()
            ? words
            : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    return ResultCodes.own(ascii, Ascii.cut(meaning, MEANING_CHARACTERS));
  }

  /** One item of a code sequence, PS3.3 section 8.8; a long value in Long Code Value. */
  static DataSet item(CodedConcept concept) {
    DataSet item = new DataSet();
    if (concept.value().length() <= SHORT_CODE_CHARACTERS) {
      item.put(Tag.CodeValue, VR.SH, concept.value());
    } else {
      item.put(Tag.LongCodeValue, VR.UC, concept.value());
    }
    return item.put(Tag.CodingSchemeDesignator, VR.SH, concept.scheme())
        .put(Tag.CodeMeaning, VR.LO, concept.meaning());
  }

  /** Coding Scheme Identification Sequence of the private scheme, PS3.3 section C.12.1. */
  static DataSet schemeIdentification() {
    return new DataSet()
        .put(Tag.CodingSchemeDesignator, VR.SH, ResultCodes.SCHEME)
        .put(Tag.CodingSchemeUID, VR.UI, ResultCodes.schemeUid())
        .put(Tag.CodingSchemeName, VR.ST, "Hounsfield lung CT quantification")
        .put(Tag.CodingSchemeResponsibleOrganization, VR.ST, "Hounsfield project");
  }
}
