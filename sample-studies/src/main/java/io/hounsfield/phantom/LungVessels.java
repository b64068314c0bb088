// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import java.util.ArrayList;
import java.util.List;

/** Airways, arteries beside them and veins between them, lobe by lobe. */
final class LungVessels {

  /** Millilitres of lung that one end of the tree serves. */
  private static final double ML_PER_ARTERY = 0.55;

  private static final double ML_PER_VEIN = 0.75;

  /** Below this lumen radius an airway is not seen on CT. */
  private static final double VISIBLE_LUMEN = 0.85;

  /** Vessels and bronchi from this radius on belong to the hilum, not to the lung. */
  private static final double HILAR_RADIUS = 3.6;

  final Tubes vessels = new Tubes();
  final Tubes airwayLumen = new Tubes();
  final Tubes airwayWall = new Tubes();

  /** The stems that the lungs' label map leaves out. */
  final Tubes hilar = new Tubes();

  LungVessels(Field lung, long seed) {
    for (int lobe = 0; lobe < Mediastinum.ROOTS.length; lobe++) {
      Mediastinum.LobeRoots roots = Mediastinum.ROOTS[lobe];
      Hash.Sequence random = new Hash.Sequence(seed, 100 + lobe);
      bronchovascular(
          lobe,
          roots,
          new LungTree(
              roots.bronchus(),
              direction(lobe),
              points(lung, lobe, ML_PER_ARTERY, -5, random),
              0.32,
              random));
      LungTree veins =
          new LungTree(
              roots.vein(),
              direction(lobe),
              points(lung, lobe, ML_PER_VEIN, -4, random),
              0.32,
              random);
      for (LungTree.Node n : veins.nodes()) {
        if (n.parent != null) {
          addVessel(veins.nodes(), n.parent.at, veins.radius(n.parent), n, n.at, veins.radius(n));
        }
      }
    }
    vessels.index();
    airwayLumen.index();
    airwayWall.index();
    hilar.index();
  }

  private static double[] direction(int lobe) {
    return switch (lobe) {
      case Mediastinum.RIGHT_UPPER -> new double[] {-0.85, 0, 0.5};
      case Mediastinum.RIGHT_MIDDLE -> new double[] {-0.6, -0.75, -0.3};
      case Mediastinum.LEFT_UPPER -> new double[] {0.7, -0.5, 0.4};
      default -> new double[] {lobe == Mediastinum.RIGHT_LOWER ? -0.3 : 0.3, 0.4, -0.85};
    };
  }

  static int lobe(double x, double y, double z) {
    if (x < Torso.midline(y, z)) {
      if (Torso.obliqueFissure(true, x, y, z) < 0) {
        return Mediastinum.RIGHT_LOWER;
      }
      return Torso.horizontalFissure(x, y, z) > 0
          ? Mediastinum.RIGHT_UPPER
          : Mediastinum.RIGHT_MIDDLE;
    }
    return Torso.obliqueFissure(false, x, y, z) < 0
        ? Mediastinum.LEFT_LOWER
        : Mediastinum.LEFT_UPPER;
  }

  private static double[][] points(
      Field lung, int lobe, double mlPerPoint, double inside, Hash.Sequence random) {
    double p = Math.pow(Field.STEP, 3) / 1000 / mlPerPoint;
    List<double[]> out = new ArrayList<>();
    for (int iz = 0, i = 0; iz < Field.NZ; iz++) {
      for (int iy = 0; iy < Field.NY; iy++) {
        for (int ix = 0; ix < Field.NX; ix++, i++) {
          if (lung.values[i] < inside
              && random.uniform() < p
              && lobe(Field.x(ix), Field.y(iy), Field.z(iz)) == lobe) {
            out.add(
                new double[] {
                  Field.x(ix) + random.uniform(-1.5, 1.5),
                  Field.y(iy) + random.uniform(-1.5, 1.5),
                  Field.z(iz) + random.uniform(-1.5, 1.5)
                });
          }
        }
      }
    }
    return out.toArray(new double[0][]);
  }

  /** The airway runs along the tree; its artery keeps to one side of it, wall to wall. */
  private void bronchovascular(int lobe, Mediastinum.LobeRoots roots, LungTree tree) {
    double[] side = LungTree.minus(roots.artery(), roots.bronchus());
    double sideLength = LungTree.norm(side);
    for (LungTree.Node n : tree.nodes()) {
      if (n.parent == null) {
        continue;
      }
      double r0 = tree.radius(n.parent);
      double r1 = tree.radius(n);
      double lumen0 = 0.88 * r0;
      double lumen1 = 0.88 * r1;
      if (lumen1 > VISIBLE_LUMEN) {
        double wall0 = 0.3 + 0.13 * lumen0;
        double wall1 = 0.3 + 0.13 * lumen1;
        airwayLumen.add(n.parent.at, lumen0, n.at, lumen1);
        airwayWall.add(n.parent.at, lumen0 + wall0, n.at, lumen1 + wall1);
        if (r1 > HILAR_RADIUS) {
          hilar.add(n.parent.at, lumen0 + wall0, n.at, lumen1 + wall1);
        }
      }
      double[] a =
          n.parent.parent == null
              ? roots.artery()
              : beside(n.parent.at, side, sideLength, offset(r0));
      double[] b = beside(n.at, side, sideLength, offset(r1));
      addVessel(tree.nodes(), a, r0, n, b, r1);
    }
  }

  private static double offset(double radius) {
    double lumen = 0.88 * radius;
    return lumen > VISIBLE_LUMEN ? radius + lumen + 0.8 + 0.2 * lumen : 0.6 * radius;
  }

  private static double[] beside(double[] p, double[] side, double length, double offset) {
    double f = offset / length;
    return new double[] {p[0] + f * side[0], p[1] + f * side[1], p[2] + f * side[2]};
  }

  /** A branch in two pieces, its middle a little off the straight line. */
  private void addVessel(
      List<LungTree.Node> nodes, double[] a, double ra, LungTree.Node n, double[] b, double rb) {
    double[] d = LungTree.minus(b, a);
    double l = LungTree.norm(d);
    double bow = 0.06 * l;
    long h = Hash.mix(Double.doubleToLongBits(a[0] + 3 * b[1] + 7 * b[2]));
    double u = ((h & 0xFFFF) / 65535.0 - 0.5) * 2 * bow;
    double v = ((h >>> 16 & 0xFFFF) / 65535.0 - 0.5) * 2 * bow;
    double w = ((h >>> 32 & 0xFFFF) / 65535.0 - 0.5) * 2 * bow;
    double[] m = {(a[0] + b[0]) / 2 + u, (a[1] + b[1]) / 2 + v, (a[2] + b[2]) / 2 + w};
    double rm = (0.4 * ra + 0.6 * rb);
    vessels.add(a, Math.min(ra, rb * 1.25), m, rm = Math.min(rm, rb * 1.1));
    vessels.add(m, rm, b, rb);
    if (rb > HILAR_RADIUS) {
      hilar.add(a, rm, m, rm);
      hilar.add(m, rm, b, rb);
    }
  }
}
