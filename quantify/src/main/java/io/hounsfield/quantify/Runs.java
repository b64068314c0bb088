// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import java.util.Arrays;

/**
 * Horizontal runs of set voxels of one slice, in the order of rows and columns. Runs of row {@code
 * r} have the indices {@code rowStart[r]} to {@code rowStart[r + 1] - 1}; run {@code i} covers the
 * columns {@code from[i]} to {@code to[i] - 1}.
 */
record Runs(int[] rowStart, int[] from, int[] to) {

  static Runs of(long[] mask, int rows, int columns) {
    int words = Bits.words(columns);
    int[] rowStart = new int[rows + 1];
    int[] from = new int[256];
    int[] to = new int[256];
    int n = 0;
    for (int r = 0; r < rows; r++) {
      rowStart[r] = n;
      int base = r * words;
      boolean inside = false;
      for (int w = 0; w < words; w++) {
        long changes = mask[base + w] ^ (mask[base + w] << 1 | (inside ? 1 : 0));
        while (changes != 0) {
          int column = (w << 6) + Long.numberOfTrailingZeros(changes);
          changes &= changes - 1;
          if (inside) {
            to[n++] = column;
          } else {
            if (n == from.length) {
              from = Arrays.copyOf(from, 2 * n);
              to = Arrays.copyOf(to, 2 * n);
            }
            from[n] = column;
          }
          inside = !inside;
        }
      }
      if (inside) {
        to[n++] = columns;
      }
    }
    rowStart[rows] = n;
    return new Runs(rowStart, Arrays.copyOf(from, n), Arrays.copyOf(to, n));
  }

  int size() {
    return from.length;
  }

  int rows() {
    return rowStart.length - 1;
  }

  int length(int run) {
    return to[run] - from[run];
  }

  /** Takes a run: its index, row, first column and the column after its last. */
  interface Visitor {
    void visit(int run, int row, int from, int to);
  }

  /** Visits all runs in order. */
  void forEach(Visitor visitor) {
    for (int r = 0; r < rows(); r++) {
      for (int i = rowStart[r]; i < rowStart[r + 1]; i++) {
        visitor.visit(i, r, from[i], to[i]);
      }
    }
  }

  /** Joins runs of a row with the overlapping runs of a row of another slice or of this one. */
  static void join(UnionFind sets, Runs a, int rowA, int offsetA, Runs b, int rowB, int offsetB) {
    join(sets, a, rowA, offsetA, b, rowB, offsetB, 0);
  }

  /**
   * The same for runs that overlap or come near.
   *
   * @param reach columns between two neighbours: 0 where they share a face, 1 where an edge or a
   *     corner will do
   */
  static void join(
      UnionFind sets, Runs a, int rowA, int offsetA, Runs b, int rowB, int offsetB, int reach) {
    int i = a.rowStart[rowA];
    int j = b.rowStart[rowB];
    int endI = a.rowStart[rowA + 1];
    int endJ = b.rowStart[rowB + 1];
    while (i < endI && j < endJ) {
      if (a.from[i] < b.to[j] + reach && b.from[j] < a.to[i] + reach) {
        sets.union(offsetA + i, offsetB + j);
      }
      // Runs of a row are at least a column apart, so the one that ends first has no more partners.
      if (a.to[i] < b.to[j]) {
        i++;
      } else {
        j++;
      }
    }
  }
}
