// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.Vec3;
import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.inference.ModelRegistry;
import io.hounsfield.inference.SegmentationModel;
import io.hounsfield.preprocess.RefusalReason;
import io.hounsfield.preprocess.SeriesRefusedException;
import io.hounsfield.preprocess.Slice;
import io.hounsfield.preprocess.SliceHeader;
import io.hounsfield.service.pipeline.SegmentationStage;
import io.hounsfield.service.pipeline.SeriesAnalysis;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Series that are no chest, through the network and all that follows: refused with the reason. */
class NoChestTest {

  private static final int SIDE = 256;
  private static final double PIXEL_MM = 1.4;
  private static final double SLICE_MM = 5;
  private static final int SLICES = 40;

  private static SegmentationStage stage;

  /** HU of a point, mm: x to the left and y to the back from the middle, z from the feet. */
  private interface Body {
    double hu(double x, double y, double z);
  }

  @BeforeAll
  static void load() throws Exception {
    stage =
        new SegmentationStage(
            SegmentationModel.load(
                ModelRegistry.open(TestService.root().resolve("models")).find("lung-lesion-unet"),
                InferenceOptions.defaults()));
  }

  @AfterAll
  static void close() {
    if (stage != null) {
      stage.close();
    }
  }

  private static String refusal(Body body, double noiseHu) throws Exception {
    SeriesAnalysis analysis = new SeriesAnalysis(stage);
    Random random = new Random(20260131);
    SeriesDescription nothing =
        new SeriesDescription(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null,
            null, null, null, null, null);
    for (int k = 0; k < SLICES; k++) {
      short[] hu = new short[SIDE * SIDE];
      for (int i = 0; i < hu.length; i++) {
        double x = (i % SIDE - (SIDE - 1) / 2.0) * PIXEL_MM;
        double y = (i / SIDE - (SIDE - 1) / 2.0) * PIXEL_MM;
        double h = body.hu(x, y, k * SLICE_MM) + noiseHu * random.nextGaussian();
        hu[i] = (short) Math.max(-1024, Math.min(3071, Math.round(h)));
      }
      SliceHeader header =
          new SliceHeader(
              "2.25." + (k + 1),
              0,
              k + 1,
              1,
              null,
              null,
              SIDE,
              SIDE,
              new Vec3(0, 0, k * SLICE_MM),
              new Vec3(1, 0, 0),
              new Vec3(0, 1, 0),
              PIXEL_MM,
              PIXEL_MM,
              SLICE_MM,
              null,
              List.of("ORIGINAL", "PRIMARY", "AXIAL"),
              "2.25.1");
      analysis.accept(new Slice(header, hu), nothing, List.of());
    }
    SeriesRefusedException e = assertThrows(SeriesRefusedException.class, analysis::finish);
    Set<RefusalReason> reasons =
        Set.of(RefusalReason.NO_LUNGS, RefusalReason.NOT_CHEST, RefusalReason.IMPLAUSIBLE_LUNGS);
    assertTrue(reasons.contains(e.reason()), e.reason() + ": " + e.getMessage());
    return e.reason().code();
  }

  private static boolean within(double x, double y, double rx, double ry) {
    return x * x / (rx * rx) + y * y / (ry * ry) < 1;
  }

  private static boolean ball(double x, double y, double z, double rx, double ry, double rz) {
    return x * x / (rx * rx) + y * y / (ry * ry) + z * z / (rz * rz) < 1;
  }

  @Test
  void nothingButAir() throws Exception {
    assertEquals("no-lungs", refusal((x, y, z) -> -1000, 15));
  }

  @Test
  void padding() throws Exception {
    assertEquals("no-lungs", refusal((x, y, z) -> -1024, 0));
  }

  @Test
  void waterPhantomOnATable() throws Exception {
    assertEquals(
        "no-lungs",
        refusal(
            (x, y, z) ->
                within(x, y, 100, 100) ? 0 : y > 110 && y < 114 && Math.abs(x) < 160 ? 200 : -1000,
            10));
  }

  /** Skull, brain, nasal cavity and the paranasal sinuses. */
  @Test
  void head() throws Exception {
    refusal(
        (x, y, z) -> {
          if (!within(x, y, 78, 96)) {
            return -1000;
          }
          if (!within(x, y, 74, 92)) {
            return 30;
          }
          if (!within(x, y, 67, 85)) {
            return 1000;
          }
          boolean maxillary = ball(Math.abs(x) - 32, y + 55, z - 60, 14, 17, 18);
          boolean nose = Math.abs(x) < 8 && y < -40 && y > -80 && Math.abs(z - 60) < 25;
          boolean frontal = ball(Math.abs(x) - 15, y + 72, z - 110, 12, 8, 14);
          boolean cells =
              y > 10 && y < 35 && Math.abs(Math.abs(x) - 55) < 9 && Math.abs(z - 60) < 15;
          if (maxillary || nose || frontal) {
            return -1000;
          }
          return cells ? ((int) (x / 3) + (int) (y / 3) + (int) (z / 3)) % 2 == 0 ? -900 : 600 : 35;
        },
        8);
  }

  /** Liver, spine and bowel with gas, stool and walls; no lung. */
  @Test
  void abdomen() throws Exception {
    refusal(
        (x, y, z) -> {
          if (!within(x, y, 165, 115)) {
            return -1000;
          }
          if (!within(x, y, 150, 100)) {
            return -100;
          }
          if (within(x, y - 60, 22, 20)) {
            return 250;
          }
          boolean stomach = ball(x - 70, y + 45, z - 160, 45, 25, 30);
          boolean ascending = within(Math.abs(x) - 110, y - 10, 22, 22);
          boolean transverse = within(y + 70, z - 110, 18, 18) && Math.abs(x) < 100;
          if (stomach || transverse) {
            return -1000;
          }
          if (ascending) {
            return y < 8 ? -980 : Math.sin(x) * Math.sin(y) * Math.sin(z / 3) > 0.3 ? -700 : 0;
          }
          return x < 0 && z > 80 ? 60 : 40;
        },
        12);
  }

  @Test
  void legs() throws Exception {
    refusal(
        (x, y, z) -> {
          double a = Math.abs(x) - 85;
          return within(a, y, 14, 14)
              ? within(a, y, 8, 8) ? 0 : 1300
              : within(a, y, 60, 65) ? 50 : within(a, y, 75, 80) ? -100 : -1000;
        },
        12);
  }

  @Test
  void noise() throws Exception {
    refusal((x, y, z) -> -200, 600);
  }

  @Test
  void noiseAboutTheDensityOfLung() throws Exception {
    refusal((x, y, z) -> within(x, y, 150, 100) ? -750 : -1000, 500);
  }

  @Test
  void foam() throws Exception {
    refusal((x, y, z) -> within(x, y, 140, 100) ? -850 : -1000, 15);
  }
}
