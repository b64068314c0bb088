// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A scalar on the coarse anatomical grid, interpolated linearly between nodes. Most fields are
 * signed distances in mm, negative inside. Anatomical coordinates are LPS in mm with the carina
 * near the origin.
 */
final class Field {

  static final double STEP = 3;
  static final int NX = 141;
  static final int NY = 105;
  static final int NZ = 137;
  static final double X0 = -210;
  static final double Y0 = -156;
  static final double Z0 = -222;
  static final int PLANE = NX * NY;

  final float[] values = new float[PLANE * NZ];

  /** A value as a function of place. */
  interface Shape {
    double at(double x, double y, double z);
  }

  static double x(int ix) {
    return X0 + ix * STEP;
  }

  static double y(int iy) {
    return Y0 + iy * STEP;
  }

  static double z(int iz) {
    return Z0 + iz * STEP;
  }

  static Field of(Shape shape) {
    return of(shape, -1e9, 1e9, 0);
  }

  /** A shape that lies between two heights; elsewhere the field has one value. */
  static Field of(Shape shape, double low, double high, float elsewhere) {
    Field f = new Field();
    IntStream.range(0, NZ)
        .parallel()
        .forEach(
            iz -> {
              int i = iz * PLANE;
              if (z(iz) < low || z(iz) > high) {
                Arrays.fill(f.values, i, i + PLANE, elsewhere);
                return;
              }
              for (int iy = 0; iy < NY; iy++) {
                for (int ix = 0; ix < NX; ix++) {
                  f.values[i++] = (float) shape.at(x(ix), y(iy), z(iz));
                }
              }
            });
    return f;
  }

  /** Smooth noise with unit standard deviation: white noise, box-filtered three times. */
  static Field noise(long seed, long stream, int radius) {
    Field f = new Field();
    long s = Hash.stream(seed, stream);
    for (int i = 0; i < f.values.length; i++) {
      f.values[i] = Hash.normal(s, i);
    }
    for (int pass = 0; pass < 3; pass++) {
      blur(f.values, NX, 1, radius);
      blur(f.values, NY, NX, radius);
      blur(f.values, NZ, PLANE, radius);
    }
    double sum = 0;
    double squares = 0;
    for (float v : f.values) {
      sum += v;
      squares += (double) v * v;
    }
    double mean = sum / f.values.length;
    double scale = 1 / Math.sqrt(squares / f.values.length - mean * mean);
    for (int i = 0; i < f.values.length; i++) {
      f.values[i] = (float) ((f.values[i] - mean) * scale);
    }
    return f;
  }

  /** Box filter along one axis, ends mirrored by shrinking the window. */
  private static void blur(float[] v, int length, int stride, int radius) {
    int lines = v.length / length;
    IntStream.range(0, lines)
        .parallel()
        .forEach(
            line -> {
              int start = (line / stride) * stride * length + line % stride;
              float[] in = new float[length];
              for (int i = 0; i < length; i++) {
                in[i] = v[start + i * stride];
              }
              double sum = 0;
              int n = 0;
              for (int i = 0; i < Math.min(radius, length); i++) {
                sum += in[i];
                n++;
              }
              for (int i = 0; i < length; i++) {
                if (i + radius < length) {
                  sum += in[i + radius];
                  n++;
                }
                if (i - radius - 1 >= 0) {
                  sum -= in[i - radius - 1];
                  n--;
                }
                v[start + i * stride] = (float) (sum / n);
              }
            });
  }

  /** The field in the plane z, on the coarse grid's columns and rows. */
  void plane(double z, float[] out) {
    double w = Math.max(0, Math.min(NZ - 1.0, (z - Z0) / STEP));
    int k = Math.min(NZ - 2, (int) w);
    float t = (float) (w - k);
    int a = k * PLANE;
    int b = a + PLANE;
    for (int i = 0; i < PLANE; i++) {
      out[i] = values[a + i] + t * (values[b + i] - values[a + i]);
    }
  }

  /** Value anywhere; clamped at the ends of the grid. */
  double at(double x, double y, double z) {
    double u = Math.max(0, Math.min(NX - 1.0, (x - X0) / STEP));
    double v = Math.max(0, Math.min(NY - 1.0, (y - Y0) / STEP));
    double w = Math.max(0, Math.min(NZ - 1.0, (z - Z0) / STEP));
    int i = Math.min(NX - 2, (int) u);
    int j = Math.min(NY - 2, (int) v);
    int k = Math.min(NZ - 2, (int) w);
    double fu = u - i;
    double fv = v - j;
    double fw = w - k;
    int o = k * PLANE + j * NX + i;
    double near = lerp2(o, fu, fv);
    double far = lerp2(o + PLANE, fu, fv);
    return near + fw * (far - near);
  }

  private double lerp2(int o, double fu, double fv) {
    double a = values[o] + fu * (values[o + 1] - values[o]);
    double b = values[o + NX] + fu * (values[o + NX + 1] - values[o + NX]);
    return a + fv * (b - a);
  }

  static Field filled(float value) {
    Field f = new Field();
    Arrays.fill(f.values, value);
    return f;
  }

  /** Polynomial smooth minimum: joins two shapes with a fillet of about k mm. */
  static double smoothMin(double a, double b, double k) {
    double h = Math.max(k - Math.abs(a - b), 0) / k;
    return Math.min(a, b) - h * h * k * 0.25;
  }

  /** Distance-like value of an ellipsoid: exact on its surface, close near it. */
  static double ellipsoid(double dx, double dy, double dz, double ax, double ay, double az) {
    double ux = dx / ax;
    double uy = dy / ay;
    double uz = dz / az;
    double k = Math.sqrt(ux * ux + uy * uy + uz * uz);
    if (k < 1e-6) {
      return -Math.min(ax, Math.min(ay, az));
    }
    double gx = ux / ax;
    double gy = uy / ay;
    double gz = uz / az;
    return k * (k - 1) / Math.sqrt(gx * gx + gy * gy + gz * gz);
  }
}
