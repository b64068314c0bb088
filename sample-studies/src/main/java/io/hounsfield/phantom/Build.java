// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/**
 * How one patient differs from the reference adult. Scales map reference mm to the patient's mm
 * along each axis.
 *
 * @param fatMm thickness of subcutaneous fat, mm
 * @param heart scale of the heart
 * @param rightDomeMm height of the right diaphragm dome, reference mm
 * @param leftDomeMm height of the left dome
 * @param breasts whether there is glandular breast tissue
 * @param inspiration 0 shallow to 1 deep: moves the parenchyma's density
 * @param girthMm soft tissue outside the chest wall beyond the reference, mm
 * @param dependent how much gravity packs the lung, 1 after a normal breath
 */
record Build(
    double scaleX,
    double scaleY,
    double scaleZ,
    double fatMm,
    double heart,
    double rightDomeMm,
    double leftDomeMm,
    boolean breasts,
    double inspiration,
    double girthMm,
    double dependent) {

  /** What lies under a dome is drawn up to {@link Anatomy#DOME_LIMIT}. */
  private static final double HIGHEST_DOME_MM = -46;

  static Build of(long seed) {
    Hash.Sequence r = new Hash.Sequence(seed, 1);
    double size = r.uniform(0.93, 1.05);
    double dome = r.uniform(-92, -72);
    return new Build(
        size * r.uniform(0.97, 1.03),
        size * r.uniform(0.95, 1.05),
        size * r.uniform(0.95, 1.06),
        r.uniform(5, 13),
        r.uniform(0.92, 1.1),
        dome,
        dome - r.uniform(6, 16),
        r.uniform() < 0.45,
        r.uniform(0.2, 1),
        0,
        1);
  }

  /** The same patient, breathing and built as the extras say. */
  static Build of(long seed, PhantomExtras extras, LesionKind kind) {
    Build b = of(seed);
    double scale = 1;
    double fat = b.fatMm;
    double girth = 0;
    switch (extras.size()) {
      case SMALL -> {
        scale = 0.86;
        fat = 2;
      }
      case LARGE -> {
        scale = 1.04;
        girth = 22;
        fat += 2;
      }
      default -> {}
    }
    double lift = 0;
    double inspiration = b.inspiration;
    double dependent = 1;
    switch (extras.inflation()) {
      case SHALLOW -> {
        lift = 22;
        inspiration = -1.4 + 0.6 * b.inspiration;
        dependent = 1.7;
      }
      case DEEP -> {
        lift = -14;
        inspiration = 1.2 + 0.5 * b.inspiration;
      }
      default -> {}
    }
    // A collapsed lobe pulls the diaphragm of its side up.
    double right = kind == LesionKind.ATELECTASIS && LesionShapes.collapsedRight(seed) ? 14 : 0;
    double left = kind == LesionKind.ATELECTASIS && !LesionShapes.collapsedRight(seed) ? 14 : 0;
    return new Build(
        b.scaleX * scale,
        b.scaleY * scale,
        b.scaleZ * scale,
        fat,
        b.heart,
        Math.min(HIGHEST_DOME_MM, b.rightDomeMm + lift + right),
        Math.min(HIGHEST_DOME_MM, b.leftDomeMm + lift + left),
        b.breasts,
        inspiration,
        girth,
        dependent);
  }
}
