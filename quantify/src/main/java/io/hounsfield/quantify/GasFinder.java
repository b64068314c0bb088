// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds patches of pure gas in a slice: lumina of trachea, bronchi, oesophagus and bowel, and dark
 * parts of the lungs. What a patch is, {@link GasTracker} decides in three dimensions.
 */
final class GasFinder {

  /**
   * Gas where the mean of a small square is below this many HU. Gas in the trachea measures -1000
   * to -950, inflated parenchyma about -900 to -700.
   */
  static final int GAS_HU = -900;

  /** Side of that square, mm (odd number of voxels): quietens noise, keeps walls of 1.5 mm. */
  static final double SMOOTHING_MM = 2.1;

  /** Smaller patches are dropped, mm²: a lumen of 6 mm, smaller than any main bronchus. */
  static final double MIN_AREA_MM2 = 28;

  /**
   * Tissue stops the search for a leak where it is at least this many HU: above lung (about -850,
   * noise included) and below what a wall of 1.5 mm still shows (-600 and more).
   */
  static final int WALL_HU = -600;

  /** Search for leaks begins this far outside the patch, mm: past its partial volume. */
  static final double LEAK_FROM_MM = 1.4;

  /** Search for leaks ends this far outside the patch, mm: past the wall of the trachea. */
  static final double LEAK_TO_MM = 4.2;

  /** Patches more ragged than this lie in a lung; how they are walled is not looked at. */
  static final double MIN_COMPACTNESS = 0.03;

  private GasFinder() {}

  /** Voxels whose surroundings are gas, without those of {@code outside}. */
  static long[] gas(short[] hu, long[] outside, SliceGrid grid) {
    int rows = grid.rows();
    int columns = grid.columns();
    int words = Bits.words(columns);
    int hx = halfWidth(grid.columnSpacingMm());
    int hy = halfWidth(grid.rowSpacingMm());
    long[] mask = new long[rows * words];
    int[] down = new int[columns + 2 * hx];
    for (int r = 0; r < rows; r++) {
      if (r == 0) {
        for (int dr = -hy; dr <= hy; dr++) {
          addRow(down, hu, clamp(dr, rows), columns, hx, 1);
        }
      } else {
        addRow(down, hu, clamp(r + hy, rows), columns, hx, 1);
        addRow(down, hu, clamp(r - hy - 1, rows), columns, hx, -1);
      }
      int limit = GAS_HU * (2 * hx + 1) * (2 * hy + 1);
      int sum = 0;
      for (int x = 0; x < 2 * hx; x++) {
        sum += down[x];
      }
      for (int c = 0; c < columns; c++) {
        sum += down[c + 2 * hx];
        if (sum < limit) {
          mask[r * words + (c >>> 6)] |= 1L << c;
        }
        sum -= down[c];
      }
    }
    Bits.andNot(mask, outside);
    return mask;
  }

  private static int halfWidth(double spacingMm) {
    return (int) Math.round((SMOOTHING_MM / spacingMm - 1) / 2);
  }

  private static int clamp(int row, int rows) {
    return Math.max(0, Math.min(rows - 1, row));
  }

  private static void addRow(int[] down, short[] hu, int row, int columns, int hx, int sign) {
    int base = row * columns;
    for (int c = 0; c < columns; c++) {
      down[c + hx] += sign * hu[base + c];
    }
    for (int x = 0; x < hx; x++) {
      down[x] += sign * hu[base];
      down[columns + hx + x] += sign * hu[base + columns - 1];
    }
  }

