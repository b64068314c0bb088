// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.Segment;

/**
 * One plane of the volume on a canvas: CT in the lung window, lesions as a translucent overlay,
 * lungs outlined. Each pixel is the mean of {@value #SUB} x {@value #SUB} samples; between voxels
 * that lie further apart than pixels the CT is interpolated linearly. Labels are never
 * interpolated.
 *
 * @param across the patient axis from left to right
 * @param down the patient axis from top to bottom
 * @param fixed the patient axis through the plane
 * @param index index of the plane on {@code fixed}
 */
record PlaneView(Line across, Line down, int fixed, int index) {

  /** Samples per pixel along each direction. */
  static final int SUB = 2;

  static final int WINDOW_WIDTH = 1500;
  static final int WINDOW_LEVEL = -600;

  static final int GROUND_GLASS_RGB = 0x56B4E9;
  static final int CONSOLIDATION_RGB = 0xD55E00;
  static final int OUTLINE_RGB = 0xF0E442;

  static final float GROUND_GLASS_SHARE = 0.5f;

  /** Consolidation is white in the lung window, so it needs more colour to be seen. */
  static final float CONSOLIDATION_SHARE = 0.65f;

  private static final float OUTLINE_SHARE = 0.6f;

  /**
   * A stretch of a patient axis on the screen.
   *
   * @param axis patient axis
   * @param startMm where it starts, mm from the outer edge of voxel 0; the first pixel's outer edge
   * @param mmPerPixel scale; negative where the axis runs against the screen
   * @param pixels length on the screen
   */
  record Line(int axis, double startMm, double mmPerPixel, int pixels) {

    /** Pixel that shows a voxel's centre. */
    double pixelOf(PatientGrid grid, double voxel) {
      return ((voxel + 0.5) * grid.spacing(axis) - startMm) / mmPerPixel;
    }
  }

  /** Where the samples along a line lie in the voxel arrays. */
  private static final class Samples {
    final int[] slice0;
    final int[] offset0;
    final int[] slice1;
    final int[] offset1;
    final int[] nearestSlice;
    final int[] nearestOffset;
    final float[] weight1;
    final boolean[] inside;
    final boolean interpolated;

    Samples(Line line, PatientGrid grid) {
      int n = line.pixels() * SUB;
      int count = grid.count(line.axis());
      double spacing = grid.spacing(line.axis());
      interpolated = spacing > Math.abs(line.mmPerPixel());
      slice0 = new int[n];
      offset0 = new int[n];
      slice1 = new int[n];
      offset1 = new int[n];
      nearestSlice = new int[n];
      nearestOffset = new int[n];
      weight1 = new float[n];
      inside = new boolean[n];
      for (int i = 0; i < n; i++) {
        double voxel = (line.startMm() + (i + 0.5) / SUB * line.mmPerPixel()) / spacing - 0.5;
        inside[i] = voxel > -0.5 && voxel < count - 0.5;
        int nearest = clamp((int) Math.round(voxel), count);
        int lower = interpolated ? clamp((int) Math.floor(voxel), count) : nearest;
        int upper = interpolated ? clamp(lower + 1, count) : nearest;
        slice0[i] = grid.sliceStep(line.axis(), lower);
        offset0[i] = grid.offsetStep(line.axis(), lower);
        slice1[i] = grid.sliceStep(line.axis(), upper);
        offset1[i] = grid.offsetStep(line.axis(), upper);
        nearestSlice[i] = grid.sliceStep(line.axis(), nearest);
        nearestOffset[i] = grid.offsetStep(line.axis(), nearest);
        weight1[i] = interpolated ? (float) Math.max(0, Math.min(1, voxel - lower)) : 0;
      }
    }

    private static int clamp(int index, int count) {
      return Math.max(0, Math.min(count - 1, index));
    }
  }

