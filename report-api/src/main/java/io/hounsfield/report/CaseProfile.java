// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.VolumeGeometry;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Where along the scan and at which densities the disease lies: voxels of lung and lesion in each
 * slice, histograms of HU of lung and lesion, and for each region a voxel to look at first. Counts
 * are whole voxels of the CT's grid, so they add up to the report's volumes.
 */
public final class CaseProfile {

  /** Lower edge of the first bin, HU; what lies below counts in it. */
  public static final int FIRST_HU = -1024;

  /** Width of a bin, HU. */
  public static final int BIN_HU = 16;

  /** Bins; what lies above the last one counts in it. */
  public static final int BINS = 89;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final VolumeGeometry geometry;
  private final int[][] lung; // [side][slice]
  private final int[][] opacity; // [side][slice]
  private final int[][] kind; // [ground glass, consolidation][slice]
  private final long[][] lungHu = new long[2][BINS];
  private final long[][] opacityHu = new long[2][BINS];

  private CaseProfile(VolumeGeometry geometry) {
    this.geometry = geometry;
    this.lung = new int[2][geometry.slices()];
    this.opacity = new int[2][geometry.slices()];
    this.kind = new int[2][geometry.slices()];
  }

  /**
   * Counts, and encodes as the API hands it out: JSON, UTF-8, schema {@code Profile} of
   * openapi.yaml.
   *
   * @param lungs 0, 1 right, 2 left
   * @param lesions 0, 1 ground glass, 2 consolidation; counts only within the lungs
   * @throws IllegalArgumentException if the grids differ
   */
  public static byte[] encode(CtVolume ct, LabelMap lungs, LabelMap lesions) {
    if (!ct.geometry().equals(lungs.geometry()) || !ct.geometry().equals(lesions.geometry())) {
      throw new IllegalArgumentException("CT and label maps are on different grids");
    }
    CaseProfile profile = new CaseProfile(ct.geometry());
    for (int k = 0; k < ct.geometry().slices(); k++) {
      profile.count(k, ct.slice(k), lungs.slice(k), lesions.slice(k));
    }
    try {
      return MAPPER.writeValueAsBytes(profile.json(lungs, lesions));
    } catch (IOException e) {
      throw new UncheckedIOException("a tree of numbers can always be written", e);
    }
  }

  private void count(int k, short[] hu, byte[] lungs, byte[] lesions) {
    for (int i = 0; i < hu.length; i++) {
      int side = lungs[i] - 1;
      if (side < 0) {
        continue;
      }
      int bin = Math.min(BINS - 1, Math.max(0, Math.floorDiv(hu[i] - FIRST_HU, BIN_HU)));
      lung[side][k]++;
      lungHu[side][bin]++;
      if (lesions[i] != 0) {
        opacity[side][k]++;
        opacityHu[side][bin]++;
        kind[lesions[i] == Segment.CONSOLIDATION.value() ? 1 : 0][k]++;
      }
    }
  }

  private ObjectNode json(LabelMap lungs, LabelMap lesions) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("voxelMl", geometry.voxelVolumeMl());
    root.put("slices", geometry.slices());
    root.put("firstSliceIs", geometry.normal().z() > 0 ? "feet" : "head");
    ObjectNode bySlice = root.putObject("bySlice");
    add(bySlice.putArray("rightLung"), lung[0]);
    add(bySlice.putArray("leftLung"), lung[1]);
    add(bySlice.putArray("groundGlass"), kind[0]);
    add(bySlice.putArray("consolidation"), kind[1]);
    ObjectNode histogram = root.putObject("histogram");
    histogram.put("firstHu", FIRST_HU).put("binHu", BIN_HU);
    ObjectNode all = histogram.putObject("lung");
    add(all.putArray("rightLung"), lungHu[0]);
    add(all.putArray("leftLung"), lungHu[1]);
    ObjectNode diseased = histogram.putObject("opacity");
    add(diseased.putArray("rightLung"), opacityHu[0]);
    add(diseased.putArray("leftLung"), opacityHu[1]);
    ObjectNode focus = root.putObject("focus");
    add(focus, Region.BOTH_LUNGS, focus(lungs, lesions, 0, 1));
    add(focus, Region.RIGHT_LUNG, focus(lungs, lesions, 0, 0));
    add(focus, Region.LEFT_LUNG, focus(lungs, lesions, 1, 1));
    return root;
  }

  private static void add(ArrayNode array, int[] values) {
    for (int value : values) {
      array.add(value);
    }
  }

  private static void add(ArrayNode array, long[] values) {
    for (long value : values) {
      array.add(value);
    }
  }

  private static void add(ObjectNode focus, Region region, int[] voxel) {
    if (voxel == null) {
      focus.putNull(region.key());
    } else {
      add(focus.putArray(region.key()), voxel);
    }
  }

  /**
   * Column, row and slice of the voxel to look at: in the slice with most opacity (without any,
   * with most lung) the labelled voxel nearest to the middle of the labelled ones; {@code null}
   * without lung.
   */
  private int[] focus(LabelMap lungs, LabelMap lesions, int firstSide, int lastSide) {
    int slice = fullest(opacity, firstSide, lastSide);
    boolean diseased = slice >= 0;
    if (!diseased) {
      slice = fullest(lung, firstSide, lastSide);
    }
    if (slice < 0) {
      return null;
    }
    byte[] side = lungs.slice(slice);
    byte[] lesion = lesions.slice(slice);
    long columns = 0;
    long rows = 0;
    long found = 0;
    for (int i = 0; i < side.length; i++) {
      if (belongs(side[i], lesion[i], firstSide, lastSide, diseased)) {
        columns += i % geometry.columns();
        rows += i / geometry.columns();
        found++;
      }
    }
    double column = (double) columns / found;
    double row = (double) rows / found;
    int best = -1;
    double nearest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < side.length; i++) {
      if (belongs(side[i], lesion[i], firstSide, lastSide, diseased)) {
        double dx = i % geometry.columns() - column;
        double dy = i / geometry.columns() - row;
        if (dx * dx + dy * dy < nearest) {
          nearest = dx * dx + dy * dy;
          best = i;
        }
      }
    }
    return new int[] {best % geometry.columns(), best / geometry.columns(), slice};
  }

  private static boolean belongs(
      byte lung, byte lesion, int firstSide, int lastSide, boolean diseased) {
    return lung > firstSide && lung <= lastSide + 1 && (!diseased || lesion != 0);
  }

  /** The slice with the most, the first of equals; -1 if there is none at all. */
  private static int fullest(int[][] counts, int firstSide, int lastSide) {
    int best = -1;
    long most = 0;
    for (int k = 0; k < counts[0].length; k++) {
      long n = 0;
      for (int side = firstSide; side <= lastSide; side++) {
        n += counts[side][k];
      }
      if (n > most) {
        most = n;
        best = k;
      }
    }
    return best;
  }
}
