// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.VolumeGeometry;

/**
 * How the voxels of the lungs, and those of the opacity among them, are distributed over HU,
 * counted in one pass. Bin {@code i} holds the values from {@code FIRST_HU + i * BIN_HU} up to, not
 * including, the next bin's first.
 */
public final class HuHistogram {

  /** Lowest value of the first bin: air in the scale of most scanners. */
  public static final int FIRST_HU = -1020;

  /** Width of a bin, HU. */
  public static final int BIN_HU = 10;

  /** Number of bins; the last one ends below 300 HU. */
  public static final int BINS = 132;

  private final long[] lungs = new long[BINS];
  private final long[] opacity = new long[BINS];
  private final double voxelMl;
  private long lungsOutside;
  private long opacityOutside;

  private HuHistogram(double voxelMl) {
    this.voxelMl = voxelMl;
  }

  /**
   * @param lungs label map of the lungs; every label counts
   * @param lesions label map of the opacity; every label counts where a lung is
   * @throws IllegalArgumentException if the grids differ
   */
  public static HuHistogram of(CtVolume ct, LabelMap lungs, LabelMap lesions) {
    VolumeGeometry g = ct.geometry();
    requireSame(g, lungs, "lungs");
    requireSame(g, lesions, "lesions");
    HuHistogram histogram = new HuHistogram(g.voxelVolumeMl());
    for (int k = 0; k < g.slices(); k++) {
      histogram.count(ct.slice(k), lungs.slice(k), lesions.slice(k));
    }
    return histogram;
  }

  private void count(short[] hu, byte[] lung, byte[] lesion) {
    for (int i = 0; i < hu.length; i++) {
      if (lung[i] == 0) {
        continue;
      }
      int bin = Math.floorDiv(hu[i] - FIRST_HU, BIN_HU);
      boolean inside = bin >= 0 && bin < BINS;
      if (inside) {
        lungs[bin]++;
      } else {
        lungsOutside++;
      }
      if (lesion[i] != 0) {
        if (inside) {
          opacity[bin]++;
        } else {
          opacityOutside++;
        }
      }
    }
  }

  /** Volume of the lungs in a bin, mL. */
  public double lungsMl(int bin) {
    return lungs[bin] * voxelMl;
  }

  /** Volume of the opacity in a bin, mL. */
  public double opacityMl(int bin) {
    return opacity[bin] * voxelMl;
  }

  /** Volume of the lungs below the first or above the last bin, mL. */
  public double lungsOutsideMl() {
    return lungsOutside * voxelMl;
  }

  /** Volume of the opacity below the first or above the last bin, mL. */
  public double opacityOutsideMl() {
    return opacityOutside * voxelMl;
  }

  private static void requireSame(VolumeGeometry g, LabelMap map, String name) {
    VolumeGeometry other = map.geometry();
    if (other.slices() != g.slices()
        || other.rows() != g.rows()
        || other.columns() != g.columns()) {
      throw new IllegalArgumentException(
          "label map of %s has %d x %d x %d voxels, volume %d x %d x %d"
              .formatted(
                  name,
                  other.slices(),
                  other.rows(),
                  other.columns(),
                  g.slices(),
                  g.rows(),
                  g.columns()));
    }
  }
}
