// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import java.util.Arrays;

/**
 * A set of tapered capsules (round) and flattened capsules (elliptic), drawn slice by slice as
 * signed distances: the union's distance is the minimum over the set. Build first, then {@link
 * #index()}, then draw from any thread.
 */
final class Tubes {

  private static final int WIDTH = 12;
  private static final double SLAB = 6;

  /** x0 y0 z0 r0 x1 y1 z1 r1, then the flat side's unit vector and its half width (0: round). */
  private float[] data = new float[WIDTH * 1024];

  private int size;
  private int[][] slabs;
  private double slabStart;

  void add(double[] a, double ra, double[] b, double rb) {
    addFlat(a, ra, b, rb, 0, 0, 0, 0);
  }

  /**
   * A capsule with an elliptic section.
   *
   * @param ra half thickness at a, mm
   * @param wx wx, wy, wz: unit vector along the section's long axis
   * @param ratio half width over half thickness; 0 for a round section
   */
  void addFlat(
      double[] a, double ra, double[] b, double rb, double wx, double wy, double wz, double ratio) {
    if ((size + 1) * WIDTH > data.length) {
      data = Arrays.copyOf(data, data.length * 2);
    }
    int o = size++ * WIDTH;
    data[o] = (float) a[0];
    data[o + 1] = (float) a[1];
    data[o + 2] = (float) a[2];
    data[o + 3] = (float) ra;
    data[o + 4] = (float) b[0];
    data[o + 5] = (float) b[1];
    data[o + 6] = (float) b[2];
    data[o + 7] = (float) rb;
    data[o + 8] = (float) wx;
    data[o + 9] = (float) wy;
    data[o + 10] = (float) wz;
    data[o + 11] = (float) ratio;
  }

  /**
   * A smooth tube (Catmull-Rom) through points.
   *
   * @param points x, y, z, radius each
   */
  void path(double[]... points) {
    int n = points.length;
    for (int i = 0; i + 1 < n; i++) {
      double[] p0 = points[Math.max(0, i - 1)];
      double[] p1 = points[i];
      double[] p2 = points[i + 1];
      double[] p3 = points[Math.min(n - 1, i + 2)];
      int steps = 6;
      double[] last = p1;
      for (int s = 1; s <= steps; s++) {
        double t = s / (double) steps;
        double[] q = new double[4];
        for (int c = 0; c < 4; c++) {
          q[c] =
              0.5
                  * (2 * p1[c]
                      + (p2[c] - p0[c]) * t
                      + (2 * p0[c] - 5 * p1[c] + 4 * p2[c] - p3[c]) * t * t
                      + (3 * p1[c] - p0[c] - 3 * p2[c] + p3[c]) * t * t * t);
        }
        add(last, last[3], q, q[3]);
        last = q;
      }
    }
  }

  int size() {
    return size;
  }

  /** Copies every tube of another set, its radius changed by a margin. */
  void addAll(Tubes other, double margin) {
    for (int i = 0; i < other.size; i++) {
      float[] d = other.data;
      int o = i * WIDTH;
      addFlat(
          new double[] {d[o], d[o + 1], d[o + 2]},
          d[o + 3] + margin,
          new double[] {d[o + 4], d[o + 5], d[o + 6]},
          d[o + 7] + margin,
          d[o + 8],
          d[o + 9],
          d[o + 10],
          d[o + 11]);
    }
  }

  private double reach(int o) {
    double ratio = Math.max(1, data[o + 11]);
    return Math.max(data[o + 3], data[o + 7]) * ratio + 1.5;
  }

  /** Sorts the set into slabs along z; nothing can be added afterwards. */
  void index() {
    double low = Double.MAX_VALUE;
    double high = -Double.MAX_VALUE;
    for (int i = 0; i < size; i++) {
      int o = i * WIDTH;
      low = Math.min(low, Math.min(data[o + 2], data[o + 6]) - reach(o));
      high = Math.max(high, Math.max(data[o + 2], data[o + 6]) + reach(o));
    }
    slabStart = low;
    int n = size == 0 ? 0 : (int) ((high - low) / SLAB) + 1;
    int[] counts = new int[n];
    slabs = new int[n][];
    for (int pass = 0; pass < 2; pass++) {
      for (int s = 0; pass == 1 && s < n; s++) {
        slabs[s] = new int[counts[s]];
        counts[s] = 0;
      }
      for (int i = 0; i < size; i++) {
        int o = i * WIDTH;
        int from = slab(Math.min(data[o + 2], data[o + 6]) - reach(o));
        int to = slab(Math.max(data[o + 2], data[o + 6]) + reach(o));
        for (int s = Math.max(0, from); s <= Math.min(n - 1, to); s++) {
          if (pass == 1) {
            slabs[s][counts[s]] = i;
          }
          counts[s]++;
        }
      }
    }
  }

  private int slab(double z) {
    return (int) Math.floor((z - slabStart) / SLAB);
  }

  /** Distance of a point from the union of the round tubes, mm; for coarse use before drawing. */
  double distance(double x, double y, double z, double cutoff) {
    double best = cutoff;
    int s = slab(z);
    if (s < 0 || s >= slabs.length) {
      return best;
    }
    for (int i : slabs[s]) {
      int o = i * WIDTH;
      double px = x - data[o];
      double py = y - data[o + 1];
      double pz = z - data[o + 2];
      double vx = data[o + 4] - data[o];
      double vy = data[o + 5] - data[o + 1];
      double vz = data[o + 6] - data[o + 2];
      double len2 = vx * vx + vy * vy + vz * vz;
      double t = len2 == 0 ? 0 : Math.max(0, Math.min(1, (px * vx + py * vy + pz * vz) / len2));
      px -= t * vx;
      py -= t * vy;
      pz -= t * vz;
      double d =
          Math.sqrt(px * px + py * py + pz * pz) - (data[o + 3] + t * (data[o + 7] - data[o + 3]));
      best = Math.min(best, d);
    }
    return best;
  }

