// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The distance transform against the distance to every site in turn. */
class DistanceTransformTest {

  @Test
  void isTheDistanceToTheNearestOfAllSites() {
    Random random = new Random(7);
    for (int trial = 0; trial < 60; trial++) {
      int slices = 1 + random.nextInt(6);
      int rows = 1 + random.nextInt(9);
      int columns = 1 + random.nextInt(9);
      Mask sites = Masks.random(trial, slices, rows, columns, trial % 3 == 0 ? 0.02 : 0.15);
      Mask everywhere = Masks.of(slices, rows, columns, (k, r, c) -> true);
      Spacing spacing =
          new Spacing(
              0.3 + random.nextDouble(),
              0.3 + random.nextDouble(),
              0.3 + 5 * random.nextDouble(),
              trial % 4 == 0);
      DistanceTransform.Box box = DistanceTransform.Box.around(everywhere, sites);
      float[][] found = DistanceTransform.squared(sites, everywhere, box, spacing);
      for (int k = 0; k < slices; k++) {
        for (int r = 0; r < rows; r++) {
          for (int c = 0; c < columns; c++) {
            double expected = nearest(sites, k, r, c, spacing);
            assertEquals(
                expected,
                found[k][r * columns + c],
                expected == Double.POSITIVE_INFINITY ? 0 : 1e-5 * (1 + expected),
                "trial %d at %d, %d, %d".formatted(trial, k, r, c));
          }
        }
      }
    }
  }

  @Test
  void aBoxWithinTheVolumeGivesTheSameDistances() {
    Mask sites = Masks.of(9, 9, 9, (k, r, c) -> k == 3 && r == 4 && c >= 2 && c <= 6);
    Mask wanted = Masks.of(9, 9, 9, (k, r, c) -> k == 6 && r == 2 && c == 5);
    DistanceTransform.Box box = DistanceTransform.Box.around(sites, wanted);
    assertEquals(new DistanceTransform.Box(3, 2, 2, 4, 3, 5), box);
    Spacing spacing = new Spacing(1, 2, 3, false);
    float[][] d = DistanceTransform.squared(sites, wanted, box, spacing);
    assertEquals(81 + 16, d[3][3], 1e-4);
  }

  @Test
  void nothingHasNoBox() {
    assertNull(DistanceTransform.Box.around(Mask.empty(4, 4, 4), Mask.empty(4, 4, 4)));
  }

  static double nearest(Mask sites, int k, int r, int c, Spacing s) {
    double least = Double.POSITIVE_INFINITY;
    for (int z = 0; z < sites.slices(); z++) {
      if (s.planar() && z != k) {
        continue;
      }
      for (int y = 0; y < sites.rows(); y++) {
        for (int x = 0; x < sites.columns(); x++) {
          if (sites.get(z, y, x)) {
            double dz = (z - k) * s.slice();
            double dy = (y - r) * s.row();
            double dx = (x - c) * s.column();
            least = Math.min(least, dx * dx + dy * dy + dz * dz);
          }
        }
      }
    }
    return least;
  }
}
