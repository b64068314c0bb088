// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Uid;
import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.Timings;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.quantify.Anatomy;
import io.hounsfield.quantify.LungAnatomy;
import io.hounsfield.quantify.Quantifier;
import io.hounsfield.report.OverviewRenderer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Runs what comes after the last slice over a small made-up chest, so that the first patient after
 * a start does not wait for class loading and the just-in-time compiler. Nothing of it is kept.
 */
public final class WarmUp {
  private static final int SIDE = 256;
  private static final int SLICES = 48;
  private static final int ROUNDS = 4;
  private static final short AIR = -1000;
  private static final short TISSUE = 40;
  private static final short PARENCHYMA = -850;
  private static final short OPACITY = -400;

  private WarmUp() {}

  /**
   * Takes about a second of one processor.
   *
   * @return what it found in the made-up chest, of no patient
   */
  public static AnalysisOutcome run() {
    VolumeGeometry geometry =
        new VolumeGeometry(
            SIDE,
            SIDE,
            SLICES,
            1.4,
            1.4,
            6,
            new Vec3(-180, -180, 0),
            new Vec3(1, 0, 0),
            new Vec3(0, 1, 0));
    short[][] hu = new short[SLICES][SIDE * SIDE];
    byte[][] labels = new byte[SLICES][SIDE * SIDE];
    for (int k = 0; k < SLICES; k++) {
      fill(hu[k], labels[k], k);
    }
    CtVolume ct = new CtVolume(geometry, hu);
    Anatomy anatomy = null;
    Map<Region, RegionMeasurements> regions = Map.of();
    byte[] picture = {};
    for (int round = 0; round < ROUNDS; round++) {
      anatomy = LungAnatomy.refine(ct, labels);
      regions = Quantifier.measure(ct, anatomy.lungs(), anatomy.lesions());
      picture = OverviewRenderer.render(ct, anatomy.lungs(), anatomy.lesions());
      if (picture.length == 0) {
        throw new IllegalStateException("the warm-up made no picture");
      }
    }
    return outcome(ct, anatomy, regions, picture);
  }

  private static AnalysisOutcome outcome(
      CtVolume ct, Anatomy anatomy, Map<Region, RegionMeasurements> regions, byte[] picture) {
    SeriesDescription series =
        new SeriesDescription(
            Uid.derive("warm-up", "study"),
            Uid.derive("warm-up", "series"),
            Uid.derive("warm-up", "frame of reference"),
            "Warm^Up",
            "WARM-UP",
            null,
            null,
            null,
            "20260101",
            "120000",
            null,
            null,
            "1",
            null,
            null,
            null,
            null,
            6.0,
            null);
    List<SourceSlice> sources = new ArrayList<>();
    for (int k = 0; k < SLICES; k++) {
      sources.add(
          new SourceSlice(
              Path.of("none"),
              SopClass.CT_IMAGE_STORAGE,
              Uid.derive("warm-up", "image", Integer.toString(k)),
              0,
              new Vec3(-180, -180, 6.0 * k)));
    }
    return new AnalysisOutcome(
        series,
        ct,
        anatomy.lungs(),
        anatomy.lesions(),
        sources,
        regions,
        new Confidence.NotStated("There is no network in this."),
        List.of(),
        List.of(),
        new ModelIdentity("warm-up", "1", "none", "cpu", "0".repeat(64)),
        picture,
        new Timings(Map.of()));
  }

  /** An ellipse of tissue with two ellipsoid lungs, one of them with a ball of opacity. */
  private static void fill(short[] hu, byte[] labels, int slice) {
    Arrays.fill(hu, AIR);
    double z = (slice - SLICES / 2.0) / (SLICES * 0.45);
    for (int row = 0; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        double x = (column - SIDE / 2.0) / SIDE;
        double y = (row - SIDE / 2.0) / SIDE;
        int i = row * SIDE + column;
        if (sq(x / 0.45) + sq(y / 0.32) < 1) {
          hu[i] = TISSUE;
        }
        double lung = sq((Math.abs(x) - 0.2) / 0.14) + sq(y / 0.22) + sq(z);
        if (lung < 1) {
          boolean opacity = sq((x + 0.22) / 0.06) + sq((y - 0.08) / 0.06) + sq(z / 0.3) < 1;
          hu[i] = opacity ? OPACITY : PARENCHYMA;
          labels[i] = (byte) (opacity ? 2 : 1);
        }
      }
    }
  }

  private static double sq(double v) {
    return v * v;
  }
}
