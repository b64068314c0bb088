// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Exact squared Euclidean distances to the nearest voxel of a set, axis by axis as lower envelopes
 * of parabolas (Felzenszwalb and Huttenlocher, Theory of Computing 2012, doi
 * 10.4086/toc.2012.v008a019), with the spacing of each axis. Only a box of the volume is held, four
 * bytes a voxel.
 */
final class DistanceTransform {

  /**
   * A part of a volume; the ends are exclusive.
   *
   * @param slice first slice
   * @param row first row
   * @param column first column
   */
  record Box(int slice, int row, int column, int slices, int rows, int columns) {

    /** The smallest box around two sets on one grid, or {@code null} where both are empty. */
    static Box around(Mask a, Mask b) {
      a.requireSameGrid(b);
      int s0 = Integer.MAX_VALUE;
      int r0 = Integer.MAX_VALUE;
      int c0 = Integer.MAX_VALUE;
      int s1 = -1;
      int r1 = -1;
      int c1 = -1;
      for (int k = 0; k < a.slices(); k++) {
        BitSet plane = (BitSet) a.planes()[k].clone();
        plane.or(b.planes()[k]);
        if (plane.isEmpty()) {
          continue;
        }
        s0 = Math.min(s0, k);
        s1 = k;
        r0 = Math.min(r0, plane.nextSetBit(0) / a.columns());
        r1 = Math.max(r1, (plane.length() - 1) / a.columns());
        for (int i = plane.nextSetBit(0); i >= 0; i = plane.nextSetBit(i + 1)) {
          int c = i % a.columns();
          c0 = Math.min(c0, c);
          c1 = Math.max(c1, c);
        }
      }
      return s1 < 0 ? null : new Box(s0, r0, c0, s1 - s0 + 1, r1 - r0 + 1, c1 - c0 + 1);
    }
  }

  private static final float FAR = Float.POSITIVE_INFINITY;

  private final Box box;
  private final double[] value;
  private final double[] vertexValue;
  private final int[] vertex;
  private final double[] border;

  private DistanceTransform(Box box) {
    this.box = box;
    int longest = Math.max(box.slices(), box.rows());
    value = new double[longest];
    vertexValue = new double[longest];
    vertex = new int[longest];
    border = new double[longest + 1];
  }

  /**
   * Squared distances from every voxel of the box to the nearest voxel of the set in the box.
   *
   * @param sites the set; voxels outside of the box do not count
   * @param wanted where the distances are asked for; elsewhere in the box the last axis may be left
   *     out
   * @param spacing between voxels; {@code planar} asks for distances within each slice
   * @return {@code [slice][row * box columns + column]} in the unit of the spacing, squared;
   *     infinity where there is no site
   */
  static float[][] squared(Mask sites, Mask wanted, Box box, Spacing spacing) {
    DistanceTransform transform = new DistanceTransform(box);
    float[][] d = new float[box.slices()][box.rows() * box.columns()];
    for (int k = 0; k < d.length; k++) {
      transform.alongRows(sites, k, d[k], spacing.column());
      transform.alongColumns(d[k], spacing.row());
    }
    if (!spacing.planar()) {
      transform.alongSlices(d, wanted, spacing.slice());
    }
    return d;
  }

  private void alongRows(Mask sites, int slice, float[] d, double spacing) {
    BitSet plane = sites.planes()[box.slice() + slice];
    for (int r = 0; r < box.rows(); r++) {
      int base = r * box.columns();
      int first = (box.row() + r) * sites.columns() + box.column();
      int end = first + box.columns();
      Arrays.fill(d, base, base + box.columns(), FAR);
      int before = -1;
      for (int site = plane.nextSetBit(first);
          site >= 0 && site < end;
          site = plane.nextSetBit(site + 1)) {
        int from = before < 0 ? first : (before + site) / 2 + 1;
        for (int i = from; i <= site; i++) {
          d[base + i - first] = square((site - i) * spacing);
        }
        if (before >= 0) {
          for (int i = before + 1; i < from; i++) {
            d[base + i - first] = square((i - before) * spacing);
          }
        }
        before = site;
      }
      if (before >= 0) {
        for (int i = before + 1; i < end; i++) {
          d[base + i - first] = square((i - before) * spacing);
        }
      }
    }
  }

  private static float square(double distance) {
    return (float) (distance * distance);
  }

  private void alongColumns(float[] d, double spacing) {
    int columns = box.columns();
    for (int c = 0; c < columns; c++) {
      for (int r = 0; r < box.rows(); r++) {
        value[r] = d[r * columns + c];
      }
      int vertices = envelope(box.rows(), spacing);
      int v = 0;
      for (int r = 0; r < box.rows() && vertices > 0; r++) {
        v = at(r * spacing, v, vertices);
        d[r * columns + c] = height(r, v, spacing);
      }
    }
  }

  private void alongSlices(float[][] d, Mask wanted, double spacing) {
    BitSet anywhere = new BitSet(wanted.rows() * wanted.columns());
    for (int k = 0; k < box.slices(); k++) {
      anywhere.or(wanted.planes()[box.slice() + k]);
    }
    for (int r = 0; r < box.rows(); r++) {
      for (int c = 0; c < box.columns(); c++) {
        if (!anywhere.get((box.row() + r) * wanted.columns() + box.column() + c)) {
          continue;
        }
        int i = r * box.columns() + c;
        for (int k = 0; k < box.slices(); k++) {
          value[k] = d[k][i];
        }
        int vertices = envelope(box.slices(), spacing);
        int v = 0;
        for (int k = 0; k < box.slices() && vertices > 0; k++) {
          v = at(k * spacing, v, vertices);
          d[k][i] = height(k, v, spacing);
        }
      }
    }
  }

  /** Lower envelope of the parabolas over {@link #value}; returns the number of its vertices. */
  private int envelope(int n, double spacing) {
    int last = -1;
    for (int q = 0; q < n; q++) {
      if (value[q] == Double.POSITIVE_INFINITY) {
        continue;
      }
      double x = q * spacing;
      double crossing = Double.NEGATIVE_INFINITY;
      while (last >= 0) {
        double p = vertex[last] * spacing;
        crossing = (value[q] - vertexValue[last] + x * x - p * p) / (2 * (x - p));
        if (crossing > border[last]) {
          break;
        }
        last--;
      }
      last++;
      vertex[last] = q;
      vertexValue[last] = value[q];
      border[last] = last == 0 ? Double.NEGATIVE_INFINITY : crossing;
    }
    return last + 1;
  }

  /** The vertex whose parabola is lowest at x, from vertex v on. */
  private int at(double x, int v, int vertices) {
    int found = v;
    while (found + 1 < vertices && border[found + 1] < x) {
      found++;
    }
    return found;
  }

  private float height(int q, int v, double spacing) {
    double distance = (q - vertex[v]) * spacing;
    return (float) (distance * distance + vertexValue[v]);
  }
}
