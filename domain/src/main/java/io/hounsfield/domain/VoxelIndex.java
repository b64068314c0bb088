// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

/** Place of a voxel in its grid: column, row and slice, each from 0. */
public record VoxelIndex(int column, int row, int slice) {
  public VoxelIndex {
    if (column < 0 || row < 0 || slice < 0) {
      throw new IllegalArgumentException("an index is negative");
    }
  }
}
