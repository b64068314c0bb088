// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/** Ribs, spine, breastbone, clavicles, shoulder blades and upper arms. */
final class Skeleton {

  private static final int FIRST_LEVEL = -3; // C5; level 0 is T1
  private static final int LAST_LEVEL = 15;

  /** Everything made of tubes, by outer surface. */
  final Tubes bones = new Tubes();

  /** Costal cartilage. */
  final Tubes cartilage = new Tubes();

  private final double[] centre = new double[LAST_LEVEL - FIRST_LEVEL + 1];
  private final double[] height = new double[centre.length];

  private final boolean armsDown;

  Skeleton(boolean armsDown) {
    this.armsDown = armsDown;
    double top = 107;
    for (int k = 0; k <= LAST_LEVEL; k++) {
      double h = 18.5 + 0.62 * k;
      height[k - FIRST_LEVEL] = h;
      centre[k - FIRST_LEVEL] = top - h / 2;
      top -= h;
    }
    double bottom = 107;
    for (int k = -1; k >= FIRST_LEVEL; k--) {
      height[k - FIRST_LEVEL] = 16;
      centre[k - FIRST_LEVEL] = bottom + 8;
      bottom += 16;
    }
    for (int side = -1; side <= 1; side += 2) {
      for (int rib = 1; rib <= 12; rib++) {
        rib(side, rib);
      }
      shoulder(side);
    }
    processes();
    sternum();
    bones.index();
    cartilage.index();
  }

  private double levelTop(int k) {
    return centre[k - FIRST_LEVEL] + height[k - FIRST_LEVEL] / 2;
  }

  private void rib(int side, int number) {
    double start = levelTop(number - 1) - 2;
    double spine = Torso.spine(start);
    // Bony ribs reach round to this angle; cartilage goes on to the breastbone.
    double end =
        number == 1
            ? 2.55
            : number <= 7
                ? 2.62
                : number <= 10 ? 2.45 - 0.12 * (number - 8) : 1.9 - 0.55 * (number - 11);
    double drop = number == 1 ? 34 : number <= 7 ? 50 + 7 * number : 96;
    double thick = number == 1 ? 3.4 : 3.7;
    double ratio = number == 1 ? 2.2 : 1.75;
    double[] last = {side * 17.0, spine + 9, start, 0};
    double[] tubercle = {side * 33.0, spine + 19, start + 2, 0};
    addRib(bones, last, tubercle, thick, ratio * 0.8, side, number);
    last = tubercle;
    int steps = 30;
    double from = 0.46;
    for (int i = 1; i <= steps; i++) {
      double t = i / (double) steps;
      double angle = from + (end - from) * t;
      double z = start - drop * Torso.smoothStep(t * 0.86) / Torso.smoothStep(0.86) + 2;
      double[] p = Torso.wall(side * angle, z, number == 1 ? 4 : 5.4);
      addRib(bones, last, p, thick, ratio, side, number);
      last = p;
    }
    if (number <= 10) {
      double sternumEnd = number <= 7 ? 3.0 : 2.85;
      double z0 = last[2];
      double rise = number == 1 ? 0 : number <= 3 ? 4 : 8.0 * Math.min(6, number - 2);
      double[] from3 = last;
      for (int i = 1; i <= 10; i++) {
        double t = i / 10.0;
        double angle = end + (sternumEnd - end) * t;
        double z = z0 - 8 * t * (1 - t) + rise * t * t;
        double[] p = Torso.wall(side * angle, z, 5.4);
        addRib(cartilage, from3, p, 4.2, 1.5, side, number);
        from3 = p;
      }
    }
  }

