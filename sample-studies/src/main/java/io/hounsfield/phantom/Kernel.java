// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/** Reconstruction kernel: how sharp the picture and how coarse its noise. */
public enum Kernel {
  /** Smooth, little noise. */
  SOFT("soft", 0.68, 0.8, 0.62),
  /** The usual body kernel. */
  STANDARD("standard", 0.5, 0.56, 1),
  /** For lung windows: crisp, noisy. */
  SHARP("sharp", 0.32, 0.34, 2.1);

  private final String key;
  private final double blurMm;
  private final double grainMm;
  private final double noise;

  Kernel(String key, double blurMm, double grainMm, double noise) {
    this.key = key;
    this.blurMm = blurMm;
    this.grainMm = grainMm;
    this.noise = noise;
  }

  /** Name on the command line. */
  public String key() {
    return key;
  }

  /** Standard deviation of the Gaussian point spread function, mm. */
  double blurMm() {
    return blurMm;
  }

  /** Standard deviation of the Gaussian that correlates the noise, mm. */
  double grainMm() {
    return grainMm;
  }

  /** Noise relative to the standard kernel at the same dose. */
  double noise() {
    return noise;
  }
}
