// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.SliceEvidence;
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
 * @param sources where the slices of {@code ct} came from, in its order; empty where they did not
 *     come from DICOM instances
 * @param regions the measurements
 * @param confidence how far the opacity percentage may be off
 * @param warnings what a reader must know
 * @param evidence how sure the network is of each slice, in the order of {@code ct}'s slices; empty
 *     where the network does not say
 * @param model the network
 * @param overview overview picture, PNG
 * @param timings time per stage
 */
public record AnalysisOutcome(
    SeriesDescription series,
    CtVolume ct,
    LabelMap lungs,
    LabelMap lesions,
    List<SourceSlice> sources,
    Map<Region, RegionMeasurements> regions,
    Confidence confidence,
    List<Warning> warnings,
    List<SliceEvidence> evidence,
    ModelIdentity model,
    byte[] overview,
    Timings timings) {

  public AnalysisOutcome {
    evidence = List.copyOf(evidence);
    sources = List.copyOf(sources);
  }

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
        confidence,
        warnings,
        model,
        SoftwareVersion.get(),
        timings,
        latencyAfterReleaseMs);
  }
}
