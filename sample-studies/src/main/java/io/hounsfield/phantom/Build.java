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
    double inspiration) {

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
        r.uniform(0.2, 1));
  }
}
