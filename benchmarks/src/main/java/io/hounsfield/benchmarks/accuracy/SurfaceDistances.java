// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalDouble;

/**
 * Distances between the surfaces of two sets of voxels, gathered over any number of volumes or
 * pictures.
 *
 * <p>A surface voxel is a voxel of the set that has a neighbour outside of it (6 neighbours in a
 * volume, 4 in a picture; beyond the edge of the grid counts as outside). Its distance is that from
 * its centre to the centre of the nearest surface voxel of the other set, exact, with spacing.
 * Surface voxels count alike, whatever area they stand for. Where the other set is empty there is
 * no nearest voxel and the distance is infinite.
 */
final class SurfaceDistances {

  /** The share of the distances that the Hausdorff distance is taken at. */
  private static final double PERCENTILE = 0.95;

  /** Squared distances are float32: a distance that is the tolerance stays within it. */
  private static final double ROUNDING = 1e-6;

  private final Distances fromReference = new Distances();
  private final Distances fromMeasured = new Distances();

  /** Adds the surfaces of one volume, or of one picture. */
  void add(Mask reference, Mask measured, Spacing spacing) {
    Mask a = surface(reference, spacing.planar());
    Mask b = surface(measured, spacing.planar());
    DistanceTransform.Box box = DistanceTransform.Box.around(a, b);
    if (box == null) {
      return;
    }
    fromReference.add(a, DistanceTransform.squared(b, a, box, spacing), box);
    fromMeasured.add(b, DistanceTransform.squared(a, b, box, spacing), box);
  }

  /**
   * Normalized surface Dice: the share of both surfaces that lies within the tolerance of the other
   * (Nikolov et al., J Med Internet Res 2021, doi 10.2196/26151; there with surface elements by
   * area, here with surface voxels). Empty where both surfaces are.
   */
  OptionalDouble normalizedSurfaceDice(double tolerance) {
    long all = (long) fromReference.size() + fromMeasured.size();
    if (all == 0) {
      return OptionalDouble.empty();
    }
    double limit = tolerance * tolerance * (1 + ROUNDING);
    return OptionalDouble.of(
        (double) (fromReference.within(limit) + fromMeasured.within(limit)) / all);
  }

  /**
   * The larger of the two directed 95th percentiles (linear between ranks). Empty where a surface
   * is missing, or where more than 5 % of a surface have no counterpart at all.
   */
  OptionalDouble hausdorff95() {
    double a = fromReference.percentile(PERCENTILE);
    double b = fromMeasured.percentile(PERCENTILE);
    double larger = Math.max(a, b);
    return Double.isFinite(larger) ? OptionalDouble.of(larger) : OptionalDouble.empty();
  }

  /** The voxels of a set with a neighbour outside of it. */
  static Mask surface(Mask mask, boolean planar) {
    int columns = mask.columns();
    int length = mask.rows() * columns;
    Mask surface = Mask.empty(mask.rows(), columns, mask.slices());
    for (int k = 0; k < mask.slices(); k++) {
      BitSet plane = mask.planes()[k];
      BitSet below = k > 0 ? mask.planes()[k - 1] : null;
      BitSet above = k + 1 < mask.slices() ? mask.planes()[k + 1] : null;
      for (int i = plane.nextSetBit(0); i >= 0; i = plane.nextSetBit(i + 1)) {
        int column = i % columns;
        boolean inner =
            column > 0
                && column + 1 < columns
                && i >= columns
                && i + columns < length
                && plane.get(i - 1)
                && plane.get(i + 1)
                && plane.get(i - columns)
                && plane.get(i + columns)
                && (planar || below != null && above != null && below.get(i) && above.get(i));
        if (!inner) {
          surface.planes()[k].set(i);
        }
      }
    }
    return surface;
  }

  /** Squared distances, as many as there are surface voxels. */
  private static final class Distances {
    private float[] squared = new float[1 << 10];
    private int size;
    private boolean sorted;

    int size() {
      return size;
    }

    void add(Mask surface, float[][] distances, DistanceTransform.Box box) {
      sorted = false;
      for (int k = 0; k < box.slices(); k++) {
        BitSet plane = surface.planes()[box.slice() + k];
        for (int i = plane.nextSetBit(0); i >= 0; i = plane.nextSetBit(i + 1)) {
          int row = i / surface.columns() - box.row();
          int column = i % surface.columns() - box.column();
          if (size == squared.length) {
            squared = Arrays.copyOf(squared, Math.multiplyExact(size, 2));
          }
          squared[size++] = distances[k][row * box.columns() + column];
        }
      }
    }

    long within(double limit) {
      long n = 0;
      for (int i = 0; i < size; i++) {
        if (squared[i] <= limit) {
          n++;
        }
      }
      return n;
    }

    double percentile(double share) {
      if (size == 0) {
        return Double.POSITIVE_INFINITY;
      }
      if (!sorted) {
        Arrays.sort(squared, 0, size);
        sorted = true;
      }
      double rank = share * (size - 1);
      int low = (int) rank;
      double a = Math.sqrt(squared[low]);
      double fraction = rank - low;
      if (fraction == 0) {
        return a;
      }
      double b = Math.sqrt(squared[low + 1]);
      return a + fraction * (b - a);
    }
  }
}
