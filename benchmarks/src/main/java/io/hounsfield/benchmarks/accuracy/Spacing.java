// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.domain.VolumeGeometry;

/**
 * How far voxels lie apart.
 *
 * @param column between columns
 * @param row between rows
 * @param slice between slices; not used where {@code planar}
 * @param planar the slices are pictures each by itself: distances are taken within a slice, in
 *     pixels, and there are no volumes
 */
record Spacing(double column, double row, double slice, boolean planar) {

  /** Pictures without spacing: distances in pixels. */
  static final Spacing PIXELS = new Spacing(1, 1, 1, true);

  static Spacing of(VolumeGeometry g) {
    return new Spacing(g.columnSpacingMm(), g.rowSpacingMm(), g.sliceSpacingMm(), false);
  }

  /** Unit of distances. */
  String unit() {
    return planar ? "pixels" : "mm";
  }

  /** Volume of a voxel, mL; not for pictures. */
  double voxelMl() {
    if (planar) {
      throw new IllegalStateException("pictures have no volume");
    }
    return column * row * slice / 1000;
  }
}
