// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import java.util.Arrays;
import java.util.BitSet;

/**
 * A set of voxels, one bit each: {@code planes[slice]} has bit {@code row * columns + column}. The
 * bit sets are not copied.
 */
record Mask(int rows, int columns, BitSet[] planes) {

  Mask {
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException(rows + " rows, " + columns + " columns");
    }
  }

  static Mask empty(int rows, int columns, int slices) {
    BitSet[] planes = new BitSet[slices];
    Arrays.setAll(planes, k -> new BitSet(rows * columns));
    return new Mask(rows, columns, planes);
  }

  int slices() {
    return planes.length;
  }

  boolean get(int slice, int row, int column) {
    return planes[slice].get(row * columns + column);
  }

  void set(int slice, int row, int column) {
    planes[slice].set(row * columns + column);
  }

  /** Voxels in the set. */
  long count() {
    long n = 0;
    for (BitSet plane : planes) {
      n += plane.cardinality();
    }
    return n;
  }

  /** Voxels that are in both sets. */
  long countOfBoth(Mask other) {
    requireSameGrid(other);
    long n = 0;
    for (int k = 0; k < planes.length; k++) {
      BitSet both = (BitSet) planes[k].clone();
      both.and(other.planes[k]);
      n += both.cardinality();
    }
    return n;
  }

  /** Voxels that are in either set. */
  Mask union(Mask other) {
    requireSameGrid(other);
    BitSet[] union = new BitSet[planes.length];
    for (int k = 0; k < planes.length; k++) {
      union[k] = (BitSet) planes[k].clone();
      union[k].or(other.planes[k]);
    }
    return new Mask(rows, columns, union);
  }

  void requireSameGrid(Mask other) {
    if (rows != other.rows || columns != other.columns || slices() != other.slices()) {
      throw new IllegalArgumentException(
          "masks of %d x %d x %d and %d x %d x %d voxels (slices, rows, columns)"
              .formatted(slices(), rows, columns, other.slices(), other.rows, other.columns));
    }
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Mask other
        && rows == other.rows
        && columns == other.columns
        && Arrays.equals(planes, other.planes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(planes);
  }
}
