// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/**
 * Smooth noise everywhere in space: a block of noise on a 1 mm lattice, repeated without seams,
 * interpolated linearly. Unit variance, correlated over about 2 mm.
 */
final class Texture {

  private static final int BITS = 7;
  private static final int SIZE = 1 << BITS;
  private static final int MASK = SIZE - 1;

  private final float[] values = new float[SIZE * SIZE * SIZE];

  Texture(long seed, long stream) {
    long s = Hash.stream(seed, stream);
    float[] other = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Hash.normal(s, i);
    }
    // Binomial filter (1 4 6 4 1) along each axis, round the corner.
    for (int axis = 0; axis < 3; axis++) {
      int shift = axis * BITS;
      for (int i = 0; i < values.length; i++) {
        other[i] =
            6 * values[i]
                + 4 * (values[step(i, shift, 1)] + values[step(i, shift, -1)])
                + values[step(i, shift, 2)]
                + values[step(i, shift, -2)];
      }
      System.arraycopy(other, 0, values, 0, values.length);
    }
    double squares = 0;
    for (float v : values) {
      squares += (double) v * v;
    }
    float scale = (float) (1 / Math.sqrt(squares / values.length));
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale;
    }
  }

  private static int step(int i, int shift, int by) {
    int at = i >>> shift & MASK;
    return i & ~(MASK << shift) | (at + by & MASK) << shift;
  }

  float at(double x, double y, double z) {
    int i = floor(x);
    int j = floor(y);
    int k = floor(z);
    float u = (float) (x - i);
    float v = (float) (y - j);
    float w = (float) (z - k);
    int i1 = i + 1 & MASK;
    i &= MASK;
    int j0 = (j & MASK) << BITS;
    int j1 = (j + 1 & MASK) << BITS;
    int k0 = (k & MASK) << 2 * BITS;
    int k1 = (k + 1 & MASK) << 2 * BITS;
    float a = lerp(values[k0 + j0 + i], values[k0 + j0 + i1], u);
    float b = lerp(values[k0 + j1 + i], values[k0 + j1 + i1], u);
    float c = lerp(values[k1 + j0 + i], values[k1 + j0 + i1], u);
    float d = lerp(values[k1 + j1 + i], values[k1 + j1 + i1], u);
    return lerp(lerp(a, b, v), lerp(c, d, v), w);
  }

  private static int floor(double v) {
    int i = (int) v;
    return v < i ? i - 1 : i;
  }

  private static float lerp(float a, float b, float t) {
    return a + t * (b - a);
  }
}
