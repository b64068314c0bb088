// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.Timings;
import io.hounsfield.domain.Warning;
import io.hounsfield.service.SoftwareVersion;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Everything that came out of one series.
 *
 * @param series what the images say
 * @param ct the volume, HU
 * @param lungs 1 right lung, 2 left lung
 * @param lesions 1 ground glass, 2 consolidation
 * @param regions the measurements
 * @param warnings what a reader must know
 * @param model the network
 * @param overview overview picture, PNG
 * @param timings time per stage
 */
public record AnalysisOutcome(
    SeriesDescription series,
    CtVolume ct,
    LabelMap lungs,
    LabelMap lesions,
    Map<Region, RegionMeasurements> regions,
    List<Warning> warnings,
    ModelIdentity model,
    byte[] overview,
    Timings timings) {

  /**
   * The report on this outcome.
   *
   * @param latencyAfterReleaseMs from the association's release until now, ms, or {@code null}
   */
  public QuantificationReport report(
      String analysisId, int version, Instant createdAt, Double latencyAfterReleaseMs) {
    return new QuantificationReport(
        analysisId,
        version,
        createdAt,
        series,
        ct.geometry(),
        regions,
        warnings,
        model,
        SoftwareVersion.get(),
        timings,
        latencyAfterReleaseMs);
  }
}
