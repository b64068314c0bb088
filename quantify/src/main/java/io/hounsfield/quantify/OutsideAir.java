// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

/**
 * Finds the air around the body: air connected with the edge of the picture, on a grid of cells of
 * about 3 mm. Cells instead of voxels, and a threshold that aerated lung does not reach, so that a
 * lung that the field of view cuts through is not taken for outside air. What remains of a slice is
 * the body, the table and enclosed air.
 */
final class OutsideAir {

  /** Side of a cell, mm. */
  private static final double CELL_MM = 2.8;

  /**
   * A cell whose mean is below this many HU is air. Room air is -1000, lungs that are not destroyed
   * are above -920.
   */
  private static final int AIR_HU = -930;

  /** Next to an air cell voxels below this many HU are air, too (half of air and water). */
  private static final int EDGE_HU = -500;

  /** Cells above this mean, HU, count as body for the midline. */
  private static final int BODY_HU = -300;

  private OutsideAir() {}

  /**
   * The air and where the body is.
   *
   * @param mask voxels of outside air
   * @param bodyRow sum of the rows of body cells' centres
   * @param bodyColumn sum of the columns of body cells' centres
   * @param bodyCells number of body cells
   */
  record Result(long[] mask, double bodyRow, double bodyColumn, int bodyCells) {}

  private static int factor(double spacingMm) {
    return Math.max(1, (int) Math.round(CELL_MM / spacingMm));
  }

  /** Area of a cell, mm². */
  static double cellMm2(SliceGrid grid) {
    return grid.voxelAreaMm2() * factor(grid.columnSpacingMm()) * factor(grid.rowSpacingMm());
  }

  static Result find(short[] hu, SliceGrid grid) {
    int rows = grid.rows();
    int columns = grid.columns();
    int fx = factor(grid.columnSpacingMm());
    int fy = factor(grid.rowSpacingMm());
    int nx = (columns + fx - 1) / fx;
    int ny = (rows + fy - 1) / fy;

    int[] sum = new int[nx * ny];
    for (int r = 0; r < rows; r++) {
      int base = r * columns;
      int cell = r / fy * nx;
      for (int c = 0; c < columns; cell++) {
        int end = Math.min(columns, c + fx);
        int s = 0;
        while (c < end) {
          s += hu[base + c++];
        }
        sum[cell] += s;
      }
    }
    int[] mean = new int[nx * ny];
    for (int y = 0; y < ny; y++) {
      int height = Math.min(fy, rows - y * fy);
      for (int x = 0; x < nx; x++) {
        mean[y * nx + x] = sum[y * nx + x] / (height * Math.min(fx, columns - x * fx));
      }
    }

    boolean[] air = new boolean[nx * ny];
    int[] queue = new int[nx * ny];
    int tail = 0;
    for (int y = 0; y < ny; y++) {
      for (int x = 0; x < nx; x++) {
        int i = y * nx + x;
        boolean edge = x == 0 || y == 0 || x == nx - 1 || y == ny - 1;
        if (edge && mean[i] < AIR_HU) {
          air[i] = true;
          queue[tail++] = i;
        }
      }
    }
    for (int head = 0; head < tail; head++) {
      int i = queue[head];
      int x = i % nx;
      for (int side = 0; side < 4; side++) {
        int j = i + (side == 0 ? -1 : side == 1 ? 1 : side == 2 ? -nx : nx);
        boolean inside = side == 0 ? x > 0 : side == 1 ? x < nx - 1 : j >= 0 && j < air.length;
        if (inside && !air[j] && mean[j] < AIR_HU) {
          air[j] = true;
          queue[tail++] = j;
        }
      }
    }

    int words = Bits.words(columns);
    long[] mask = new long[rows * words];
    double bodyRow = 0;
    double bodyColumn = 0;
    int body = 0;
    for (int y = 0; y < ny; y++) {
      for (int x = 0; x < nx; x++) {
        int i = y * nx + x;
        if (mean[i] > BODY_HU) {
          body++;
          bodyRow += (y + 0.5) * fy - 0.5;
          bodyColumn += (x + 0.5) * fx - 0.5;
        }
        int top = y * fy;
        int bottom = Math.min(rows, top + fy);
        int left = x * fx;
        int right = Math.min(columns, left + fx);
        if (air[i]) {
          for (int r = top; r < bottom; r++) {
            Bits.set(mask, words, r, left, right);
          }
        } else if (anyAround(air, nx, ny, x, y)) {
          for (int r = top; r < bottom; r++) {
            for (int c = left; c < right; c++) {
              if (hu[r * columns + c] < EDGE_HU) {
                mask[r * words + (c >>> 6)] |= 1L << c;
              }
            }
          }
        }
      }
    }
    return new Result(mask, bodyRow, bodyColumn, body);
  }

  private static boolean anyAround(boolean[] cells, int nx, int ny, int x, int y) {
    for (int v = Math.max(0, y - 1); v <= Math.min(ny - 1, y + 1); v++) {
      for (int u = Math.max(0, x - 1); u <= Math.min(nx - 1, x + 1); u++) {
        if (cells[v * nx + u]) {
          return true;
        }
      }
    }
    return false;
  }
}
