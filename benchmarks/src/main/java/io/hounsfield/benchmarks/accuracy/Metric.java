// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import java.util.Locale;

/** What is told of a case; the one list of it. Lung includes lesion, in reference and measured. */
enum Metric {
  LUNG_DICE("lungDice", "Lung Dice", "", 4),
  LUNG_SURFACE_DICE("lungSurfaceDice", "Lung surface Dice", "", 4),
  LUNG_HAUSDORFF95("lungHausdorff95", "Lung Hausdorff 95 %", Metric.DISTANCE, 2),
  LUNG_SENSITIVITY("lungSensitivity", "Lung sensitivity", "", 4),
  LUNG_PRECISION("lungPrecision", "Lung precision", "", 4),
  LUNG_VOLUME_REFERENCE("lungVolumeReferenceMl", "Lung volume, reference", "mL", 1),
  LUNG_VOLUME_MEASURED("lungVolumeMeasuredMl", "Lung volume, measured", "mL", 1),
  LUNG_VOLUME_ERROR("lungVolumeErrorMl", "Lung volume error", "mL", 1),
  LUNG_VOLUME_ERROR_PERCENT("lungVolumeErrorPercent", "Lung volume error", "%", 2),
  LESION_DICE("lesionDice", "Lesion Dice", "", 4),
  LESION_SURFACE_DICE("lesionSurfaceDice", "Lesion surface Dice", "", 4),
  LESION_HAUSDORFF95("lesionHausdorff95", "Lesion Hausdorff 95 %", Metric.DISTANCE, 2),
  LESION_SENSITIVITY("lesionSensitivity", "Lesion sensitivity", "", 4),
  LESION_PRECISION("lesionPrecision", "Lesion precision", "", 4),
  LESION_VOLUME_REFERENCE("lesionVolumeReferenceMl", "Lesion volume, reference", "mL", 1),
  LESION_VOLUME_MEASURED("lesionVolumeMeasuredMl", "Lesion volume, measured", "mL", 1),
  LESION_VOLUME_ERROR("lesionVolumeErrorMl", "Lesion volume error", "mL", 1),
  LESION_VOLUME_ERROR_PERCENT("lesionVolumeErrorPercent", "Lesion volume error", "%", 2),
  PERCENT_REFERENCE("percentReference", "Affected lung, reference", "%", 2),
  PERCENT_MEASURED("percentMeasured", "Affected lung, measured", "%", 2),
  PERCENT_ERROR("percentError", "Affected lung, error", "points", 2),
  PERCENT_ABSOLUTE_ERROR("percentAbsoluteError", "Affected lung, absolute error", "points", 2);

  /** Stands for mm or pixels, whichever the layout has. */
  private static final String DISTANCE = "distance";

  private final String key;
  private final String title;
  private final String unit;
  private final int decimals;

  Metric(String key, String title, String unit, int decimals) {
    this.key = key;
    this.title = title;
    this.unit = unit;
    this.decimals = decimals;
  }

  /** Name in {@code results.json}. */
  String key() {
    return key;
  }

  /** Name for people, with its unit. */
  String title(String distanceUnit) {
    if (unit.isEmpty()) {
      return title;
    }
    return title + " (" + (unit.equals(DISTANCE) ? distanceUnit : unit) + ")";
  }

  /** A value as people read it. */
  String format(double value) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
