// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.domain.Measurement;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The metrics of one case. TP, FP and FN are numbers of voxels.
 *
 * <ul>
 *   <li>Dice 2 TP / (2 TP + FP + FN) (Dice, Ecology 1945, doi 10.2307/1932409)
 *   <li>sensitivity TP / (TP + FN), precision TP / (TP + FP)
 *   <li>surface Dice and Hausdorff distance: {@link SurfaceDistances}
 *   <li>volume error: measured less reference, in mL and in % of the reference
 *   <li>affected lung: lesion voxels in % of lung voxels, lung with lesion; its error in points
 * </ul>
 *
 * <p>What is undefined is absent, with the reason: where the reference is empty everything but the
 * volumes and percentages; where the reference has something and nothing was measured, Dice,
 * surface Dice and sensitivity are 0, precision and Hausdorff distance absent.
 */
final class CaseMetrics {

  /** The metrics of a structure by their place in the calculation. */
  private enum Structure {
    LUNG(
        "lung",
        Metric.LUNG_DICE,
        Metric.LUNG_SURFACE_DICE,
        Metric.LUNG_HAUSDORFF95,
        Metric.LUNG_SENSITIVITY,
        Metric.LUNG_PRECISION,
        Metric.LUNG_VOLUME_REFERENCE,
        Metric.LUNG_VOLUME_MEASURED,
        Metric.LUNG_VOLUME_ERROR,
        Metric.LUNG_VOLUME_ERROR_PERCENT),
    LESION(
        "lesion",
        Metric.LESION_DICE,
        Metric.LESION_SURFACE_DICE,
        Metric.LESION_HAUSDORFF95,
        Metric.LESION_SENSITIVITY,
        Metric.LESION_PRECISION,
        Metric.LESION_VOLUME_REFERENCE,
        Metric.LESION_VOLUME_MEASURED,
        Metric.LESION_VOLUME_ERROR,
        Metric.LESION_VOLUME_ERROR_PERCENT);

    final String title;
    final Metric dice;
    final Metric surfaceDice;
    final Metric hausdorff;
    final Metric sensitivity;
    final Metric precision;
    final Metric volumeReference;
    final Metric volumeMeasured;
    final Metric volumeError;
    final Metric volumeErrorPercent;

    Structure(String title, Metric... m) {
      this.title = title;
      dice = m[0];
      surfaceDice = m[1];
      hausdorff = m[2];
      sensitivity = m[3];
      precision = m[4];
      volumeReference = m[5];
      volumeMeasured = m[6];
      volumeError = m[7];
      volumeErrorPercent = m[8];
    }

    List<Metric> ofOverlap() {
      return List.of(dice, surfaceDice, hausdorff, sensitivity, precision, volumeErrorPercent);
    }
  }

  private final SegmentedCase segmented;
  private final double tolerance;
  private final Map<Metric, Measurement> metrics = new EnumMap<>(Metric.class);

  private CaseMetrics(SegmentedCase segmented, double tolerance) {
    this.segmented = segmented;
    this.tolerance = tolerance;
  }

  /**
   * @param tolerance of the surface Dice, in the unit of the case's spacing
   * @return every {@link Metric}, measured or with the reason why not
   */
  static Map<Metric, Measurement> of(SegmentedCase segmented, double tolerance) {
    CaseMetrics m = new CaseMetrics(segmented, tolerance);
    m.compare(Structure.LUNG, segmented.referenceLung(), segmented.measuredLung());
    m.compare(Structure.LESION, segmented.referenceLesion(), segmented.measuredLesion());
    m.percentages();
    return m.metrics;
  }

  private void compare(Structure s, List<Mask> reference, List<Mask> measured) {
    long measuredVoxels = count(measured);
    volume(s.volumeMeasured, measuredVoxels);
    if (reference == null) {
      String reason = "The reference has no " + s.title + " mask.";
      s.ofOverlap().forEach(metric -> absent(metric, reason));
      absent(s.volumeReference, reason);
      absent(s.volumeError, reason);
      return;
    }
    long referenceVoxels = count(reference);
    volume(s.volumeReference, referenceVoxels);
    volume(s.volumeError, measuredVoxels - referenceVoxels);
    if (referenceVoxels == 0) {
      String reason = "The reference has no voxel of " + s.title + ".";
      s.ofOverlap().forEach(metric -> absent(metric, reason));
      return;
    }
    long both = 0;
    SurfaceDistances distances = new SurfaceDistances();
    for (int i = 0; i < reference.size(); i++) {
      both += reference.get(i).countOfBoth(measured.get(i));
      distances.add(reference.get(i), measured.get(i), segmented.spacing());
    }
    put(s.dice, 2.0 * both / (referenceVoxels + measuredVoxels));
    put(s.sensitivity, (double) both / referenceVoxels);
    put(s.surfaceDice, distances.normalizedSurfaceDice(tolerance).orElseThrow());
    put(s.volumeErrorPercent, 100.0 * (measuredVoxels - referenceVoxels) / referenceVoxels);
    if (measuredVoxels == 0) {
      String reason = "No " + s.title + " was measured.";
      absent(s.precision, reason);
      absent(s.hausdorff, reason);
      return;
    }
    put(s.precision, (double) both / measuredVoxels);
    OptionalDouble hausdorff = distances.hausdorff95();
    if (hausdorff.isPresent()) {
      put(s.hausdorff, hausdorff.getAsDouble());
    } else {
      absent(
          s.hausdorff,
          "More than 5 % of a surface lie in pictures where the other mask has no "
              + s.title
              + ".");
    }
  }

  private void percentages() {
    List<Mask> lung = segmented.referenceLung();
    List<Mask> lesion = segmented.referenceLesion();
    Measurement reference;
    if (lung == null || lesion == null) {
      reference =
          Measurement.notMeasured(
              "The reference has no " + (lung == null ? "lung" : "lesion") + " mask.");
    } else {
      reference = percent(lesion, lung, "The reference has no voxel of lung.");
    }
    Measurement measured =
        percent(segmented.measuredLesion(), segmented.measuredLung(), "No lung was measured.");
    metrics.put(Metric.PERCENT_REFERENCE, reference);
    metrics.put(Metric.PERCENT_MEASURED, measured);
    if (reference instanceof Measurement.Value r && measured instanceof Measurement.Value m) {
      put(Metric.PERCENT_ERROR, m.value() - r.value());
      put(Metric.PERCENT_ABSOLUTE_ERROR, Math.abs(m.value() - r.value()));
    } else {
      Measurement why = reference instanceof Measurement.Value ? measured : reference;
      metrics.put(Metric.PERCENT_ERROR, why);
      metrics.put(Metric.PERCENT_ABSOLUTE_ERROR, why);
    }
  }

  private static Measurement percent(List<Mask> lesion, List<Mask> lung, String otherwise) {
    long voxels = count(lung);
    return voxels == 0
        ? Measurement.notMeasured(otherwise)
        : Measurement.of(100.0 * count(lesion) / voxels);
  }

  private void volume(Metric metric, long voxels) {
    if (segmented.spacing().planar()) {
      absent(metric, "The pictures have no spacing.");
    } else {
      put(metric, voxels * segmented.spacing().voxelMl());
    }
  }

  private void put(Metric metric, double value) {
    metrics.put(metric, Measurement.of(value));
  }

  private void absent(Metric metric, String reason) {
    metrics.put(metric, Measurement.notMeasured(reason));
  }

  private static long count(List<Mask> masks) {
    return masks.stream().mapToLong(Mask::count).sum();
  }
}
