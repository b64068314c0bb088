// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import java.util.List;
import java.util.Random;

/** Masks for tests. */
final class Masks {
  private Masks() {}

  interface Rule {
    boolean in(int slice, int row, int column);
  }

  static Mask of(int slices, int rows, int columns, Rule rule) {
    Mask mask = Mask.empty(rows, columns, slices);
    for (int k = 0; k < slices; k++) {
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          if (rule.in(k, r, c)) {
            mask.set(k, r, c);
          }
        }
      }
    }
    return mask;
  }

  /** Voxels are in the mask with the given probability. */
  static Mask random(long seed, int slices, int rows, int columns, double share) {
    Random random = new Random(seed);
    return of(slices, rows, columns, (k, r, c) -> random.nextDouble() < share);
  }

  static Mask ellipsoid(int[] size, double[] centre, double[] radii) {
    return of(
        size[0],
        size[1],
        size[2],
        (k, r, c) -> {
          double[] at = {k, r, c};
          double sum = 0;
          for (int a = 0; a < 3; a++) {
            double d = (at[a] - centre[a]) / radii[a];
            sum += d * d;
          }
          return sum <= 1;
        });
  }

  /** Each slice as a picture of its own. */
  static List<Mask> pictures(Mask volume, int from, int to) {
    return java.util.stream.IntStream.range(from, to)
        .mapToObj(
            k ->
                new Mask(
                    volume.rows(), volume.columns(), new java.util.BitSet[] {volume.planes()[k]}))
        .toList();
  }

  static SegmentedCase compared(
      List<Mask> referenceLung,
      List<Mask> referenceLesion,
      List<Mask> lung,
      List<Mask> lesion,
      Spacing spacing) {
    return new SegmentedCase(
        referenceLung, referenceLesion, lung, lesion, spacing, (slice, index) -> 0, List.of());
  }
}
