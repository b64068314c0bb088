// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

/** Size of a slice and of its voxels within the slice. */
record SliceGrid(int rows, int columns, double columnSpacingMm, double rowSpacingMm) {

  double voxelAreaMm2() {
    return columnSpacingMm * rowSpacingMm;
  }

  double meanSpacingMm() {
    return (columnSpacingMm + rowSpacingMm) / 2;
  }

  /** Voxels that come nearest to a length within the slice, at least {@code least}. */
  int steps(double mm, int least) {
    return Math.max(least, (int) Math.round(mm / meanSpacingMm()));
  }
}
