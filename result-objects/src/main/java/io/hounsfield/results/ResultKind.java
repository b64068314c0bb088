// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results;

import io.hounsfield.dicom.SopClass;
import java.util.Optional;

/** The kinds of DICOM objects that an analysis gives; the one list of them. */
public enum ResultKind {
  /** Lungs, ground glass and consolidation as binary segments. */
  SEGMENTATION(
      "segmentation",
      "segmentation",
      SopClass.SEGMENTATION_STORAGE,
      "SEG",
      9101,
      "Hounsfield lung segmentation (research)"),
  /** Measurements, coded (TID 1500). */
  STRUCTURED_REPORT(
      "structured-report",
      "report",
      SopClass.COMPREHENSIVE_3D_SR_STORAGE,
      "SR",
      9102,
      "Hounsfield lung measurements (research)"),
  /** The overview and the slices with most disease, as pictures. */
  KEY_IMAGES(
      "key-images",
      "key-image",
      SopClass.SECONDARY_CAPTURE_IMAGE_STORAGE,
      "OT",
      9103,
      "Hounsfield lung key images (research)"),
  /** The report for people. */
  PDF(
      "pdf",
      "report-pdf",
      SopClass.ENCAPSULATED_PDF_STORAGE,
      "DOC",
      9104,
      "Hounsfield lung report (research)"),
  /** Right and left lung as a label map; for receivers that know DICOM 2024d. */
  LUNG_LABEL_MAP(
      "lung-label-map",
      "lungs",
      SopClass.LABEL_MAP_SEGMENTATION_STORAGE,
      "SEG",
      9105,
      "Hounsfield lung label map (research)"),
  /** Ground glass and consolidation as a label map; for receivers that know DICOM 2024d. */
  LESION_LABEL_MAP(
      "lesion-label-map",
      "lesions",
      SopClass.LABEL_MAP_SEGMENTATION_STORAGE,
      "SEG",
      9106,
      "Hounsfield lesion label map (research)");

  private final String key;
  private final String fileStem;
  private final String sopClassUid;
  private final String modality;
  private final int seriesNumber;
  private final String seriesDescription;

  ResultKind(
      String key,
      String fileStem,
      String sopClassUid,
      String modality,
      int seriesNumber,
      String seriesDescription) {
    this.key = key;
    this.fileStem = fileStem;
    this.sopClassUid = sopClassUid;
    this.modality = modality;
    this.seriesNumber = seriesNumber;
    this.seriesDescription = seriesDescription;
  }

  /** Stable name for configuration and API, lower case with hyphens. */
  public String key() {
    return key;
  }

  /** The kind of that name. */
  public static Optional<ResultKind> ofKey(String key) {
    for (ResultKind kind : values()) {
      if (kind.key.equals(key)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** SOP class of its objects. */
  public String sopClassUid() {
    return sopClassUid;
  }

  /** Modality (0008,0060). */
  public String modality() {
    return modality;
  }

  /** Series Number (0020,0011), the same in each study. */
  public int seriesNumber() {
    return seriesNumber;
  }

  /** Series Description (0008,103E). */
  public String seriesDescription() {
    return seriesDescription;
  }

  /** Objects of this kind that one analysis may give: more than one for key images alone. */
  public int maxObjects() {
    return this == KEY_IMAGES ? 5 : 1;
  }

  /**
   * Name of the file of one object, without anything from the images.
   *
   * @param number from 1
   */
  public String fileName(int number) {
    if (number < 1 || number > maxObjects()) {
      throw new IllegalArgumentException(key + " has no object " + number);
    }
    return maxObjects() == 1 ? fileStem + ".dcm" : fileStem + "-" + number + ".dcm";
  }
}
