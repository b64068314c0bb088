// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A volume-filling branching tree: from a root into a cloud of points, halving the cloud at every
 * fork and growing a share of the way to each half's centre (the idea of Tawhai et al., Annals of
 * Biomedical Engineering 2000, doi 10.1114/1.1289457). Radii follow the number of ends behind a
 * branch.
 */
final class LungTree {

  /** Share of the way to the centre of its points that a branch grows. */
  private static final double STRIDE = 0.42;

  private static final double MAX_LENGTH = 26;

  /** A branch's end; the root has no parent. */
  static final class Node {
    final Node parent;
    final double[] at;
    int ends;

    Node(Node parent, double[] at) {
      this.parent = parent;
      this.at = at;
    }
  }

  private final List<Node> nodes = new ArrayList<>();
  private final Hash.Sequence random;
  private final double rootRadius;
  private final double endRadius;
  private double exponent;

  /**
   * @param root x, y, z, radius of the stem
   * @param direction where the stem points
   * @param endRadius radius of the thinnest branches, mm
   */
  LungTree(
      double[] root,
      double[] direction,
      double[][] points,
      double endRadius,
      Hash.Sequence random) {
    this.random = random;
    this.rootRadius = root[3];
    this.endRadius = endRadius;
    Node stem = new Node(null, new double[] {root[0], root[1], root[2]});
    nodes.add(stem);
    if (points.length > 0) {
      grow(stem, direction, points, 0, points.length, 0);
    }
    for (int i = nodes.size() - 1; i > 0; i--) {
      Node n = nodes.get(i);
      n.ends = Math.max(1, n.ends);
      n.parent.ends += n.ends;
    }
    exponent = Math.log(Math.max(2, stem.ends)) / Math.log(rootRadius / endRadius);
  }

  List<Node> nodes() {
    return nodes;
  }

  double radius(Node n) {
    return Math.min(rootRadius, endRadius * Math.pow(Math.max(1, n.ends), 1 / exponent));
  }

  private void grow(Node from, double[] direction, double[][] p, int lo, int hi, int depth) {
    int n = hi - lo;
    if (n == 1) {
      double[] d = minus(p[lo], from.at);
      double length = norm(d);
      if (length > 1) {
        double share = Math.min(0.85, 14 / length);
        nodes.add(new Node(from, along(from.at, d, share)));
      }
      return;
    }
    double[] axis = splitAxis(from.at, p, lo, hi);
    Arrays.sort(
        p,
        lo,
        hi,
        Comparator.comparingDouble(q -> q[0] * axis[0] + q[1] * axis[1] + q[2] * axis[2]));
    int cut = lo + Math.max(1, Math.min(n - 1, (int) Math.round(n * random.uniform(0.32, 0.68))));
    int[] starts = {lo, cut, hi};
    for (int half = 0; half < 2; half++) {
      int a = starts[half];
      int b = starts[half + 1];
      double[] d = minus(centroid(p, a, b), from.at);
      double length = norm(d);
      double reach = Math.min(MAX_LENGTH, STRIDE * length * random.uniform(0.85, 1.15));
      if (reach < 1.2) {
        reach = Math.min(1.2, length);
      }
      double[] unit = bend(direction, d, length, depth);
      Node end = new Node(from, along(from.at, unit, reach));
      nodes.add(end);
      grow(end, unit, p, a, b, depth + 1);
    }
  }

  /** The wanted direction, held back a little by the parent's: branches leave in a curve. */
  private double[] bend(double[] parent, double[] wanted, double length, int depth) {
    double keep = depth == 0 ? 0.5 : 0.22;
    double[] out = new double[3];
    for (int c = 0; c < 3; c++) {
      out[c] = wanted[c] / Math.max(1e-6, length) + keep * parent[c] + 0.09 * random.normal();
    }
    double l = Math.max(1e-6, norm(out));
    for (int c = 0; c < 3; c++) {
      out[c] /= l;
    }
    return out;
  }

  /** Direction of widest spread across the way to the centre: halves lie side by side. */
  private static double[] splitAxis(double[] from, double[][] p, int lo, int hi) {
    double[] m = centroid(p, lo, hi);
    double[] way = minus(m, from);
    double l = Math.max(1e-6, norm(way));
    double[] c = new double[6];
    for (int i = lo; i < hi; i++) {
      double x = p[i][0] - m[0];
      double y = p[i][1] - m[1];
      double z = p[i][2] - m[2];
      double t = (x * way[0] + y * way[1] + z * way[2]) / (l * l);
      x -= t * way[0];
      y -= t * way[1];
      z -= t * way[2];
      c[0] += x * x;
      c[1] += x * y;
      c[2] += x * z;
      c[3] += y * y;
      c[4] += y * z;
      c[5] += z * z;
    }
    double[] v = {0.31, 0.43, 0.85};
    for (int i = 0; i < 12; i++) {
      double[] w = {
        c[0] * v[0] + c[1] * v[1] + c[2] * v[2],
        c[1] * v[0] + c[3] * v[1] + c[4] * v[2],
        c[2] * v[0] + c[4] * v[1] + c[5] * v[2]
      };
      double n = norm(w);
      if (n < 1e-9) {
        break;
      }
      v = new double[] {w[0] / n, w[1] / n, w[2] / n};
    }
    return v;
  }

  private static double[] centroid(double[][] p, int lo, int hi) {
    double[] m = new double[3];
    for (int i = lo; i < hi; i++) {
      for (int c = 0; c < 3; c++) {
        m[c] += p[i][c];
      }
    }
    for (int c = 0; c < 3; c++) {
      m[c] /= hi - lo;
    }
    return m;
  }

  static double[] minus(double[] a, double[] b) {
    return new double[] {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
  }

  static double norm(double[] v) {
    return Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  }

  private static double[] along(double[] a, double[] d, double t) {
    return new double[] {a[0] + t * d[0], a[1] + t * d[1], a[2] + t * d[2]};
  }
}
