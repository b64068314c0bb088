// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.util.List;
import java.util.Objects;

/**
 * One label a voxel on the grid of a {@link CtVolume}: 0 is background, every other value is one of
 * {@link #segments()}. One flat array a slice, {@code [row][column]}, not copied.
 */
public final class LabelMap {

  private final VolumeGeometry geometry;
  private final byte[][] slices;
  private final List<Segment> segments;

  /**
   * @param slices labels, {@code [slice][row * columns + column]}, unsigned
   * @throws IllegalArgumentException if the arrays do not match the geometry
   */
  public LabelMap(VolumeGeometry geometry, byte[][] slices, List<Segment> segments) {
    this.geometry = Objects.requireNonNull(geometry, "geometry");
    this.slices = Objects.requireNonNull(slices, "slices");
    this.segments = List.copyOf(segments);
    if (slices.length != geometry.slices()) {
      throw new IllegalArgumentException(
          "geometry has " + geometry.slices() + " slices, labels have " + slices.length);
    }
    for (int k = 0; k < slices.length; k++) {
      if (slices[k].length != geometry.sliceLength()) {
        throw new IllegalArgumentException(
            "slice %d has %d labels, geometry has %d"
                .formatted(k, slices[k].length, geometry.sliceLength()));
      }
    }
  }

  public VolumeGeometry geometry() {
    return geometry;
  }

  /** Labels of one slice, {@code [row * columns + column]}; the array itself, to be read only. */
  public byte[] slice(int index) {
    return slices[index];
  }

  /** What the label values mean. */
  public List<Segment> segments() {
    return segments;
  }
}
