// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.Measurement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Metrics of a case by hand, by scipy, and where they are undefined. */
class CaseMetricsTest {

  private static final Spacing SPACING = new Spacing(0.7, 0.8, 2.5, false);

  @Test
  void countsByHand() {
    // Lung: columns 0 to 7 in reference, 2 to 9 measured, of one row. Lesion: 0 to 1 and 2 to 4.
    Mask lung = row(0, 8);
    Mask lesion = row(0, 2);
    Mask measuredLung = row(2, 10);
    Mask measuredLesion = row(2, 5);
    Map<Metric, Measurement> m =
        CaseMetrics.of(
            Masks.compared(
                List.of(lung),
                List.of(lesion),
                List.of(measuredLung),
                List.of(measuredLesion),
                new Spacing(10, 10, 10, false)),
            1);
    is(m, Metric.LUNG_DICE, 12.0 / 16);
    is(m, Metric.LUNG_SENSITIVITY, 6.0 / 8);
    is(m, Metric.LUNG_PRECISION, 6.0 / 8);
    is(m, Metric.LUNG_VOLUME_REFERENCE, 8);
    is(m, Metric.LUNG_VOLUME_ERROR, 0);
    is(m, Metric.LESION_DICE, 0);
    is(m, Metric.LESION_SENSITIVITY, 0);
    is(m, Metric.LESION_PRECISION, 0);
    is(m, Metric.LESION_VOLUME_REFERENCE, 2);
    is(m, Metric.LESION_VOLUME_MEASURED, 3);
    is(m, Metric.LESION_VOLUME_ERROR, 1);
    is(m, Metric.LESION_VOLUME_ERROR_PERCENT, 50);
    is(m, Metric.PERCENT_REFERENCE, 25);
    is(m, Metric.PERCENT_MEASURED, 37.5);
    is(m, Metric.PERCENT_ERROR, 12.5);
    is(m, Metric.PERCENT_ABSOLUTE_ERROR, 12.5);
    // Surfaces are 0..7 and 2..9: columns 0, 1, 8 and 9 lie 20, 10, 10 and 20 mm away.
    is(m, Metric.LUNG_SURFACE_DICE, 12.0 / 16);
    // Distances 0 (6 times), 10, 20: rank 0.95 x 7 = 6.65
    is(m, Metric.LUNG_HAUSDORFF95, 16.5);
  }

  private static Mask row(int from, int to) {
    return Masks.of(1, 1, 12, (k, r, c) -> c >= from && c < to);
  }

  /** Golden values of {@code src/test/python/golden_metrics.py}. */
  @Test
  void agreesWithScipyOnAVolume() {
    List<Mask> a = List.of(reference());
    List<Mask> b = List.of(measured());
    Map<Metric, Measurement> m = CaseMetrics.of(Masks.compared(a, a, b, b, SPACING), 1);
    is(m, Metric.LESION_DICE, 0.827996599603);
    is(m, Metric.LESION_SENSITIVITY, 0.821247892074);
    is(m, Metric.LESION_PRECISION, 0.834857142857);
    is(m, Metric.LESION_SURFACE_DICE, 0.572202166065);
    is(m, Metric.LESION_HAUSDORFF95, 2.5);
    is(m, Metric.LESION_VOLUME_REFERENCE, 1779 * 0.0014);
    Map<Metric, Measurement> wide = CaseMetrics.of(Masks.compared(a, a, b, b, SPACING), 2);
    is(wide, Metric.LUNG_SURFACE_DICE, 0.828519855596);
  }

  @Test
  void agreesWithScipyOnPictures() {
    Map<Metric, Measurement> all = pictures(0, 20, 1);
    is(all, Metric.LUNG_DICE, 0.827996599603);
    is(all, Metric.LUNG_SURFACE_DICE, 0.651658767773);
    is(pictures(0, 20, 2), Metric.LUNG_SURFACE_DICE, 0.877962085308);
    // 25 of 418 surface pixels lie in pictures where nothing was measured: more than 5 %.
    absent(all, Metric.LUNG_HAUSDORFF95, "5 %");
    absent(all, Metric.LUNG_VOLUME_ERROR, "no spacing");
    Map<Metric, Measurement> some = pictures(6, 16, 1);
    is(some, Metric.LUNG_SURFACE_DICE, 0.694444444444);
    is(some, Metric.LUNG_HAUSDORFF95, 2.236067977500);
  }