  /**
   * Lowers {@code dist} to the distance from this set in the plane z, within 1.5 mm around it.
   *
   * @return whether anything was drawn
   */
  boolean draw(double z, Frame frame, float[] dist) {
    int s = slab(z);
    if (slabs == null || s < 0 || s >= slabs.length) {
      return false;
    }
    boolean any = false;
    for (int i : slabs[s]) {
      int o = i * WIDTH;
      double reach = reach(o);
      if (z < Math.min(data[o + 2], data[o + 6]) - reach
          || z > Math.max(data[o + 2], data[o + 6]) + reach) {
        continue;
      }
      any = true;
      if (data[o + 11] == 0) {
        drawRound(o, (float) z, (float) reach, frame, dist);
      } else {
        drawFlat(o, (float) z, (float) reach, frame, dist);
      }
    }
    return any;
  }

  /** The part of the axis, as a range of its parameter, that can matter in the plane. */
  private float clip(int o, float z, float reach, boolean upper) {
    float vz = data[o + 6] - data[o + 2];
    if (Math.abs(vz) < 1e-3f) {
      return upper ? 1 : 0;
    }
    float t1 = (z - reach - data[o + 2]) / vz;
    float t2 = (z + reach - data[o + 2]) / vz;
    float t = upper ? Math.max(t1, t2) : Math.min(t1, t2);
    return Math.max(0, Math.min(1, t));
  }

  private void drawRound(int o, float z, float reach, Frame frame, float[] dist) {
    float x0 = data[o];
    float y0 = data[o + 1];
    float r0 = data[o + 3];
    float vx = data[o + 4] - x0;
    float vy = data[o + 5] - y0;
    float vz = data[o + 6] - data[o + 2];
    float dr = data[o + 7] - r0;
    float ta = clip(o, z, reach, false);
    float tb = clip(o, z, reach, true);
    int c0 = frame.firstColumn(Math.min(x0 + ta * vx, x0 + tb * vx) - reach);
    int c1 = frame.lastColumn(Math.max(x0 + ta * vx, x0 + tb * vx) + reach);
    int r0i = frame.firstRow(Math.min(y0 + ta * vy, y0 + tb * vy) - reach);
    int r1i = frame.lastRow(Math.max(y0 + ta * vy, y0 + tb * vy) + reach);
    float len2 = vx * vx + vy * vy + vz * vz;
    float inv = len2 == 0 ? 0 : 1 / len2;
    float pz0 = z - data[o + 2];
    for (int r = r0i; r <= r1i; r++) {
      float py0 = (float) frame.y(r) - y0;
      float dot0 = py0 * vy + pz0 * vz;
      int at = r * frame.columns + c0;
      for (int c = c0; c <= c1; c++, at++) {
        float px = (float) frame.x(c) - x0;
        float t = Math.max(0, Math.min(1, (px * vx + dot0) * inv));
        float qx = px - t * vx;
        float qy = py0 - t * vy;
        float qz = pz0 - t * vz;
        float r2 = qx * qx + qy * qy + qz * qz;
        float edge = r0 + t * dr + dist[at];
        // Nothing to gain: farther away than what is there already.
        if (edge > 0 && r2 < edge * edge) {
          dist[at] = (float) Math.sqrt(r2) - r0 - t * dr;
        }
      }
    }
  }

  private void drawFlat(int o, float z, float reach, Frame frame, float[] dist) {
    float x0 = data[o];
    float y0 = data[o + 1];
    float vx = data[o + 4] - x0;
    float vy = data[o + 5] - y0;
    float vz = data[o + 6] - data[o + 2];
    float ta = clip(o, z, reach, false);
    float tb = clip(o, z, reach, true);
    int c0 = frame.firstColumn(Math.min(x0 + ta * vx, x0 + tb * vx) - reach);
    int c1 = frame.lastColumn(Math.max(x0 + ta * vx, x0 + tb * vx) + reach);
    int r0 = frame.firstRow(Math.min(y0 + ta * vy, y0 + tb * vy) - reach);
    int r1 = frame.lastRow(Math.max(y0 + ta * vy, y0 + tb * vy) + reach);
    float len2 = vx * vx + vy * vy + vz * vz;
    float inv = len2 == 0 ? 0 : 1 / len2;
    float wx = data[o + 8];
    float wy = data[o + 9];
    float wz = data[o + 10];
    float pz0 = z - data[o + 2];
    for (int r = r0; r <= r1; r++) {
      float py0 = (float) frame.y(r) - y0;
      int at = r * frame.columns + c0;
      for (int c = c0; c <= c1; c++, at++) {
        float px = (float) frame.x(c) - x0;
        float t = Math.max(0, Math.min(1, (px * vx + py0 * vy + pz0 * vz) * inv));
        float qx = px - t * vx;
        float qy = py0 - t * vy;
        float qz = pz0 - t * vz;
        float thin = data[o + 3] + t * (data[o + 7] - data[o + 3]);
        float wide = thin * data[o + 11];
        float a = qx * wx + qy * wy + qz * wz;
        float b2 = Math.max(0, qx * qx + qy * qy + qz * qz - a * a);
        float ka = a / wide;
        float k = (float) Math.sqrt(ka * ka + b2 / (thin * thin));
        float d;
        if (k < 1e-3f) {
          d = -thin;
        } else {
          float g = (float) Math.sqrt(ka * ka / (wide * wide) + b2 / (thin * thin * thin * thin));
          d = k * (k - 1) / g;
        }
        if (d < dist[at]) {
          dist[at] = d;
        }
      }
    }
  }
}
