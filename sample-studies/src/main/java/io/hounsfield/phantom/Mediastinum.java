// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/**
 * Heart, great vessels, trachea, main bronchi and oesophagus, and the hull around them that the
 * lungs stop at.
 */
final class Mediastinum {

  /** Where the trees of one lobe begin. */
  record LobeRoots(double[] bronchus, double[] artery, double[] vein) {}

  static final int RIGHT_UPPER = 0;
  static final int RIGHT_MIDDLE = 1;
  static final int RIGHT_LOWER = 2;
  static final int LEFT_UPPER = 3;
  static final int LEFT_LOWER = 4;

  /** x, y, z, radius of the lumen (bronchus) or of the vessel. */
  static final LobeRoots[] ROOTS = {
    new LobeRoots(at(-41, 22, -8, 4.4), at(-42, 11, -10, 5.4), at(-42, -5, -32, 5.0)),
    new LobeRoots(at(-49, 10, -50, 3.0), at(-49, 1, -46, 3.6), at(-42, -5, -38, 3.8)),
    new LobeRoots(at(-42, 32, -56, 4.3), at(-48, 26, -58, 5.6), at(-43, 20, -66, 5.4)),
    new LobeRoots(at(54, 13, -22, 4.4), at(54, 5, -10, 5.4), at(50, -5, -32, 5.2)),
    new LobeRoots(at(48, 34, -48, 4.3), at(52, 30, -42, 5.6), at(46, 26, -62, 5.4))
  };

  /** Radius of the lumen of trachea and main bronchi. */
  final Tubes airwayLumen = new Tubes();

  final Tubes airwayWall = new Tubes();

  /** Arteries and veins outside the lungs, by their outer radius. */
  final Tubes systemic = new Tubes();

  final Tubes pulmonary = new Tubes();
  final Tubes oesophagus = new Tubes();
  final Tubes oesophagusAir = new Tubes();

  /** Fat around the vessels and the trachea above the thoracic inlet. */
  final Tubes sheath = new Tubes();

  final Tubes thyroid = new Tubes();

  /** Lymph nodes. */
  final Tubes nodes = new Tubes();

  private final Tubes hull = new Tubes();
  private final Build build;

  Mediastinum(Build build) {
    this.build = build;
    airways();
    vessels();
    oesophagus.path(
        at(2, 10, 150, 6),
        at(5, 11, 110, 6.5),
        at(6, 20, 70, 6.5),
        at(6, 29, 35, 6.5),
        at(4, 36, 0, 6.5),
        at(4, 37, -45, 6.5),
        at(10, 30, -85, 7),
        at(24, 16, -108, 8),
        at(42, 2, -124, 9));
    oesophagusAir.path(at(6, 20, 72, 1.5), at(7, 26, 48, 2.4), at(6, 31, 25, 1.0));
    sheath.addAll(systemic, 1.2);
    sheath.path(at(1, 2, 84, 17), at(1, -4, 110, 18), at(1, -9, 140, 19), at(1, -12, 190, 19));
    for (int side = -1; side <= 1; side += 2) {
      sheath.path(
          at(side * 34, -14, 92, 11), at(side * 30, -7, 116, 13), at(side * 30, -7, 180, 12.5));
      thyroid.path(
          at(side * 15, -8, 104, 5),
          at(side * 16.5, -10, 116, 8),
          at(side * 15, -10, 134, 6.5),
          at(side * 14, -9, 148, 4));
    }
    thyroid.path(at(-12, -16, 112, 4), at(0, -20, 113, 3.4), at(12, -16, 112, 4));
    thyroid.index();
    sheath.index();
    node(7, 20, -16, 6);
    node(2, 14, -24, 5);
    node(-9, 1, 18, 4);
    node(-12, 4, 30, 3.2);
    node(22, 10, 8, 3.6);
    node(8, -6, 12, 2.8);
    node(-34, 12, -28, 4);
    node(44, 14, -20, 3.6);
    // Fat fills the space between trachea and great vessels, and below the carina.
    hull.add(new double[] {1, -18, 84}, 14, new double[] {4, -2, 20}, 17);
    hull.add(new double[] {4, -2, 20}, 17, new double[] {4, 6, -30}, 18);
    hull.addAll(airwayWall, 1.2);
    hull.addAll(systemic, 2.5);
    hull.addAll(pulmonary, 1.2);
    hull.addAll(oesophagus, 2.5);
    hull.index();
    airwayLumen.index();
    airwayWall.index();
    systemic.index();
    pulmonary.index();
    oesophagus.index();
    oesophagusAir.index();
    nodes.index();
  }

  private void node(double x, double y, double z, double r) {
    nodes.add(new double[] {x, y, z}, r * 0.8, new double[] {x + 1, y + 1, z - 1.6 * r}, r * 0.7);
  }

  private static double[] at(double x, double y, double z, double r) {
    return new double[] {x, y, z, r};
  }

