// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

/**
 * A connected patch of gas in one slice.
 *
 * @param runs its runs as (row, from, to) after one another, ordered
 * @param voxels voxels
 * @param areaMm2 area, mm²
 * @param row row of its centroid
 * @param column column of its centroid
 * @param meanHu mean, HU
 * @param compactness 4 pi area / perimeter² with the perimeter counted along voxel edges: 0.62 for
 *     a disc, near 0 for the ragged gas between the vessels of a lung
 * @param wall how well soft tissue walls the patch in, 0 to 1: of the voxels 1.4 to 4.2 mm outside
 *     it, the share that cannot be reached from it through voxels below {@link GasFinder#WALL_HU}
 */
record GasBlob(
    int[] runs,
    int voxels,
    double areaMm2,
    double row,
    double column,
    double meanHu,
    double compactness,
    double wall) {

  /** Adds the patch to a mask. */
  void paint(long[] mask, int words) {
    for (int i = 0; i < runs.length; i += 3) {
      Bits.set(mask, words, runs[i], runs[i + 1], runs[i + 2]);
    }
  }

  /** Columns of the volume that both patches have, voxels. */
  int common(GasBlob other) {
    int n = 0;
    int i = 0;
    int j = 0;
    while (i < runs.length && j < other.runs.length) {
      int order = Integer.compare(runs[i], other.runs[j]);
      if (order == 0) {
        int from = Math.max(runs[i + 1], other.runs[j + 1]);
        n += Math.max(0, Math.min(runs[i + 2], other.runs[j + 2]) - from);
      }
      if (order < 0 || order == 0 && runs[i + 2] < other.runs[j + 2]) {
        i += 3;
      } else {
        j += 3;
      }
    }
    return n;
  }
}
