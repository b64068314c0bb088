// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import java.util.Random;

/**
 * A chest of ellipsoids and tubes in patient coordinates (LPS, mm; head at z = 300), sampled on any
 * grid, with the truth for every voxel. Lungs are 30 mm apart unless told otherwise; the stomach's
 * gas ends 7 mm below the left lung.
 */
final class SyntheticChest {

  enum Tissue {
    AIR,
    BODY,
    RIGHT_LUNG,
    LEFT_LUNG,
    AIRWAY,
    STOMACH
  }

  /** A grid whose columns and rows run along the given directions, over the whole chest. */
  static VolumeGeometry grid(Vec3 rowDirection, Vec3 columnDirection) {
    return grid(rowDirection, columnDirection, 0, 300);
  }

  static VolumeGeometry grid(Vec3 rowDirection, Vec3 columnDirection, double low, double high) {
    double pixel = 1.5;
    double slice = 2.5;
    int columns = rowDirection.x() != 0 ? 240 : 176;
    int rows = rowDirection.x() != 0 ? 176 : 240;
    int slices = (int) Math.round((high - low) / slice);
    Vec3 normal = rowDirection.cross(columnDirection);
    Vec3 origin =
        new Vec3(0, 0, (low + high) / 2)
            .minus(rowDirection.times((columns - 1) / 2.0 * pixel))
            .minus(columnDirection.times((rows - 1) / 2.0 * pixel))
            .minus(normal.times((slices - 1) / 2.0 * slice));
    return new VolumeGeometry(
        columns, rows, slices, pixel, pixel, slice, origin, rowDirection, columnDirection);
  }

  static final Vec3 X = new Vec3(1, 0, 0);
  static final Vec3 Y = new Vec3(0, 1, 0);

  final VolumeGeometry geometry;
  final CtVolume ct;
  final Tissue[][] truth;

  /**
   * @param lungCentreX distance of the lungs' centres from the midline, mm; they touch below 60
   * @param lungHu mean of the lungs, HU
   */
  SyntheticChest(VolumeGeometry geometry, double lungCentreX, int lungHu) {
    this.geometry = geometry;
    this.truth = new Tissue[geometry.slices()][geometry.sliceLength()];
    short[][] hu = new short[geometry.slices()][geometry.sliceLength()];
    Random noise = new Random(42);
    for (int k = 0; k < geometry.slices(); k++) {
      for (int r = 0; r < geometry.rows(); r++) {
        for (int c = 0; c < geometry.columns(); c++) {
          int i = r * geometry.columns() + c;
          Tissue t = tissue(geometry.position(k, r, c), lungCentreX);
          truth[k][i] = t;
          int mean =
              switch (t) {
                case AIR, AIRWAY, STOMACH -> -1000;
                case BODY -> 40;
                case RIGHT_LUNG, LEFT_LUNG -> lungHu;
              };
          hu[k][i] = (short) Math.max(-1024, Math.round(mean + 20 * noise.nextGaussian()));
        }
      }
    }
    this.ct = new CtVolume(geometry, hu);
  }

  static SyntheticChest standard() {
    return new SyntheticChest(grid(X, Y), 75, -850);
  }

  private static Tissue tissue(Vec3 p, double lungCentreX) {
    if (ellipsoid(p, 0, 0, p.z(), 160, 110, 1) > 1) {
      return Tissue.AIR;
    }
    if (ellipsoid(p, 60, -30, 18, 50, 40, 25) <= 1) {
      return Tissue.STOMACH;
    }
    if (p.x() < 0 && ellipsoid(p, -lungCentreX, 0, 160, 60, 80, 110) <= 1) {
      return Tissue.RIGHT_LUNG;
    }
    if (p.x() >= 0 && ellipsoid(p, lungCentreX, 0, 160, 60, 80, 110) <= 1) {
      return Tissue.LEFT_LUNG;
    }
    double branch = Math.max(0, Math.min(1, (190 - p.z()) / 20));
    boolean trachea = p.z() >= 190 && Math.hypot(p.x(), p.y()) <= 9;
    boolean bronchus =
        p.z() < 190 && p.z() >= 170 && Math.hypot(Math.abs(p.x()) - 22 * branch, p.y()) <= 7;
    if (lungCentreX > 60 && (trachea || bronchus)) {
      return Tissue.AIRWAY;
    }
    return Tissue.BODY;
  }

  private static double ellipsoid(
      Vec3 p, double cx, double cy, double cz, double rx, double ry, double rz) {
    double x = (p.x() - cx) / rx;
    double y = (p.y() - cy) / ry;
    double z = (p.z() - cz) / rz;
    return x * x + y * y + z * z;
  }

  /** Labels of a network that calls everything aerated lung: airway, stomach and room air, too. */
  byte[][] everythingAerated() {
    byte[][] labels = new byte[geometry.slices()][geometry.sliceLength()];
    for (int k = 0; k < labels.length; k++) {
      for (int i = 0; i < labels[k].length; i++) {
        labels[k][i] = (byte) (truth[k][i] == Tissue.BODY ? 0 : 1);
      }
    }
    return labels;
  }

  /** Labels of a perfect network. */
  byte[][] perfect() {
    byte[][] labels = new byte[geometry.slices()][geometry.sliceLength()];
    for (int k = 0; k < labels.length; k++) {
      for (int i = 0; i < labels[k].length; i++) {
        labels[k][i] = (byte) (lungLabel(truth[k][i]) > 0 ? 1 : 0);
      }
    }
    return labels;
  }

  /** 0, 1 right lung, 2 left lung. */
  static int lungLabel(Tissue t) {
    return t == Tissue.RIGHT_LUNG ? 1 : t == Tissue.LEFT_LUNG ? 2 : 0;
  }

  /** Voxels by true tissue (row) and found label (column 0 to 2). */
  long[][] confusion(Anatomy found) {
    long[][] n = new long[Tissue.values().length][3];
    for (int k = 0; k < truth.length; k++) {
      byte[] lungs = found.lungs().slice(k);
      for (int i = 0; i < lungs.length; i++) {
        n[truth[k][i].ordinal()][lungs[i]]++;
      }
    }
    return n;
  }

  int slice(double z) {
    return (int)
        Math.round(
            (z - geometry.origin().z()) / (geometry.normal().z() * geometry.sliceSpacingMm()));
  }
}
