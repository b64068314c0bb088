// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;

/**
 * A chest of ellipsoids, defined in patient coordinates and so independent of how the scanner saw
 * it: right lung at x = -75 mm, left lung at x = +75 mm, a ground glass ball in the right lung and
 * a consolidation ball at the back of the left lung.
 */
public record TestChest(CtVolume ct, LabelMap lungs, LabelMap lesions) {

  public static final Vec3 GROUND_GLASS = new Vec3(-75, 10, 40);
  public static final Vec3 CONSOLIDATION = new Vec3(80, 40, -60);
  public static final double GROUND_GLASS_RADIUS = 25;
  static final double CONSOLIDATION_RADIUS = 18;

  /** How the patient lay and went into the scanner. */
  public enum Position {
    HEAD_FIRST_SUPINE(new Vec3(1, 0, 0), new Vec3(0, 1, 0)),
    FEET_FIRST_SUPINE(new Vec3(-1, 0, 0), new Vec3(0, 1, 0)),
    HEAD_FIRST_PRONE(new Vec3(-1, 0, 0), new Vec3(0, -1, 0)),
    FEET_FIRST_PRONE(new Vec3(1, 0, 0), new Vec3(0, -1, 0)),
    HEAD_FIRST_DECUBITUS(new Vec3(0, 1, 0), new Vec3(-1, 0, 0));

    final Vec3 row;
    final Vec3 column;

    Position(Vec3 row, Vec3 column) {
      this.row = row;
      this.column = column;
    }
  }

  /** 360 x 280 x 320 mm about the origin at the given in-plane and slice spacing. */
  public static TestChest of(Position position, double inPlaneMm, double sliceMm) {
    Vec3 normal = position.row.cross(position.column);
    int columns = (int) Math.round(extent(position.row) / inPlaneMm);
    int rows = (int) Math.round(extent(position.column) / inPlaneMm);
    int slices = (int) Math.round(extent(normal) / sliceMm);
    Vec3 origin =
        position
            .row
            .times(-(columns - 1) / 2.0 * inPlaneMm)
            .plus(position.column.times(-(rows - 1) / 2.0 * inPlaneMm))
            .plus(normal.times(-(slices - 1) / 2.0 * sliceMm));
    return of(
        new VolumeGeometry(
            columns,
            rows,
            slices,
            inPlaneMm,
            inPlaneMm,
            sliceMm,
            origin,
            position.row,
            position.column));
  }

  /** A head-first supine patient whose slices were tilted by an angle about the left-right axis. */
  public static TestChest oblique(double degrees, double inPlaneMm, double sliceMm) {
    double cos = Math.cos(Math.toRadians(degrees));
    double sin = Math.sin(Math.toRadians(degrees));
    Vec3 row = new Vec3(1, 0, 0);
    Vec3 column = new Vec3(0, cos, sin);
    Vec3 normal = row.cross(column);
    int columns = (int) Math.round(360 / inPlaneMm);
    int rows = (int) Math.round(340 / inPlaneMm);
    int slices = (int) Math.round(360 / sliceMm);
    Vec3 origin =
        row.times(-(columns - 1) / 2.0 * inPlaneMm)
            .plus(column.times(-(rows - 1) / 2.0 * inPlaneMm))
            .plus(normal.times(-(slices - 1) / 2.0 * sliceMm));
    return of(
        new VolumeGeometry(
            columns, rows, slices, inPlaneMm, inPlaneMm, sliceMm, origin, row, column));
  }

  private static double extent(Vec3 direction) {
    return Math.abs(direction.x()) * 360
        + Math.abs(direction.y()) * 280
        + Math.abs(direction.z()) * 320;
  }

  public static TestChest of(VolumeGeometry g) {
    short[][] hu = new short[g.slices()][g.sliceLength()];
    byte[][] lungs = new byte[g.slices()][g.sliceLength()];
    byte[][] lesions = new byte[g.slices()][g.sliceLength()];
    for (int k = 0; k < g.slices(); k++) {
      for (int j = 0; j < g.rows(); j++) {
        for (int i = 0; i < g.columns(); i++) {
          Vec3 p = g.position(k, j, i);
          int at = j * g.columns() + i;
          hu[k][at] = (short) (inside(p, 0, 0, 165, 125) ? 40 : -1000);
          int lung = inLung(p, -75) ? 1 : inLung(p, 75) ? 2 : 0;
          if (lung != 0) {
            lungs[k][at] = (byte) lung;
            hu[k][at] = -850;
            if (p.minus(GROUND_GLASS).length() < GROUND_GLASS_RADIUS) {
              lesions[k][at] = (byte) Segment.GROUND_GLASS.value();
              hu[k][at] = -550;
            } else if (p.minus(CONSOLIDATION).length() < CONSOLIDATION_RADIUS) {
              lesions[k][at] = (byte) Segment.CONSOLIDATION.value();
              hu[k][at] = 20;
            }
          }
        }
      }
    }
    return new TestChest(
        new CtVolume(g, hu),
        new LabelMap(g, lungs, Segment.LUNGS),
        new LabelMap(g, lesions, Segment.LESIONS));
  }

  private static boolean inLung(Vec3 p, double x) {
    double dx = (p.x() - x) / 58;
    double dy = p.y() / 85;
    double dz = p.z() / 130;
    return dx * dx + dy * dy + dz * dz < 1;
  }

  private static boolean inside(Vec3 p, double x, double y, double rx, double ry) {
    double dx = (p.x() - x) / rx;
    double dy = (p.y() - y) / ry;
    return dx * dx + dy * dy < 1;
  }
}
