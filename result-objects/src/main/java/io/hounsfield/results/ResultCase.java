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
 * @param predecessorVersion the version of the same analysis whose results these replace, 0 where
 *     there are none
 */
public record ResultCase(
    QuantificationReport report,
    SourceImages source,
    CtVolume ct,
    LabelMap lungs,
    LabelMap lesions,
    byte[] overview,
    int predecessorVersion) {

  public ResultCase {
    Objects.requireNonNull(report, "report");
    Objects.requireNonNull(overview, "overview");
    if (source.frames().size() != ct.geometry().slices()) {
      throw new IllegalArgumentException(
          "volume has " + ct.geometry().slices() + " slices, source " + source.frames().size());
    }
    if (!lungs.geometry().equals(ct.geometry()) || !lesions.geometry().equals(ct.geometry())) {
      throw new IllegalArgumentException("CT and label maps are not on the same grid");
    }
    if (predecessorVersion < 0 || predecessorVersion >= report.version()) {
      throw new IllegalArgumentException(
          "version %d cannot replace version %d".formatted(report.version(), predecessorVersion));
    }
  }

  /** The first results of an analysis. */
  public ResultCase(
      QuantificationReport report,
      SourceImages source,
      CtVolume ct,
      LabelMap lungs,
      LabelMap lesions,
      byte[] overview) {
    this(report, source, ct, lungs, lesions, overview, 0);
  }
}
