// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.domain.Warning;
import java.util.List;
import java.util.Objects;

/**
 * A case with its reference and what was measured, on one grid. A volume is one mask with all its
 * slices; pictures are a mask each with one slice.
 *
 * @param referenceLung lung with lesion, or {@code null} where the reference has no lung mask
 * @param referenceLesion or {@code null} where the reference has no lesion mask
 * @param measuredLung lung with lesion
 * @param measuredLesion lesion
 * @param spacing of the grid
 * @param pixels the slices as pictures
 * @param warnings what the pipeline says of the series
 */
record SegmentedCase(
    List<Mask> referenceLung,
    List<Mask> referenceLesion,
    List<Mask> measuredLung,
    List<Mask> measuredLesion,
    Spacing spacing,
    Pixels pixels,
    List<Warning> warnings) {

  /** Slices for the eye. */
  interface Pixels {
    /** Grey value 0 to 255 of a voxel. */
    int grey(int slice, int index);
  }

  /** A mask and the slice of it that is meant. */
  record Plane(Mask mask, int slice) {
    boolean get(int row, int column) {
      return mask.get(slice, row, column);
    }
  }

  SegmentedCase {
    Objects.requireNonNull(measuredLung, "measuredLung");
    Objects.requireNonNull(measuredLesion, "measuredLesion");
    warnings = List.copyOf(warnings);
    for (List<Mask> masks :
        java.util.Arrays.asList(referenceLung, referenceLesion, measuredLesion)) {
      if (masks == null) {
        continue;
      }
      if (masks.size() != measuredLung.size()) {
        throw new IllegalArgumentException(
            masks.size() + " masks beside " + measuredLung.size() + " masks");
      }
      for (int i = 0; i < masks.size(); i++) {
        masks.get(i).requireSameGrid(measuredLung.get(i));
      }
    }
  }

  /** Slices of the case. */
  int slices() {
    return measuredLung.stream().mapToInt(Mask::slices).sum();
  }

  /** Slice k of the case in one of its lists of masks. */
  Plane plane(List<Mask> masks, int k) {
    return spacing.planar() ? new Plane(masks.get(k), 0) : new Plane(masks.get(0), k);
  }

  /** Where the reference has a lung mask: with the lesion, as the product counts it. */
  static List<Mask> lungWithLesion(List<Mask> lung, List<Mask> lesion) {
    if (lung == null || lesion == null) {
      return lung;
    }
    return java.util.stream.IntStream.range(0, lung.size())
        .mapToObj(i -> lung.get(i).union(lesion.get(i)))
        .toList();
  }
}
