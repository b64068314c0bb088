// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;

/**
 * A voxel grid seen along the patient's axes: index 0 of axis {@link #X} lies at the patient's
 * right and grows to the left, {@link #Y} grows to posterior, {@link #Z} to the head, however the
 * patient lay in the scanner. Each patient axis is the voxel axis that runs closest to it.
 */
final class PatientGrid {

  static final int X = 0;
  static final int Y = 1;
  static final int Z = 2;

  private static final int COLUMN = 0;
  private static final int ROW = 1;
  private static final int SLICE = 2;
  private static final int[][] PERMUTATIONS = {
    {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}
  };

  private final VolumeGeometry geometry;
  private final int[] voxelAxis = new int[3];
  private final boolean[] reversed = new boolean[3];

  PatientGrid(VolumeGeometry geometry) {
    this.geometry = geometry;
    Vec3[] directions = {geometry.rowDirection(), geometry.columnDirection(), geometry.normal()};
    double best = -1;
    for (int[] permutation : PERMUTATIONS) {
      double agreement = 0;
      for (int axis = 0; axis < 3; axis++) {
        agreement += Math.abs(component(directions[permutation[axis]], axis));
      }
      if (agreement > best) {
        best = agreement;
        System.arraycopy(permutation, 0, voxelAxis, 0, 3);
      }
    }
    for (int axis = 0; axis < 3; axis++) {
      reversed[axis] = component(directions[voxelAxis[axis]], axis) < 0;
    }
  }

  private static double component(Vec3 v, int axis) {
    return axis == X ? v.x() : axis == Y ? v.y() : v.z();
  }

  /** Voxels along a patient axis. */
  int count(int axis) {
    return switch (voxelAxis[axis]) {
      case COLUMN -> geometry.columns();
      case ROW -> geometry.rows();
      default -> geometry.slices();
    };
  }

  /** Distance of voxels along a patient axis, mm. */
  double spacing(int axis) {
    return switch (voxelAxis[axis]) {
      case COLUMN -> geometry.columnSpacingMm();
      case ROW -> geometry.rowSpacingMm();
      default -> geometry.sliceSpacingMm();
    };
  }

  /** What an index along a patient axis adds to the slice index. */
  int sliceStep(int axis, int index) {
    return voxelAxis[axis] == SLICE ? voxelIndex(axis, index) : 0;
  }

  /** What an index along a patient axis adds to the offset in a slice. */
  int offsetStep(int axis, int index) {
    return switch (voxelAxis[axis]) {
      case COLUMN -> voxelIndex(axis, index);
      case ROW -> voxelIndex(axis, index) * geometry.columns();
      default -> 0;
    };
  }

  /** Centre of a voxel in patient coordinates, mm, LPS. */
  Vec3 position(int x, int y, int z) {
    int[] voxel = new int[3];
    voxel[voxelAxis[X]] = voxelIndex(X, x);
    voxel[voxelAxis[Y]] = voxelIndex(Y, y);
    voxel[voxelAxis[Z]] = voxelIndex(Z, z);
    return geometry.position(voxel[SLICE], voxel[ROW], voxel[COLUMN]);
  }

  private int voxelIndex(int axis, int index) {
    return reversed[axis] ? count(axis) - 1 - index : index;
  }

  /**
   * Turns counts along the voxel axes into counts along the patient's.
   *
   * @param byVoxelAxis per column, per row, per slice
   */
  long[][] toPatientAxes(long[][] byVoxelAxis) {
    long[][] counts = new long[3][];
    for (int axis = 0; axis < 3; axis++) {
      long[] from = byVoxelAxis[voxelAxis[axis]];
      long[] to = new long[from.length];
      for (int i = 0; i < to.length; i++) {
        to[i] = from[voxelIndex(axis, i)];
      }
      counts[axis] = to;
    }
    return counts;
  }
}
