// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.util.Objects;

/**
 * A CT volume in Hounsfield units. One flat array a slice, {@code [row][column]}, so that slices
 * can be taken over as they arrive without a copy and a volume may exceed the length of a Java
 * array. The arrays are not copied: whoever builds a volume gives them away.
 */
public final class CtVolume {

  private final VolumeGeometry geometry;
  private final short[][] slices;

  /**
   * @param slices HU, {@code [slice][row * columns + column]}
   * @throws IllegalArgumentException if the arrays do not match the geometry
   */
  public CtVolume(VolumeGeometry geometry, short[][] slices) {
    this.geometry = Objects.requireNonNull(geometry, "geometry");
    this.slices = Objects.requireNonNull(slices, "slices");
    if (slices.length != geometry.slices()) {
      throw new IllegalArgumentException(
          "geometry has " + geometry.slices() + " slices, voxels have " + slices.length);
    }
    for (int k = 0; k < slices.length; k++) {
      if (slices[k].length != geometry.sliceLength()) {
        throw new IllegalArgumentException(
            "slice %d has %d voxels, geometry has %d"
                .formatted(k, slices[k].length, geometry.sliceLength()));
      }
    }
  }

  public VolumeGeometry geometry() {
    return geometry;
  }

  /** HU of one slice, {@code [row * columns + column]}; the array itself, to be read only. */
  public short[] slice(int index) {
    return slices[index];
  }
}