  /** A flat piece whose long axis lies in the chest wall, across the rib's course. */
  private static void addRib(
      Tubes set, double[] a, double[] b, double thick, double ratio, int side, int number) {
    double vx = b[0] - a[0];
    double vy = b[1] - a[1];
    double vz = b[2] - a[2];
    double v = Math.sqrt(vx * vx + vy * vy + vz * vz);
    // Outward normal of the wall, nearly horizontal; the first rib lies flat.
    double nx = a[0] * 0.8;
    double ny = a[1] - 5;
    double nz = number == 1 ? 60 : 8;
    double along = (nx * vx + ny * vy + nz * vz) / (v * v);
    nx -= along * vx;
    ny -= along * vy;
    nz -= along * vz;
    double wx = vy * nz - vz * ny;
    double wy = vz * nx - vx * nz;
    double wz = vx * ny - vy * nx;
    double w = Math.sqrt(wx * wx + wy * wy + wz * wz);
    set.addFlat(a, thick, b, thick, wx / w, wy / w, wz / w, ratio);
  }

  private void processes() {
    for (int k = FIRST_LEVEL; k <= LAST_LEVEL; k++) {
      double z = centre[k - FIRST_LEVEL];
      double y = Torso.spine(z);
      double back = bodyDepth(k) + 10;
      boolean neck = k < 0;
      double slope = neck ? 6 : k < 8 ? 18 : 9;
      double length = neck ? 18 : 26;
      bones.addFlat(
          new double[] {0, y + back + 9, z - 3},
          2.6,
          new double[] {0, y + back + 9 + length, z - 3 - slope},
          2.9,
          0,
          0.5,
          0.866,
          1.9);
      for (int side = -1; side <= 1; side += 2) {
        bones.add(
            new double[] {side * 10.0, y + back - 1, z + 2},
            4.4,
            new double[] {side * (neck ? 22.0 : 31.0), y + back + (neck ? 0 : 10), z + 4},
            3.9);
        // Lamina.
        bones.addFlat(
            new double[] {side * 10.5, y + back + 1, z},
            2.8,
            new double[] {0, y + back + 10, z - 3},
            2.6,
            0,
            0.2,
            0.98,
            3.2);
        // Pedicle.
        bones.addFlat(
            new double[] {side * (bodyWidth(k) - 5.5), y + bodyDepth(k) - 4, z + 4},
            3.2,
            new double[] {side * 10.5, y + back, z + 4},
            3.2,
            0,
            0,
            1,
            1.6);
      }
    }
  }

  private static double bodyWidth(int k) {
    return k < 0 ? 13 : 14 + 0.45 * k;
  }

  private static double bodyDepth(int k) {
    return k < 0 ? 9 : 11 + 0.4 * k;
  }

  private void sternum() {
    double[] last = null;
    for (double z = 72; z >= -62; z -= 4) {
      double y = Torso.front(z) - 8.5;
      double[] p = {1.5, y, z};
      double width =
          z > 34
              ? 18 + 8 * Torso.smoothStep((z - 34) / 30)
              : 13.5 + 3.5 * Torso.smoothStep((20 - z) / 50) - 6 * Torso.smoothStep((-z - 45) / 18);
      boolean joint = z == 32;
      if (last != null && !joint) {
        bones.addFlat(last, 5.4, p, 5.4, 1, 0, 0, width / 5.4);
      }
      last = p;
    }
    double end = -62;
    cartilage.addFlat(
        new double[] {1.5, Torso.front(end) - 8, end - 4},
        3.5,
        new double[] {2, Torso.front(end - 28) - 7, end - 28},
        2.6,
        1,
        0,
        0,
        2);
  }

  private void upperArm(int side) {
    if (armsDown) {
      bones.path(
          new double[] {side * 154.0, 26, 112, 22},
          new double[] {side * 164.0, 22, 84, 13},
          new double[] {side * 184.0, 16, -50, 11},
          new double[] {side * 190.0, -4, -215, 12});
      return;
    }
    // Raised.
    bones.add(new double[] {side * 152.0, 27, 120}, 23, new double[] {side * 156.0, 26, 124}, 22.5);
    bones.path(
        new double[] {side * 156.0, 25, 126, 20},
        new double[] {side * 168.0, 17, 150, 12.5},
        new double[] {side * 185.0, 4, 195, 11},
        new double[] {side * 205.0, -12, 250, 11});
  }

