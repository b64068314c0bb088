// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.VolumeGeometry;
import java.util.Locale;
import java.util.Optional;

/**
 * Tells lungs that may be reported, however diseased, from what no lungs can be. Each limit lies
 * far outside what disease, surgery or a partial scan come to: in doubt a series is measured, with
 * {@linkplain LungWarnings warnings}.
 */
final class Plausibility {

  /**
   * More than this is no pair of lungs, mL. Total lung capacity reaches 9 L; 12 L are the most on
   * record.
   */
  static final double MAX_ML = 15_000;

  /**
   * Less than this is no pair of lungs where the scan covers a chest and does not cut them off, mL:
   * a tenth of one adult's lung; a child of one year has 250.
   */
  static final double MIN_ML = 150;

  /** A scan of at least this height may show a whole chest, mm. */
  static final double CHEST_MM = 150;

  /**
   * In such a scan lungs extend over at least this height, mm; tips of lung beside a neck or
   * abdomen less.
   */
  static final double MIN_EXTENT_MM = 40;

  /**
   * Lungs take at least this share of the body over their slices: 0.3 to 0.5 in health, 0.1 for one
   * lung after pneumonectomy; gas of bowel or sinuses 0.01 to 0.03.
   */
  static final double MIN_BODY_SHARE = 0.02;

  /** And at most this one: the chest wall, the mediastinum and the diaphragm are about them. */
  static final double MAX_BODY_SHARE = 0.9;

  /**
   * Lung without lesions has a mean within these bounds, HU: 970 is gas, 400 is no longer aerated.
   */
  static final double MIN_MEAN_HU = -970;

  static final double MAX_MEAN_HU = -400;

  /** These bounds hold for at least this much of it, mL. */
  static final double MEAN_FROM_ML = 20;

  /** At least this share of the lungs is below the HU of consolidation: nobody lives with less. */
  static final double MIN_AERATED_SHARE = 0.01;

  /**
   * Neighbouring voxels of lung without lesions differ by at most this on average, HU: 60 to 120
   * with vessels and the noise of thin slices, 170 at a noise of 150 HU.
   */
  static final double MAX_ROUGHNESS_HU = 400;

  /** Of what the network calls lung, at least this share lies in or at the lungs. */
  static final double MIN_KEPT_SHARE = 0.25;

  /** Rows of a slice that are looked at: one of these many. */
  private static final int ROW_STEP = 4;

  private Plausibility() {}

  /**
   * Looks at the lungs that were found.
   *
   * @param lungs labels of the lungs
   * @param lesions labels of their opacities
   * @param counts voxels of the right and the left lung in every slice; there are some
   * @param called voxels that the network calls lung, without outside air, airways and bowel
   */
  static Optional<Implausible> check(
      CtVolume ct,
      PreparedSlice[] prepared,
      byte[][] lungs,
      byte[][] lesions,
      int[][] counts,
      long called) {
    VolumeGeometry g = ct.geometry();
    int first = -1;
    int last = -1;
    long voxels = 0;
    double bodyMm2 = 0;
    double lungMm2 = 0;
    for (int k = 0; k < counts.length; k++) {
      int n = counts[k][0] + counts[k][1];
      if (n > 0) {
        first = first < 0 ? k : first;
        last = k;
        voxels += n;
      }
    }
    for (int k = first; k <= last; k++) {
      bodyMm2 += prepared[k].bodyCells * OutsideAir.cellMm2(prepared[k].grid);
      lungMm2 += (counts[k][0] + counts[k][1]) * prepared[k].grid.voxelAreaMm2();
    }
    double ml = voxels * g.voxelVolumeMl();
    double coverageMm = g.slices() * g.sliceSpacingMm();
    double extentMm = (last - first + 1) * g.sliceSpacingMm();
    double share = lungMm2 / (bodyMm2 + lungMm2);
    boolean cut =
        LungWarnings.cutOff(g, counts, 0) || LungWarnings.cutOff(g, counts, g.slices() - 1);

    if (coverageMm >= CHEST_MM && extentMm < MIN_EXTENT_MM) {
      return notChest(
          "What looks like lung extends over %.0f mm of a scan of %.0f mm; in a chest it would be %.0f"
              + " mm at least. Is this a scan of the neck or the abdomen?",
          extentMm, coverageMm, MIN_EXTENT_MM);
    }
    if (share < MIN_BODY_SHARE) {
      return notChest(
          "What looks like lung takes %.1f %% of the body over its slices; lungs take %.0f %% at least."
              + " It may be gas in bowel, airways or sinuses.",
          100 * share, 100 * MIN_BODY_SHARE);
    }
    if (share > MAX_BODY_SHARE) {
      return notChest(
          "What looks like lung takes %.0f %% of all that lies in its slices; in a chest it is %.0f %%"
              + " at most. There is no body about it.",
          100 * share, 100 * MAX_BODY_SHARE);
    }
    if (ml > MAX_ML) {
      return lungs("The lungs measure %.0f mL; no lungs hold more than %.0f mL.", ml, MAX_ML);
    }
    if (ml < MIN_ML && coverageMm >= CHEST_MM && !cut) {
      return lungs(
          "The lungs measure %.0f mL although the scan covers %.0f mm and does not cut them off; %.0f mL"
              + " is the least that lungs hold.",
          ml, coverageMm, MIN_ML);
    }
    double kept = (double) voxels / Math.max(voxels, called);
    if (kept < MIN_KEPT_SHARE) {
      return lungs(
          "Of what the network calls lung, only %.0f %% lies together as lungs; the rest is scattered"
              + " over the images. %.0f %% is the least.",
          100 * kept, 100 * MIN_KEPT_SHARE);
    }
    return density(ct, lungs, lesions);
  }

