// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import io.hounsfield.domain.Warning;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** What a reader must know about a grid that can be measured, but not as well as one would wish. */
final class GridWarnings {

  /** Rounding of thickness and spacing by scanners, mm. */
  private static final double ROUND_OFF_MM = 0.01;

  private GridWarnings() {}

  /**
   * @param headers the slices of one regular grid
   * @param spacing distance between neighbours, mm
   */
  static List<Warning> of(List<SliceHeader> headers, double spacing) {
    List<Warning> warnings = new ArrayList<>();
    DoubleSummaryStatistics thickness =
        headers.stream()
            .map(SliceHeader::sliceThicknessMm)
            .filter(Objects::nonNull)
            .mapToDouble(Double::doubleValue)
            .filter(mm -> mm > 0)
            .summaryStatistics();
    boolean known = thickness.getCount() > 0;
    if ((known ? Math.max(thickness.getMax(), spacing) : spacing)
        > VolumePlan.THICK_SLICE_MM + ROUND_OFF_MM) {
      add(
          warnings,
          "thick-slices",
          "The slices are %s and %.2f mm apart; above %.0f mm small lesions and the borders of"
              + " lungs and lesions blur into their neighbourhood.",
          known
              ? String.format(Locale.ROOT, "%.2f mm thick", thickness.getMax())
              : "of unknown thickness",
          spacing,
          VolumePlan.THICK_SLICE_MM);
    }
    if (known
        && spacing > thickness.getMin() * (1 + VolumePlan.GAP_TOLERANCE_RELATIVE) + ROUND_OFF_MM) {
      add(
          warnings,
          "unsampled-gaps",
          "The slices are %.2f mm thick but %.2f mm apart: the tissue between them was not imaged"
              + " and is taken to be like its neighbours.",
          thickness.getMin(),
          spacing);
    }
    if (known
        && thickness.getMax() * (1 - VolumePlan.GAP_TOLERANCE_RELATIVE) - ROUND_OFF_MM
            > thickness.getMin()) {
      add(
          warnings,
          "mixed-thickness",
          "The slices are between %.2f and %.2f mm thick.",
          thickness.getMin(),
          thickness.getMax());
    }
    double coverage = headers.size() * spacing;
    if (coverage < VolumePlan.SHORT_COVERAGE_MM) {
      add(
          warnings,
          "short-coverage",
          "The series covers %.0f mm along the body, less than the height of an adult's lungs: what"
              + " is measured is the part that was imaged.",
          coverage);
    }
    if (headers.stream().anyMatch(Suitability::isReformatted)) {
      add(
          warnings,
          "reformatted",
          "The slices were reformatted from others (Image Type): interpolation lowers the noise and"
              + " so the spread of HU.");
    }
    return warnings;
  }

  private static void add(List<Warning> warnings, String code, String text, Object... values) {
    warnings.add(new Warning(code, String.format(Locale.ROOT, text, values)));
  }
}
