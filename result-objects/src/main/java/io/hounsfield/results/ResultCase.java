// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.QuantificationReport;
import java.util.Objects;

/**
 * All that results are made of.
 *
 * @param source the images, one {@link SourceImages.Frame} for each slice of {@code ct}
 * @param ct the volume in HU
 * @param lungs label map of {@link io.hounsfield.domain.Segment#LUNGS} on the grid of {@code ct}
 * @param lesions label map of {@link io.hounsfield.domain.Segment#LESIONS}, the same grid
 * @param overview the overview picture, PNG
 */
public record ResultCase(
    QuantificationReport report,
    SourceImages source,
    CtVolume ct,
    LabelMap lungs,
    LabelMap lesions,
    byte[] overview) {

  public ResultCase {
    Objects.requireNonNull(report, "report");
    Objects.requireNonNull(lungs, "lungs");
    Objects.requireNonNull(lesions, "lesions");
    Objects.requireNonNull(overview, "overview");
    if (source.frames().size() != ct.geometry().slices()) {
      throw new IllegalArgumentException(
          "volume has " + ct.geometry().slices() + " slices, source " + source.frames().size());
    }
  }
}
