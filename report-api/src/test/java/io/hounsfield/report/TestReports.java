// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.Timings;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.Warning;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reports for tests. */
public final class TestReports {

  public static final String ID = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";

  private TestReports() {}

  /** Disease in the right lung only, so the left lung has opacity values that are not measured. */
  public static QuantificationReport rightSided() {
    return rightSided(ID, 1, "Chen^Wei=陈^伟");
  }

  public static QuantificationReport rightSided(String id, int version, String patientName) {
    Map<Region, RegionMeasurements> regions = new EnumMap<>(Region.class);
    regions.put(
        Region.BOTH_LUNGS,
        measurements(4210.4375, 520.25, 12.3561, 41.5, 0.98565, -765.25, 168.1, -512.75, 190.3));
    regions.put(
        Region.RIGHT_LUNG,
        measurements(2310.1875, 520.25, 22.51981, 41.5, 1.79639, -731.5, 190.6, -512.75, 190.3));
    regions.put(
        Region.LEFT_LUNG,
        measurements(1900.25, 0, 0, 0.0, 0, -806.8125, 121.4, Double.NaN, Double.NaN));
    Map<String, Double> stages = new LinkedHashMap<>();
    stages.put("decode", 812.5);
    stages.put("segment", 4310.0625);
    stages.put("anatomy", 210.4);
    return new QuantificationReport(
        id,
        version,
        Instant.parse("2026-01-31T08:15:46.480Z"),
        series(patientName),
        new VolumeGeometry(
            512,
            512,
            300,
            0.703125,
            0.703125,
            1.25,
            new Vec3(-179.6484375, -179.6484375, -1024.1),
            new Vec3(1, 0, 0),
            new Vec3(0, 1, 0)),
        regions,
        new Confidence.Stated(
            Confidence.Level.MEDIUM,
            2.375,
            0.9,
            12.75,
            1.25,
            "The error at this spread was not larger in 90 % of 16 cases (cross-validation)."),
        List.of(
            new Warning(
                "lungs-cut-off",
                "The scan starts inside the lungs: the first slice holds 84 cm2 of lung. What lies"
                    + " above it is not measured.")),
        new ModelIdentity(
            "lung-lesion-unet",
            "0.1.0",
            "bf16",
            "cpu",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        "0.1.0",
        new Timings(stages),
        640.25);
  }

  /** The same report on another grid. */
  public static QuantificationReport on(QuantificationReport r, VolumeGeometry geometry) {
    return new QuantificationReport(
        r.analysisId(),
        r.version(),
        r.createdAt(),
        r.series(),
        geometry,
        r.regions(),
        r.confidence(),
        r.warnings(),
        r.model(),
        r.softwareVersion(),
        r.timings(),
        r.latencyAfterReleaseMs());
  }

  private static SeriesDescription series(String patientName) {
    return new SeriesDescription(
        "2.25.1001",
        "2.25.1002",
        "2.25.1003",
        patientName,
        "PH-1",
        "19610504",
        "F",
        null,
        "20260131",
        "081500.25",
        "CT Chest",
        "Lung 1.25",
        "2",
        "Hounsfield",
        "Phantom",
        null,
        null,
        1.25,
        120.0);
  }

  /** In the order of {@link Quantity}; NaN stands for not measured. */
  public static RegionMeasurements measurements(double... values) {
    Map<Quantity, Measurement> map = new EnumMap<>(Quantity.class);
    for (Quantity quantity : Quantity.values()) {
      double value = values[quantity.ordinal()];
      map.put(
          quantity,
          Double.isNaN(value)
              ? Measurement.notMeasured("There is no opacity in this region.")
              : Measurement.of(value));
    }
    return new RegionMeasurements(map);
  }
}
