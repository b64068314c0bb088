// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import java.math.BigInteger;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a perfect measurement of a phantom gives: plain counting over its true labels. For a series
 * with a geometry fault it describes the volume before the fault.
 */
public final class Truth {

  private final Phantom phantom;
  private final Map<Region, RegionMeasurements> regions;

  private Truth(Phantom phantom, Map<Region, RegionMeasurements> regions) {
    this.phantom = phantom;
    this.regions = regions;
  }

  /** Counts. */
  public static Truth of(Phantom phantom) {
    Map<Region, RegionMeasurements> regions = new EnumMap<>(Region.class);
    for (Region region : Region.values()) {
      regions.put(region, measure(phantom, region));
    }
    return new Truth(phantom, regions);
  }

  /** The true values, by region. */
  public Map<Region, RegionMeasurements> regions() {
    return new EnumMap<>(regions);
  }

  private static RegionMeasurements measure(Phantom phantom, Region region) {
    Sums all = new Sums();
    Sums opacity = new Sums();
    long high = 0;
    VolumeGeometry g = phantom.ct().geometry();
    for (int k = 0; k < g.slices(); k++) {
      short[] hu = phantom.ct().slice(k);
      byte[] lungs = phantom.lungs().slice(k);
      byte[] lesions = phantom.lesions().slice(k);
      for (int i = 0; i < hu.length; i++) {
        boolean inside =
            switch (region) {
              case BOTH_LUNGS -> lungs[i] != 0;
              case RIGHT_LUNG -> lungs[i] == 1;
              case LEFT_LUNG -> lungs[i] == 2;
            };
        if (inside) {
          all.add(hu[i]);
          if (lesions[i] != 0) {
            opacity.add(hu[i]);
            if (hu[i] >= RegionMeasurements.HIGH_OPACITY_HU) {
              high++;
            }
          }
        }
      }
    }
    Map<Quantity, Measurement> m = new EnumMap<>(Quantity.class);
    double voxel = g.voxelVolumeMl();
    if (all.n == 0) {
      for (Quantity q : Quantity.values()) {
        m.put(q, Measurement.notMeasured("no lung in this region"));
      }
      return new RegionMeasurements(m);
    }
    m.put(Quantity.VOLUME, Measurement.of(all.n * voxel));
    m.put(Quantity.OPACITY_VOLUME, Measurement.of(opacity.n * voxel));
    m.put(Quantity.OPACITY_PERCENT, Measurement.of(100.0 * opacity.n / all.n));
    m.put(Quantity.HIGH_OPACITY_VOLUME, Measurement.of(high * voxel));
    m.put(Quantity.HIGH_OPACITY_PERCENT, Measurement.of(100.0 * high / all.n));
    m.put(Quantity.MEAN_HU, Measurement.of(all.mean()));
    m.put(Quantity.SD_HU, Measurement.of(all.sd()));
    if (opacity.n == 0) {
      m.put(Quantity.MEAN_HU_OPACITY, Measurement.notMeasured("no opacity in this region"));
      m.put(Quantity.SD_HU_OPACITY, Measurement.notMeasured("no opacity in this region"));
    } else {
      m.put(Quantity.MEAN_HU_OPACITY, Measurement.of(opacity.mean()));
      m.put(Quantity.SD_HU_OPACITY, Measurement.of(opacity.sd()));
    }
    return new RegionMeasurements(m);
  }

  /** Exact integer sums. */
  private static final class Sums {
    private long n;
    private long sum;
    private long squares;

    void add(int hu) {
      n++;
      sum += hu;
      squares += (long) hu * hu;
    }

    double mean() {
      return (double) sum / n;
    }

    double sd() {
      // Exact up to the root: the products do not fit a long.
      BigInteger spread =
          BigInteger.valueOf(n)
              .multiply(BigInteger.valueOf(squares))
              .subtract(BigInteger.valueOf(sum).pow(2));
      return Math.sqrt(spread.doubleValue()) / n;
    }
  }

  /** {@code truth.json}, UTF-8. */
  public byte[] json() {
    PhantomOptions o = phantom.options();
    VolumeGeometry g = phantom.ct().geometry();
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("seed", o.seed());
    options.put("slices", g.slices());
    options.put("thicknessMm", phantom.thicknessMm());
    options.put("spacingMm", g.sliceSpacingMm());
    options.put("opacityPercent", o.opacityPercent());
    options.put("kind", o.kind().key());
    options.put("fault", o.fault().key());
    options.put("position", o.position().name());
    options.put("transferSyntax", o.transferSyntax().uid());
    options.put("contrastAgent", o.contrastAgent());
    options.put("kernel", o.kernel().key());
    options.put("noiseHu", o.noiseHu());
    if (!o.extras().equals(PhantomExtras.NONE)) {
      options.putAll(extras(o.extras()));
    }

    Map<String, Object> geometry = new LinkedHashMap<>();
    geometry.put("columns", g.columns());
    geometry.put("rows", g.rows());
    geometry.put("slices", g.slices());
    geometry.put("columnSpacingMm", g.columnSpacingMm());
    geometry.put("rowSpacingMm", g.rowSpacingMm());
    geometry.put("sliceSpacingMm", g.sliceSpacingMm());
    geometry.put("origin", numbers(g.origin()));
    geometry.put("rowDirection", numbers(g.rowDirection()));
    geometry.put("columnDirection", numbers(g.columnDirection()));

    Map<String, Object> values = new LinkedHashMap<>();
    for (Region region : Region.values()) {
      Map<String, Object> row = new LinkedHashMap<>();
      for (Quantity q : Quantity.values()) {
        row.put(
            q.key(), regions.get(region).get(q) instanceof Measurement.Value v ? v.value() : null);
      }
      values.put(region.key(), row);
    }
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("generator", "Hounsfield phantom");
    root.put("seriesInstanceUid", PhantomWriter.seriesInstanceUid(o));
    root.put("options", options);
    root.put("geometry", geometry);
    root.put("regions", values);
    try {
      return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of numbers and strings always encode", e);
    }
  }

  private static Map<String, Object> extras(PhantomExtras e) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("effusion", e.effusion().key());
    out.put("effusionPercent", e.effusionPercent());
    out.put("emphysemaPercent", e.emphysemaPercent());
    out.put("nodules", e.nodules());
    out.put("inflation", e.inflation().key());
    out.put("size", e.size().key());
    out.put("armsDown", e.armsDown());
    out.put("bowelGas", e.bowelGas());
    out.put("motionMm", e.motionMm());
    out.put("lowDose", e.lowDose());
    out.put("aboveMm", e.aboveMm());
    out.put("belowMm", e.belowMm());
    return out;
  }

  private static double[] numbers(Vec3 v) {
    return new double[] {v.x() + 0.0, v.y() + 0.0, v.z() + 0.0};
  }
}
