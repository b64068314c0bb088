// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/** How the pixels of a {@link Frame} lie on the coarse grid of {@link Field}s. */
final class PlaneGrid {

  private final Frame frame;
  private final int[] cellOfColumn;
  private final float[] weightOfColumn;
  private final int[] cellOfRow;
  private final float[] weightOfRow;
  private final int[] firstColumn = new int[Field.NX];
  private final int[] firstRow = new int[Field.NY];

  /** What to do with one pixel, given the field's value there. */
  interface Brush {
    void paint(int index, int row, int column, float value);
  }

  PlaneGrid(Frame frame) {
    this.frame = frame;
    cellOfColumn = new int[frame.columns];
    weightOfColumn = new float[frame.columns];
    cellOfRow = new int[frame.rows];
    weightOfRow = new float[frame.rows];
    for (int c = 0; c < frame.columns; c++) {
      double u = Math.max(0, Math.min(Field.NX - 1.0, (frame.x(c) - Field.X0) / Field.STEP));
      cellOfColumn[c] = Math.min(Field.NX - 2, (int) u);
      weightOfColumn[c] = (float) (u - cellOfColumn[c]);
    }
    for (int r = 0; r < frame.rows; r++) {
      double v = Math.max(0, Math.min(Field.NY - 1.0, (frame.y(r) - Field.Y0) / Field.STEP));
      cellOfRow[r] = Math.min(Field.NY - 2, (int) v);
      weightOfRow[r] = (float) (v - cellOfRow[r]);
    }
    first(cellOfColumn, firstColumn);
    first(cellOfRow, firstRow);
  }

  /** First pixel of each cell; the end of the last cell is the end of the row. */
  private static void first(int[] cells, int[] first) {
    int p = 0;
    for (int i = 0; i < first.length; i++) {
      while (p < cells.length && cells[p] < i) {
        p++;
      }
      first[i] = p;
    }
  }

  /** A field's value at a pixel. */
  float sample(float[] p, int row, int column) {
    int o = cellOfRow[row] * Field.NX + cellOfColumn[column];
    float wx = weightOfColumn[column];
    float top = p[o] + wx * (p[o + 1] - p[o]);
    float bottom = p[o + Field.NX] + wx * (p[o + Field.NX + 1] - p[o + Field.NX]);
    return top + weightOfRow[row] * (bottom - top);
  }

  private static boolean above(float[] p, int o, float limit) {
    return p[o] > limit
        && p[o + 1] > limit
        && p[o + Field.NX] > limit
        && p[o + Field.NX + 1] > limit;
  }

  private static boolean below(float[] p, int o, float limit) {
    return p[o] < limit
        && p[o + 1] < limit
        && p[o + Field.NX] < limit
        && p[o + Field.NX + 1] < limit;
  }

  void visit(float[] p, float limit, Brush brush) {
    visit(p, limit, null, 0, brush);
  }

  /**
   * Visits every pixel where the field is below a limit, but for cells whose corners of {@code
   * hider} are all below {@code hidden}.
   */
  void visit(float[] p, float limit, float[] hider, float hidden, Brush brush) {
    for (int j = 0; j < Field.NY - 1; j++) {
      int r0 = firstRow[j];
      int r1 = firstRow[j + 1];
      if (r0 >= r1) {
        continue;
      }
      for (int i = 0; i < Field.NX - 1; i++) {
        int o = j * Field.NX + i;
        if (above(p, o, limit) || hider != null && below(hider, o, hidden)) {
          continue;
        }
        int c0 = firstColumn[i];
        int c1 = firstColumn[i + 1];
        for (int r = r0; r < r1; r++) {
          float left = p[o] + weightOfRow[r] * (p[o + Field.NX] - p[o]);
          float right = p[o + 1] + weightOfRow[r] * (p[o + Field.NX + 1] - p[o + 1]);
          int at = r * frame.columns + c0;
          for (int c = c0; c < c1; c++, at++) {
            float v = left + weightOfColumn[c] * (right - left);
            if (v < limit) {
              brush.paint(at, r, c, v);
            }
          }
        }
      }
    }
  }

  /** Copies a field's values to the pixels of cells where another is below a limit; else 0. */
  void copy(float[] where, float limit, float[] p, float[] out) {
    for (int j = 0; j < Field.NY - 1; j++) {
      int r0 = firstRow[j];
      int r1 = firstRow[j + 1];
      for (int i = 0; i < Field.NX - 1 && r0 < r1; i++) {
        int o = j * Field.NX + i;
        int c0 = firstColumn[i];
        int c1 = firstColumn[i + 1];
        boolean empty = above(where, o, limit);
        for (int r = r0; r < r1; r++) {
          float left = empty ? 0 : p[o] + weightOfRow[r] * (p[o + Field.NX] - p[o]);
          float right = empty ? 0 : p[o + 1] + weightOfRow[r] * (p[o + Field.NX + 1] - p[o + 1]);
          int at = r * frame.columns;
          for (int c = c0; c < c1; c++) {
            out[at + c] = left + weightOfColumn[c] * (right - left);
          }
        }
      }
    }
  }

  /** As {@link #visit}, for one value with texture and a soft edge; the hot loop. */
  void fill(
      float[] p,
      float grow,
      float value,
      float texture,
      float[] hider,
      float hidden,
      float halfEdge,
      float[] hu,
      float[] fine) {
    float scale = 1 / (2 * halfEdge);
    float limit = grow + halfEdge;
    float whole = grow - halfEdge;
    for (int j = 0; j < Field.NY - 1; j++) {
      int r0 = firstRow[j];
      int r1 = firstRow[j + 1];
      if (r0 >= r1) {
        continue;
      }
      for (int i = 0; i < Field.NX - 1; i++) {
        int o = j * Field.NX + i;
        if (above(p, o, limit) || hider != null && below(hider, o, hidden)) {
          continue;
        }
        int c0 = firstColumn[i];
        int c1 = firstColumn[i + 1];
        boolean inside = below(p, o, whole);
        for (int r = r0; r < r1; r++) {
          int at = r * frame.columns;
          if (inside) {
            for (int c = c0; c < c1; c++) {
              hu[at + c] = value + texture * fine[at + c];
            }
            continue;
          }
          float left = p[o] + weightOfRow[r] * (p[o + Field.NX] - p[o]);
          float right = p[o + 1] + weightOfRow[r] * (p[o + Field.NX + 1] - p[o + 1]);
          for (int c = c0; c < c1; c++) {
            float v = left + weightOfColumn[c] * (right - left);
            float cover = Math.max(0, Math.min(1, (limit - v) * scale));
            hu[at + c] += cover * (value + texture * fine[at + c] - hu[at + c]);
          }
        }
      }
    }
  }
}
