// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.VolumeGeometry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** More kinds of patients and scans, each with exact truth. */
class PhantomExtrasTest {

  private static double value(Phantom p, Region region, Quantity quantity) {
    return ((Measurement.Value) Truth.of(p).regions().get(region).get(quantity)).value();
  }

  private static double volume(Phantom p, Region region) {
    return value(p, region, Quantity.VOLUME);
  }

  private static PhantomOptions.Builder healthy() {
    return Phantoms.small().opacityPercent(0);
  }

  private static String digest(Phantom p) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (int k = 0; k < p.ct().geometry().slices(); k++) {
        ByteBuffer hu = ByteBuffer.allocate(2 * p.ct().slice(k).length);
        hu.asShortBuffer().put(p.ct().slice(k));
        sha.update(hu);
        sha.update(p.lungs().slice(k));
        sha.update(p.lesions().slice(k));
      }
      sha.update(PhantomWriter.seriesInstanceUid(p.options()).getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(sha.digest()).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Demo, golden tests and figures depend on the voxels of plain phantoms: they never change. */
  @Test
  void plainPhantomsStayAsTheyWere() {
    assertEquals("8e591112ff5da709", digest(Phantoms.of(Phantoms.small())));
    assertEquals(
        "814c46113ddc1618",
        digest(
            Phantoms.of(
                Phantoms.small()
                    .kind(LesionKind.CONSOLIDATION)
                    .contrastAgent(true)
                    .position(PatientPosition.HFP)
                    .kernel(Kernel.SHARP))));
  }

  @ParameterizedTest
  @EnumSource(
      value = LesionKind.class,
      names = {"LOBAR", "DIFFUSE", "ATELECTASIS", "RETICULATION"})
  void everyStepOfTheLadderIsMetByEveryKind(LesionKind kind) {
    for (double percent : new double[] {1, 25, 75}) {
      Phantom p = Phantoms.of(Phantoms.small().seed(11).kind(kind).opacityPercent(percent));
      assertEquals(percent, value(p, Region.BOTH_LUNGS, Quantity.OPACITY_PERCENT), 0.05, kind + "");
    }
  }

  @Test
  void lobarConsolidationFillsOneLungBeforeTheOther() {
    Phantom p = Phantoms.of(Phantoms.small().kind(LesionKind.LOBAR).opacityPercent(25));
    double right = value(p, Region.RIGHT_LUNG, Quantity.OPACITY_VOLUME);
    double left = value(p, Region.LEFT_LUNG, Quantity.OPACITY_VOLUME);
    assertEquals(0, Math.min(right, left), "the other lung is free");
    double dense = value(p, Region.BOTH_LUNGS, Quantity.HIGH_OPACITY_VOLUME);
    assertTrue(dense > 0.8 * Math.max(right, left), "dense share " + dense);
    // Consolidated lung is lung: as much of it as in the same patient without disease.
    assertEquals(
        volume(Phantoms.of(healthy().kind(LesionKind.LOBAR)), Region.BOTH_LUNGS),
        volume(p, Region.BOTH_LUNGS),
        1e-9);
  }

  @Test
  void diffuseGroundGlassIsFaintOrDenseBySeedAndNeverSolid() {
    double faintest = 0;
    double densest = -1000;
    for (long seed = 2001; seed <= 2004; seed++) {
      Phantom p =
          Phantoms.of(
              Phantoms.small().seed(seed).kind(LesionKind.DIFFUSE).opacityPercent(60).noiseHu(4));
      double mean = value(p, Region.BOTH_LUNGS, Quantity.MEAN_HU_OPACITY);
      faintest = Math.min(faintest, mean);
      densest = Math.max(densest, mean);
      assertTrue(
          value(p, Region.BOTH_LUNGS, Quantity.HIGH_OPACITY_VOLUME)
              < 0.06 * value(p, Region.BOTH_LUNGS, Quantity.OPACITY_VOLUME));
    }
    assertTrue(faintest < -600 && faintest > -760, "faintest " + faintest);
    assertTrue(densest > -560 && densest < -350, "densest " + densest);
  }

  @ParameterizedTest
  @EnumSource(
      value = PatientPosition.class,
      names = {"HFS", "HFP"})
  void effusionTakesItsShareOfItsSideAndLiesLow(PatientPosition position) {
    Phantom dry = Phantoms.of(healthy().position(position));
    Phantom wet =
        Phantoms.of(
            healthy().position(position).effusion(PhantomExtras.Side.RIGHT).effusionPercent(30));
    assertEquals(
        0.7 * volume(dry, Region.RIGHT_LUNG),
        volume(wet, Region.RIGHT_LUNG),
        0.03 * volume(dry, Region.RIGHT_LUNG));
    assertEquals(
        volume(dry, Region.LEFT_LUNG),
        volume(wet, Region.LEFT_LUNG),
        0.01 * volume(dry, Region.LEFT_LUNG));
    double fluid = 0;
    double height = 0;
    double lungHeight = 0;
    long n = 0;
    long lung = 0;
    VolumeGeometry g = dry.ct().geometry();
    assertEquals(g, wet.ct().geometry());
    for (int k = 0; k < g.slices(); k++) {
      for (int i = 0; i < g.sliceLength(); i++) {
        double down = g.position(k, i / g.columns(), 0).y() * (position.prone() ? -1 : 1);
        if (dry.lungs().slice(k)[i] == 1) {
          lung++;
          lungHeight += down;
          // Vessels and bronchi of the wet lung take other ways: count what is clearly fluid.
          if (wet.lungs().slice(k)[i] == 0 && dry.ct().slice(k)[i] < -600) {
            fluid += wet.ct().slice(k)[i];
            height += down;
            n++;
          }
        }
      }
    }
    assertTrue(fluid / n > -40 && fluid / n < 60, "HU of the fluid " + fluid / n);
    assertTrue(height / n > lungHeight / lung + 25, "fluid lies low");
  }

  @Test
  void lungPressedByAnEffusionIsLesionOnlyWhereLesionsWereAskedFor() {
    PhantomOptions.Builder wet =
        healthy().effusion(PhantomExtras.Side.BOTH).effusionPercent(20).noiseHu(6);
    assertEquals(0, value(Phantoms.of(wet), Region.BOTH_LUNGS, Quantity.OPACITY_VOLUME));
    Phantom pressed = Phantoms.of(wet.kind(LesionKind.GROUND_GLASS).opacityPercent(10));
    assertEquals(10, value(pressed, Region.BOTH_LUNGS, Quantity.OPACITY_PERCENT), 0.05);
    assertTrue(
        value(pressed, Region.BOTH_LUNGS, Quantity.HIGH_OPACITY_PERCENT) > 2,
        "compressed lung is dense");
  }

  @Test
  void emphysemaDarkensTheLungAndIsNoLesion() {
    PhantomOptions.Builder quiet = healthy().matrix(192).noiseHu(3).thicknessMm(1);
    Phantom plain = Phantoms.of(quiet);
    Phantom sick = Phantoms.of(quiet.emphysemaPercent(25));
    assertArrayEquals(plain.lungs().slice(16), sick.lungs().slice(16));
    assertEquals(0, value(sick, Region.BOTH_LUNGS, Quantity.OPACITY_VOLUME));
    assertTrue(below(plain, -950) < 0.03, "healthy " + below(plain, -950));
    double holes = below(sick, -950);
    assertTrue(holes > 0.08 && holes < 0.35, "share of the lung below -950 HU " + holes);
  }

  private static double below(Phantom p, int hu) {
    long n = 0;
    long low = 0;
    for (int k = 0; k < p.ct().geometry().slices(); k++) {
      for (int i = 0; i < p.ct().geometry().sliceLength(); i++) {
        if (p.lungs().slice(k)[i] != 0) {
          n++;
          low += p.ct().slice(k)[i] < hu ? 1 : 0;
        }
      }
    }
    return (double) low / n;
  }

  @Test
  void breathChangesVolumeAndDensity() {
    Phantom shallow = Phantoms.of(healthy().inflation(PhantomExtras.Inflation.SHALLOW));
    Phantom normal = Phantoms.of(healthy());
    Phantom deep = Phantoms.of(healthy().inflation(PhantomExtras.Inflation.DEEP));
    assertTrue(volume(shallow, Region.BOTH_LUNGS) < 0.93 * volume(normal, Region.BOTH_LUNGS));
    assertTrue(volume(deep, Region.BOTH_LUNGS) > 1.04 * volume(normal, Region.BOTH_LUNGS));
    assertTrue(mean(shallow) > mean(normal) + 20, mean(shallow) + " " + mean(normal));
    assertTrue(mean(deep) < mean(normal) - 8, mean(deep) + " " + mean(normal));
  }

  private static double mean(Phantom p) {
    return value(p, Region.BOTH_LUNGS, Quantity.MEAN_HU);
  }

  @Test
  void armsLieBesideTheBodyWithAirBetween() {
    Phantom p =
        Phantoms.of(
            healthy()
                .size(PhantomExtras.Size.SMALL)
                .armsDown(true)
                .slices(40)
                .matrix(256)
                .noiseHu(2));
    VolumeGeometry g = p.ct().geometry();
    int found = 0;
    for (int k = 10; k < 25; k++) {
      // Along the middle of the arm from the image's border: tissue, air, chest wall.
      boolean arm = false;
      boolean gap = false;
      boolean chest = false;
      int row = (int) Math.round((14 + 8 - g.origin().y()) / g.rowSpacingMm());
      for (int c = 0; c < g.columns() / 2; c++) {
        int hu = p.ct().slice(k)[row * g.columns() + c];
        arm |= hu > -200;
        gap |= arm && hu < -850;
        chest |= gap && hu > -200;
      }
      found += chest ? 1 : 0;
    }
    assertTrue(found > 8, "slices with an arm beside the chest: " + found);
  }

  @Test
  void aLargePatientFitsIntoAWiderField() {
    Phantom p = Phantoms.of(healthy().size(PhantomExtras.Size.LARGE));
    assertEquals(420.0 / 96, p.ct().geometry().columnSpacingMm(), 1e-9);
    assertEquals(
        40, Phantoms.of(healthy().pixelSpacingMm(4)).ct().geometry().columnSpacingMm() * 10, 1e-9);
  }

  @Test
  void theScanReachesFurtherWhereAskedAndThereIsNoLungThere() {
    Phantom usual = Phantoms.of(healthy().slices(0).spacingMm(10));
    Phantom wide = Phantoms.of(healthy().slices(0).spacingMm(10).aboveMm(100).belowMm(60));
    int more = wide.ct().geometry().slices() - usual.ct().geometry().slices();
    assertEquals(16, more);
    int empty = 0;
    for (int k = 0; k < wide.ct().geometry().slices(); k++) {
      byte[] slice = wide.lungs().slice(k);
      boolean lung = false;
      for (byte b : slice) {
        lung |= b != 0;
      }
      empty += lung ? 0 : 1;
    }
    assertTrue(empty >= 16, "slices without lung: " + empty);
  }

  @Test
  void motionBlursTheDiaphragmAndLeavesTheTruth() {
    Phantom still = Phantoms.of(healthy().noiseHu(0).thicknessMm(2));
    Phantom moved = Phantoms.of(healthy().noiseHu(0).thicknessMm(2).motionMm(15));
    int low = 8;
    assertArrayEquals(still.lungs().slice(low), moved.lungs().slice(low));
    double base = difference(still, moved, low);
    double apex = difference(still, moved, 26);
    assertTrue(base > 3 * apex, base + " " + apex);
  }

  private static double difference(Phantom a, Phantom b, int k) {
    double sum = 0;
    for (int i = 0; i < a.ct().geometry().sliceLength(); i++) {
      sum += Math.abs(a.ct().slice(k)[i] - b.ct().slice(k)[i]);
    }
    return sum / a.ct().geometry().sliceLength();
  }

  @Test
  void lowDoseMakesStreaksAtTheShoulders() {
    PhantomOptions.Builder b = healthy().slices(40).matrix(192).noiseHu(25);
    Phantom usual = Phantoms.of(b);
    Phantom low = Phantoms.of(b.lowDose(true));
    // A streak is alike over more than a cm along a row; nothing is across the rows.
    int lag = 6;
    int shoulders = 36;
    double along = 0;
    double across = 0;
    int n = 192;
    for (int r = 60; r < 120; r++) {
      for (int c = 60; c < 130; c++) {
        int i = r * n + c;
        double here = low.ct().slice(shoulders)[i] - usual.ct().slice(shoulders)[i];
        double right = low.ct().slice(shoulders)[i + lag] - usual.ct().slice(shoulders)[i + lag];
        double down =
            low.ct().slice(shoulders)[i + lag * n] - usual.ct().slice(shoulders)[i + lag * n];
        along += here * right;
        across += here * down;
      }
    }
    assertTrue(along > 4 * Math.abs(across), along + " " + across);
  }

  @Test
  void nodulesAreLungAndNoLesion() {
    PhantomOptions.Builder b = healthy().slices(60).matrix(192).noiseHu(2);
    Phantom plain = Phantoms.of(b);
    Phantom sown = Phantoms.of(b.nodules(30));
    assertEquals(0, value(sown, Region.BOTH_LUNGS, Quantity.OPACITY_VOLUME));
    assertEquals(volume(plain, Region.BOTH_LUNGS), volume(sown, Region.BOTH_LUNGS), 1e-9);
    int solid = 0;
    for (int k = 0; k < 60; k++) {
      for (int i = 0; i < 192 * 192; i++) {
        solid +=
            plain.lungs().slice(k)[i] != 0
                    && plain.ct().slice(k)[i] < -700
                    && sown.ct().slice(k)[i] > -400
                ? 1
                : 0;
      }
    }
    assertTrue(solid > 25, "voxels of nodules " + solid);
  }

  @Test
  void extrasHaveIdentifiersOfTheirOwnAndStandInTheTruth() {
    PhantomOptions plain = healthy().build();
    PhantomOptions extra = healthy().lowDose(true).build();
    assertNotEquals(PhantomWriter.seriesInstanceUid(plain), PhantomWriter.seriesInstanceUid(extra));
    String json =
        new String(Truth.of(Phantoms.of(healthy().lowDose(true))).json(), StandardCharsets.UTF_8);
    assertTrue(json.contains("\"lowDose\" : true"), json);
    assertFalse(
        new String(Truth.of(Phantoms.of(healthy())).json(), StandardCharsets.UTF_8)
            .contains("lowDose"));
  }

  @Test
  void extrasOutOfRangeAreNamed() {
    for (PhantomOptions.Builder bad :
        Arrays.asList(
            healthy().effusionPercent(80),
            healthy().emphysemaPercent(-1),
            healthy().nodules(1000),
            healthy().motionMm(99),
            healthy().aboveMm(500),
            healthy().belowMm(-3))) {
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class, bad::build);
      assertTrue(e.getMessage().contains(" must be from "), e.getMessage());
    }
  }
}
