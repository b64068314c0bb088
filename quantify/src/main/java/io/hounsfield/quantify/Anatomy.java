// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.Warning;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Lungs and opacities on the grid of the CT.
 *
 * @param lungs 0 elsewhere, 1 right lung, 2 left lung ({@link Segment#LUNGS}); opacities are part
 *     of the lungs, trachea and main bronchi are not; all 0 where no lung was found
 * @param lesions 0 elsewhere, 1 ground glass, 2 consolidation ({@link Segment#LESIONS}); within the
 *     lungs only
 * @param warnings what a reader must know before trusting numbers from these maps, in a fixed
 *     order, may be empty
 * @param implausible why nothing must be reported although lungs were found; empty where it may
 */
public record Anatomy(
    LabelMap lungs, LabelMap lesions, List<Warning> warnings, Optional<Implausible> implausible) {
  public Anatomy {
    Objects.requireNonNull(lungs, "lungs");
    Objects.requireNonNull(lesions, "lesions");
    Objects.requireNonNull(implausible, "implausible");
    warnings = List.copyOf(warnings);
  }
}
