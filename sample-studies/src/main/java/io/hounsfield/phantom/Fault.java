// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/** What is wrong with a series on purpose, so that refusals and warnings can be tried. */
public enum Fault {
  NONE("none"),
  /** The series lacks one slice from its middle. */
  MISSING_SLICE("missing-slice"),
  /** Two instances lie at the same position. */
  DUPLICATE_POSITION("duplicate-position"),
  /** The gantry is tilted by 15 degrees: positions do not follow the normal. */
  GANTRY_TILT("gantry-tilt"),
  /** A coronal reformat of the volume. */
  NON_AXIAL("non-axial"),
  /** The upper half has a smaller matrix. */
  MIXED_SIZE("mixed-size"),
  /** The upper half is turned by 180 degrees in its plane. */
  MIXED_ORIENTATION("mixed-orientation"),
  /** The upper half has another pixel spacing. */
  MIXED_SPACING("mixed-spacing"),
  /** No Image Position (Patient) in any instance. */
  NO_POSITION("no-position"),
  /** A single projection radiograph (scout). */
  LOCALIZER("localizer"),
  /** MR Image Storage, Modality MR. */
  NOT_CT("not-ct"),
  /** Eight slices: fewer than a chest can have. */
  TOO_FEW("too-few"),
  /** The scan range ends within the lungs above and below. */
  CUT_OFF("cut-off");

  private final String key;

  Fault(String key) {
    this.key = key;
  }

  /** Name on the command line and in {@code truth.json}. */
  public String key() {
    return key;
  }
}
