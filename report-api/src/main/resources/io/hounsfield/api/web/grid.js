// SPDX-License-Identifier: Apache-2.0
// Where a voxel of a report lies in the patient, and back.

export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

/** The grid of a report: between voxels (column, row, slice) and NIfTI's mm (RAS). */
export class Grid {
  constructor(geometry) {
    this.size = [geometry.columns, geometry.rows, geometry.slices];
    this.spacing = [geometry.columnSpacingMm, geometry.rowSpacingMm, geometry.sliceSpacingMm];
    this.origin = geometry.origin;
    this.axes = [geometry.rowDirection, geometry.columnDirection,
      cross(geometry.rowDirection, geometry.columnDirection)];
  }

  toMm(voxel) {
    const lps = this.origin.map((o, d) => o
      + this.axes.reduce((sum, axis, a) => sum + axis[d] * this.spacing[a] * voxel[a], 0));
    return [-lps[0], -lps[1], lps[2]];
  }

  toVoxel(mm) {
    const offset = [-mm[0] - this.origin[0], -mm[1] - this.origin[1], mm[2] - this.origin[2]];
    return this.axes.map((axis, a) => dot(offset, axis) / this.spacing[a]);
  }

  clamp(voxel) {
    return voxel.map((v, a) => Math.min(this.size[a] - 1, Math.max(0, Math.round(v))));
  }
}
