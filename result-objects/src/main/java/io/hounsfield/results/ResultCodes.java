// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results;

import io.hounsfield.dicom.Uid;
import io.hounsfield.domain.CodedConcept;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import java.util.Optional;

/**
 * Codes of the measurements in documents and messages. A standard's code is given only where it and
 * the body site say the whole: lung volume, and mean and standard deviation of the lungs'
 * attenuation. Everything about the opacity has a code of our own alone, since there is none that
 * means it, and a lesion's volume under the code of a volume of the lung would be taken for the
 * lung's.
 */
public final class ResultCodes {

  /** Coding Scheme Designator of our own codes, in DICOM and HL7 v2. */
  public static final String SCHEME = "99HOUNSFIELD";

  private static final String SCHEME_UID =
      Uid.derive("io.hounsfield.result", "coding-scheme", SCHEME);

  private ResultCodes() {}

  /** The scheme as a UID, as Coding Scheme UID in DICOM; in FHIR as a URI, {@code urn:oid:}. */
  public static String schemeUid() {
    return SCHEME_UID;
  }

  /** Our own code of a quantity. */
  public static CodedConcept own(Quantity quantity) {
    return switch (quantity) {
      case VOLUME -> own("LUNG_VOL", "Lung volume");
      case OPACITY_VOLUME -> own("OPACITY_VOL", "Opacity volume");
      case OPACITY_PERCENT -> own("OPACITY_PCT", "Opacity, percentage of region volume");
      case HIGH_OPACITY_VOLUME -> own("HIGH_OPACITY_VOL", "High opacity volume (-200 HU or more)");
      case HIGH_OPACITY_PERCENT ->
          own("HIGH_OPACITY_PCT", "High opacity, percentage of region volume");
      case MEAN_HU -> own("LUNG_MEAN", "Mean attenuation of region");
      case SD_HU -> own("LUNG_SD", "Standard deviation of attenuation of region");
      case MEAN_HU_OPACITY -> own("OPACITY_MEAN", "Mean attenuation of opacity in region");
      case SD_HU_OPACITY ->
          own("OPACITY_SD", "Standard deviation of attenuation of opacity in region");
    };
  }

  /** A code of our own scheme. */
  public static CodedConcept own(String value, String meaning) {
    return new CodedConcept(SCHEME, value, meaning);
  }

  /** How far the opacity percentage of both lungs may be off. */
  public static CodedConcept errorBound() {
    return own("OPACITY_PCT_ERR", "Error bound of opacity percentage");
  }

  /** High, medium or low. */
  public static CodedConcept confidence() {
    return own("CONFIDENCE", "Confidence of opacity percentage");
  }

  /** The standard's code that means the same when the body site is {@link #site}, if any. */
  public static Optional<CodedConcept> standard(Quantity quantity) {
    return Optional.ofNullable(
        switch (quantity) {
          case VOLUME -> new CodedConcept("SCT", "118565006", "Volume");
          case MEAN_HU -> new CodedConcept("DCM", "112181", "Mean Attenuation Coefficient");
          case SD_HU ->
              new CodedConcept("DCM", "112183", "Standard Deviation of Attenuation Coefficient");
          default -> null;
        });
  }

  /** Unit of a quantity in UCUM. */
  public static CodedConcept unit(Quantity quantity) {
    return switch (quantity.unit()) {
      case "mL" -> new CodedConcept("UCUM", "mL", "milliliter");
      case "%" -> new CodedConcept("UCUM", "%", "percent");
      case "HU" -> new CodedConcept("UCUM", "[hnsf'U]", "Hounsfield unit");
      default -> throw new IllegalArgumentException("no UCUM unit for " + quantity.unit());
    };
  }

  /** Body site of a region, SNOMED CT. */
  public static CodedConcept site(Region region) {
    return switch (region) {
      case BOTH_LUNGS -> new CodedConcept("SCT", "74101002", "Both lungs");
      case RIGHT_LUNG -> new CodedConcept("SCT", "3341006", "Right lung structure");
      case LEFT_LUNG -> new CodedConcept("SCT", "44029006", "Left lung structure");
    };
  }

  /** The imaging procedure, LOINC. */
  public static CodedConcept procedure() {
    return new CodedConcept("LN", "24627-2", "CT Chest");
  }
}