  private void shoulder(int side) {
    double[] clavicle = {
      side * 20.0, Torso.front(72) - 8, 72, 8,
      side * 48.0, -50, 84, 6,
      side * 84.0, -32, 100, 5.6,
      side * 118.0, 4, 122, 5.6,
      side * 136.0, 22, 138, 6
    };
    double[][] points = new double[5][];
    for (int i = 0; i < 5; i++) {
      points[i] =
          new double[] {
            clavicle[4 * i], clavicle[4 * i + 1], clavicle[4 * i + 2], clavicle[4 * i + 3]
          };
    }
    bones.path(points);
    upperArm(side);
    // Shoulder blade: a thin curved plate, thicker at its borders.
    double[] lastMedial = null;
    double[] lastLateral = null;
    for (double z = -52; z <= 84; z += 5) {
      double up = (z + 52) / 136;
      double medialAngle = 0.98 - 0.36 * Torso.smoothStep(up * 1.1);
      double lateralAngle = medialAngle + 0.16 + 0.72 * up;
      double lift = 14 + 9 * up;
      double[] medial = Torso.wall(side * medialAngle, z, lift);
      double[] lateral = Torso.wall(side * lateralAngle, z, lift + 17 * up);
      double[] before = medial;
      int pieces = 8;
      for (int i = 1; i <= pieces; i++) {
        double t = i / (double) pieces;
        double angle = medialAngle + (lateralAngle - medialAngle) * t;
        double[] p = Torso.wall(side * angle, z, lift + 17 * up * t - 3 * Math.sin(Math.PI * t));
        bones.addFlat(before, 1.5, p, 1.5, 0, 0, 1, 2.6);
        before = p;
      }
      if (lastMedial != null) {
        bones.add(lastMedial, 2.5, medial, 2.5);
        bones.add(lastLateral, 4.2, lateral, 4.2);
      }
      lastMedial = medial;
      lastLateral = lateral;
    }
    // Neck and socket, spine of the blade and acromion, coracoid.
    bones.add(lastLateral, 6, new double[] {side * 128.0, 32, 112}, 11);
    double[] ridge = Torso.wall(side * 0.68, 52, 24);
    bones.path(
        new double[] {ridge[0], ridge[1], ridge[2], 3},
        new double[] {side * 98.0, 78, 84, 5},
        new double[] {side * 128.0, 64, 118, 5.5},
        new double[] {side * 148.0, 34, 150, 6});
    bones.path(
        new double[] {side * 118.0, 26, 108, 6},
        new double[] {side * 112.0, 2, 116, 5.5},
        new double[] {side * 116.0, -14, 106, 5});
  }

  /** The slice at z through the vertebral bodies and discs: call once a slice. */
  Vertebra vertebra(double z) {
    int k = FIRST_LEVEL;
    while (k < LAST_LEVEL && z < centre[k - FIRST_LEVEL] - height[k - FIRST_LEVEL] / 2) {
      k++;
    }
    double dz = z - centre[k - FIRST_LEVEL];
    double h = height[k - FIRST_LEVEL];
    double end = Math.abs(dz) - (h / 2 - (k < 0 ? 2.2 : 2.4));
    double waist = 0.9 + 0.1 * (2 * dz / h) * (2 * dz / h);
    return new Vertebra(
        Torso.spine(z), bodyWidth(k) * waist, bodyDepth(k) * waist, bodyDepth(k), end);
  }

  /**
   * A vertebral body in one plane.
   *
   * @param end height above the end plate, negative inside the bone, positive in the disc
   */
  record Vertebra(double y, double width, double depth, double fullDepth, double end) {

    /** Distance from the side of body or disc, in the plane. */
    double side(double x, double y0) {
      double dy = y0 - y;
      double u = Math.abs(x) / width;
      double v = Math.abs(dy) / depth;
      double q =
          Math.sqrt(
              Math.sqrt(
                  u * u * u * u * 0.45
                      + v * v * v * v * 0.45
                      + 0.55 * (u * u + v * v) * (u * u + v * v)));
      double r = Math.sqrt(x * x + dy * dy);
      return q < 1e-6 ? -depth : r - r / q;
    }

    /** Distance from the spinal canal. */
    double canal(double x, double y0) {
      double dy = (y0 - y - fullDepth - 8) / 0.92;
      return Math.sqrt(x * x + dy * dy) - 8.6;
    }
  }
}
