// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/**
 * The large surfaces: skin, inner chest wall, diaphragm, fissures, and the spine's course. All in
 * reference mm, the carina at z = 0. Values are signed distances, negative inside.
 */
final class Torso {

  private static final Curve HALF_WIDTH =
      new Curve(
          -240, 120, -190, 126, -150, 129, -100, 131, -50, 128, 0, 121, 40, 106, 70, 86, 95, 70,
          115, 60);
  private static final Curve FRONT =
      new Curve(
          -240, -84, -190, -90, -150, -95, -100, -98, -50, -91, 0, -76, 40, -58, 75, -40, 110, -22);
  private static final Curve BACK =
      new Curve(-240, 66, -190, 74, -150, 82, -100, 90, -50, 92, 0, 88, 40, 79, 70, 70, 108, 58);
  private static final Curve SPINE =
      new Curve(
          -240, 26, -190, 38, -150, 46, -100, 54, -50, 58, 0, 55, 40, 48, 70, 40, 108, 27, 130, 19,
          170, 9, 210, 6);
  private static final Curve BODY_WIDTH =
      new Curve(
          -240, 150, -190, 152, -150, 155, -100, 155, -50, 153, 0, 152, 40, 154, 70, 152, 95, 130,
          112, 96, 128, 72, 150, 62, 200, 60);
  private static final Curve BODY_FRONT =
      new Curve(
          -240, -112, -190, -117, -150, -121, -100, -122, -50, -115, 0, -100, 40, -84, 70, -70, 95,
          -60, 115, -56, 140, -60, 200, -66);
  private static final Curve BODY_BACK =
      new Curve(
          -240, 106, -190, 112, -150, 118, -100, 124, -50, 127, 0, 124, 40, 117, 70, 108, 95, 98,
          120, 86, 150, 76, 200, 72);

  private final Build build;
  private final boolean armsDown;

  Torso(Build build, boolean armsDown) {
    this.build = build;
    this.armsDown = armsDown;
  }

  /** Centre of the vertebral bodies, y. */
  static double spine(double z) {
    return SPINE.at(z);
  }

  /** Inner surface of the front wall in the midline, y. */
  static double front(double z) {
    return FRONT.at(z);
  }

  /** Inside of the rib cage, open above and below. */
  static double cage(double x, double y, double z) {
    return section(x, y, HALF_WIDTH.at(z), FRONT.at(z), BACK.at(z), 0.12);
  }

  /**
   * Distance from a section in the plane, along the ray from its centre. The section is a
   * superellipse |u|^2.5 + |v|^2.5 = 1, its widest place moved back by a share of the half depth.
   */
  private static double section(
      double x, double y, double a, double front, double back, double widest) {
    double middle = (front + back) / 2 + widest * (back - front) / 2;
    double b = y < middle ? middle - front : back - middle;
    double u = Math.abs(x) / a;
    double v = Math.abs(y - middle) / b;
    double s = u * u * Math.sqrt(u) + v * v * Math.sqrt(v);
    if (s < 1e-9) {
      return -Math.min(a, b);
    }
    double q = Math.pow(s, 0.4);
    double r = Math.sqrt(x * x + (y - middle) * (y - middle));
    return r - r / q;
  }

  /**
   * A point outside the inner chest wall.
   *
   * @param angle around the chest's axis: 0 back, positive to the left, pi front
   * @param offset distance outside the wall, mm
   */
  static double[] wall(double angle, double z, double offset) {
    double front = FRONT.at(z);
    double back = BACK.at(z);
    double middle = (front + back) / 2 + 0.12 * (back - front) / 2;
    double dx = Math.sin(angle);
    double dy = Math.cos(angle);
    double b = dy < 0 ? middle - front : back - middle;
    double u = Math.abs(dx) / HALF_WIDTH.at(z);
    double v = Math.abs(dy) / b;
    double r = 1 / Math.pow(u * u * Math.sqrt(u) + v * v * Math.sqrt(v), 0.4) + offset;
    return new double[] {dx * r, middle + dy * r, z};
  }

  /** The domes over both apices: negative below. */
  static double apex(double x, double y, double z) {
    double dx = Math.abs(x) - 42;
    double dy = y - 26;
    // Behind the apex a dome; in front the inlet slopes down with the first ribs.
    double front = Math.min(0, dy);
    double slope = dy >= 0 ? dy * dy / 80 : front > -24 ? front * front / 75 : -0.64 * front - 7.68;
    double top = 106 - dx * dx / 88 - slope;
    double gx = 2 * dx / 88;
    double gy = dy >= 0 ? 2 * dy / 80 : front > -24 ? 2 * front / 75 : -0.64;
    return (z - top) / Math.sqrt(1 + gx * gx + gy * gy);
  }

  /** Height above the diaphragm's upper surface; negative in the abdomen. */
  double diaphragm(double x, double y, double z) {
    double right = dome(-x - 60, y + 6, build.rightDomeMm());
    double left = dome(x - 66, y + 4, build.leftDomeMm());
    double top = -Field.smoothMin(-right, -left, 14);
    double e = 2;
    double gx =
        (dome(-x - 60 - e, y + 6, build.rightDomeMm()) - right) / e
            + (dome(x - 66 + e, y + 4, build.leftDomeMm()) - left) / e;
    double gy =
        right > left
            ? (dome(-x - 60, y + 6 + e, build.rightDomeMm()) - right) / e
            : (dome(x - 66, y + 4 + e, build.leftDomeMm()) - left) / e;
    gx *= 0.5;
    return (z - top) / Math.sqrt(1 + gx * gx + gy * gy);
  }

