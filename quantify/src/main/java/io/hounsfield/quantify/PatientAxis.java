// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;

/**
 * Where voxels lie from the patient's right to the patient's left and which way the head is, from
 * the directions of the grid alone, so that feet-first, prone and decubitus series need no special
 * case.
 */
final class PatientAxis {

  private final Vec3 origin;
  private final double perColumn;
  private final double perRow;
  private final double perSlice;
  private final boolean headAtLastSlice;

  PatientAxis(VolumeGeometry g) {
    origin = g.origin();
    perColumn = g.rowDirection().x() * g.columnSpacingMm();
    perRow = g.columnDirection().x() * g.rowSpacingMm();
    perSlice = g.normal().x() * g.sliceSpacingMm();
    headAtLastSlice = g.normal().z() >= 0;
  }

  /** LPS x of a voxel, mm; grows to the patient's left. */
  double leftward(double slice, double row, double column) {
    return origin.x() + perSlice * slice + perRow * row + perColumn * column;
  }

  /** Whether the slice index grows towards the head. */
  boolean headAtLastSlice() {
    return headAtLastSlice;
  }
}
