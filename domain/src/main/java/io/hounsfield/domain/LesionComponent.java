// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.util.Objects;

/**
 * A lesion by itself: opacity within one lung that hangs together.
 *
 * @param id from 1, the largest first; its label in the map of the components
 * @param region the lung it lies in
 * @param parts connected components in it; more than 1 only where there are too many to be listed
 * @param sums over its voxels
 * @param first least column, row and slice
 * @param last greatest column, row and slice
 * @param voxel one of its voxels, near its centre
 */
public record LesionComponent(
    int id,
    Region region,
    int parts,
    VoxelSums sums,
    VoxelIndex first,
    VoxelIndex last,
    VoxelIndex voxel) {

  public LesionComponent {
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(last, "last");
    Objects.requireNonNull(voxel, "voxel");
    if (id < 1 || parts < 1 || sums.voxels() < parts) {
      throw new IllegalArgumentException("a component needs a number and voxels");
    }
    if (region != Region.RIGHT_LUNG && region != Region.LEFT_LUNG) {
      throw new IllegalArgumentException("a component lies in the right or in the left lung");
    }
  }
}