  /** Draws the plane with its upper left corner at (left, top). */
  void draw(
      Canvas canvas,
      int left,
      int top,
      PatientGrid grid,
      CtVolume ct,
      LabelMap lungs,
      LabelMap lesions) {
    Samples h = new Samples(across, grid);
    Samples v = new Samples(down, grid);
    int fixedSlice = grid.sliceStep(fixed, index);
    int fixedOffset = grid.offsetStep(fixed, index);
    int width = across.pixels();
    byte[] lung = new byte[width * down.pixels()];
    for (int y = 0; y < down.pixels(); y++) {
      for (int x = 0; x < width; x++) {
        float hu = 0;
        int groundGlass = 0;
        int consolidation = 0;
        for (int j = y * SUB; j < (y + 1) * SUB; j++) {
          for (int i = x * SUB; i < (x + 1) * SUB; i++) {
            if (!h.inside[i] || !v.inside[j]) {
              hu += WINDOW_LEVEL - WINDOW_WIDTH; // black
              continue;
            }
            hu += sample(ct, h, i, v, j, fixedSlice, fixedOffset);
            int slice = fixedSlice + h.nearestSlice[i] + v.nearestSlice[j];
            int offset = fixedOffset + h.nearestOffset[i] + v.nearestOffset[j];
            int lesion = lesions.slice(slice)[offset];
            if (lesion == Segment.GROUND_GLASS.value()) {
              groundGlass++;
            } else if (lesion == Segment.CONSOLIDATION.value()) {
              consolidation++;
            }
            lung[y * width + x] = lungs.slice(slice)[offset];
          }
        }
        int rgb = grey(hu / (SUB * SUB));
        if (groundGlass + consolidation > 0) {
          rgb = Canvas.mix(rgb, GROUND_GLASS_RGB, GROUND_GLASS_SHARE * groundGlass / (SUB * SUB));
          rgb =
              Canvas.mix(rgb, CONSOLIDATION_RGB, CONSOLIDATION_SHARE * consolidation / (SUB * SUB));
        }
        canvas.set(left + x, top + y, rgb);
      }
    }
    outline(canvas, left, top, lung, width, down.pixels());
  }

  private static float sample(
      CtVolume ct, Samples h, int i, Samples v, int j, int fixedSlice, int fixedOffset) {
    int s0 = fixedSlice + v.slice0[j];
    int o0 = fixedOffset + v.offset0[j];
    float upper = along(ct, h, i, s0, o0);
    if (!v.interpolated) {
      return upper;
    }
    int s1 = fixedSlice + v.slice1[j];
    int o1 = fixedOffset + v.offset1[j];
    return upper + v.weight1[j] * (along(ct, h, i, s1, o1) - upper);
  }

  private static float along(CtVolume ct, Samples h, int i, int slice, int offset) {
    float a = ct.slice(slice + h.slice0[i])[offset + h.offset0[i]];
    if (!h.interpolated) {
      return a;
    }
    float b = ct.slice(slice + h.slice1[i])[offset + h.offset1[i]];
    return a + h.weight1[i] * (b - a);
  }

  static int grey(float hu) {
    float share = (hu - (WINDOW_LEVEL - WINDOW_WIDTH / 2f)) / WINDOW_WIDTH;
    int level = Math.round(Math.max(0, Math.min(1, share)) * 255);
    return level << 16 | level << 8 | level;
  }

  /** One pixel wide, inside the lung; also between the lungs where they touch. */
  private static void outline(
      Canvas canvas, int left, int top, byte[] lung, int width, int height) {
    for (int y = 1; y < height - 1; y++) {
      for (int x = 1; x < width - 1; x++) {
        int i = y * width + x;
        byte label = lung[i];
        if (label != 0
            && (lung[i - 1] != label
                || lung[i + 1] != label
                || lung[i - width] != label
                || lung[i + width] != label)) {
          canvas.blend(left + x, top + y, OUTLINE_RGB, OUTLINE_SHARE);
        }
      }
    }
  }
}