  private static Map<Metric, Measurement> pictures(int from, int to, double tolerance) {
    List<Mask> a = Masks.pictures(reference(), from, to);
    List<Mask> b = Masks.pictures(measured(), from, to);
    return CaseMetrics.of(Masks.compared(a, a, b, b, Spacing.PIXELS), tolerance);
  }

  private static Mask reference() {
    return Masks.ellipsoid(
        new int[] {20, 24, 28}, new double[] {10, 12, 14}, new double[] {6, 8, 9});
  }

  private static Mask measured() {
    return Masks.ellipsoid(
        new int[] {20, 24, 28}, new double[] {11, 12.5, 13}, new double[] {6, 7, 10});
  }

  @Test
  void anEmptyReferenceHasNoOverlapButAnError() {
    List<Mask> lung = List.of(row(0, 10));
    Map<Metric, Measurement> m =
        CaseMetrics.of(
            Masks.compared(
                lung, List.of(row(0, 0)), lung, List.of(row(0, 1)), new Spacing(10, 10, 10, false)),
            1);
    for (Metric metric :
        List.of(
            Metric.LESION_DICE,
            Metric.LESION_SENSITIVITY,
            Metric.LESION_PRECISION,
            Metric.LESION_SURFACE_DICE,
            Metric.LESION_HAUSDORFF95,
            Metric.LESION_VOLUME_ERROR_PERCENT)) {
      absent(m, metric, "reference has no voxel of lesion");
    }
    is(m, Metric.LESION_VOLUME_ERROR, 1);
    is(m, Metric.PERCENT_ERROR, 10);
  }

  @Test
  void whatWasMissedWhollyIsZeroAndHasNoDistance() {
    List<Mask> lung = List.of(row(0, 10));
    Map<Metric, Measurement> m =
        CaseMetrics.of(
            Masks.compared(lung, List.of(row(0, 2)), lung, List.of(row(0, 0)), SPACING), 1);
    is(m, Metric.LESION_DICE, 0);
    is(m, Metric.LESION_SENSITIVITY, 0);
    is(m, Metric.LESION_SURFACE_DICE, 0);
    absent(m, Metric.LESION_PRECISION, "No lesion was measured");
    absent(m, Metric.LESION_HAUSDORFF95, "No lesion was measured");
    is(m, Metric.PERCENT_ERROR, -20);
  }

  @Test
  void aMissingReferenceSaysSo() {
    List<Mask> lung = List.of(row(0, 10));
    Map<Metric, Measurement> m = CaseMetrics.of(Masks.compared(null, lung, lung, lung, SPACING), 1);
    absent(m, Metric.LUNG_DICE, "no lung mask");
    absent(m, Metric.PERCENT_REFERENCE, "no lung mask");
    absent(m, Metric.PERCENT_ERROR, "no lung mask");
    is(m, Metric.PERCENT_MEASURED, 100);
    is(m, Metric.LESION_DICE, 1);
  }

  @Test
  void everyMetricIsThereOrAbsentWithAReason() {
    Mask none = row(0, 0);
    for (List<Mask> reference : java.util.Arrays.asList(List.of(none), List.of(row(1, 3)), null)) {
      for (List<Mask> found : List.of(List.of(none), List.of(row(2, 4)))) {
        for (Spacing spacing : List.of(SPACING, Spacing.PIXELS)) {
          Map<Metric, Measurement> m =
              CaseMetrics.of(Masks.compared(reference, reference, found, found, spacing), 1);
          assertEquals(Metric.values().length, m.size());
        }
      }
    }
  }

  private static void is(Map<Metric, Measurement> metrics, Metric metric, double expected) {
    assertEquals(
        expected,
        assertInstanceOf(Measurement.Value.class, metrics.get(metric), metric.key()).value(),
        1e-6,
        metric.key());
  }

  private static void absent(Map<Metric, Measurement> metrics, Metric metric, String reason) {
    String text =
        assertInstanceOf(Measurement.NotMeasured.class, metrics.get(metric), metric.key()).reason();
    assertTrue(text.contains(reason), metric.key() + ": " + text);
  }
}
