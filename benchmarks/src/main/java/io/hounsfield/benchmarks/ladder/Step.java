// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.ladder;

import io.hounsfield.phantom.LesionKind;
import io.hounsfield.phantom.PhantomOptions;
import java.util.Locale;

/**
 * One phantom to measure.
 *
 * @param kind of the lesions; {@link LesionKind#MIXED} where there are none, so that all kinds
 *     share the phantom without lesions
 * @param percent share of the lungs that is lesion, %
 * @param seed the patient
 * @param matrix rows and columns
 * @param spacingMm distance between slices, mm
 */
record Step(LesionKind kind, double percent, Scan scan, long seed, int matrix, double spacingMm) {

  Step {
    kind = percent == 0 ? LesionKind.MIXED : kind;
  }

  /** Names the step in the file of what was measured. */
  String key() {
    return String.format(
        Locale.ROOT,
        "%s %s%% %s, seed %d, %dx%d, %s mm",
        percent == 0 ? "none" : kind.key(),
        Scan.number(percent),
        scan.title(),
        seed,
        matrix,
        matrix,
        Scan.number(spacingMm));
  }

  PhantomOptions options() {
    return PhantomOptions.builder()
        .seed(seed)
        .kind(kind)
        .opacityPercent(percent)
        .thicknessMm(scan.thicknessMm())
        .spacingMm(spacingMm)
        .noiseHu(scan.noiseHu())
        .kernel(scan.kernel())
        .matrix(matrix)
        .build();
  }
}
