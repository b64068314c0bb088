// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.util.Arrays;
import java.util.Optional;

/** Kinds of results, as destinations ask for them. */
public enum ObjectKind {
  /** DICOM Segmentation. */
  SEG("seg", true),
  /** DICOM Label Map Segmentation (2024d); sent only where it is asked for by name. */
  SEG_LABEL_MAP("seg-label-map", true),
  /** DICOM Structured Report. */
  SR("sr", true),
  /** DICOM pictures: montage and the slices with most disease. */
  KEY_IMAGES("key-images", true),
  /** The report as DICOM Encapsulated PDF. */
  PDF("pdf", true),
  /** The report as a plain PDF file. */
  DOCUMENT("document", false),
  /** Findings as plain text, one file a language; without the patient. */
  FINDINGS("findings", false),
  /** FHIR R4 Bundle, JSON. */
  FHIR("fhir", false),
  /** HL7 v2 ORU^R01. */
  HL7("hl7", false),
  /** One row for the case. */
  CSV("csv", false),
  /** The report as the API gives it. */
  JSON("json", false),
  /** Label maps, NIfTI. */
  LABEL_MAPS("label-maps", false);

  private final String key;
  private final boolean dicom;

  ObjectKind(String key, boolean dicom) {
    this.key = key;
    this.dicom = dicom;
  }

  /** Stable name in configuration, database and API. */
  public String key() {
    return key;
  }

  /** Whether it is a DICOM instance, Part 10. */
  public boolean isDicom() {
    return dicom;
  }

  /** The kind of that name. */
  public static Optional<ObjectKind> ofKey(String key) {
    return Arrays.stream(values()).filter(kind -> kind.key.equals(key)).findFirst();
  }
}
