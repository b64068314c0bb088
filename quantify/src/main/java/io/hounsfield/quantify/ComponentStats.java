// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.CtVolume;
import java.util.Arrays;

/** Size, extent and gas of components, from one pass over their voxels. */
final class ComponentStats {

  /** Darker voxels count as pure gas, HU: the emphysema threshold. */
  static final int PURE_GAS_HU = -950;

  private final long[] voxels;
  private final long[] gas;
  private final long[] right;
  private final int[] first;
  private final int[] last;
  private final int[][] box;

  private ComponentStats(int n) {
    voxels = new long[n];
    gas = new long[n];
    right = new long[n];
    first = new int[n];
    last = new int[n];
    box = new int[n][];
    Arrays.fill(first, Integer.MAX_VALUE);
    Arrays.fill(last, -1);
  }

  static ComponentStats of(Components parts, CtVolume ct, PatientAxis axis, double midline) {
    int columns = ct.geometry().columns();
    int[] gasOfRun = new int[parts.id().length];
    int[] rightOfRun = new int[parts.id().length];
    Slices.forEach(
        parts.slices().length,
        k -> {
          Runs runs = parts.slices()[k];
          short[] hu = ct.slice(k);
          for (int r = 0; r < runs.rows(); r++) {
            double start = axis.leftward(k, r, 0);
            double perColumn = axis.leftward(k, r, 1) - start;
            for (int i = runs.rowStart()[r]; i < runs.rowStart()[r + 1]; i++) {
              int dark = 0;
              for (int c = runs.from()[i]; c < runs.to()[i]; c++) {
                dark += hu[r * columns + c] < PURE_GAS_HU ? 1 : 0;
              }
              int at = parts.offset()[k] + i;
              gasOfRun[at] = dark;
              rightOfRun[at] = rightOf(runs.from()[i], runs.to()[i], midline - start, perColumn);
            }
          }
        });
    ComponentStats stats = new ComponentStats(parts.count());
    for (int k = 0; k < parts.slices().length; k++) {
      Runs runs = parts.slices()[k];
      for (int r = 0; r < runs.rows(); r++) {
        for (int i = runs.rowStart()[r]; i < runs.rowStart()[r + 1]; i++) {
          stats.extend(parts.of(k, i), r, runs.from()[i], runs.to()[i]);
        }
      }
      for (int i = 0; i < runs.size(); i++) {
        int c = parts.of(k, i);
        stats.voxels[c] += runs.length(i);
        stats.gas[c] += gasOfRun[parts.offset()[k] + i];
        stats.right[c] += rightOfRun[parts.offset()[k] + i];
        stats.first[c] = Math.min(stats.first[c], k);
        stats.last[c] = k;
      }
    }
    return stats;
  }

  private void extend(int c, int row, int from, int to) {
    int[] b = box[c];
    if (b == null) {
      box[c] = new int[] {row, row, from, to - 1};
      return;
    }
    b[0] = Math.min(b[0], row);
    b[1] = Math.max(b[1], row);
    b[2] = Math.min(b[2], from);
    b[3] = Math.max(b[3], to - 1);
  }

  /** Columns of a run with {@code column * perColumn < limit}. */
  private static int rightOf(int from, int to, double limit, double perColumn) {
    if (Math.abs(perColumn) < 1e-9) {
      return limit > 0 ? to - from : 0;
    }
    double border = limit / perColumn;
    int below = (int) Math.max(from, Math.min(to, Math.ceil(border)));
    return perColumn > 0 ? below - from : to - below;
  }

  long voxels(int c) {
    return voxels[c];
  }

  double gasShare(int c) {
    return (double) gas[c] / voxels[c];
  }

  /** Share of the voxels to the patient's right of the midline. */
  double shareRightOf(int c) {
    return (double) right[c] / voxels[c];
  }

  /**
   * Widens a box to hold a component.
   *
   * @param whole first and last slice, first and last row, first and last column
   */
  void unite(int[] whole, int c) {
    whole[0] = Math.min(whole[0], first[c]);
    whole[1] = Math.max(whole[1], last[c]);
    whole[2] = Math.min(whole[2], box[c][0]);
    whole[3] = Math.max(whole[3], box[c][1]);
    whole[4] = Math.min(whole[4], box[c][2]);
    whole[5] = Math.max(whole[5], box[c][3]);
  }

  /** Share of the slices over which one component extends that another extends over, too. */
  double besideShare(int c, int other) {
    int common = Math.min(last[c], last[other]) - Math.max(first[c], first[other]) + 1;
    return Math.max(0, common) / (double) (last[c] - first[c] + 1);
  }

  int firstSlice(int c) {
    return first[c];
  }

  int lastSlice(int c) {
    return last[c];
  }
}
