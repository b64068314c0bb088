// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

/**
 * Masks of one slice with one bit a voxel: row after row, each padded with zeros to whole 64-bit
 * words, bit 0 of the first word is column 0.
 */
final class Bits {

  private Bits() {}

  /** Words a row takes. */
  static int words(int columns) {
    return (columns + 63) >>> 6;
  }

  static boolean get(long[] mask, int words, int row, int column) {
    return (mask[row * words + (column >>> 6)] >>> column & 1) != 0;
  }

  /** Sets the columns {@code from} to {@code to - 1} of a row. */
  static void set(long[] mask, int words, int row, int from, int to) {
    int first = row * words + (from >>> 6);
    int last = row * words + (to - 1 >>> 6);
    long head = -1L << from;
    long tail = -1L >>> -to;
    if (first == last) {
      mask[first] |= head & tail;
      return;
    }
    mask[first] |= head;
    for (int w = first + 1; w < last; w++) {
      mask[w] = -1L;
    }
    mask[last] |= tail;
  }

  /** Clears the columns {@code from} to {@code to - 1} of a row. */
  static void clear(long[] mask, int words, int row, int from, int to) {
    int first = row * words + (from >>> 6);
    int last = row * words + (to - 1 >>> 6);
    long head = -1L << from;
    long tail = -1L >>> -to;
    if (first == last) {
      mask[first] &= ~(head & tail);
      return;
    }
    mask[first] &= ~head;
    for (int w = first + 1; w < last; w++) {
      mask[w] = 0;
    }
    mask[last] &= ~tail;
  }

  /** Set bits among the columns {@code from} to {@code to - 1} of a row. */
  static int count(long[] mask, int words, int row, int from, int to) {
    int first = row * words + (from >>> 6);
    int last = row * words + (to - 1 >>> 6);
    long head = -1L << from;
    long tail = -1L >>> -to;
    if (first == last) {
      return Long.bitCount(mask[first] & head & tail);
    }
    int n = Long.bitCount(mask[first] & head) + Long.bitCount(mask[last] & tail);
    for (int w = first + 1; w < last; w++) {
      n += Long.bitCount(mask[w]);
    }
    return n;
  }

  static long count(long[] mask) {
    long n = 0;
    for (long w : mask) {
      n += Long.bitCount(w);
    }
    return n;
  }

  static void or(long[] target, long[] other) {
    for (int i = 0; i < target.length; i++) {
      target[i] |= other[i];
    }
  }

  static void and(long[] target, long[] other) {
    for (int i = 0; i < target.length; i++) {
      target[i] &= other[i];
    }
  }

  static void andNot(long[] target, long[] other) {
    for (int i = 0; i < target.length; i++) {
      target[i] &= ~other[i];
    }
  }

  /**
   * Grows the mask by {@code steps} voxels, by turns to the 4 and to the 8 neighbours, so that a
   * point grows into an octagon.
   */
  static long[] dilate(long[] mask, int rows, int columns, int steps) {
    long[] grown = mask.clone();
    for (int step = 0; step < steps; step++) {
      grown = grow(grown, rows, columns, step % 2 == 1);
    }
    return grown;
  }

  /** What of the mask lies in rectangles of {@code sx} columns and {@code sy} rows within it. */
  static long[] open(long[] mask, int rows, int columns, int sx, int sy) {
    int words = words(columns);
    long[] corners = mask.clone();
    for (int s = 1; s < sx; s++) {
      for (int i = 0; i < corners.length; i++) {
        // In the order of the words, each looks at a neighbour that is not shifted yet.
        long next = (i + 1) % words == 0 ? 0 : corners[i + 1];
        corners[i] &= corners[i] >>> 1 | next << 63;
      }
    }
    for (int s = 1; s < sy; s++) {
      for (int i = 0; i < corners.length; i++) {
        corners[i] &= i + words < corners.length ? corners[i + words] : 0;
      }
    }
    for (int s = 1; s < sy; s++) {
      for (int i = corners.length - 1; i >= words; i--) {
        corners[i] |= corners[i - words];
      }
    }
    for (int s = 1; s < sx; s++) {
      for (int i = corners.length - 1; i >= 0; i--) {
        long before = i % words == 0 ? 0 : corners[i - 1];
        corners[i] |= corners[i] << 1 | before >>> 63;
      }
    }
    return corners;
  }

  /** Grows the mask by one voxel to the 4 neighbours or, if {@code diagonal}, to the 8. */
  static long[] grow(long[] mask, int rows, int columns, boolean diagonal) {
    int words = words(columns);
    long lastWord = -1L >>> -columns;
    long[] wide = new long[mask.length];
    for (int r = 0; r < rows; r++) {
      int base = r * words;
      for (int w = 0; w < words; w++) {
        long v = mask[base + w];
        long left = v << 1 | (w > 0 ? mask[base + w - 1] >>> 63 : 0);
        long right = v >>> 1 | (w + 1 < words ? mask[base + w + 1] << 63 : 0);
        wide[base + w] = v | left | right;
      }
      wide[base + words - 1] &= lastWord;
    }
    long[] vertical = diagonal ? wide : mask;
    long[] out = new long[mask.length];
    for (int i = 0; i < out.length; i++) {
      long v = wide[i];
      if (i >= words) {
        v |= vertical[i - words];
      }
      if (i + words < out.length) {
        v |= vertical[i + words];
      }
      out[i] = v;
    }
    return out;
  }
}
