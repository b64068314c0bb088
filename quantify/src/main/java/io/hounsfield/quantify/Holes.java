// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

/**
 * Fills small holes of a lung mask, slice by slice: vessels, small bronchi and gaps of the network.
 */
final class Holes {

  /**
   * Larger holes stay, mm²: a vessel or gap of 11 mm. The hilum opens to the mediastinum and is no
   * hole; a mediastinum enclosed by lungs that touch before and behind it is far larger.
   */
  static final double MAX_AREA_MM2 = 100;

  private Holes() {}

  /** Fills holes in place, except voxels of {@code keepOut} (may be {@code null}). */
  static void fill(long[] mask, long[] keepOut, SliceGrid grid) {
    int rows = grid.rows();
    int columns = grid.columns();
    int words = Bits.words(columns);
    long lastWord = -1L >>> -columns;
    long[] background = new long[mask.length];
    for (int i = 0; i < mask.length; i++) {
      background[i] = (i + 1) % words == 0 ? ~mask[i] & lastWord : ~mask[i];
    }
    Components parts = Components.of(Runs.of(background, rows, columns));
    Runs runs = parts.slices()[0];
    int[] voxels = new int[parts.count()];
    boolean[] open = new boolean[parts.count()];
    for (int r = 0; r < rows; r++) {
      for (int i = runs.rowStart()[r]; i < runs.rowStart()[r + 1]; i++) {
        int c = parts.id()[i];
        voxels[c] += runs.length(i);
        open[c] |= r == 0 || r == rows - 1 || runs.from()[i] == 0 || runs.to()[i] == columns;
      }
    }
    long[] filled = new long[mask.length];
    for (int r = 0; r < rows; r++) {
      for (int i = runs.rowStart()[r]; i < runs.rowStart()[r + 1]; i++) {
        int c = parts.id()[i];
        if (!open[c] && voxels[c] * grid.voxelAreaMm2() <= MAX_AREA_MM2) {
          Bits.set(filled, words, r, runs.from()[i], runs.to()[i]);
        }
      }
    }
    if (keepOut != null) {
      Bits.andNot(filled, keepOut);
    }
    Bits.or(mask, filled);
  }
}
