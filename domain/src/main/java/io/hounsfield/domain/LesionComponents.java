// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.util.List;

/**
 * All lesions of a case one by one, and what is needed to measure the case without some of them.
 *
 * @param voxelMl volume of a voxel, mL
 * @param rightLung over all voxels of the right lung, lesions and healthy
 * @param leftLung over all voxels of the left lung
 * @param items the components, by their numbers from 1; together they are the opacity
 */
public record LesionComponents(
    double voxelMl, VoxelSums rightLung, VoxelSums leftLung, List<LesionComponent> items) {

  /** Components at most, so that a map of them needs 8 bits. */
  public static final int MOST = 255;

  /**
   * @throws IllegalArgumentException if the numbers have gaps, or the components are not part of
   *     the lungs
   */
  public LesionComponents {
    items = List.copyOf(items);
    if (!(voxelMl > 0) || !Double.isFinite(voxelMl)) {
      throw new IllegalArgumentException("not the volume of a voxel: " + voxelMl);
    }
    if (items.size() > MOST) {
      throw new IllegalArgumentException("more than " + MOST + " components");
    }
    VoxelSums right = rightLung;
    VoxelSums left = leftLung;
    for (int i = 0; i < items.size(); i++) {
      LesionComponent item = items.get(i);
      if (item.id() != i + 1) {
        throw new IllegalArgumentException(
            "component %d has number %d".formatted(i + 1, item.id()));
      }
      if (item.region() == Region.RIGHT_LUNG) {
        right = right.minus(item.sums());
      } else {
        left = left.minus(item.sums());
      }
    }
  }

  /** Sums over all voxels of a lung. */
  public VoxelSums lung(Region region) {
    return switch (region) {
      case RIGHT_LUNG -> rightLung;
      case LEFT_LUNG -> leftLung;
      case BOTH_LUNGS -> rightLung.plus(leftLung);
    };
  }
}