  /**
   * @param lateral distance from the dome's middle to the side, mm
   */
  private static double dome(double lateral, double back, double top) {
    double ex = lateral / 68;
    double ey = back / 92;
    double side = ex > 0 ? 44 * ex * ex * ex * ex * 0.5 + 22 * ex * ex : 13 * ex * ex;
    double along = ey > 0 ? 30 * ey * ey + 34 * ey * ey * ey * ey : 20 * ey * ey;
    return top - side - along;
  }

  /** The skin. */
  double body(double x, double y, double z) {
    double d = section(x, y, BODY_WIDTH.at(z), BODY_FRONT.at(z), BODY_BACK.at(z), 0.1);
    // The back is flat where it lies on the couch, with a furrow in the midline.
    d = -Field.smoothMin(-d, -(y - BODY_BACK.at(z) + 7), 22);
    d += 5 * Math.exp(-x * x / 260) * smoothStep((y - 60) / 40) * smoothStep((60 - z) / 60);
    double ax = Math.abs(x);
    if (z > 10) {
      double shoulder = Field.ellipsoid(ax - 128, y - 34, z - 108, 56, 44, 56);
      double arm = capsule(ax, y, z, 150, 26, 118, 205, -12, 250, 40, 34);
      double back = Field.ellipsoid(ax - 70, y - 74, z - 70, 70, 36, 66);
      d = Field.smoothMin(d, shoulder, 26);
      d = armsDown ? d : Field.smoothMin(d, arm, 16);
      d = Field.smoothMin(d, back, 24);
    }
    if (build.breasts()) {
      d = Field.smoothMin(d, breast(x, y, z), 14);
    }
    if (build.girthMm() > 0) {
      d -= girth(z);
    }
    // Arm and chest keep a gap between them that a fillet would close.
    return armsDown ? Math.min(d, armBeside(ax, y, z)) : d;
  }

  private double girth(double z) {
    return build.girthMm() * (1 - 0.7 * smoothStep((z - 50) / 60));
  }

  private double armBeside(double ax, double y, double z) {
    double g = 0.6 * build.girthMm();
    double upper = capsule(ax, y, z, 158 + g, 24, 104, 186 + g, 16, -50, 40, 30);
    double lower = capsule(ax, y, z, 186 + g, 16, -50, 192 + g, -6, -230, 30, 27);
    return Math.min(upper, lower);
  }

  /** The inside of subcutaneous fat: muscle and everything below it. */
  double muscle(double x, double y, double z, double body, double variation) {
    double fat = 1.8 + build.fatMm() * (1 + 0.22 * variation);
    double girth = build.girthMm() > 0 ? girth(z) : 0;
    fat += 0.8 * girth;
    // More of it in front of the belly and on the flanks, little over the shoulder blades.
    fat += 4 * smoothStep((-z - 40) / 90) + 2.5 * smoothStep((y - 40) / 60);
    double d = body + fat;
    if (build.breasts()) {
      // Breasts are fat and gland, not muscle.
      double chest =
          section(x, y, BODY_WIDTH.at(z), BODY_FRONT.at(z), BODY_BACK.at(z), 0.1) - girth + fat;
      if (y < -20 && z < 40) {
        d = Math.max(d, chest);
      }
    }
    return d;
  }

  double breast(double x, double y, double z) {
    return Field.ellipsoid(Math.abs(x) - 78, y + 100, z + 60, 50, 32, 52);
  }

  static double capsule(
      double x,
      double y,
      double z,
      double ax,
      double ay,
      double az,
      double bx,
      double by,
      double bz,
      double ra,
      double rb) {
    double vx = bx - ax;
    double vy = by - ay;
    double vz = bz - az;
    double t = ((x - ax) * vx + (y - ay) * vy + (z - az) * vz) / (vx * vx + vy * vy + vz * vz);
    t = Math.max(0, Math.min(1, t));
    double px = x - ax - t * vx;
    double py = y - ay - t * vy;
    double pz = z - az - t * vz;
    return Math.sqrt(px * px + py * py + pz * pz) - ra - t * (rb - ra);
  }

  /** Middle of the mediastinum: to its right is the right lung. */
  static double midline(double y, double z) {
    double front = smoothStep((-y - 20) / 30);
    return 3 + front * (5 * smoothStep(-z / 80) + 3 * Math.sin(0.06 * y + 0.02 * z));
  }

  /** Height above the oblique fissure of a side. */
  static double obliqueFissure(boolean right, double x, double y, double z) {
    double line = (right ? 38 : 46) - 0.95 * (82 - y) + 0.06 * (Math.abs(x) - 70);
    return (z - line + 3 * Math.sin(x * 0.05 + y * 0.035)) * 0.72;
  }

  /** Height above the horizontal fissure of the right lung. */
  static double horizontalFissure(double x, double y, double z) {
    return z + 26 + 0.05 * (y + 40) + 3 * Math.sin(x * 0.045) - 0.0012 * (y + 20) * (y + 20);
  }

  static double smoothStep(double t) {
    t = Math.max(0, Math.min(1, t));
    return t * t * (3 - 2 * t);
  }
}
