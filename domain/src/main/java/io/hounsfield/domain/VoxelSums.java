// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.math.BigInteger;
import java.util.Objects;

/**
 * Exact sums over a set of voxels: all that volumes, mean and standard deviation are made from. The
 * sums of two sets without a common voxel add up to those of both together, so that sets can be
 * taken out again without a rounding error.
 *
 * @param voxels how many
 * @param highVoxels those of them at or above {@value RegionMeasurements#HIGH_OPACITY_HU} HU
 * @param sumHu sum of HU
 * @param sumSquaredHu sum of the squares of HU
 */
public record VoxelSums(long voxels, long highVoxels, BigInteger sumHu, BigInteger sumSquaredHu) {

  /** Of no voxel. */
  public static final VoxelSums NONE = new VoxelSums(0, 0, BigInteger.ZERO, BigInteger.ZERO);

  /**
   * @throws IllegalArgumentException if no set of voxels has such sums
   */
  public VoxelSums {
    Objects.requireNonNull(sumHu, "sumHu");
    Objects.requireNonNull(sumSquaredHu, "sumSquaredHu");
    BigInteger n = BigInteger.valueOf(voxels);
    if (voxels < 0
        || highVoxels < 0
        || highVoxels > voxels
        || sumSquaredHu.signum() < 0
        // (sum h)^2 <= n sum h^2, Cauchy and Schwarz; also: no voxel, no sums
        || sumHu.multiply(sumHu).compareTo(n.multiply(sumSquaredHu)) > 0
        || voxels == 0 && sumSquaredHu.signum() != 0) {
      throw new IllegalArgumentException("no voxels have these sums");
    }
  }

  /** Of this set and another one together, which have no voxel in common. */
  public VoxelSums plus(VoxelSums other) {
    return new VoxelSums(
        Math.addExact(voxels, other.voxels),
        Math.addExact(highVoxels, other.highVoxels),
        sumHu.add(other.sumHu),
        sumSquaredHu.add(other.sumSquaredHu));
  }

  /**
   * Of what is left without a part.
   *
   * @throws IllegalArgumentException if that is no part of this set
   */
  public VoxelSums minus(VoxelSums part) {
    return new VoxelSums(
        voxels - part.voxels,
        highVoxels - part.highVoxels,
        sumHu.subtract(part.sumHu),
        sumSquaredHu.subtract(part.sumSquaredHu));
  }
}
