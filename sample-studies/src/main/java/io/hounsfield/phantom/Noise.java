// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/** What the scanner adds: the blur of its point spread function and correlated noise. */
final class Noise {

  private static final double BLOTCH_MM = 1.7;
  private static final float[] STREAK = gauss(0.8);

  private final int columns;
  private final int rows;
  private final long stream;
  private final float[] psfX;
  private final float[] psfY;
  private final float[] grainX;
  private final float[] grainY;
  private final float gain;
  private final float[] a;
  private final float[] b;

  Noise(
      Frame frame, Kernel kernel, double noiseHu, long seed, double mmPerUnitX, double mmPerUnitY) {
    columns = frame.columns;
    rows = frame.rows;
    stream = Hash.stream(seed, 51);
    double px = frame.dx * mmPerUnitX;
    double py = frame.dy * mmPerUnitY;
    psfX = gauss(kernel.blurMm() / px);
    psfY = gauss(kernel.blurMm() / py);
    grainX = gauss(kernel.grainMm() / px);
    grainY = gauss(kernel.grainMm() / py);
    gain = (float) (noiseHu / (norm(grainX) * norm(grainY)));
    a = new float[columns * rows];
    b = new float[columns * rows];
  }

  private static double norm(float[] kernel) {
    double sum = 0;
    for (float v : kernel) {
      sum += v * v;
    }
    return Math.sqrt(sum);
  }

  private static float[] gauss(double sigma) {
    int radius = Math.max(1, (int) Math.ceil(2.6 * sigma));
    float[] k = new float[2 * radius + 1];
    double sum = 0;
    for (int i = -radius; i <= radius; i++) {
      double v = sigma < 0.05 ? (i == 0 ? 1 : 0) : Math.exp(-0.5 * i * i / (sigma * sigma));
      k[i + radius] = (float) v;
      sum += v;
    }
    for (int i = 0; i < k.length; i++) {
      k[i] /= (float) sum;
    }
    return k;
  }

  /** Blurs an image in place. */
  void blur(float[] image) {
    filterRows(image, a, psfX);
    filterColumns(a, image, psfY);
  }

  /**
   * The noise of a slice, its standard deviation the chosen one in the middle of the body.
   *
   * @param correlation share of its variance in common with the next slice's noise (overlapping
   *     slices see the same photons)
   */
  float[] grain(int slice, double correlation) {
    white(a, slice, (float) Math.sqrt(1 - correlation));
    if (correlation > 0) {
      addWhite(a, slice, (float) correlation);
    }
    filterRows(a, b, grainX);
    filterColumns(b, a, grainY);
    return a;
  }

  /**
   * Streaks along x, as where few photons get through the shoulders; standard deviation one before
   * scaling.
   *
   * @param scale of each pixel's streaks, HU
   * @param lengthMm how far a streak keeps its value
   */
  void streaks(int slice, float scale, float[] where, double pxMm, double lengthMm, float[] image) {
    long s = Hash.mix(stream + 7);
    float keep = (float) Math.exp(-pxMm / lengthMm);
    float fresh = (float) Math.sqrt(1 - keep * keep);
    long at = (long) slice * image.length;
    for (int r = 0, i = 0; r < rows; r++) {
      float v = Hash.normal(s, at + i);
      for (int c = 0; c < columns; c++, i++) {
        v = keep * v + fresh * Hash.normal(s, at + i);
        b[i] = v;
      }
    }
    filterColumns(b, a, STREAK);
    for (int i = 0; i < image.length; i++) {
      image[i] += scale * where[i] * a[i];
    }
  }

  /** Noise of coarse grain, as smoothing reconstruction leaves it at low dose; added. */
  void blotches(int slice, float hu, float[] where, double pxMm, float[] image) {
    float[] k = gauss(BLOTCH_MM / pxMm);
    long s = Hash.mix(stream + 13);
    long at = (long) slice * image.length;
    for (int i = 0; i < image.length; i++) {
      a[i] = Hash.normal(s, at + i);
    }
    filterRows(a, b, k);
    filterColumns(b, a, k);
    float g = (float) (hu / (norm(k) * norm(k)));
    for (int i = 0; i < image.length; i++) {
      image[i] += g * where[i] * a[i];
    }
  }

  private void white(float[] out, int slice, float weight) {
    long at = (long) slice * out.length;
    float g = gain * weight;
    for (int i = 0; i < out.length; i++) {
      out[i] = g * Hash.normal(stream, at + i);
    }
  }

  /** Adds what neighbouring slices share, so that the sum's variance stays one. */
  private void addWhite(float[] out, int slice, float correlation) {
    long next = Hash.mix(stream);
    long at = (long) slice * out.length;
    float g = gain * (float) Math.sqrt(correlation / 2);
    for (int i = 0; i < out.length; i++) {
      out[i] += g * (Hash.normal(next, at + i) + Hash.normal(next, at + out.length + i));
    }
  }

  private void filterRows(float[] in, float[] out, float[] k) {
    int radius = k.length / 2;
    for (int r = 0; r < rows; r++) {
      int o = r * columns;
      for (int c = 0; c < columns; c++) {
        out[o + c] = in[o + c] * k[radius];
      }
      for (int d = 1; d <= radius; d++) {
        float w = k[radius + d];
        int n = columns - d;
        for (int c = 0; c < n; c++) {
          out[o + c] += w * in[o + c + d];
        }
        for (int c = d; c < columns; c++) {
          out[o + c] += w * in[o + c - d];
        }
        // Edges repeat.
        for (int c = 0; c < d; c++) {
          out[o + c] += w * in[o];
          out[o + columns - 1 - c] += w * in[o + columns - 1];
        }
      }
    }
  }

  private void filterColumns(float[] in, float[] out, float[] k) {
    int radius = k.length / 2;
    for (int r = 0; r < rows; r++) {
      int o = r * columns;
      for (int c = 0; c < columns; c++) {
        out[o + c] = in[o + c] * k[radius];
      }
      for (int d = 1; d <= radius; d++) {
        float w = k[radius + d];
        int up = Math.max(0, r - d) * columns;
        int down = Math.min(rows - 1, r + d) * columns;
        for (int c = 0; c < columns; c++) {
          out[o + c] += w * (in[up + c] + in[down + c]);
        }
      }
    }
  }
}
