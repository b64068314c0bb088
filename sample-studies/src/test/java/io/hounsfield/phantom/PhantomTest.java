// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhantomTest {

  private static double value(Phantom p, Region region, Quantity quantity) {
    return ((Measurement.Value) Truth.of(p).regions().get(region).get(quantity)).value();
  }

  private static long count(Phantom p, int label) {
    long n = 0;
    for (int k = 0; k < p.ct().geometry().slices(); k++) {
      for (byte b : p.lungs().slice(k)) {
        n += b == label ? 1 : 0;
      }
    }
    return n;
  }

  @Test
  void equalOptionsGiveTheSameVoxelsWhateverTheThreads() {
    PhantomOptions options = Phantoms.small().thicknessMm(12).build();
    Phantom a = Phantom.generate(options, 1);
    Phantom b = Phantom.generate(options, 5);
    assertEquals(a.ct().geometry(), b.ct().geometry());
    for (int k = 0; k < 32; k++) {
      assertArrayEquals(a.ct().slice(k), b.ct().slice(k));
      assertArrayEquals(a.lungs().slice(k), b.lungs().slice(k));
      assertArrayEquals(a.lesions().slice(k), b.lesions().slice(k));
    }
  }

  @Test
  void anotherSeedIsAnotherPatient() {
    Phantom a = Phantoms.of(Phantoms.small());
    Phantom b = Phantoms.of(Phantoms.small().seed(8));
    assertFalse(Arrays.equals(a.lungs().slice(16), b.lungs().slice(16)));
    assertTrue(
        Math.abs(
                value(a, Region.BOTH_LUNGS, Quantity.VOLUME)
                    - value(b, Region.BOTH_LUNGS, Quantity.VOLUME))
            > 10);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 5, 35, 75})
  void lesionsTakeTheShareThatWasAskedFor(double percent) {
    Phantom p = Phantoms.of(Phantoms.small().opacityPercent(percent));
    assertEquals(percent, value(p, Region.BOTH_LUNGS, Quantity.OPACITY_PERCENT), 0.03);
    assertTrue(value(p, Region.RIGHT_LUNG, Quantity.OPACITY_VOLUME) > 0, "bilateral");
    assertTrue(value(p, Region.LEFT_LUNG, Quantity.OPACITY_VOLUME) > 0, "bilateral");
  }

  @Test
  void withoutLesionsOpacityIsZeroAndItsMeanNotMeasured() {
    Phantom p = Phantoms.of(Phantoms.small().opacityPercent(0));
    assertEquals(0, value(p, Region.BOTH_LUNGS, Quantity.OPACITY_VOLUME));
    assertTrue(
        Truth.of(p).regions().get(Region.LEFT_LUNG).get(Quantity.MEAN_HU_OPACITY)
            instanceof Measurement.NotMeasured);
    for (int k = 0; k < 32; k++) {
      for (byte b : p.lesions().slice(k)) {
        assertEquals(0, b);
      }
    }
  }

  @Test
  void truthIsWhatCountingTheMapsGives() {
    Phantom p = Phantoms.of(Phantoms.small());
    for (Region region : Region.values()) {
      long lung = 0;
      long opacity = 0;
      long high = 0;
      double sum = 0;
      double opacitySum = 0;
      double squares = 0;
      for (int k = 0; k < 32; k++) {
        for (int i = 0; i < 96 * 96; i++) {
          int label = p.lungs().slice(k)[i];
          if (label == 0
              || (region == Region.RIGHT_LUNG && label != 1)
              || (region == Region.LEFT_LUNG && label != 2)) {
            continue;
          }
          int hu = p.ct().slice(k)[i];
          lung++;
          sum += hu;
          if (p.lesions().slice(k)[i] > 0) {
            opacity++;
            opacitySum += hu;
            high += p.lesions().slice(k)[i] == 2 ? 1 : 0;
          }
        }
      }
      double mean = sum / lung;
      for (int k = 0; k < 32; k++) {
        for (int i = 0; i < 96 * 96; i++) {
          int label = p.lungs().slice(k)[i];
          if (label != 0
              && (region == Region.BOTH_LUNGS || label == (region == Region.RIGHT_LUNG ? 1 : 2))) {
            squares += Math.pow(p.ct().slice(k)[i] - mean, 2);
          }
        }
      }
      double voxel = p.ct().geometry().voxelVolumeMl();
      assertEquals(lung * voxel, value(p, region, Quantity.VOLUME), 1e-9);
      assertEquals(opacity * voxel, value(p, region, Quantity.OPACITY_VOLUME), 1e-9);
      assertEquals(100.0 * opacity / lung, value(p, region, Quantity.OPACITY_PERCENT), 1e-9);
      assertEquals(high * voxel, value(p, region, Quantity.HIGH_OPACITY_VOLUME), 1e-9);
      assertEquals(100.0 * high / lung, value(p, region, Quantity.HIGH_OPACITY_PERCENT), 1e-9);
      assertEquals(mean, value(p, region, Quantity.MEAN_HU), 1e-9);
      assertEquals(Math.sqrt(squares / lung), value(p, region, Quantity.SD_HU), 1e-6);
      assertEquals(opacitySum / opacity, value(p, region, Quantity.MEAN_HU_OPACITY), 1e-9);
    }
  }

  @Test
  void lesionsLieInLungsAndAreToldApartByTheirFinalHu() {
    Phantom p = Phantoms.of(Phantoms.small());
    int[] seen = new int[3];
    for (int k = 0; k < 32; k++) {
      for (int i = 0; i < 96 * 96; i++) {
        int lesion = p.lesions().slice(k)[i];
        seen[lesion]++;
        if (lesion != 0) {
          assertTrue(p.lungs().slice(k)[i] != 0);
          assertEquals(p.ct().slice(k)[i] >= -200 ? 2 : 1, lesion);
        }
      }
    }
    assertTrue(seen[1] > 0 && seen[2] > 0);
  }

  @ParameterizedTest
  @EnumSource(PatientPosition.class)
  void rightAndLeftFollowPatientCoordinatesInEveryPosition(PatientPosition position) {
    Phantom p = Phantoms.of(Phantoms.small().position(position).opacityPercent(0));
    VolumeGeometry g = p.ct().geometry();
    double[] x = new double[3];
    long[] n = new long[3];
    for (int k = 0; k < g.slices(); k++) {
      for (int i = 0; i < g.sliceLength(); i++) {
        int label = p.lungs().slice(k)[i];
        Vec3 at = g.position(k, i / g.columns(), i % g.columns());
        x[label] += at.x();
        n[label]++;
      }
    }
    assertTrue(x[1] / n[1] < -40, "right lung lies at negative x");
    assertTrue(x[2] / n[2] > 40, "left lung lies at positive x");
    assertEquals(1.1, (double) n[1] / n[2], 0.2, "the right lung is the larger one");
    // The liver is on the right, the heart's apex on the left.
    assertTrue(mean(p, new Vec3(-60, 0, -115), 4) > 20);
    assertTrue(mean(p, new Vec3(45, -40, -70), 4) > 10);
    assertTrue(mean(p, new Vec3(-75, -40, -40), 4) < -500);
  }

  /** Mean HU of a cube around a place in patient coordinates. */
  private static double mean(Phantom p, Vec3 centre, double half) {
    VolumeGeometry g = p.ct().geometry();
    double sum = 0;
    int n = 0;
    for (int k = 0; k < g.slices(); k++) {
      for (int i = 0; i < g.sliceLength(); i++) {
        Vec3 d = g.position(k, i / g.columns(), i % g.columns()).minus(centre);
        if (Math.abs(d.x()) < half && Math.abs(d.y()) < half && Math.abs(d.z()) < 2 * half) {
          sum += p.ct().slice(k)[i];
          n++;
        }
      }
    }
    assertTrue(n > 0);
    return sum / n;
  }

  @Test
  void gasRisesAndLungIsDenserBelowAlsoInThePronePatient() {
    for (PatientPosition position :
        new PatientPosition[] {PatientPosition.HFS, PatientPosition.HFP}) {
      Phantom p = Phantoms.of(Phantoms.small().position(position).opacityPercent(0));
      VolumeGeometry g = p.ct().geometry();
      double[] sum = new double[2];
      long[] n = new long[2];
      for (int k = 12; k < 20; k++) {
        for (int i = 0; i < g.sliceLength(); i++) {
          double y = g.position(k, i / g.columns(), i % g.columns()).y();
          int hu = p.ct().slice(k)[i];
          if (p.lungs().slice(k)[i] != 0 && hu < -700) {
            int below =
                (position.prone() ? y < -20 : y > 45)
                    ? 1
                    : (position.prone() ? y > 45 : y < -20) ? 0 : -1;
            if (below >= 0) {
              sum[below] += hu;
              n[below]++;
            }
          }
        }
      }
      assertTrue(sum[1] / n[1] > sum[0] / n[0] + 20, position + ": dependent lung is denser");
    }
  }

  @Test
  void tracheaAndMainBronchiAreNotLung() {
    Phantom p = Phantoms.of(Phantoms.small().slices(60).matrix(160));
    VolumeGeometry g = p.ct().geometry();
    Build build = Build.of(7);
    int air = 0;
    for (int k = 0; k < g.slices(); k++) {
      for (int i = 0; i < g.sliceLength(); i++) {
        Vec3 at = g.position(k, i / g.columns(), i % g.columns());
        double z = at.z() / build.scaleZ();
        if (z > 10 && z < 70) {
          double dx = at.x() / build.scaleX() - 1.5;
          double dy = at.y() / build.scaleY() - (5 + (70 - z) * 0.235);
          if (dx * dx + dy * dy < 36) {
            assertTrue(p.ct().slice(k)[i] < -700, "air in the windpipe");
            assertEquals(0, p.lungs().slice(k)[i]);
            air++;
          }
        }
      }
    }
    assertTrue(air > 100);
  }

  @Test
  void healthyLungHasTheDensityOfLung() {
    for (long seed = 1; seed <= 4; seed++) {
      Phantom p = Phantoms.of(Phantoms.small().seed(seed).opacityPercent(0));
      double volume = value(p, Region.BOTH_LUNGS, Quantity.VOLUME);
      double mean = value(p, Region.BOTH_LUNGS, Quantity.MEAN_HU);
      assertTrue(volume > 2500 && volume < 6500, "volume " + volume);
      assertTrue(mean > -870 && mean < -760, "mean " + mean);
    }
  }

  @ParameterizedTest
  @CsvSource({"GROUND_GLASS, -700, -430", "CRAZY_PAVING, -650, -380", "CONSOLIDATION, -220, 50"})
  void kindsHaveTheirDensity(LesionKind kind, double low, double high) {
    Phantom p = Phantoms.of(Phantoms.small().kind(kind).opacityPercent(25).slices(48).matrix(128));
    double mean = value(p, Region.BOTH_LUNGS, Quantity.MEAN_HU_OPACITY);
    assertTrue(mean > low && mean < high, kind + " " + mean);
    double dense =
        value(p, Region.BOTH_LUNGS, Quantity.HIGH_OPACITY_VOLUME)
            / value(p, Region.BOTH_LUNGS, Quantity.OPACITY_VOLUME);
    if (kind == LesionKind.CONSOLIDATION) {
      assertTrue(dense > 0.6, "share at or above -200 HU: " + dense);
    } else {
      assertTrue(dense < 0.2, "share at or above -200 HU: " + dense);
    }
  }

  @Test
  void crazyPavingIsGroundGlassWithANetInIt() {
    PhantomOptions.Builder b = Phantoms.small().slices(48).matrix(256).opacityPercent(25);
    double plain =
        value(
            Phantoms.of(b.kind(LesionKind.GROUND_GLASS)),
            Region.BOTH_LUNGS,
            Quantity.SD_HU_OPACITY);
    double paved =
        value(
            Phantoms.of(b.kind(LesionKind.CRAZY_PAVING)),
            Region.BOTH_LUNGS,
            Quantity.SD_HU_OPACITY);
    assertTrue(paved > plain + 10, plain + " " + paved);
  }

  @Test
  void contrastAgentFillsTheAorta() {
    Vec3 arch = new Vec3(26, 40, -60);
    assertTrue(mean(Phantoms.of(Phantoms.small()), arch, 4) < 80);
    assertTrue(mean(Phantoms.of(Phantoms.small().contrastAgent(true)), arch, 4) > 200);
  }

  @Test
  void noiseFollowsKernelAndDose() {
    PhantomOptions.Builder b = Phantoms.small().matrix(256).slices(24);
    double quiet = liverNoise(Phantoms.of(b.noiseHu(0)));
    double usual = liverNoise(Phantoms.of(b.noiseHu(16)));
    double low = liverNoise(Phantoms.of(b.noiseHu(40)));
    double sharp = liverNoise(Phantoms.of(b.noiseHu(16).kernel(Kernel.SHARP)));
    assertTrue(quiet < 8, "without noise " + quiet);
    assertTrue(usual > 10 && usual < 28, "usual " + usual);
    assertTrue(low > 1.8 * usual, "low dose " + low);
    assertTrue(sharp > 1.5 * usual, "sharp " + sharp);
  }

  private static double liverNoise(Phantom p) {
    VolumeGeometry g = p.ct().geometry();
    double sum = 0;
    double squares = 0;
    int n = 0;
    for (int k = 0; k < g.slices(); k++) {
      for (int i = 0; i < g.sliceLength(); i++) {
        Vec3 d = g.position(k, i / g.columns(), i % g.columns()).minus(new Vec3(-70, 0, -130));
        if (Math.abs(d.x()) < 15 && Math.abs(d.y()) < 15 && Math.abs(d.z()) < 12) {
          sum += p.ct().slice(k)[i];
          squares += Math.pow(p.ct().slice(k)[i], 2);
          n++;
        }
      }
    }
    return Math.sqrt(squares / n - Math.pow(sum / n, 2));
  }

  @Test
  void theChestIsCoveredUnlessToldOtherwise() {
    Phantom whole = Phantoms.of(Phantoms.small());
    Phantom cut = Phantoms.of(Phantoms.small().fault(Fault.CUT_OFF));
    for (int end : new int[] {0, 31}) {
      assertEquals(0, area(whole, end));
      assertTrue(area(cut, end) > 300, "lung in slice " + end + " of a chest cut off");
    }
    Phantom spaced = Phantoms.of(Phantoms.small().slices(0).spacingMm(10));
    assertEquals(10, spaced.ct().geometry().sliceSpacingMm());
    assertEquals(0, area(spaced, 0));
    assertEquals(0, area(spaced, spaced.ct().geometry().slices() - 1));
    assertEquals(
        value(whole, Region.BOTH_LUNGS, Quantity.VOLUME),
        value(spaced, Region.BOTH_LUNGS, Quantity.VOLUME),
        100);
  }

  private static int area(Phantom p, int slice) {
    int n = 0;
    for (byte b : p.lungs().slice(slice)) {
      n += b != 0 ? 1 : 0;
    }
    return n;
  }

  @Test
  void slicesAndSpacingTogetherAreTakenAsTheyAre() {
    Phantom p = Phantoms.of(Phantoms.small().slices(20).spacingMm(3).thicknessMm(5));
    assertEquals(20, p.ct().geometry().slices());
    assertEquals(3, p.ct().geometry().sliceSpacingMm());
    assertEquals(5, p.thicknessMm());
    assertTrue(count(p, 1) > 0 && count(p, 2) > 0);
  }

  @Test
  void optionsOutOfRangeAreNamed() {
    assertMessage("opacity percent must be from 0 to 90: 95", Phantoms.small().opacityPercent(95));
    assertMessage("slices must be from 0 to 4000: -1", Phantoms.small().slices(-1));
    assertMessage("columns must be from 32 to 2048: 16", Phantoms.small().columns(16));
    assertMessage("spacing (mm) must be 0.1 or more, or 0: 0.01", Phantoms.small().spacingMm(0.01));
    assertMessage("too many", null);
    assertMessage(
        "uncompressed or deflated, not as RLE",
        Phantoms.small().transferSyntax(TransferSyntax.RLE_LOSSLESS));
    assertMessage("NaN", Phantoms.small().opacityPercent(Double.NaN));
  }

  private static void assertMessage(String part, PhantomOptions.Builder options) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> {
              if (options == null) {
                Phantom.generate(PhantomOptions.builder().spacingMm(0.1).build());
              } else {
                options.build();
              }
            });
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}
