// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What a segment of a DICOM Segmentation is, by its coded type or else by its label. */
enum SegmentMeaning {
  LUNG,
  LESION,
  /** Neither; left out. */
  OTHER;

  /** Coding scheme and value of Segmented Property Type: lungs. */
  private static final Set<String> LUNG_CODES =
      Set.of(
          "SCT 39607008", // Lung
          "SCT 3341006", // Right lung
          "SCT 44029006", // Left lung
          "SRT T-28000",
          "SRT T-28100",
          "SRT T-28500");

  /** Coding scheme and value of Segmented Property Type: opacities. */
  private static final Set<String> LESION_CODES =
      Set.of(
          "DCM 112001", // Opacity
          "DCM 112120", // Ground glass opacity
          "SCT 95436008", // Consolidation
          "SCT 233604007", // Pneumonia
          "SCT 840539006", // COVID-19
          "SCT 52988006", // Lesion
          "SRT M-01100"); // Lesion

  private static final Pattern OTHER_TEXT =
      Pattern.compile(
          "nodul|tumou?r|mass\\b|cancer|effusion|vessel|arter|vein|airway|bronch|trachea|heart"
              + "|fissure|pleura|background|body");
  private static final Pattern LESION_TEXT =
      Pattern.compile("lesion|opacit|ground.?glass|\\bggo|consolidat|infect|pneumonia|covid");
  private static final Pattern LUNG_TEXT = Pattern.compile("\\blungs?\\b|\\blobes?\\b|pulmo");

  /**
   * The code decides where it is one of the list; else the words of the label, then of the code's
   * meaning. A word for something else (nodule, effusion, vessel, airway ...) excludes a segment.
   */
  static SegmentMeaning of(DataSet segment) {
    String meaning = "";
    for (DataSet type : segment.items(Tag.SegmentedPropertyTypeCodeSequence)) {
      String code =
          type.string(Tag.CodingSchemeDesignator).orElse("")
              + " "
              + type.string(Tag.CodeValue).orElse("");
      if (LESION_CODES.contains(code)) {
        return LESION;
      }
      if (LUNG_CODES.contains(code)) {
        return LUNG;
      }
      meaning = type.string(Tag.CodeMeaning).orElse("");
    }
    SegmentMeaning byLabel = ofText(segment.string(Tag.SegmentLabel).orElse(""));
    return byLabel != null ? byLabel : java.util.Objects.requireNonNullElse(ofText(meaning), OTHER);
  }

  /** {@code null} where the text says nothing. */
  private static SegmentMeaning ofText(String text) {
    String words = text.toLowerCase(Locale.ROOT).replace('_', ' ');
    if (OTHER_TEXT.matcher(words).find()) {
      return OTHER;
    }
    if (LESION_TEXT.matcher(words).find()) {
      return LESION;
    }
    return LUNG_TEXT.matcher(words).find() ? LUNG : null;
  }
}
