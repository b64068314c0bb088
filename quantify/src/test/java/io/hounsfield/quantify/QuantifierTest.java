// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantifierTest {

  private static VolumeGeometry geometry(int columns, int rows, int slices) {
    return new VolumeGeometry(
        columns,
        rows,
        slices,
        0.7,
        0.8,
        1.25,
        new Vec3(0, 0, 0),
        new Vec3(1, 0, 0),
        new Vec3(0, 1, 0));
  }

  private record Case(CtVolume ct, LabelMap lungs, LabelMap lesions) {
    Map<Region, RegionMeasurements> measure() {
      return Quantifier.measure(ct, lungs, lesions);
    }
  }

  private static Case of(VolumeGeometry g, short[][] hu, byte[][] lungs, byte[][] lesions) {
    return new Case(
        new CtVolume(g, hu),
        new LabelMap(g, lungs, Segment.LUNGS),
        new LabelMap(g, lesions, Segment.LESIONS));
  }

  /** One slice of one row. */
  private static Case row(int[] hu, int[] lungs, int[] lesions) {
    short[][] h = new short[1][hu.length];
    byte[][] a = new byte[1][hu.length];
    byte[][] b = new byte[1][hu.length];
    for (int i = 0; i < hu.length; i++) {
      h[0][i] = (short) hu[i];
      a[0][i] = (byte) lungs[i];
      b[0][i] = (byte) lesions[i];
    }
    return of(geometry(hu.length, 1, 1), h, a, b);
  }

  private static Case random(long seed) {
    Random random = new Random(seed);
    VolumeGeometry g =
        geometry(1 + random.nextInt(40), 1 + random.nextInt(20), 1 + random.nextInt(12));
    short[][] hu = new short[g.slices()][g.sliceLength()];
    byte[][] lungs = new byte[g.slices()][g.sliceLength()];
    byte[][] lesions = new byte[g.slices()][g.sliceLength()];
    for (int k = 0; k < g.slices(); k++) {
      for (int i = 0; i < g.sliceLength(); i++) {
        hu[k][i] = (short) random.nextInt();
        lungs[k][i] = (byte) (random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0);
        lesions[k][i] = (byte) random.nextInt(3);
      }
    }
    return of(g, hu, lungs, lesions);
  }

  private static double value(Map<Region, RegionMeasurements> m, Region region, Quantity q) {
    return assertInstanceOf(Measurement.Value.class, m.get(region).get(q)).value();
  }

  private static String reason(Map<Region, RegionMeasurements> m, Region region, Quantity q) {
    return assertInstanceOf(Measurement.NotMeasured.class, m.get(region).get(q)).reason();
  }

  @Test
  void formulasOnNumbersDoneByHand() {
    // Right lung: -800, -600, -200 (high opacity), -201 (ground glass). Left: -700. Voxel 0.7 µL.
    Map<Region, RegionMeasurements> m =
        row(
                new int[] {-800, -600, -200, -201, -700, 40, 50},
                new int[] {1, 1, 1, 1, 2, 0, 0},
                new int[] {0, 0, 1, 2, 0, 2, 0})
            .measure();
    assertEquals(4 * 0.7e-3, value(m, Region.RIGHT_LUNG, Quantity.VOLUME), 1e-15);
    assertEquals(5 * 0.7e-3, value(m, Region.BOTH_LUNGS, Quantity.VOLUME), 1e-15);
    assertEquals(2 * 0.7e-3, value(m, Region.RIGHT_LUNG, Quantity.OPACITY_VOLUME), 1e-15);
    assertEquals(50.0, value(m, Region.RIGHT_LUNG, Quantity.OPACITY_PERCENT));
    assertEquals(40.0, value(m, Region.BOTH_LUNGS, Quantity.OPACITY_PERCENT));
    assertEquals(25.0, value(m, Region.RIGHT_LUNG, Quantity.HIGH_OPACITY_PERCENT));
    assertEquals(0.7e-3, value(m, Region.RIGHT_LUNG, Quantity.HIGH_OPACITY_VOLUME), 1e-15);
    assertEquals(-1801 / 4.0, value(m, Region.RIGHT_LUNG, Quantity.MEAN_HU), 1e-12);
    assertEquals(-200.5, value(m, Region.RIGHT_LUNG, Quantity.MEAN_HU_OPACITY), 1e-12);
    assertEquals(0.5, value(m, Region.RIGHT_LUNG, Quantity.SD_HU_OPACITY), 1e-12);
    assertEquals(0.0, value(m, Region.LEFT_LUNG, Quantity.SD_HU));
  }

  @Test
  void noOpacityIsZeroButItsHuIsNotMeasured() {
    Map<Region, RegionMeasurements> m =
        row(new int[] {-800, -700}, new int[] {1, 2}, new int[] {0, 0}).measure();
    for (Region region : Region.values()) {
      assertEquals(0.0, value(m, region, Quantity.OPACITY_VOLUME));
      assertEquals(0.0, value(m, region, Quantity.OPACITY_PERCENT));
      assertEquals(0.0, value(m, region, Quantity.HIGH_OPACITY_VOLUME));
      assertEquals(0.0, value(m, region, Quantity.HIGH_OPACITY_PERCENT));
      assertTrue(reason(m, region, Quantity.MEAN_HU_OPACITY).contains("no opacity"));
      assertTrue(reason(m, region, Quantity.SD_HU_OPACITY).contains("no opacity"));
    }
  }

  @Test
  void absentLungIsNotMeasuredNeverZero() {
    Map<Region, RegionMeasurements> m =
        row(new int[] {-800, -700}, new int[] {2, 0}, new int[] {0, 1}).measure();
    for (Quantity q : Quantity.values()) {
      assertTrue(reason(m, Region.RIGHT_LUNG, q).contains("right lung"));
    }
    assertEquals(-800.0, value(m, Region.LEFT_LUNG, Quantity.MEAN_HU));
    assertEquals(
        value(m, Region.LEFT_LUNG, Quantity.VOLUME), value(m, Region.BOTH_LUNGS, Quantity.VOLUME));

    Map<Region, RegionMeasurements> none =
        row(new int[] {-800}, new int[] {0}, new int[] {2}).measure();
    for (Region region : Region.values()) {
      for (Quantity q : Quantity.values()) {
        assertTrue(reason(none, region, q).contains("was found"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void agreesWithANaiveReference(long seed) {
    Case c = random(seed);
    Map<Region, RegionMeasurements> m = c.measure();
    for (Region region : Region.values()) {
      List<Integer> lung = new ArrayList<>();
      List<Integer> opacity = new ArrayList<>();
      for (int k = 0; k < c.ct.geometry().slices(); k++) {
        for (int i = 0; i < c.ct.geometry().sliceLength(); i++) {
          int label = c.lungs.slice(k)[i];
          boolean inside =
              switch (region) {
                case BOTH_LUNGS -> label != 0;
                case RIGHT_LUNG -> label == 1;
                case LEFT_LUNG -> label == 2;
              };
          if (inside) {
            lung.add((int) c.ct.slice(k)[i]);
            if (c.lesions.slice(k)[i] != 0) {
              opacity.add((int) c.ct.slice(k)[i]);
            }
          }
        }
      }
      if (lung.isEmpty() || opacity.isEmpty()) {
        continue;
      }
      double ml = 0.7 * 0.8 * 1.25 / 1000;
      long high = opacity.stream().filter(h -> h >= -200).count();
      assertEquals(lung.size() * ml, value(m, region, Quantity.VOLUME), 1e-9);
      assertEquals(opacity.size() * ml, value(m, region, Quantity.OPACITY_VOLUME), 1e-9);
      assertEquals(
          100.0 * opacity.size() / lung.size(), value(m, region, Quantity.OPACITY_PERCENT), 1e-9);
      assertEquals(high * ml, value(m, region, Quantity.HIGH_OPACITY_VOLUME), 1e-9);
      assertEquals(
          100.0 * high / lung.size(), value(m, region, Quantity.HIGH_OPACITY_PERCENT), 1e-9);
      assertEquals(mean(lung), value(m, region, Quantity.MEAN_HU), 1e-8);
      assertEquals(sd(lung), value(m, region, Quantity.SD_HU), 1e-8);
      assertEquals(mean(opacity), value(m, region, Quantity.MEAN_HU_OPACITY), 1e-8);
      assertEquals(sd(opacity), value(m, region, Quantity.SD_HU_OPACITY), 1e-8);
    }
  }

  private static double mean(List<Integer> values) {
    return values.stream().mapToInt(v -> v).average().orElseThrow();
  }

  private static double sd(List<Integer> values) {
    double mean = mean(values);
    return Math.sqrt(
        values.stream().mapToDouble(v -> (v - mean) * (v - mean)).average().orElseThrow());
  }

  @Test
  void sameToTheLastBitForAnyNumberOfThreads() throws Exception {
    Case c = random(99);
    Map<Region, RegionMeasurements> expected = c.measure();
    for (int threads : new int[] {1, 3, 7}) {
      ForkJoinPool pool = new ForkJoinPool(threads);
      try {
        assertEquals(expected, pool.submit(c::measure).get());
      } finally {
        pool.shutdown();
      }
    }
  }

  @Test
  void foreignLabelsAndGridsAreRefused() {
    Case bad = row(new int[] {1}, new int[] {3}, new int[] {0});
    assertThrows(IllegalArgumentException.class, bad::measure);
    Case a = row(new int[] {1}, new int[] {1}, new int[] {0});
    Case b = row(new int[] {1, 2}, new int[] {1, 1}, new int[] {0, 0});
    assertThrows(
        IllegalArgumentException.class, () -> Quantifier.measure(a.ct, b.lungs, b.lesions));
  }
}
