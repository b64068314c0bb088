// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import java.util.BitSet;
import java.util.List;

/** What the layouts of volumes have in common: from the pipeline's outcome to masks. */
final class VolumeCases {

  /** Window in which CT is shown: level and width, HU. */
  private static final int LEVEL = -600;

  private static final int WIDTH = 1500;

  private VolumeCases() {}

  /** A series of which nothing is known. */
  static final SeriesDescription UNKNOWN =
      new SeriesDescription(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null, null, null);

  /**
   * @param lung reference, or {@code null}
   * @param lesion reference, or {@code null}
   */
  static SegmentedCase compared(AnalysisOutcome outcome, Mask lung, Mask lesion) {
    List<Mask> lungs = lung == null ? null : List.of(lung);
    List<Mask> lesions = lesion == null ? null : List.of(lesion);
    CtVolume ct = outcome.ct();
    return new SegmentedCase(
        SegmentedCase.lungWithLesion(lungs, lesions),
        lesions,
        List.of(mask(outcome.lungs())),
        List.of(mask(outcome.lesions())),
        Spacing.of(ct.geometry()),
        (slice, index) -> grey(ct.slice(slice)[index]),
        outcome.warnings());
  }

  /** Every label but background. */
  static Mask mask(LabelMap labels) {
    int rows = labels.geometry().rows();
    int columns = labels.geometry().columns();
    Mask mask = Mask.empty(rows, columns, labels.geometry().slices());
    for (int k = 0; k < mask.slices(); k++) {
      byte[] slice = labels.slice(k);
      BitSet plane = mask.planes()[k];
      for (int i = 0; i < slice.length; i++) {
        if (slice[i] != 0) {
          plane.set(i);
        }
      }
    }
    return mask;
  }

  /** Grey value in the lung window. */
  static int grey(short hu) {
    return Math.max(0, Math.min(255, (hu - LEVEL + WIDTH / 2) * 255 / WIDTH));
  }
}
