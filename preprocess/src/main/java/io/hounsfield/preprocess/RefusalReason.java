// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

/**
 * Why a series is not measured. This is the one catalogue: the codes are stable and appear in the
 * API, the work list and the metrics.
 */
public enum RefusalReason {
  NOT_CT("not-ct", "The images are not CT images."),
  LOCALIZER("localizer", "The series contains a localizer (scout, topogram)."),
  PROJECTION(
      "projection",
      "The images are projections or renderings (MIP, MinIP, volume rendering), whose values are"
          + " not the attenuation of a voxel."),
  NOT_HOUNSFIELD("not-hounsfield", "The pixel values cannot be converted to Hounsfield units."),
  NO_GEOMETRY(
      "no-geometry",
      "The images do not say where in the patient their pixels are, or not validly."),
  NOT_AXIAL("not-axial", "The slices are not axial."),
  GANTRY_TILT("gantry-tilt", "The gantry was tilted: the slices form a sheared stack, not a grid."),
  SHIFTED_SLICES("shifted-slices", "Slices are shifted sideways against each other."),
  TOO_FEW_SLICES("too-few-slices", "There are fewer slices than a chest can have."),
  TOO_LARGE("too-large", "The series has more voxels than can be held."),
  MISSING_POSITIONS("missing-positions", "Slices are missing within the series."),
  DUPLICATE_POSITIONS("duplicate-positions", "Several slices lie at the same position."),
  SEVERAL_TIME_POINTS(
      "several-time-points", "The images show the same region at several points in time."),
  SEVERAL_STACKS("several-stacks", "The images belong to several stacks, not to one volume."),
  SEVERAL_ACQUISITIONS(
      "several-acquisitions", "The images of several acquisitions lie at the same positions."),
  UNEVEN_POSITIONS("uneven-positions", "The distances between neighbouring slices differ."),
  MIXED_SIZES("mixed-sizes", "The slices differ in their number of rows or columns."),
  MIXED_ORIENTATIONS("mixed-orientations", "The slices differ in orientation."),
  MIXED_SPACING("mixed-spacing", "The slices differ in pixel spacing."),
  MIXED_FRAMES_OF_REFERENCE(
      "mixed-frames-of-reference",
      "The slices belong to different frames of reference: their positions cannot be compared."),
  UNSUPPORTED_TRANSFER_SYNTAX(
      "unsupported-transfer-syntax", "The pixels are compressed in a way that cannot be decoded."),
  INSTANCES_DELETED(
      "instances-deleted",
      "Instances of the series that an earlier version was made from are not held any more."),
  UNDECODABLE("undecodable", "An instance is damaged or incomplete."),
  NO_LUNGS("no-lungs", "No lungs were found in the images."),
  NOT_CHEST("not-chest", "What looks like lung in the images is not that of a chest."),
  IMPLAUSIBLE_LUNGS(
      "implausible-lungs", "What was found as lungs has a volume or density that no lungs have.");

  private final String code;
  private final String description;

  RefusalReason(String code, String description) {
    this.code = code;
    this.description = description;
  }

  /** Stable name, lower case with hyphens. */
  public String code() {
    return code;
  }

  /** One sentence for documentation; what was found in a series is in the refusal's own text. */
  public String description() {
    return description;
  }
}
