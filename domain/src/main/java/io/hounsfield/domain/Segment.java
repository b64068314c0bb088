// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.util.List;
import java.util.Objects;

/**
 * What a label value stands for.
 *
 * @param value label value, 1 to 255
 * @param label short name in English
 * @param type property type (PS3.3 C.8.20.4)
 * @param laterality laterality of the type, or {@code null} where it has none
 */
public record Segment(int value, String label, CodedConcept type, CodedConcept laterality) {

  private static final CodedConcept LUNG = new CodedConcept("SCT", "39607008", "Lung");

  /** The right lung in a lung label map. */
  public static final Segment RIGHT_LUNG =
      new Segment(1, "Right lung", LUNG, new CodedConcept("SCT", "24028007", "Right"));

  /** The left lung in a lung label map. */
  public static final Segment LEFT_LUNG =
      new Segment(2, "Left lung", LUNG, new CodedConcept("SCT", "7771000", "Left"));

  /** Opacity below {@link RegionMeasurements#HIGH_OPACITY_HU} in a lesion label map. */
  public static final Segment GROUND_GLASS =
      new Segment(
          1,
          "Ground glass opacity",
          new CodedConcept("DCM", "112120", "Ground glass opacity"),
          null);

  /** Opacity at or above {@link RegionMeasurements#HIGH_OPACITY_HU} in a lesion label map. */
  public static final Segment CONSOLIDATION =
      new Segment(2, "Consolidation", new CodedConcept("SCT", "95436008", "Consolidation"), null);

  /** Segments of a lung label map. */
  public static final List<Segment> LUNGS = List.of(RIGHT_LUNG, LEFT_LUNG);

  /** Segments of a lesion label map. */
  public static final List<Segment> LESIONS = List.of(GROUND_GLASS, CONSOLIDATION);

  public Segment {
    if (value < 1 || value > 255) {
      throw new IllegalArgumentException("label value must be 1 to 255: " + value);
    }
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(type, "type");
  }
}