  private void airway(double wall, double[]... points) {
    airwayLumen.path(points);
    double[][] outer = new double[points.length][];
    for (int i = 0; i < points.length; i++) {
      outer[i] = points[i].clone();
      outer[i][3] += wall;
    }
    airwayWall.path(outer);
  }

  private void airways() {
    airway(
        1.6,
        at(2, -18, 175, 8.5),
        at(2, -14, 150, 8.5),
        at(1, -6, 110, 8.7),
        at(1, 5, 70, 8.7),
        at(2, 14, 35, 8.9),
        at(3, 20, 6, 9.2));
    airway(1.4, at(3, 20, 6, 8.4), at(-6, 21, -3, 7.4), at(-16, 22, -10, 7), at(-29, 23, -20, 6.2));
    airway(1.1, at(-22, 22.5, -13, 5), at(-32, 22, -12, 4.8), ROOTS[RIGHT_UPPER].bronchus());
    airway(1.2, at(-29, 23, -20, 6.0), at(-35, 23, -34, 5.4), at(-38, 24, -44, 5));
    airway(1.0, at(-38, 24, -44, 3.6), at(-43, 17, -47, 3.2), ROOTS[RIGHT_MIDDLE].bronchus());
    airway(1.1, at(-38, 24, -44, 4.8), at(-40, 28, -50, 4.6), ROOTS[RIGHT_LOWER].bronchus());
    airway(1.4, at(3, 20, 6, 8.0), at(12, 21, -2, 6.8), at(26, 23, -13, 6.2), at(43, 24, -24, 5.6));
    airway(1.1, at(43, 24, -24, 5), at(49, 18, -24, 4.6), ROOTS[LEFT_UPPER].bronchus());
    airway(1.1, at(43, 24, -24, 5.2), at(46, 29, -36, 4.8), ROOTS[LEFT_LOWER].bronchus());
  }

  private void vessels() {
    // Aorta: root, arch over the left main bronchus, descending along the spine.
    systemic.path(
        at(4, -24, -42, 14.5),
        at(-6, -33, -22, 15.5),
        at(-9, -34, 2, 15),
        at(-3, -26, 24, 14),
        at(13, -9, 32, 13.5),
        at(26, 11, 28, 13),
        at(31, 31, 12, 12.5),
        at(29, 42, -12, 12),
        at(27, 43, -60, 11.8),
        at(22, 33, -100, 11.5),
        at(14, 21, -140, 11),
        at(8, 11, -190, 10.5),
        at(4, 2, -240, 10));
    // Branches of the arch.
    systemic.path(at(-2, -18, 34, 7), at(-9, -10, 64, 6.2), at(-22, -4, 86, 5.5));
    systemic.path(at(-22, -4, 86, 4.5), at(-48, 4, 100, 4.4), at(-90, -2, 104, 4));
    systemic.path(at(-22, -4, 86, 3.8), at(-26, 0, 120, 3.6), at(-28, -4, 170, 3.4));
    systemic.path(
        at(12, -9, 38, 4.6), at(15, -2, 80, 4), at(24, 2, 118, 3.6), at(28, -4, 170, 3.4));
    systemic.path(at(25, 10, 34, 5.5), at(28, 13, 70, 5), at(44, 10, 98, 4.6), at(90, -2, 104, 4));
    // Veins to the right atrium.
    systemic.path(
        at(-36, -24, 100, 7),
        at(-29, -24, 68, 7.5),
        at(-25, -26, 40, 8.6),
        at(-27, -25, 5, 9.4),
        at(-26, -20, -30, 10.5));
    systemic.path(
        at(38, -26, 96, 6.5), at(24, -36, 68, 6.5), at(-4, -40, 54, 6.5), at(-23, -28, 46, 7));
    systemic.path(at(-36, -24, 100, 6.5), at(-34, -12, 130, 5.5), at(-34, -8, 170, 5));
    systemic.path(at(38, -26, 96, 6), at(34, -12, 130, 5), at(34, -8, 170, 5));
    systemic.path(at(-36, -24, 100, 5), at(-80, -26, 96, 5), at(-110, -10, 90, 5));
    systemic.path(at(38, -26, 96, 5), at(80, -26, 96, 5), at(110, -10, 90, 5));
    systemic.path(
        at(-24, -10, -64, 12), at(-27, -4, -92, 12.5), at(-26, 4, -130, 12), at(-22, 8, -240, 11));
    // Azygos vein and its arch.
    systemic.path(
        at(-4, 24, -150, 3),
        at(-8, 38, -90, 3.6),
        at(-9, 39, -40, 4),
        at(-9, 36, -5, 4.4),
        at(-14, 30, 12, 4.6),
        at(-22, 10, 18, 4.8),
        at(-26, -14, 12, 5));
    // Pulmonary trunk and arteries.
    pulmonary.path(
        at(18, -54, -46, 13.5),
        at(20, -44, -22, 14),
        at(24, -26, -6, 12.5),
        at(38, -4, -3, 10.5),
        at(49, 11, -8, 9),
        at(54, 24, -22, 8),
        at(53, 29, -38, 6.4));
    pulmonary.path(at(49, 11, -8, 6.5), at(52, 8, -8, 5.8), ROOTS[LEFT_UPPER].artery());
    pulmonary.path(
        at(23, -27, -10, 11),
        at(6, -9, -17, 10.2),
        at(-20, -4, -18, 9.8),
        at(-36, 7, -22, 8.8),
        at(-45, 15, -36, 7.6),
        at(-48, 24, -52, 6.2));
    pulmonary.path(at(-30, 1, -19, 6.5), at(-37, 7, -14, 5.8), ROOTS[RIGHT_UPPER].artery());
    pulmonary.path(at(-43, 13, -32, 4.6), at(-46, 7, -41, 4), ROOTS[RIGHT_MIDDLE].artery());
    // Pulmonary veins to the left atrium.
    pulmonary.path(at(-18, 4, -42, 7), at(-32, -2, -39, 6), ROOTS[RIGHT_UPPER].vein());
    pulmonary.path(at(-20, 4, -44, 5), at(-32, -1, -41, 4.4), ROOTS[RIGHT_MIDDLE].vein());
    pulmonary.path(at(-18, 14, -52, 7), at(-32, 19, -60, 6.2), ROOTS[RIGHT_LOWER].vein());
    pulmonary.path(at(28, 4, -42, 7), at(42, -2, -37, 6), ROOTS[LEFT_UPPER].vein());
    pulmonary.path(at(28, 14, -50, 7), at(38, 21, -57, 6.2), ROOTS[LEFT_LOWER].vein());
  }

