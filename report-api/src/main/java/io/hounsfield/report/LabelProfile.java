// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.VolumeGeometry;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How many labelled voxels (any label) lie at each index of each patient axis.
 *
 * @param counts {@code [patient axis][index]}
 */
record LabelProfile(long[][] counts) {

  /** Eight labels at once: most of a label map is background. */
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  static LabelProfile of(LabelMap labels, PatientGrid grid) {
    VolumeGeometry g = labels.geometry();
    long[] byColumn = new long[g.columns()];
    long[] byRow = new long[g.rows()];
    long[] bySlice = new long[g.slices()];
    for (int slice = 0; slice < g.slices(); slice++) {
      byte[] values = labels.slice(slice);
      for (int row = 0; row < g.rows(); row++) {
        long found = countRow(values, row * g.columns(), byColumn);
        byRow[row] += found;
        bySlice[slice] += found;
      }
    }
    return new LabelProfile(grid.toPatientAxes(new long[][] {byColumn, byRow, bySlice}));
  }

  private static long countRow(byte[] values, int start, long[] byColumn) {
    long found = 0;
    int column = 0;
    while (column < byColumn.length) {
      if (column + 8 <= byColumn.length && (long) LONGS.get(values, start + column) == 0) {
        column += 8;
        continue;
      }
      int end = Math.min(column + 8, byColumn.length);
      for (; column < end; column++) {
        if (values[start + column] != 0) {
          byColumn[column]++;
          found++;
        }
      }
    }
    return found;
  }

  boolean isEmpty() {
    return first(PatientGrid.X, 1) < 0;
  }

  /** First index with at least that many voxels, or -1. */
  int first(int axis, long atLeast) {
    for (int i = 0; i < counts[axis].length; i++) {
      if (counts[axis][i] >= atLeast) {
        return i;
      }
    }
    return -1;
  }

  /** Last index with at least that many voxels, or -1. */
  int last(int axis, long atLeast) {
    for (int i = counts[axis].length - 1; i >= 0; i--) {
      if (counts[axis][i] >= atLeast) {
        return i;
      }
    }
    return -1;
  }

  /** Index with the most voxels, the first of equals. */
  int fullest(int axis) {
    int best = 0;
    for (int i = 1; i < counts[axis].length; i++) {
      if (counts[axis][i] > counts[axis][best]) {
        best = i;
      }
    }
    return best;
  }

  /** The most voxels at one index. */
  long most(int axis) {
    return counts[axis][fullest(axis)];
  }
}
