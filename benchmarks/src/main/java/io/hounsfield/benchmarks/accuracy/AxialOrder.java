// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import java.util.Locale;

/**
 * How the axes of a file become columns, rows and slices of an axial volume: each axis of the file
 * goes to the patient's axis it is nearest to, reversed where it runs the other way, so that
 * columns grow to the patient's left, rows to posterior and slices to the head (LPS). Voxels are
 * permuted and mirrored, never interpolated; a tilt against the patient's axes stays in the
 * geometry's directions.
 */
final class AxialOrder {

  /** Axes may differ from a right angle by this cosine: affines are stored as float32. */
  private static final double RIGHT_ANGLE = 1e-3;

  private static final int[][] PERMUTATIONS = {
    {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}
  };

  private final VolumeGeometry geometry;
  private final int[][] slice = new int[3][];
  private final int[][] index = new int[3][];

  private AxialOrder(VolumeGeometry geometry) {
    this.geometry = geometry;
  }

  /**
   * @throws CaseException if the axes are not at right angles, or not axes at all
   */
  static AxialOrder of(NiftiHeader header) throws CaseException {
    double[] spacing = new double[3];
    Vec3[] unit = new Vec3[3];
    for (int a = 0; a < 3; a++) {
      spacing[a] = header.axes()[a].length();
      if (!(spacing[a] > 0)) {
        throw CaseException.unreadable("axis %d of its affine has no length", a + 1);
      }
      unit[a] = header.axes()[a].times(1 / spacing[a]);
    }
    for (int a = 0; a < 3; a++) {
      double cosine = unit[a].dot(unit[(a + 1) % 3]);
      if (Math.abs(cosine) > RIGHT_ANGLE) {
        throw new CaseException(
            "sheared",
            String.format(
                Locale.ROOT,
                "axes %d and %d of its affine are not at a right angle (cosine %.4f): the slices"
                    + " form a sheared stack, as with a tilted gantry. Resample it to a grid",
                a + 1,
                (a + 1) % 3 + 1,
                cosine));
      }
    }
    int[] axis = nearest(unit); // of the file, for columns, rows and slices
    Vec3 origin = header.origin();
    Vec3[] direction = new Vec3[3];
    boolean[] reversed = new boolean[3];
    int[] size = new int[3];
    for (int t = 0; t < 3; t++) {
      int a = axis[t];
      size[t] = header.size()[a];
      reversed[t] = component(unit[a], t) < 0;
      direction[t] = reversed[t] ? unit[a].times(-1) : unit[a];
      if (reversed[t]) {
        origin = origin.plus(header.axes()[a].times(size[t] - 1));
      }
    }
    // Exactly unit and at a right angle, as slice headers must be.
    Vec3 row = direction[0].times(1 / direction[0].length());
    Vec3 column = direction[1].minus(row.times(direction[1].dot(row)));
    column = column.times(1 / column.length());
    AxialOrder order =
        new AxialOrder(
            new VolumeGeometry(
                size[0],
                size[1],
                size[2],
                spacing[axis[0]],
                spacing[axis[1]],
                spacing[axis[2]],
                origin,
                row,
                column));
    int[] step = {1, size[0], 0};
    for (int t = 0; t < 3; t++) {
      int a = axis[t];
      order.slice[a] = new int[size[t]];
      order.index[a] = new int[size[t]];
      for (int i = 0; i < size[t]; i++) {
        int to = reversed[t] ? size[t] - 1 - i : i;
        order.slice[a][i] = t == 2 ? to : 0;
        order.index[a][i] = to * step[t];
      }
    }
    return order;
  }

  /** The axial grid. */
  VolumeGeometry geometry() {
    return geometry;
  }

  /** Slice of the axial grid in which a voxel of the file lies. */
  int slice(int i, int j, int k) {
    return slice[0][i] + slice[1][j] + slice[2][k];
  }

  /** Where in that slice: {@code row * columns + column}. */
  int index(int i, int j, int k) {
    return index[0][i] + index[1][j] + index[2][k];
  }

  private static int[] nearest(Vec3[] unit) {
    int[] best = PERMUTATIONS[0];
    double most = -1;
    for (int[] p : PERMUTATIONS) {
      double sum = 0;
      for (int t = 0; t < 3; t++) {
        sum += Math.abs(component(unit[p[t]], t));
      }
      if (sum > most) {
        most = sum;
        best = p;
      }
    }
    return best;
  }

  private static double component(Vec3 v, int t) {
    return t == 0 ? v.x() : t == 1 ? v.y() : v.z();
  }
}
