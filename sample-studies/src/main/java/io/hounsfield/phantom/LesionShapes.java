// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import java.util.ArrayList;
import java.util.List;

/**
 * Lesions that follow the anatomy: the depth fields of lobar consolidation, diffuse ground glass,
 * atelectasis and reticulation. As in {@link Lesions#depth}, the larger, the earlier ill.
 */
final class LesionShapes {

  private static final float NEVER = -1000;

  /** How fast a lobe's lesions end behind its fissure, per mm. */
  private static final double FISSURE = 25;

  private final Field lung;
  private final Field cage;
  private final Field fine;
  private final Field blobby;
  private final double gravity;
  private final long seed;

  LesionShapes(Field lung, Field cage, Field fine, Field blobby, double gravity, long seed) {
    this.lung = lung;
    this.cage = cage;
    this.fine = fine;
    this.blobby = blobby;
    this.gravity = gravity;
    this.seed = seed;
  }

  /** Which lung has the collapsed lobe. */
  static boolean collapsedRight(long seed) {
    return new Hash.Sequence(seed, 64).uniform() < 0.5;
  }

  /** A field's value at a node. */
  private interface Depth {
    double at(int i, double x, double y, double z);
  }

  private Field field(Depth depth) {
    Field out = Field.filled(NEVER);
    for (int i = 0; i < out.values.length; i++) {
      if (lung.values[i] <= 6) {
        out.values[i] =
            (float) depth.at(i, Anatomy.fieldX(i), Anatomy.fieldY(i), Anatomy.fieldZ(i));
      }
    }
    return out;
  }

  /** Distance inside a lobe from its fissures, mm, on the lobe's side of the chest. */
  private static double insideLobe(int lobe, double x, double y, double z) {
    boolean right = lobe <= Mediastinum.RIGHT_LOWER;
    if (x < Torso.midline(y, z) != right) {
      return -100;
    }
    double oblique = Torso.obliqueFissure(right, x, y, z);
    return switch (lobe) {
      case Mediastinum.RIGHT_LOWER, Mediastinum.LEFT_LOWER -> -oblique;
      case Mediastinum.RIGHT_UPPER -> Math.min(oblique, Torso.horizontalFissure(x, y, z));
      case Mediastinum.RIGHT_MIDDLE -> Math.min(oblique, -Torso.horizontalFissure(x, y, z));
      default -> oblique;
    };
  }

  /** One lobe after the other, the lobes of one lung first. */
  Field lobar() {
    Hash.Sequence random = new Hash.Sequence(seed, 61);
    List<Integer> order = new ArrayList<>();
    boolean rightFirst = random.uniform() < 0.55;
    for (boolean right : new boolean[] {rightFirst, !rightFirst}) {
      List<Integer> lobes =
          new ArrayList<>(
              right
                  ? List.of(
                      Mediastinum.RIGHT_LOWER, Mediastinum.RIGHT_UPPER, Mediastinum.RIGHT_MIDDLE)
                  : List.of(Mediastinum.LEFT_LOWER, Mediastinum.LEFT_UPPER));
      while (!lobes.isEmpty()) {
        order.add(lobes.remove(random.below(lobes.size())));
      }
    }
    double[][] focus = new double[order.size()][];
    for (int r = 0; r < focus.length; r++) {
      focus[r] = focus(order.get(r), random);
    }
    return field(
        (i, x, y, z) -> {
          double best = NEVER;
          for (int r = 0; r < focus.length; r++) {
            double inside = insideLobe(order.get(r), x, y, z);
            double[] f = focus[r];
            if (inside < -20 || f == null) {
              continue;
            }
            double distance = Math.hypot(Math.hypot(x - f[0], y - f[1]), z - f[2]);
            double t = distance / 190 + 0.03 * blobby.values[i] + 0.012 * fine.values[i];
            double first = 68 - 56.0 * r;
            double grown = first - 50 * Math.max(0, Math.min(1, t));
            best = Math.max(best, Math.min(grown, first - 50 + FISSURE * inside));
          }
          return best;
        });
  }

