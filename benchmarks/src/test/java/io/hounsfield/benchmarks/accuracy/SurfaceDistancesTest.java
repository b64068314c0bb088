// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Surface Dice and Hausdorff distance by hand, and by brute force. */
class SurfaceDistancesTest {

  private static final Spacing MM = new Spacing(1, 1, 1, false);

  @Test
  void aSolidCubeHasTheSurfaceOfItsShell() {
    Mask cube = Masks.of(9, 9, 9, (k, r, c) -> in(k) && in(r) && in(c));
    assertEquals(125 - 27, SurfaceDistances.surface(cube, false).count());
    // Slice by slice the inner 3 x 3 of each of 5 slices is no border.
    assertEquals(125 - 5 * 9, SurfaceDistances.surface(cube, true).count());
  }

  private static boolean in(int i) {
    return i >= 2 && i <= 6;
  }

  @Test
  void theEdgeOfTheGridIsASurface() {
    Mask all = Masks.of(3, 3, 3, (k, r, c) -> true);
    assertEquals(26, SurfaceDistances.surface(all, false).count());
  }

  @Test
  void equalMasksAgreeFully() {
    Mask a = Masks.random(1, 5, 6, 7, 0.4);
    SurfaceDistances d = new SurfaceDistances();
    d.add(a, a, MM);
    assertEquals(1, d.normalizedSurfaceDice(0).getAsDouble());
    assertEquals(0, d.hausdorff95().getAsDouble());
  }

  @Test
  void twoVoxelsAreAsFarApartAsTheirCentres() {
    Mask a = Masks.of(5, 5, 5, (k, r, c) -> k == 0 && r == 0 && c == 0);
    Mask b = Masks.of(5, 5, 5, (k, r, c) -> k == 2 && r == 1 && c == 2);
    SurfaceDistances d = new SurfaceDistances();
    d.add(a, b, new Spacing(3, 4, 6, false));
    // 6 mm across, 4 mm down, 12 mm along: 14 mm
    assertEquals(14, d.hausdorff95().getAsDouble(), 1e-6);
    assertEquals(1, d.normalizedSurfaceDice(14).getAsDouble());
    assertEquals(0, d.normalizedSurfaceDice(13.99).getAsDouble());
  }

  @Test
  void aDistanceOfExactlyTheToleranceIsWithinIt() {
    for (double spacing : new double[] {0.7, 0.3, 1.1, 0.976562}) {
      Mask a = Masks.of(1, 1, 9, (k, r, c) -> c == 1);
      Mask b = Masks.of(1, 1, 9, (k, r, c) -> c == 4);
      SurfaceDistances d = new SurfaceDistances();
      d.add(a, b, new Spacing(spacing, 1, 1, false));
      assertEquals(1, d.normalizedSurfaceDice(3 * spacing).getAsDouble(), "spacing " + spacing);
    }
  }

  @Test
  void surfaceWithoutCounterpartIsOutsideAnyToleranceAndHasNoDistance() {
    Mask a = Masks.of(3, 4, 4, (k, r, c) -> k == 1 && r == 1);
    SurfaceDistances d = new SurfaceDistances();
    d.add(a, Mask.empty(4, 4, 3), MM);
    assertEquals(0, d.normalizedSurfaceDice(1000).getAsDouble());
    assertTrue(d.hausdorff95().isEmpty());
  }

  @Test
  void nothingAgainstNothingIsUndefined() {
    SurfaceDistances d = new SurfaceDistances();
    d.add(Mask.empty(4, 4, 3), Mask.empty(4, 4, 3), MM);
    assertTrue(d.normalizedSurfaceDice(1).isEmpty());
    assertTrue(d.hausdorff95().isEmpty());
  }

  @Test
  void agreesWithBruteForce() {
    for (int trial = 0; trial < 20; trial++) {
      boolean planar = trial % 2 == 1;
      Spacing spacing = new Spacing(0.7, 0.9, 2.5, planar);
      Mask a = Masks.random(100 + trial, 4, 7, 8, 0.5);
      Mask b = Masks.random(200 + trial, 4, 7, 8, 0.2);
      SurfaceDistances d = new SurfaceDistances();
      d.add(a, b, spacing);
      List<Double> ab = distances(a, b, spacing);
      List<Double> ba = distances(b, a, spacing);
      for (double tolerance : new double[] {0, 0.71, 1.2, 3}) {
        double within =
            ab.stream().filter(x -> x <= tolerance + 1e-5).count()
                + ba.stream().filter(x -> x <= tolerance + 1e-5).count();
        assertEquals(
            within / (ab.size() + ba.size()),
            d.normalizedSurfaceDice(tolerance).getAsDouble(),
            1e-12);
      }
      assertEquals(
          Math.max(percentile95(ab), percentile95(ba)), d.hausdorff95().getAsDouble(), 1e-5);
    }
  }

  private static List<Double> distances(Mask from, Mask to, Spacing spacing) {
    Mask a = bruteSurface(from, spacing.planar());
    Mask b = bruteSurface(to, spacing.planar());
    List<Double> distances = new ArrayList<>();
    for (int k = 0; k < a.slices(); k++) {
      for (int r = 0; r < a.rows(); r++) {
        for (int c = 0; c < a.columns(); c++) {
          if (a.get(k, r, c)) {
            distances.add(Math.sqrt(DistanceTransformTest.nearest(b, k, r, c, spacing)));
          }
        }
      }
    }
    return distances;
  }

  private static Mask bruteSurface(Mask m, boolean planar) {
    int[][] steps = {{0, 0, 1}, {0, 0, -1}, {0, 1, 0}, {0, -1, 0}, {1, 0, 0}, {-1, 0, 0}};
    return Masks.of(
        m.slices(),
        m.rows(),
        m.columns(),
        (k, r, c) -> {
          if (!m.get(k, r, c)) {
            return false;
          }
          for (int[] s : steps) {
            int z = k + s[0];
            int y = r + s[1];
            int x = c + s[2];
            if (planar && s[0] != 0) {
              continue;
            }
            boolean outside =
                z < 0
                    || y < 0
                    || x < 0
                    || z >= m.slices()
                    || y >= m.rows()
                    || x >= m.columns()
                    || !m.get(z, y, x);
            if (outside) {
              return true;
            }
          }
          return false;
        });
  }

  private static double percentile95(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    double rank = 0.95 * (sorted.size() - 1);
    int low = (int) Math.floor(rank);
    int high = (int) Math.ceil(rank);
    return sorted.get(low) + (rank - low) * (sorted.get(high) - sorted.get(low));
  }
}
