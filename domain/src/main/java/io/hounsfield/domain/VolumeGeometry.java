// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.util.Locale;
import java.util.Objects;

/**
 * A regular grid of voxels in patient coordinates (DICOM LPS, mm). Voxel arrays on this grid are
 * ordered {@code [slice][row][column]}; slice index grows along {@link #normal()}, which is the
 * cross product of {@link #rowDirection()} and {@link #columnDirection()} (PS3.3 C.7.6.2.1.1).
 *
 * @param columns voxels in a row
 * @param rows rows in a slice
 * @param slices slices in the volume
 * @param columnSpacingMm distance between the centres of neighbouring columns, mm
 * @param rowSpacingMm distance between the centres of neighbouring rows, mm
 * @param sliceSpacingMm distance between the centres of neighbouring slices along the normal, mm
 * @param origin centre of voxel (0, 0, 0), mm, LPS
 * @param rowDirection unit vector along which the column index grows (first triplet of Image
 *     Orientation (Patient))
 * @param columnDirection unit vector along which the row index grows (second triplet)
 */
public record VolumeGeometry(
    int columns,
    int rows,
    int slices,
    double columnSpacingMm,
    double rowSpacingMm,
    double sliceSpacingMm,
    Vec3 origin,
    Vec3 rowDirection,
    Vec3 columnDirection) {

  /** Direction cosines may deviate from unit length and from a right angle by this much. */
  public static final double DIRECTION_TOLERANCE = 1e-3;

  /**
   * Checks that the grid is a regular one.
   *
   * @throws IllegalArgumentException where it is not, with the offending numbers
   */
  public VolumeGeometry {
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(rowDirection, "rowDirection");
    Objects.requireNonNull(columnDirection, "columnDirection");
    requirePositive("columns", columns);
    requirePositive("rows", rows);
    requirePositive("slices", slices);
    requireSpacing("column spacing", columnSpacingMm);
    requireSpacing("row spacing", rowSpacingMm);
    requireSpacing("slice spacing", sliceSpacingMm);
    requireUnit("row direction", rowDirection);
    requireUnit("column direction", columnDirection);
    double cosine = rowDirection.dot(columnDirection);
    if (Math.abs(cosine) > DIRECTION_TOLERANCE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "row and column directions are not at a right angle: their cosine is %.5f (tolerance %.0e)",
              cosine,
              DIRECTION_TOLERANCE));
    }
  }

  /** Unit vector along which the slice index grows. */
  public Vec3 normal() {
    return rowDirection.cross(columnDirection);
  }

  /** Volume of one voxel, mL. */
  public double voxelVolumeMl() {
    return columnSpacingMm * rowSpacingMm * sliceSpacingMm / 1000.0;
  }

  /** Voxels in one slice, the length of each slice array. */
  public int sliceLength() {
    return Math.multiplyExact(rows, columns);
  }

  /** Centre of a voxel in patient coordinates, mm, LPS. Indices may be fractional. */
  public Vec3 position(double slice, double row, double column) {
    return origin
        .plus(rowDirection.times(column * columnSpacingMm))
        .plus(columnDirection.times(row * rowSpacingMm))
        .plus(normal().times(slice * sliceSpacingMm));
  }

  private static void requirePositive(String what, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(what + " must be positive: " + value);
    }
  }

  private static void requireSpacing(String what, double mm) {
    if (!(mm > 0) || Double.isInfinite(mm)) {
      throw new IllegalArgumentException(what + " must be a positive number of mm: " + mm);
    }
  }

  private static void requireUnit(String what, Vec3 v) {
    double length = v.length();
    if (!(Math.abs(length - 1) <= DIRECTION_TOLERANCE)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is not a unit vector: its length is %.5f", what, length));
    }
  }
}
