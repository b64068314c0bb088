// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One version of the report on one series.
 *
 * @param analysisId identifier of the analysis, a UUID
 * @param version 1 for the first report on the series, then counting up as instances come late
 * @param createdAt when the report was made
 * @param series what the images say
 * @param geometry the grid of the CT and of the label maps
 * @param regions measurements of every {@link Region}
 * @param confidence how far the opacity percentage may be off
 * @param warnings what a reader must know, may be empty
 * @param model the network
 * @param softwareVersion version of Hounsfield
 * @param timings time per stage
 * @param latencyAfterReleaseMs from the release of the (last) association to this report, ms;
 *     {@code null} where there was no association
 */
public record QuantificationReport(
    String analysisId,
    int version,
    Instant createdAt,
    SeriesDescription series,
    VolumeGeometry geometry,
    Map<Region, RegionMeasurements> regions,
    Confidence confidence,
    List<Warning> warnings,
    ModelIdentity model,
    String softwareVersion,
    Timings timings,
    Double latencyAfterReleaseMs) {

  public QuantificationReport {
    Objects.requireNonNull(analysisId, "analysisId");
    Objects.requireNonNull(series, "series");
    Objects.requireNonNull(geometry, "geometry");
    regions = java.util.Collections.unmodifiableMap(new EnumMap<>(regions));
    for (Region region : Region.values()) {
      if (regions.get(region) == null) {
        throw new IllegalArgumentException("no measurements of " + region.key());
      }
    }
    Objects.requireNonNull(confidence, "confidence");
    warnings = List.copyOf(warnings);
  }
}
