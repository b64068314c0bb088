// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

/**
 * Connected components of a mask (voxels that share a face, unless said otherwise), found on its
 * runs.
 *
 * @param slices runs of each slice
 * @param offset index of the first run of each slice in {@code id}, then the total
 * @param id component of each run, numbered from 0 in the order of the first run
 * @param count components
 */
record Components(Runs[] slices, int[] offset, int[] id, int count) {

  static Components of(Runs... slices) {
    return of(0, slices);
  }

  /**
   * Components that go on behind slices in which there is nothing at all.
   *
   * @param gap such slices at most, one after the other
   */
  static Components of(int gap, Runs... slices) {
    return of(gap, 0, slices);
  }

  /** Components of voxels that share a face, an edge or a corner: 26 neighbours. */
  static Components touching(Runs... slices) {
    return of(0, 1, slices);
  }

  private static Components of(int gap, int reach, Runs... slices) {
    int[] offset = new int[slices.length + 1];
    for (int k = 0; k < slices.length; k++) {
      offset[k + 1] = offset[k] + slices[k].size();
    }
    UnionFind sets = new UnionFind(offset[slices.length]);
    // Within a slice only numbers of that slice are touched, so slices do not race.
    Slices.forEach(
        slices.length,
        k -> {
          for (int r = 1; r < slices[k].rows(); r++) {
            Runs.join(sets, slices[k], r - 1, offset[k], slices[k], r, offset[k], reach);
          }
        });
    for (int k = 1, before = 0; k < slices.length; k++) {
      if (slices[k].size() == 0) {
        continue;
      }
      if (k - before - 1 <= gap) {
        int rows = slices[k].rows();
        for (int r = 0; r < rows; r++) {
          for (int b = Math.max(0, r - reach); b <= Math.min(rows - 1, r + reach); b++) {
            Runs.join(sets, slices[before], b, offset[before], slices[k], r, offset[k], reach);
          }
        }
      }
      before = k;
    }
    int[] id = sets.number();
    int count = 0;
    for (int c : id) {
      count = Math.max(count, c + 1);
    }
    return new Components(slices, offset, id, count);
  }

  /** Component of a run of a slice. */
  int of(int slice, int run) {
    return id[offset[slice] + run];
  }
}