  /** The heart with its muscle, without fat. */
  double heart(double x, double y, double z) {
    double s = build.heart();
    double cx = x - 21;
    double cy = y + 33;
    double cz = z + 62;
    // Along the long axis (to the left, front and below), and across it.
    double l = (0.74 * cx - 0.5 * cy - 0.45 * cz) / s;
    double px = cx / s - 0.74 * l;
    double py = cy / s + 0.5 * l;
    double pz = cz / s + 0.45 * l;
    double across = Math.sqrt(px * px + py * py + pz * pz);
    // Grooves with fat between atria and ventricles, and between the ventricles in front.
    double groove = 4.5 * Math.exp(-(l + 17) * (l + 17) / 30);
    double between = (px + 0.35 * pz + 4) * (px + 0.35 * pz + 4);
    if (py < 0 && l > -17) {
      groove += 3 * Math.exp(-between / 18);
    }
    double main = Field.ellipsoid(l, across, 0, 60, 41, 1) + groove;
    double rightAtrium = Field.ellipsoid(x + 20, y + 24, z + 56, 25 * s, 27 * s, 31 * s);
    double leftAtrium = leftAtrium(x, y, z);
    double d = Field.smoothMin(main * s, rightAtrium, 10);
    return Field.smoothMin(d, leftAtrium, 8);
  }

  private static double leftAtrium(double x, double y, double z) {
    return Field.ellipsoid(x - 4, y - 9, z + 46, 33, 18, 21);
  }

  /** Blood inside the heart: what contrast agent fills. */
  double chambers(double x, double y, double z) {
    double s = build.heart();
    double left = Field.ellipsoid(x - 42, y + 30, z + 68, 22 * s, 19 * s, 20 * s);
    double right = Field.ellipsoid(x - 10, y + 56, z + 64, 24 * s, 14 * s, 24 * s);
    double rightAtrium = Field.ellipsoid(x + 20, y + 24, z + 56, 22 * s, 24 * s, 28 * s);
    double leftAtrium = leftAtrium(x, y, z) + 2.5;
    return Math.min(Math.min(left, right), Math.min(rightAtrium, leftAtrium));
  }

  /** What the lungs leave free: organs with fat, spine, and the junction between both lungs. */
  double hull(double x, double y, double z, double heart) {
    double mid = x - Torso.midline(y, z);
    // Thin behind the breastbone and wider towards the vessels; fat pads beside the heart's foot
    // and behind the manubrium.
    double low = Torso.smoothStep((-z - 55) / 45);
    double high = Torso.smoothStep((z - 20) / 40);
    double frontFat = Torso.smoothStep((-y - 25 + 0.35 * z) / 40) * (16 * low + 9 * high);
    double wedge = 0.24 * Math.max(0, Math.min(34, y - Torso.front(z) - 7));
    double d = Math.abs(mid) - 1.8 - wedge - frontFat;
    d = Field.smoothMin(d, heart - 3.5, 9);
    if (Math.abs(x) < 75) {
      d = Field.smoothMin(d, hull.distance(x, y, z, 60), 9);
    }
    // Vertebral bodies with their ligaments and ganglia.
    double dy = y - Torso.spine(z) - 8;
    double spine = Field.ellipsoid(x, dy, 0, 25, 27, 1);
    return Field.smoothMin(d, spine, 10);
  }
}