  /**
   * Patches of {@code gas} of at least {@link #MIN_AREA_MM2}, ordered by their first voxel.
   *
   * @param open voxels below {@link #WALL_HU}
   */
  static List<GasBlob> blobs(short[] hu, long[] gas, long[] open, SliceGrid grid) {
    Components parts = Components.of(Runs.of(gas, grid.rows(), grid.columns()));
    Runs runs = parts.slices()[0];
    int[] voxels = new int[parts.count()];
    int[] pieces = new int[parts.count()];
    for (int i = 0; i < runs.size(); i++) {
      voxels[parts.id()[i]] += runs.length(i);
      pieces[parts.id()[i]]++;
    }
    int[][] members = new int[parts.count()][];
    int[] filled = new int[parts.count()];
    for (int c = 0; c < members.length; c++) {
      if (voxels[c] * grid.voxelAreaMm2() >= MIN_AREA_MM2) {
        members[c] = new int[3 * pieces[c]];
      }
    }
    for (int r = 0; r < runs.rows(); r++) {
      for (int i = runs.rowStart()[r]; i < runs.rowStart()[r + 1]; i++) {
        int c = parts.id()[i];
        if (members[c] != null) {
          int at = filled[c];
          members[c][at] = r;
          members[c][at + 1] = runs.from()[i];
          members[c][at + 2] = runs.to()[i];
          filled[c] += 3;
        }
      }
    }
    List<GasBlob> blobs = new ArrayList<>();
    for (int c = 0; c < members.length; c++) {
      if (members[c] != null) {
        blobs.add(blob(members[c], voxels[c], hu, open, grid));
      }
    }
    return blobs;
  }

  private static GasBlob blob(int[] runs, int voxels, short[] hu, long[] open, SliceGrid grid) {
    int far = reach(grid);
    int columns = grid.columns();
    int words = Bits.words(columns);
    int firstRow = Math.max(0, runs[0] - far);
    int lastRow = Math.min(grid.rows() - 1, runs[runs.length - 3] + far);
    int height = lastRow - firstRow + 1;

    long[] self = new long[height * words];
    double sumRow = 0;
    double sumColumn = 0;
    long sumHu = 0;
    for (int i = 0; i < runs.length; i += 3) {
      int n = runs[i + 2] - runs[i + 1];
      Bits.set(self, words, runs[i] - firstRow, runs[i + 1], runs[i + 2]);
      sumRow += (double) n * runs[i];
      sumColumn += n * (runs[i + 1] + runs[i + 2] - 1) / 2.0;
      for (int c = runs[i + 1]; c < runs[i + 2]; c++) {
        sumHu += hu[runs[i] * columns + c];
      }
    }
    long sharedVertically = 0;
    for (int i = words; i < self.length; i++) {
      sharedVertically += Long.bitCount(self[i] & self[i - words]);
    }
    double perimeter = 2.0 * (voxels - sharedVertically) + 2.0 * (runs.length / 3);

    double compactness = 4 * Math.PI * voxels / (perimeter * perimeter);
    double wall =
        compactness < MIN_COMPACTNESS
            ? 0
            : wall(self, Arrays.copyOfRange(open, firstRow * words, (lastRow + 1) * words), grid);
    return new GasBlob(
        runs,
        voxels,
        voxels * grid.voxelAreaMm2(),
        sumRow / voxels,
        sumColumn / voxels,
        (double) sumHu / voxels,
        compactness,
        wall);
  }

  private static int reach(SliceGrid grid) {
    return Math.max(grid.steps(LEAK_FROM_MM, 1) + 1, grid.steps(LEAK_TO_MM, 2));
  }

  /** {@link GasBlob#wall()}, on the rows around the patch. */
  private static double wall(long[] self, long[] passable, SliceGrid grid) {
    int columns = grid.columns();
    int rows = self.length / Bits.words(columns);
    int near = grid.steps(LEAK_FROM_MM, 1);
    int far = reach(grid);
    Bits.or(passable, self);
    // Steps to the 4 neighbours only: a wall of one voxel holds on the diagonal, too.
    long[] inner = self;
    long[] around = self;
    long[] leak = self;
    for (int step = 0; step < far; step++) {
      around = Bits.grow(around, rows, columns, false);
      leak = Bits.grow(leak, rows, columns, false);
      Bits.and(leak, passable);
      if (step + 1 == near) {
        inner = around;
      }
    }
    around = around.clone();
    Bits.andNot(around, inner);
    Bits.andNot(leak, inner);
    return 1 - (double) Bits.count(leak) / Math.max(1, Bits.count(around));
  }
}