  /** A place in a lobe near the pleura; {@code null} for a lobe that has no room. */
  private double[] focus(int lobe, Hash.Sequence random) {
    for (int tries = 0; tries < 400_000; tries++) {
      int i = random.below(lung.values.length);
      if (lung.values[i] > -4 || lung.values[i] < -16) {
        continue;
      }
      double x = Anatomy.fieldX(i);
      double y = Anatomy.fieldY(i);
      double z = Anatomy.fieldZ(i);
      if (insideLobe(lobe, x, y, z) > 3) {
        return new double[] {x, y, z};
      }
    }
    return null;
  }

  /** Smooth over both lungs; by seed everywhere alike, or most behind, at the rim, or centrally. */
  Field diffuse() {
    int pattern = new Hash.Sequence(seed, 62).below(4);
    Field slow = Field.noise(seed, 63, 8);
    return field(
        (i, x, y, z) -> {
          double rim = Math.max(0, Math.min(30, -cage.values[i]));
          double where =
              switch (pattern) {
                case 1 -> 0.28 * gravity * y;
                case 2 -> -0.9 * rim;
                case 3 -> 0.7 * rim;
                default -> 0;
              };
          return 13 * slow.values[i] + 5 * blobby.values[i] + 2.5 * fine.values[i] + where;
        });
  }

  /** Plates at the bases first, then a lower lobe at the spine, then what lies lowest. */
  Field atelectasis() {
    Hash.Sequence random = new Hash.Sequence(seed, 65);
    List<double[]> plates = new ArrayList<>();
    int wanted = 5 + random.below(5);
    for (int tries = 0; plates.size() < wanted && tries < 400_000; tries++) {
      int i = random.below(lung.values.length);
      double z = Anatomy.fieldZ(i);
      if (lung.values[i] < -4 && lung.values[i] > -24 && z < -20) {
        double tilt = random.uniform(-0.5, 0.5);
        double lean = random.uniform(-0.5, 0.5);
        double norm = Math.sqrt(1 + tilt * tilt + lean * lean);
        plates.add(
            new double[] {
              Anatomy.fieldX(i),
              Anatomy.fieldY(i),
              z,
              tilt / norm,
              lean / norm,
              1 / norm,
              random.uniform(14, 34)
            });
      }
    }
    boolean right = collapsedRight(seed);
    int lobe = right ? Mediastinum.RIGHT_LOWER : Mediastinum.LEFT_LOWER;
    double spine = right ? -34 : 36;
    return field(
        (i, x, y, z) -> {
          double best = -70 + 0.35 * gravity * y - 0.12 * z + 3 * blobby.values[i] + fine.values[i];
          for (double[] p : plates) {
            double dx = x - p[0];
            double dy = y - p[1];
            double dz = z - p[2];
            double across = Math.abs(dx * p[3] + dy * p[4] + dz * p[5]);
            double along = Math.sqrt(dx * dx + dy * dy + dz * dz);
            best =
                Math.max(
                    best, 74 - 6 * Math.max(0, across - 1.5) - 2.5 * Math.max(0, along - p[6]));
          }
          double inside = insideLobe(lobe, x, y, z);
          double away =
              Math.hypot(x - spine, 0.8 * (y - 60)) + 0.3 * Math.max(0, z + 70) + blobby.values[i];
          return Math.max(best, Math.min(58 - 0.5 * away, -40 + FISSURE * inside));
        });
  }

  /** From the pleura inwards, at the bases and behind before elsewhere. */
  Field reticulation() {
    return field(
        (i, x, y, z) ->
            30
                + 1.1 * Math.max(-30, lung.values[i])
                + 0.7 * Math.max(-30, Math.min(0, cage.values[i]))
                - 0.13 * z
                + 0.1 * gravity * y
                + 4 * blobby.values[i]
                + 2 * fine.values[i]);
  }
}