  private static Optional<Implausible> density(CtVolume ct, byte[][] lungs, byte[][] lesions) {
    VolumeGeometry g = ct.geometry();
    long[][] perSlice = new long[g.slices()][];
    Slices.forEach(g.slices(), k -> perSlice[k] = tally(ct.slice(k), lungs[k], lesions[k], g));
    long[] t = new long[6];
    for (long[] s : perSlice) {
      for (int i = 0; i < t.length; i++) {
        t[i] += s[i];
      }
    }
    double aerated = (double) t[1] / Math.max(1, t[0]);
    if (aerated < MIN_AERATED_SHARE) {
      return lungs(
          "Of what was found as lungs, %.1f %% holds air; %.0f %% is the least in anyone alive.",
          100 * aerated, 100 * MIN_AERATED_SHARE);
    }
    if (t[2] * ROW_STEP * g.voxelVolumeMl() >= MEAN_FROM_ML) {
      double mean = (double) t[3] / t[2];
      if (mean < MIN_MEAN_HU || mean > MAX_MEAN_HU) {
        return lungs(
            "What was found as lung without lesions has a mean of %.0f HU; that of lung lies between"
                + " %.0f and %.0f HU.",
            mean, MIN_MEAN_HU, MAX_MEAN_HU);
      }
      double roughness = (double) t[5] / Math.max(1, t[4]);
      if (roughness > MAX_ROUGHNESS_HU) {
        return lungs(
            "Neighbouring voxels of what was found as lung differ by %.0f HU on average; %.0f HU is the"
                + " most at which there is a picture in the noise.",
            roughness, MAX_ROUGHNESS_HU);
      }
    }
    return Optional.empty();
  }

  /**
   * Over some rows: voxels of lung, those aerated, voxels without lesion, their sum of HU; pairs of
   * neighbours without lesion, the sum of their differences.
   */
  private static long[] tally(short[] hu, byte[] lungs, byte[] lesions, VolumeGeometry g) {
    long[] t = new long[6];
    for (int r = 0; r < g.rows(); r += ROW_STEP) {
      boolean before = false;
      for (int i = r * g.columns(); i < (r + 1) * g.columns(); i++) {
        if (lungs[i] == 0) {
          before = false;
          continue;
        }
        t[0]++;
        t[1] += hu[i] < RegionMeasurements.HIGH_OPACITY_HU ? 1 : 0;
        boolean clear = lesions[i] == 0;
        if (clear) {
          t[2]++;
          t[3] += hu[i];
          if (before) {
            t[4]++;
            t[5] += Math.abs(hu[i] - hu[i - 1]);
          }
        }
        before = clear;
      }
    }
    return t;
  }

  private static Optional<Implausible> notChest(String text, Object... numbers) {
    return Optional.of(
        new Implausible(Implausible.Kind.NOT_CHEST, String.format(Locale.ROOT, text, numbers)));
  }

  private static Optional<Implausible> lungs(String text, Object... numbers) {
    return Optional.of(
        new Implausible(
            Implausible.Kind.IMPLAUSIBLE_LUNGS, String.format(Locale.ROOT, text, numbers)));
  }
}
