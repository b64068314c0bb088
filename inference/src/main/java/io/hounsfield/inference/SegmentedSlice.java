// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import io.hounsfield.domain.SliceEvidence;
import java.util.Objects;
import java.util.Optional;

/**
 * What a network found in one slice.
 *
 * @param labels {@link SegmentationModel#BACKGROUND}, {@link SegmentationModel#LUNG} and {@link
 *     SegmentationModel#LESION}, {@code [row * columns + column]}
 * @param evidence how sure it is of them, if the network says so
 */
public record SegmentedSlice(byte[] labels, Optional<SliceEvidence> evidence) {
  public SegmentedSlice {
    Objects.requireNonNull(labels, "labels");
    Objects.requireNonNull(evidence, "evidence");
  }
}
