// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import io.hounsfield.domain.Vec3;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What one slice (an instance, or a frame of an Enhanced CT instance) says about itself, without
 * its pixels. A header always has a valid geometry: slices without one are refused when they are
 * read.
 *
 * @param sopInstanceUid SOP Instance UID (0008,0018)
 * @param frame frame within the instance, from 0
 * @param instanceNumber Instance Number (0020,0013), {@code null} if absent
 * @param acquisitionNumber Acquisition Number (0020,0012) or, of a frame, Frame Acquisition Number
 *     (0020,9156), {@code null} if absent
 * @param stackId Stack ID (0020,9056) of a frame, {@code null} if absent
 * @param temporalPosition Temporal Position Index (0020,9128) of a frame or Temporal Position
 *     Identifier (0020,0100), {@code null} if absent
 * @param rows Rows (0028,0010)
 * @param columns Columns (0028,0011)
 * @param position Image Position (Patient) (0020,0032): centre of the first voxel, mm, LPS
 * @param rowDirection first triplet of Image Orientation (Patient) (0020,0037), made exactly unit
 * @param columnDirection second triplet, made exactly unit
 * @param rowSpacingMm distance between rows, first value of Pixel Spacing (0028,0030), mm
 * @param columnSpacingMm distance between columns, second value of Pixel Spacing, mm
 * @param sliceThicknessMm Slice Thickness (0018,0050), mm, {@code null} if absent
 * @param gantryTiltDegrees Gantry/Detector Tilt (0018,1120), degrees, {@code null} if absent
 * @param imageType values of Image Type (0008,0008) or, of a frame, Frame Type (0008,9007) and
 *     Volume Based Calculation Technique (0008,9207) when it is not NONE
 * @param frameOfReferenceUid Frame of Reference UID (0020,0052), {@code null} if absent
 */
public record SliceHeader(
    String sopInstanceUid,
    int frame,
    Integer instanceNumber,
    Integer acquisitionNumber,
    String stackId,
    Integer temporalPosition,
    int rows,
    int columns,
    Vec3 position,
    Vec3 rowDirection,
    Vec3 columnDirection,
    double rowSpacingMm,
    double columnSpacingMm,
    Double sliceThicknessMm,
    Double gantryTiltDegrees,
    List<String> imageType,
    String frameOfReferenceUid) {

  /**
   * @throws IllegalArgumentException if size or spacing are not positive or a direction is not a
   *     unit vector
   */
  public SliceHeader {
    Objects.requireNonNull(sopInstanceUid, "sopInstanceUid");
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(rowDirection, "rowDirection");
    Objects.requireNonNull(columnDirection, "columnDirection");
    imageType = List.copyOf(imageType);
    if (frame < 0 || rows <= 0 || columns <= 0) {
      throw new IllegalArgumentException(
          "frame %d, %d rows, %d columns".formatted(frame, rows, columns));
    }
    if (!(rowSpacingMm > 0 && columnSpacingMm > 0)
        || Double.isInfinite(rowSpacingMm)
        || Double.isInfinite(columnSpacingMm)) {
      throw new IllegalArgumentException("pixel spacing " + rowSpacingMm + " x " + columnSpacingMm);
    }
    if (!(Math.abs(rowDirection.length() - 1) < 1e-9
        && Math.abs(columnDirection.length() - 1) < 1e-9)) {
      throw new IllegalArgumentException("directions are not unit vectors");
    }
  }

  /** Unit vector from the slice towards where slice indices grow: row x column direction. */
  Vec3 normal() {
    Vec3 n = rowDirection.cross(columnDirection);
    return n.times(1 / n.length());
  }

  /** How a person finds this slice: by its instance number if it has one, and its frame. */
  String name() {
    String instance =
        instanceNumber == null
            ? String.format(
                Locale.ROOT,
                "the instance without number at (%.2f, %.2f, %.2f) mm",
                position.x(),
                position.y(),
                position.z())
            : "instance " + instanceNumber;
    return frame == 0 ? instance : "frame " + (frame + 1) + " of " + instance;
  }
}
