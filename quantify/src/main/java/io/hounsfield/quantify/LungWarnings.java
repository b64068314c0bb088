// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a reader must know of the lungs that were found, and only what is certain. */
final class LungWarnings {

  /** Lung in the first or last slice above this area is cut off by the scan range, cm². */
  static final double CUT_OFF_CM2 = 2;

  /** A lung smaller than this share of the other counts as not found. */
  static final double ONE_LUNG_SHARE = 0.05;

  /** Lungs that differ by more than this are told: the left one has 0.8 to 0.95 of the right. */
  static final double UNEQUAL_SHARE = 1.0 / 3;

  /**
   * Lungs of an adult hold at least this much, mL. Air and tissue of a full expiration, or of lungs
   * shrunk by severe disease, come to 1 to 2 L.
   */
  static final double MIN_ML = 1000;

  /** And at most this much, mL: total lung capacity reaches 9 L in tall men and in emphysema. */
  static final double MAX_ML = 10000;

  /** Completion by more than this share of the lungs is told. */
  static final double COMPLETED_SHARE = 0.05;

  private LungWarnings() {}

  /**
   * Warnings in a fixed order.
   *
   * @param counts voxels of the right and the left lung in every slice
   * @param added voxels of aerated lung that the network missed
   */
  static List<Warning> of(VolumeGeometry g, PatientAxis axis, int[][] counts, long added) {
    List<Warning> warnings = new ArrayList<>();
    long right = 0;
    long left = 0;
    for (int[] c : counts) {
      right += c[0];
      left += c[1];
    }
    if (right + left == 0) {
      warnings.add(new Warning("no-lungs", "No lung was found in the images."));
      return warnings;
    }
    if (Math.min(right, left) < ONE_LUNG_SHARE * Math.max(right, left)) {
      warnings.add(
          warning(
              "one-lung",
              "Only the %s lung was found (%.0f mL; %s lung %.0f mL). The other may be missing,"
                  + " collapsed or consolidated beyond recognition.",
              right > left ? "right" : "left",
              Math.max(right, left) * g.voxelVolumeMl(),
              right > left ? "left" : "right",
              Math.min(right, left) * g.voxelVolumeMl()));
    }
    if (Math.min(right, left) >= ONE_LUNG_SHARE * Math.max(right, left)
        && Math.min(right, left) < UNEQUAL_SHARE * Math.max(right, left)) {
      warnings.add(
          warning(
              "unequal-lungs",
              "The right lung measures %.0f mL, the left lung %.0f mL. Check the overview: a lung may"
                  + " have shrunk, or a part of it may be missing or on the wrong side.",
              right * g.voxelVolumeMl(),
              left * g.voxelVolumeMl()));
    }
    boolean cut = false;
    for (boolean top : new boolean[] {true, false}) {
      int slice = top == axis.headAtLastSlice() ? counts.length - 1 : 0;
      if (cutOff(g, counts, slice)) {
        cut = true;
        warnings.add(
            warning(
                "lungs-cut-off",
                "The scan range cuts off the lungs at the %s: %.1f cm² of lung in the %s slice."
                    + " Volumes are those of the scanned part.",
                top ? "top" : "bottom",
                cm2(g, counts, slice),
                top ? "uppermost" : "lowest"));
      }
    }
    int gaps = gaps(g, counts);
    if (gaps > 0) {
      warnings.add(
          warning(
              "lung-gap",
              "%d slices (%.0f mm) between the top and the bottom of the lungs hold no lung: they may"
                  + " be blank or damaged. They are not in the volumes.",
              gaps,
              gaps * g.sliceSpacingMm()));
    }
    double ml = (right + left) * g.voxelVolumeMl();
    if (ml > MAX_ML || ml < MIN_ML && !cut) {
      warnings.add(
          warning(
              "lung-volume-implausible",
              "The lungs measure %.0f mL; %.0f to %.0f mL are plausible in adults. Check the"
                  + " overview.",
              ml,
              MIN_ML,
              MAX_ML));
    }
    if (added > COMPLETED_SHARE * (right + left)) {
      warnings.add(
          warning(
              "lung-mask-completed",
              "The network missed %.0f mL of aerated lung, which was added by its HU. Opacities in"
                  + " that part may be missed.",
              added * g.voxelVolumeMl()));
    }
    return warnings;
  }

  /** Slices without lung between slices with lung of more than {@link #CUT_OFF_CM2}. */
  private static int gaps(VolumeGeometry g, int[][] counts) {
    int gaps = 0;
    int before = -1;
    for (int k = 0; k < counts.length; k++) {
      if (counts[k][0] + counts[k][1] == 0) {
        continue;
      }
      if (before >= 0 && cutOff(g, counts, before) && cutOff(g, counts, k)) {
        gaps += k - before - 1;
      }
      before = k;
    }
    return gaps;
  }

  /** Whether the lungs go on beyond the first or last slice. */
  static boolean cutOff(VolumeGeometry g, int[][] counts, int slice) {
    return cm2(g, counts, slice) > CUT_OFF_CM2;
  }

  private static double cm2(VolumeGeometry g, int[][] counts, int slice) {
    return (counts[slice][0] + counts[slice][1]) * g.columnSpacingMm() * g.rowSpacingMm() / 100;
  }

  private static Warning warning(String code, String text, Object... numbers) {
    return new Warning(code, String.format(Locale.ROOT, text, numbers));
  }
}
