// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.VolumeGeometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Decides which components are lung and of which side, on a grid of cells of about 3 mm.
 *
 * <p>Large components give the lungs; each lies on one side of the midline or is cut in two ({@link
 * LungSplitter}). Smaller ones near a large one are parts of that lung that disease or the network
 * cut off, and go to the nearest side; farther ones are dropped.
 */
final class LungSides {

  static final byte DROPPED = 0;
  static final byte RIGHT = 1;
  static final byte LEFT = 2;

  /** The voxels of this component are told apart by {@link #label}. */
  static final byte CUT = 3;

  /** A component with at least this share of the largest one's voxels is large. */
  private static final double LARGE_SHARE = 0.05;

  /**
   * A large component shares at least this part of its slices with the largest one: lungs lie side
   * by side, bowel and neck do not.
   */
  private static final double BESIDE = 0.5;

  /** A component that reaches over the midline with at least this share may be both lungs. */
  private static final double STRADDLING = 0.05;

  /**
   * If no neck is found, a component that straddles the midline by this share is cut at the midline
   * itself; below it is one lung that reaches over.
   */
  private static final double CUT_AT_MIDLINE = 0.3;

  /** Small components within this many cells (about 3 mm each) of a large one are kept. */
  private static final int REACH_CELLS = 4;

  /** Smaller ones are specks and dropped wherever they lie, mL. */
  static final double MIN_PART_ML = 0.1;

  /** Names of components in cells are bytes; large components are at most 20 of equal size. */
  private static final int MAX_NAMES = 100;

  private final VolumeGeometry geometry;
  private final PatientAxis axis;
  private final double midline;
  private final CellGrid grid;
  private final byte[] cells;
  private final byte[] component;

  private LungSides(
      VolumeGeometry geometry, PatientAxis axis, double midline, CellGrid grid, int components) {
    this.geometry = geometry;
    this.axis = axis;
    this.midline = midline;
    this.grid = grid;
    this.cells = new byte[grid.size()];
    this.component = new byte[components];
  }

  /**
   * Finds the sides.
   *
   * @param plausible whether a component may be lung at all
   */
  static LungSides of(
      Components parts,
      ComponentStats stats,
      boolean[] plausible,
      VolumeGeometry geometry,
      PatientAxis axis,
      double midline) {
    int largest = -1;
    for (int c = 0; c < parts.count(); c++) {
      if (plausible[c] && (largest < 0 || stats.voxels(c) > stats.voxels(largest))) {
        largest = c;
      }
    }
    List<Integer> large = new ArrayList<>();
    boolean[] small = plausible.clone();
    int[] box = {Integer.MAX_VALUE, -1, Integer.MAX_VALUE, -1, Integer.MAX_VALUE, -1};
    for (int c = 0; c < parts.count(); c++) {
      if (plausible[c]
          && stats.voxels(c) >= LARGE_SHARE * stats.voxels(largest)
          && stats.besideShare(c, largest) >= BESIDE) {
        large.add(c);
        small[c] = false;
        stats.unite(box, c);
      }
    }
    if (large.isEmpty()) {
      box = new int[6];
    }
    CellGrid grid = CellGrid.of(geometry, box, REACH_CELLS);
    LungSides sides = new LungSides(geometry, axis, midline, grid, parts.count());
    byte[] owner = new byte[grid.size()];
    for (int i = 0; i < large.size(); i++) {
      sides.place(parts, stats, large.get(i), (byte) (i % MAX_NAMES + 1), owner);
    }
    sides.spread();
    sides.attach(parts, small);
    return sides;
  }

  /** {@link #DROPPED}, {@link #RIGHT}, {@link #LEFT} or {@link #CUT}. */
  byte side(int c) {
    return component[c];
  }

  private void place(Components parts, ComponentStats stats, int c, byte name, byte[] owner) {
    int[] filled = new int[cells.length];
    int half = (grid.voxelsPerCell() + 1) / 2;
    for (int k = stats.firstSlice(c); k <= stats.lastSlice(c); k++) {
      Runs runs = parts.slices()[k];
      for (int r = 0; r < runs.rows(); r++) {
        for (int i = runs.rowStart()[r]; i < runs.rowStart()[r + 1]; i++) {
          if (parts.of(k, i) != c) {
            continue;
          }
          int from = runs.from()[i];
          int cell = grid.cellOf(k, r, from);
          while (from < runs.to()[i]) {
            int to = Math.min(runs.to()[i], (from / grid.fx() + 1) * grid.fx());
            filled[cell++] += to - from;
            from = to;
          }
        }
      }
    }
    for (int i = 0; i < filled.length; i++) {
      if (filled[i] >= half) {
        owner[i] = name;
      }
    }
    double minor = stats.shareRightOf(c);
    boolean mostlyRight = minor > 0.5;
    minor = Math.min(minor, 1 - minor);
    double[] step = {
      grid.fx() * geometry.columnSpacingMm(),
      grid.fy() * geometry.rowSpacingMm(),
      grid.fz() * geometry.sliceSpacingMm()
    };
    if (minor >= STRADDLING
        && new LungSplitter(grid, axis, midline).split(owner, name, step, cells)) {
      component[c] = CUT;
      return;
    }
    boolean cut = minor >= CUT_AT_MIDLINE;
    component[c] = cut ? CUT : mostlyRight ? RIGHT : LEFT;
    for (int i = 0; i < owner.length; i++) {
      if (owner[i] == name) {
        cells[i] = cut ? sideOfCell(i) : component[c];
      }
    }
  }

