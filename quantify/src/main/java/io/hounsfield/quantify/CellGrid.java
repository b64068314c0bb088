// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.VolumeGeometry;

/**
 * A grid of cells of about 3 mm over a part of a volume, with a border of one cell all around that
 * stays empty: each cell covers {@code fx} columns, {@code fy} rows and {@code fz} slices. Cells
 * are ordered {@code [z][y][x]}; {@code nx}, {@code ny} and {@code nz} include the border; {@code
 * x0}, {@code y0} and {@code z0} are the cells of the whole volume that are left out before the
 * first.
 */
record CellGrid(int fx, int fy, int fz, int nx, int ny, int nz, int x0, int y0, int z0) {

  /** Side of a cell, mm, unless the voxels are larger. */
  static final double CELL_MM = 3.0;

  /**
   * The grid over a box of voxels and some cells around it, as far as the volume reaches.
   *
   * @param box first and last slice, first and last row, first and last column
   * @param marginCells cells around the box
   */
  static CellGrid of(VolumeGeometry g, int[] box, int marginCells) {
    int fx = factor(g.columnSpacingMm());
    int fy = factor(g.rowSpacingMm());
    int fz = factor(g.sliceSpacingMm());
    int z0 = Math.max(0, box[0] / fz - marginCells);
    int z1 = Math.min((g.slices() - 1) / fz, box[1] / fz + marginCells);
    int y0 = Math.max(0, box[2] / fy - marginCells);
    int y1 = Math.min((g.rows() - 1) / fy, box[3] / fy + marginCells);
    int x0 = Math.max(0, box[4] / fx - marginCells);
    int x1 = Math.min((g.columns() - 1) / fx, box[5] / fx + marginCells);
    return new CellGrid(fx, fy, fz, x1 - x0 + 3, y1 - y0 + 3, z1 - z0 + 3, x0, y0, z0);
  }

  private static int factor(double spacingMm) {
    return Math.max(1, (int) Math.round(CELL_MM / spacingMm));
  }

  int size() {
    return Math.multiplyExact(Math.multiplyExact(nx, ny), nz);
  }

  int voxelsPerCell() {
    return fx * fy * fz;
  }

  /** Cell of a voxel within the grid. */
  int cellOf(int slice, int row, int column) {
    return ((slice / fz - z0 + 1) * ny + row / fy - y0 + 1) * nx + column / fx - x0 + 1;
  }

  /** Whether the grid covers a voxel. */
  boolean covers(int slice, int row, int column) {
    int z = slice / fz - z0;
    int y = row / fy - y0;
    int x = column / fx - x0;
    return z >= 0 && z < nz - 2 && y >= 0 && y < ny - 2 && x >= 0 && x < nx - 2;
  }

  double centreSlice(int cell) {
    return (cell / (nx * ny) + z0 - 0.5) * fz - 0.5;
  }

  double centreRow(int cell) {
    return (cell / nx % ny + y0 - 0.5) * fy - 0.5;
  }

  double centreColumn(int cell) {
    return (cell % nx + x0 - 0.5) * fx - 0.5;
  }

  /** Differences of index to the 6 neighbours. */
  int[] neighbours() {
    return new int[] {-1, 1, -nx, nx, -nx * ny, nx * ny};
  }

  /** Whether a cell belongs to the border. */
  boolean isBorder(int cell) {
    int x = cell % nx;
    int y = cell / nx % ny;
    int z = cell / (nx * ny);
    return x == 0 || y == 0 || z == 0 || x == nx - 1 || y == ny - 1 || z == nz - 1;
  }
}
