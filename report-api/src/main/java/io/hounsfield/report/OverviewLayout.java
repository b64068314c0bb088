// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import io.hounsfield.report.PlaneView.Line;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands where in the overview picture: axial tiles from head to feet, all with the same crop
 * and scale, the coronal view beside them, a legend below.
 *
 * @param tiles axial planes, head first
 * @param coronal the coronal plane
 * @param columns tiles in a row
 * @param width of the picture, pixels
 * @param height of the picture, pixels
 */
record OverviewLayout(
    List<PlaneView> tiles, PlaneView coronal, int columns, int width, int height) {

  static final int COLUMNS = 5;
  static final int ROWS = 4;
  static final int TILE_WIDTH = 230;
  static final int GAP = 4;
  static final int LEGEND_HEIGHT = 34;

  /** Room beside the coronal view for the numbers of the tiles. */
  static final int TICKS_WIDTH = 30;

  private static final int MIN_TILE_HEIGHT = 110;
  private static final int MAX_TILE_HEIGHT = 260;
  private static final int MAX_CORONAL_WIDTH = 560;
  private static final int MIN_CORONAL_HEIGHT = 360;
  private static final double MARGIN_MM = 10;

  /** Slices with less than this share of the fullest slice's lung are left to the tips. */
  private static final double TIP_SHARE = 0.02;

  static OverviewLayout of(PatientGrid grid, LabelProfile lungs, LabelProfile lesions) {
    double[] x = crop(grid, lungs, PatientGrid.X);
    double[] y = crop(grid, lungs, PatientGrid.Y);
    double[] z = crop(grid, lungs, PatientGrid.Z);

    double xMm = x[1] - x[0];
    double yMm = y[1] - y[0];
    int tileHeight =
        clamp((int) Math.round(TILE_WIDTH * yMm / xMm), MIN_TILE_HEIGHT, MAX_TILE_HEIGHT);
    double tileScale = Math.max(xMm / TILE_WIDTH, yMm / tileHeight);
    Line across = centred(PatientGrid.X, x, tileScale, TILE_WIDTH);
    Line down = centred(PatientGrid.Y, y, tileScale, tileHeight);

    List<PlaneView> tiles = new ArrayList<>();
    for (int slice : axialSlices(grid, lungs)) {
      tiles.add(new PlaneView(across, down, PatientGrid.Z, slice));
    }
    int rows = (tiles.size() + COLUMNS - 1) / COLUMNS;
    int montageHeight = rows * tileHeight + (rows - 1) * GAP;

    double zMm = z[1] - z[0];
    int coronalHeight = Math.max(montageHeight, MIN_CORONAL_HEIGHT);
    double scale = Math.max(zMm / coronalHeight, xMm / MAX_CORONAL_WIDTH);
    int coronalWidth = Math.max(1, (int) Math.round(xMm / scale));
    Line coronalAcross = centred(PatientGrid.X, x, scale, coronalWidth);
    // From the head down: the axis runs against the screen.
    double top = (z[0] + z[1]) / 2 + scale * coronalHeight / 2.0;
    Line coronalDown = new Line(PatientGrid.Z, top, -scale, coronalHeight);
    LabelProfile chosen = lesions.isEmpty() ? lungs : lesions;
    int plane = chosen.isEmpty() ? grid.count(PatientGrid.Y) / 2 : chosen.fullest(PatientGrid.Y);

    return new OverviewLayout(
        List.copyOf(tiles),
        new PlaneView(coronalAcross, coronalDown, PatientGrid.Y, plane),
        COLUMNS,
        COLUMNS * (TILE_WIDTH + GAP) + GAP + coronalWidth + TICKS_WIDTH,
        Math.max(montageHeight, coronalHeight) + LEGEND_HEIGHT);
  }

  int tileLeft(int tile) {
    return (tile % columns) * (TILE_WIDTH + GAP);
  }

  int tileTop(int tile) {
    return (tile / columns) * (tiles.get(tile).down().pixels() + GAP);
  }

  int coronalLeft() {
    return columns * (TILE_WIDTH + GAP) + GAP;
  }

  /**
   * The lungs' extent with a margin, mm from the outer edge of voxel 0; all where there is none.
   */
  private static double[] crop(PatientGrid grid, LabelProfile lungs, int axis) {
    double spacing = grid.spacing(axis);
    double all = grid.count(axis) * spacing;
    if (lungs.isEmpty()) {
      return new double[] {0, all};
    }
    return new double[] {
      Math.max(0, lungs.first(axis, 1) * spacing - MARGIN_MM),
      Math.min(all, (lungs.last(axis, 1) + 1) * spacing + MARGIN_MM)
    };
  }

  private static Line centred(int axis, double[] range, double scale, int pixels) {
    return new Line(axis, (range[0] + range[1]) / 2 - scale * pixels / 2.0, scale, pixels);
  }

  /** Evenly spaced over the lungs, head first. */
  private static List<Integer> axialSlices(PatientGrid grid, LabelProfile lungs) {
    int first = 0;
    int last = grid.count(PatientGrid.Z) - 1;
    if (!lungs.isEmpty()) {
      long enough = Math.max(1, (long) Math.ceil(lungs.most(PatientGrid.Z) * TIP_SHARE));
      first = lungs.first(PatientGrid.Z, enough);
      last = lungs.last(PatientGrid.Z, enough);
    }
    int span = last - first + 1;
    int tiles = Math.min(COLUMNS * ROWS, span);
    List<Integer> slices = new ArrayList<>();
    for (int i = 0; i < tiles; i++) {
      slices.add(last - (int) ((i + 0.5) * span / tiles));
    }
    return slices;
  }

  private static int clamp(int value, int least, int most) {
    return Math.max(least, Math.min(most, value));
  }
}