  private byte sideOfCell(int cell) {
    double x = axis.leftward(grid.centreSlice(cell), grid.centreRow(cell), grid.centreColumn(cell));
    return x < midline ? RIGHT : LEFT;
  }

  /** Gives cells within reach of labelled cells the label of the nearest. */
  private void spread() {
    int[] front = new int[1024];
    int n = 0;
    int[] neighbours = grid.neighbours();
    for (int i = 0; i < cells.length; i++) {
      if (cells[i] != 0) {
        boolean surface = false;
        for (int d : neighbours) {
          surface |= cells[i + d] == 0;
        }
        if (surface) {
          if (n == front.length) {
            front = Arrays.copyOf(front, 2 * n);
          }
          front[n++] = i;
        }
      }
    }
    for (int step = 0; step < REACH_CELLS; step++) {
      int[] next = new int[6 * n];
      int m = 0;
      for (int f = 0; f < n; f++) {
        for (int d : neighbours) {
          int j = front[f] + d;
          if (cells[j] == 0 && !grid.isBorder(j)) {
            cells[j] = cells[front[f]];
            next[m++] = j;
          }
        }
      }
      front = next;
      n = m;
    }
  }

  /** Gives small components that mostly lie within reach of a lung to that lung. */
  private void attach(Components parts, boolean[] small) {
    int[] right = new int[parts.count()];
    int[] left = new int[parts.count()];
    int[] all = new int[parts.count()];
    for (int k = 0; k < parts.slices().length; k++) {
      Runs runs = parts.slices()[k];
      for (int r = 0; r < runs.rows(); r++) {
        for (int i = runs.rowStart()[r]; i < runs.rowStart()[r + 1]; i++) {
          int c = parts.of(k, i);
          if (!small[c]) {
            continue;
          }
          int n = runs.length(i);
          int middle = runs.from()[i] + n / 2;
          byte label = grid.covers(k, r, middle) ? cells[grid.cellOf(k, r, middle)] : 0;
          all[c] += n;
          if (label == RIGHT) {
            right[c] += n;
          } else if (label == LEFT) {
            left[c] += n;
          }
        }
      }
    }
    for (int c = 0; c < parts.count(); c++) {
      if (small[c]
          && all[c] * geometry.voxelVolumeMl() >= MIN_PART_ML
          && 2 * (right[c] + left[c]) >= all[c]) {
        component[c] = right[c] >= left[c] ? RIGHT : LEFT;
      }
    }
  }

  /**
   * Writes the sides of a run of a {@link #CUT} component: the label of each voxel's cell, smoothed
   * within the slice where cells of both sides meet.
   */
  void label(int slice, int row, int from, int to, byte[] target, int targetRow) {
    int column = from;
    while (column < to) {
      int cell = grid.cellOf(slice, row, column);
      int end = Math.min(to, (column / grid.fx() + 1) * grid.fx());
      byte own = cells[cell];
      if (own == 0) {
        own = sideOfCell(cell);
      }
      if (pureAround(cell, own)) {
        Arrays.fill(target, targetRow + column, targetRow + end, own);
      } else {
        for (int c = column; c < end; c++) {
          target[targetRow + c] = smoothed(slice, row, c, own);
        }
      }
      column = end;
    }
  }

  private boolean pureAround(int cell, byte own) {
    for (int dy = -grid.nx(); dy <= grid.nx(); dy += grid.nx()) {
      for (int dx = -1; dx <= 1; dx++) {
        byte other = cells[cell + dy + dx];
        if (other != 0 && other != own) {
          return false;
        }
      }
    }
    return true;
  }

  /** Bilinear interpolation between the centres of the four nearest cells, right +1, left -1. */
  private byte smoothed(int slice, int row, int column, byte own) {
    double y = (row + 0.5) / grid.fy() - 0.5 - grid.y0();
    double x = (column + 0.5) / grid.fx() - 0.5 - grid.x0();
    int y0 = (int) Math.floor(y);
    int x0 = (int) Math.floor(x);
    int base = ((slice / grid.fz() - grid.z0() + 1) * grid.ny() + y0 + 1) * grid.nx() + x0 + 1;
    double top = (1 - x + x0) * sign(base) + (x - x0) * sign(base + 1);
    double bottom = (1 - x + x0) * sign(base + grid.nx()) + (x - x0) * sign(base + grid.nx() + 1);
    double value = (1 - y + y0) * top + (y - y0) * bottom;
    return value > 0 ? RIGHT : value < 0 ? LEFT : own;
  }

  private int sign(int cell) {
    return cells[cell] == RIGHT ? 1 : cells[cell] == LEFT ? -1 : 0;
  }
}
