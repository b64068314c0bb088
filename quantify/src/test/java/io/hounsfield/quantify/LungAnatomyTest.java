// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import static io.hounsfield.quantify.SyntheticChest.X;
import static io.hounsfield.quantify.SyntheticChest.Y;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.Warning;
import io.hounsfield.quantify.SyntheticChest.Tissue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LungAnatomyTest {

  private static final SyntheticChest CHEST = SyntheticChest.standard();

  static Stream<Arguments> patientPositions() {
    return Stream.of(
        Arguments.of("head first supine", X, Y),
        Arguments.of("head first prone", X.times(-1), Y.times(-1)),
        Arguments.of("feet first supine", X.times(-1), Y),
        Arguments.of("feet first prone", X, Y.times(-1)),
        Arguments.of("head first decubitus right", Y.times(-1), X),
        Arguments.of("head first decubitus left", Y, X.times(-1)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("patientPositions")
  void findsBothLungsAndNothingElseInEveryPatientPosition(
      String name, Vec3 rowDirection, Vec3 columnDirection) {
    SyntheticChest chest =
        new SyntheticChest(SyntheticChest.grid(rowDirection, columnDirection), 75, -850);
    Anatomy found = LungAnatomy.refine(chest.ct, chest.everythingAerated());
    long[][] n = chest.confusion(found);
    assertEquals(0, n[Tissue.RIGHT_LUNG.ordinal()][2], "right lung called left");
    assertEquals(0, n[Tissue.LEFT_LUNG.ordinal()][1], "left lung called right");
    assertEquals(0, labelled(n, Tissue.AIR));
    assertEquals(0, labelled(n, Tissue.STOMACH));
    assertTrue(labelled(n, Tissue.AIRWAY) <= 0.01 * total(n, Tissue.AIRWAY), "airway in lung");
    assertTrue(labelled(n, Tissue.RIGHT_LUNG) >= 0.995 * total(n, Tissue.RIGHT_LUNG));
    assertTrue(labelled(n, Tissue.LEFT_LUNG) >= 0.995 * total(n, Tissue.LEFT_LUNG));
    assertEquals(List.of(), found.warnings());
  }

  @Test
  void perfectLabelsStayAsTheyAre() {
    Anatomy found = LungAnatomy.refine(CHEST.ct, CHEST.perfect());
    long[][] n = CHEST.confusion(found);
    for (Tissue t : Tissue.values()) {
      long wrong = total(n, t) - n[t.ordinal()][SyntheticChest.lungLabel(t)];
      // The margin of removed bronchi takes some voxels of the lungs they enter.
      assertTrue(wrong <= 0.003 * total(n, t), t + ": " + wrong + " of " + total(n, t));
    }
  }

  @Test
  void touchingLungsAreCutWhereTheyTouch() {
    SyntheticChest chest = new SyntheticChest(SyntheticChest.grid(X, Y), 57, -850);
    long[][] n = chest.confusion(LungAnatomy.refine(chest.ct, chest.perfect()));
    long swapped = n[Tissue.RIGHT_LUNG.ordinal()][2] + n[Tissue.LEFT_LUNG.ordinal()][1];
    long lung = total(n, Tissue.RIGHT_LUNG) + total(n, Tissue.LEFT_LUNG);
    assertTrue(swapped <= 0.005 * lung, swapped + " of " + lung + " voxels on the wrong side");
    assertEquals(lung, labelled(n, Tissue.RIGHT_LUNG) + labelled(n, Tissue.LEFT_LUNG));
  }

  @Test
  void lungsJoinedByAMislabelledBridgeAreCut() {
    byte[][] labels = CHEST.perfect();
    int k = CHEST.slice(120);
    for (int r = 84; r < 92; r++) {
      for (int c = 100; c < 140; c++) {
        labels[k][r * 240 + c] = 1;
      }
    }
    long[][] n = CHEST.confusion(LungAnatomy.refine(CHEST.ct, labels));
    assertEquals(0, n[Tissue.RIGHT_LUNG.ordinal()][2]);
    assertEquals(0, n[Tissue.LEFT_LUNG.ordinal()][1]);
  }

  /**
   * A flat end of the scan once let the right lung's label run through the bridge into the left.
   */
  @Test
  void bridgeAtTheFlatEndOfTheScanDoesNotSwapPartsOfALung() {
    SyntheticChest chest = new SyntheticChest(SyntheticChest.grid(X, Y, 120, 200), 75, -850);
    byte[][] labels = chest.perfect();
    for (int k = 0; k < 6; k++) {
      for (int r = 84; r < 100; r++) {
        for (int c = 90; c < 150; c++) {
          labels[k][r * 240 + c] = 2;
        }
      }
    }
    long[][] n = chest.confusion(LungAnatomy.refine(chest.ct, labels));
    assertEquals(0, n[Tissue.RIGHT_LUNG.ordinal()][2]);
    assertEquals(0, n[Tissue.LEFT_LUNG.ordinal()][1]);
  }

  @Test
  void lungDestroyedByEmphysemaIsNoBowel() {
    SyntheticChest chest = new SyntheticChest(SyntheticChest.grid(X, Y), 75, -945);
    long[][] n = chest.confusion(LungAnatomy.refine(chest.ct, chest.everythingAerated()));
    assertTrue(labelled(n, Tissue.RIGHT_LUNG) >= 0.995 * total(n, Tissue.RIGHT_LUNG));
    assertTrue(labelled(n, Tissue.LEFT_LUNG) >= 0.995 * total(n, Tissue.LEFT_LUNG));
    assertEquals(0, labelled(n, Tissue.STOMACH));
  }

  @Test
  void aeratedLungThatTheNetworkMissedIsAddedAndTold() {
    byte[][] labels = CHEST.perfect();
    for (int k = CHEST.slice(220); k < labels.length; k++) {
      labels[k] = new byte[labels[k].length];
    }
    Anatomy found = LungAnatomy.refine(CHEST.ct, labels);
    long[][] n = CHEST.confusion(found);
    assertTrue(labelled(n, Tissue.RIGHT_LUNG) >= 0.995 * total(n, Tissue.RIGHT_LUNG));
    assertEquals(0, labelled(n, Tissue.STOMACH));
    assertEquals(List.of("lung-mask-completed"), codes(found));
  }

  @Test
  void smallHolesAreFilledLargeDenseOnesAreNot() {
    CtVolume ct = copy(CHEST.ct);
    byte[][] labels = CHEST.perfect();
    int k = CHEST.slice(150);
    // Vessel of 5 x 5 voxels (56 mm²) and a mass of 12 x 12 (324 mm²), neither labelled.
    paint(ct, labels, k, 60, 60, 5, 40, 0);
    paint(ct, labels, k, 100, 60, 12, 40, 0);
    byte[] lungs = LungAnatomy.refine(ct, labels).lungs().slice(k);
    assertEquals(1, lungs[62 * 240 + 62]);
    assertEquals(0, lungs[106 * 240 + 66]);
  }

  @Test
  void consolidatedLungStaysLungAndIsSplitAtTheThreshold() {
    CtVolume ct = copy(CHEST.ct);
    byte[][] labels = CHEST.perfect();
    for (int k = CHEST.slice(130); k < CHEST.slice(170); k++) {
      paint(ct, labels, k, 80, 50, 20, -200, 2);
      paint(ct, labels, k, 80, 70, 20, -201, 2);
    }
    Anatomy found = LungAnatomy.refine(ct, labels);
    int k = CHEST.slice(150);
    for (int i : new int[] {90 * 240 + 60, 90 * 240 + 80}) {
      assertEquals(1, found.lungs().slice(k)[i]);
    }
    assertEquals(2, found.lesions().slice(k)[90 * 240 + 60]);
    assertEquals(1, found.lesions().slice(k)[90 * 240 + 80]);
    assertEquals(0, found.lesions().slice(k)[60 * 240 + 60]);
  }

  @Test
  void lungThatIsWhollyConsolidatedIsKept() {
    CtVolume ct = copy(CHEST.ct);
    byte[][] labels = CHEST.perfect();
    for (int k = 0; k < labels.length; k++) {
      for (int i = 0; i < labels[k].length; i++) {
        if (CHEST.truth[k][i] == Tissue.LEFT_LUNG) {
          ct.slice(k)[i] = 30;
          labels[k][i] = 2;
        }
      }
    }
    Anatomy found = LungAnatomy.refine(ct, labels);
    long[][] n = CHEST.confusion(found);
    assertTrue(n[Tissue.LEFT_LUNG.ordinal()][2] >= 0.99 * total(n, Tissue.LEFT_LUNG));
    assertEquals(List.of(), found.warnings());
  }

  /** Lower lobe of the left lung, apart from the upper by a fissure that the network leaves out. */
  @Test
  void consolidatedLowerLobeStaysAPartOfItsLung() {
    CtVolume ct = copy(CHEST.ct);
    byte[][] labels = CHEST.perfect();
    int top = CHEST.slice(140);
    for (int k = 0; k < top; k++) {
      for (int i = 0; i < labels[k].length; i++) {
        if (CHEST.truth[k][i] == Tissue.LEFT_LUNG) {
          ct.slice(k)[i] = 30;
          labels[k][i] = (byte) (k == top - 1 ? 0 : 2);
        }
      }
    }
    Anatomy found = LungAnatomy.refine(ct, labels);
    for (int k = CHEST.slice(60); k < top - 1; k++) {
      for (int i = 0; i < labels[k].length; i++) {
        if (CHEST.truth[k][i] == Tissue.LEFT_LUNG) {
          assertEquals(2, found.lungs().slice(k)[i], "slice " + k);
          assertEquals(2, found.lesions().slice(k)[i], "slice " + k);
        }
      }
    }
    assertEquals(List.of(), found.warnings());
  }

  /** The network calls a bridge over the midline lesion, too, as happens before the spine. */
  @Test
  void consolidatedLungJoinedToTheOtherStaysOnItsSide() {
    CtVolume ct = copy(CHEST.ct);
    byte[][] labels = CHEST.perfect();
    for (int k = 0; k < labels.length; k++) {
      for (int i = 0; i < labels[k].length; i++) {
        if (CHEST.truth[k][i] == Tissue.LEFT_LUNG) {
          ct.slice(k)[i] = 30;
          labels[k][i] = 2;
        }
      }
    }
    for (int k = CHEST.slice(110); k < CHEST.slice(125); k++) {
      paint(ct, labels, k, 84, 90, 10, 40, 2);
      paint(ct, labels, k, 84, 100, 10, 40, 2);
      paint(ct, labels, k, 84, 110, 10, 40, 2);
      paint(ct, labels, k, 84, 120, 10, 40, 2);
      paint(ct, labels, k, 84, 130, 10, 40, 2);
      paint(ct, labels, k, 84, 140, 10, 40, 2);
    }
    long[][] n = CHEST.confusion(LungAnatomy.refine(ct, labels));
    assertTrue(n[Tissue.LEFT_LUNG.ordinal()][2] >= 0.999 * total(n, Tissue.LEFT_LUNG));
    assertTrue(n[Tissue.RIGHT_LUNG.ordinal()][2] <= 0.001 * total(n, Tissue.RIGHT_LUNG));
  }

  /** Fluid behind the right lung that the network does not call lung, but for a few voxels. */
  @Test
  void effusionIsNotMadeLung() {
    CtVolume ct = copy(CHEST.ct);
    byte[][] labels = CHEST.perfect();
    VolumeGeometry g = CHEST.geometry;
    long fluid = 0;
    boolean[][] isFluid = new boolean[labels.length][labels[0].length];
    for (int k = 0; k < labels.length; k++) {
      for (int i = 0; i < labels[k].length; i++) {
        if (CHEST.truth[k][i] == Tissue.RIGHT_LUNG && i / g.columns() > 115) {
          ct.slice(k)[i] = 10;
          isFluid[k][i] = true;
          fluid++;
          boolean speck = k % 10 == 0 && i / g.columns() == 120 && i % 8 < 2;
          labels[k][i] = (byte) (speck ? 2 : 0);
        }
      }
    }
    assertTrue(fluid > 10_000, "there is an effusion");
    Anatomy found = LungAnatomy.refine(ct, labels);
    for (int k = 0; k < labels.length; k++) {
      for (int i = 0; i < labels[k].length; i++) {
        assertTrue(!isFluid[k][i] || found.lungs().slice(k)[i] == 0, "fluid is lung");
      }
    }
  }

  /** Three slices that hold nothing, as after a fault of the sender. */
  @Test
  void blankSlicesWithinTheLungsLoseThoseSlicesAlone() {
    CtVolume ct = copy(CHEST.ct);
    byte[][] labels = CHEST.perfect();
    int blank = CHEST.slice(150);
    for (int k = blank; k < blank + 3; k++) {
      java.util.Arrays.fill(ct.slice(k), (short) -1024);
      java.util.Arrays.fill(labels[k], (byte) 0);
    }
    Anatomy found = LungAnatomy.refine(ct, labels);
    for (int k = 0; k < labels.length; k++) {
      for (int i = 0; i < labels[k].length; i += 7) {
        Tissue t = CHEST.truth[k][i];
        boolean within = k < blank - 1 || k > blank + 3;
        if (within
            && SyntheticChest.lungLabel(t) > 0
            && CHEST.geometry.position(k, 0, 0).z() < 165) {
          assertEquals(SyntheticChest.lungLabel(t), found.lungs().slice(k)[i], "slice " + k);
        }
      }
    }
    assertEquals(List.of("lung-gap"), codes(found));
    assertTrue(found.warnings().get(0).text().startsWith("3 slices (8 mm)"));
  }

  @Test
  void lungsOfVeryDifferentSizeAreTold() {
    CtVolume ct = copy(CHEST.ct);
    byte[][] labels = CHEST.perfect();
    for (int k = CHEST.slice(115); k < labels.length; k++) {
      for (int i = 0; i < labels[k].length; i++) {
        if (CHEST.truth[k][i] == Tissue.LEFT_LUNG) {
          ct.slice(k)[i] = 30;
          labels[k][i] = 0;
        }
      }
    }
    assertEquals(List.of("unequal-lungs"), codes(LungAnatomy.refine(ct, labels)));
  }

  /** Spheres of diameters in mm, the network right: true small lesions are no specks. */
  @Test
  void smallLesionsAreKeptSpecksAndRimsAreNot() {
    CtVolume ct = copy(CHEST.ct);
    byte[][] labels = CHEST.perfect();
    VolumeGeometry g = CHEST.geometry;
    double[] diameters = {10, 8, 6, 3};
    for (int s = 0; s < diameters.length; s++) {
      for (int k = 0; k < labels.length; k++) {
        for (int i = 0; i < labels[k].length; i++) {
          Vec3 p = g.position(k, i / g.columns(), i % g.columns());
          Vec3 d = p.minus(new Vec3(-75, -45 + 30 * s, 150));
          if (d.dot(d) * 4 <= diameters[s] * diameters[s]) {
            labels[k][i] = 2;
            ct.slice(k)[i] = -500;
          }
        }
      }
    }
    // A rim of one voxel along the mediastinum, over 100 mm.
    for (int k = CHEST.slice(100); k < CHEST.slice(200); k++) {
      for (int r = 60; r < 116; r++) {
        int c = 119;
        while (c > 0 && labels[k][r * 240 + c] == 0) {
          c--;
        }
        labels[k][r * 240 + c] = (byte) (c > 0 ? 2 : 0);
      }
    }
    Anatomy found = LungAnatomy.refine(ct, labels);
    for (int s = 0; s < diameters.length; s++) {
      Vec3 p = new Vec3(-75, -45 + 30 * s, 150);
      int c = (int) Math.round((p.x() - g.origin().x()) / g.columnSpacingMm());
      int r = (int) Math.round((p.y() - g.origin().y()) / g.rowSpacingMm());
      int i = r * g.columns() + c;
      assertEquals(s < 3 ? 1 : 0, found.lesions().slice(CHEST.slice(150))[i], diameters[s] + " mm");
      assertEquals(1, found.lungs().slice(CHEST.slice(150))[i], "stays lung");
    }
    long far = 0;
    for (int k = 0; k < labels.length; k++) {
      for (int i = 0; i < labels[k].length; i++) {
        Vec3 p = g.position(k, i / g.columns(), i % g.columns());
        far += found.lesions().slice(k)[i] != 0 && p.x() > -60 ? 1 : 0;
      }
    }
    assertEquals(0, far, "voxels of the rim");
  }

  /**
   * Airway walls, hila, filled vessels and added lung: nothing is opacity but what it called so.
   */
  @Test
  void onlyWhatTheNetworkCallsLesionIsOpacity() {
    byte[][] labels = CHEST.everythingAerated();
    Random random = new Random(3);
    for (byte[] slice : labels) {
      for (int i = 0; i < slice.length; i++) {
        boolean block = (i / 240 / 6 * 31 + i % 240 / 6 * 17) % 5 == 0;
        if (random.nextInt(9) == 0) {
          slice[i] = 0;
        } else if (slice[i] == 1 && block) {
          slice[i] = 2;
        }
      }
    }
    Anatomy found = LungAnatomy.refine(CHEST.ct, labels);
    long opacity = 0;
    for (int k = 0; k < labels.length; k++) {
      for (int i = 0; i < labels[k].length; i++) {
        if (found.lesions().slice(k)[i] != 0) {
          opacity++;
          assertEquals(2, labels[k][i]);
          assertTrue(found.lungs().slice(k)[i] != 0, "opacity outside the lungs");
        }
      }
    }
    assertTrue(opacity > 10_000, "there is opacity");
  }

  @Test
  void denseLungThatTheNetworkLeavesOutIsNotInvented() {
    CtVolume ct = copy(CHEST.ct);
    byte[][] labels = CHEST.perfect();
    for (int k = 0; k < labels.length; k++) {
      for (int i = 0; i < labels[k].length; i++) {
        if (CHEST.truth[k][i] == Tissue.LEFT_LUNG) {
          ct.slice(k)[i] = 30;
          labels[k][i] = 0;
        }
      }
    }
    Anatomy found = LungAnatomy.refine(ct, labels);
    assertEquals(0, labelled(CHEST.confusion(found), Tissue.LEFT_LUNG));
    assertEquals(List.of("one-lung"), codes(found));
    assertTrue(found.warnings().get(0).text().startsWith("Only the right lung was found"));
  }

  @Test
  void mislabelledIslandsAreDropped() {
    byte[][] labels = CHEST.perfect();
    for (int k = 0; k < 8; k++) {
      paint(CHEST.ct.slice(k).clone(), labels[k], 100, 60, 40, 40, 2); // liver
    }
    for (int k = 112; k < 120; k++) {
      paint(CHEST.ct.slice(k).clone(), labels[k], 20, 200, 8, 40, 1);
    }
    Anatomy found = LungAnatomy.refine(CHEST.ct, labels);
    byte[] bottom = found.lungs().slice(4);
    byte[] top = found.lungs().slice(116);
    for (int i = 0; i < bottom.length; i++) {
      assertEquals(0, bottom[i]);
      assertEquals(0, top[i]);
    }
  }

  @Test
  void scanThatEndsWithinTheLungsIsTold() {
    VolumeGeometry middle = SyntheticChest.grid(X, Y, 120, 200);
    SyntheticChest chest = new SyntheticChest(middle, 75, -850);
    Anatomy found = LungAnatomy.refine(chest.ct, chest.perfect());
    assertEquals(List.of("lungs-cut-off", "lungs-cut-off"), codes(found));
    assertTrue(found.warnings().get(0).text().contains("at the top"));
    assertTrue(found.warnings().get(1).text().contains("at the bottom"));
    double cm2 = 0;
    for (Tissue t : chest.truth[0]) {
      cm2 += SyntheticChest.lungLabel(t) > 0 ? 1.5 * 1.5 / 100 : 0;
    }
    assertTrue(found.warnings().get(1).text().contains(Math.round(cm2) + "."), "area in cm²");
  }

  @Test
  void topAndBottomFollowThePatientNotTheSliceIndex() {
    VolumeGeometry lower = SyntheticChest.grid(X.times(-1), Y, 0, 200);
    SyntheticChest chest = new SyntheticChest(lower, 75, -850);
    Anatomy found = LungAnatomy.refine(chest.ct, chest.perfect());
    assertEquals(List.of("lungs-cut-off"), codes(found));
    assertTrue(found.warnings().get(0).text().contains("at the top"));
  }

  @Test
  void noLabelsNoLungs() {
    byte[][] none = new byte[CHEST.geometry.slices()][CHEST.geometry.sliceLength()];
    Anatomy found = LungAnatomy.refine(CHEST.ct, none);
    assertEquals(List.of("no-lungs"), codes(found));
    assertEquals(0, labelled(CHEST.confusion(found), Tissue.RIGHT_LUNG));
  }

  @Test
  void stomachAloneIsNoLung() {
    SyntheticChest abdomen = new SyntheticChest(SyntheticChest.grid(X, Y, -60, 46), 75, -850);
    Anatomy found = LungAnatomy.refine(abdomen.ct, abdomen.everythingAerated());
    assertEquals(List.of("no-lungs"), codes(found));
  }

  @Test
  void implausibleVolumeIsTold() {
    VolumeGeometry g = CHEST.geometry;
    VolumeGeometry small =
        new VolumeGeometry(g.columns(), g.rows(), g.slices(), 1.0, 1.0, 1.0, g.origin(), X, Y);
    short[][] hu = new short[g.slices()][];
    for (int k = 0; k < hu.length; k++) {
      hu[k] = CHEST.ct.slice(k);
    }
    Anatomy found = LungAnatomy.refine(new CtVolume(small, hu), CHEST.perfect());
    assertEquals(List.of("lung-volume-implausible"), codes(found));
  }

  @Test
  void sameResultForAnyOrderOfArrivalAndAnyNumberOfThreads() throws Exception {
    SyntheticChest chest = new SyntheticChest(SyntheticChest.grid(X, Y), 57, -850);
    byte[][] labels = chest.everythingAerated();
    Random random = new Random(7);
    for (byte[] slice : labels) {
      for (int i = 0; i < slice.length; i++) {
        if (random.nextInt(50) == 0) {
          slice[i] = (byte) random.nextInt(3);
        }
      }
    }
    VolumeGeometry g = chest.geometry;
    Anatomy first = null;
    for (int threads : new int[] {1, 2, 5}) {
      List<Integer> order = new ArrayList<>(IntStream.range(0, labels.length).boxed().toList());
      Collections.shuffle(order, new Random(threads));
      PreparedSlice[] prepared = new PreparedSlice[labels.length];
      for (int k : order) {
        prepared[k] =
            LungAnatomy.prepare(chest.ct.slice(k), labels[k], g.rows(), g.columns(), 1.5, 1.5);
      }
      ForkJoinPool pool = new ForkJoinPool(threads);
      Anatomy found;
      try {
        found = pool.submit(() -> LungAnatomy.refine(chest.ct, prepared)).get();
        Anatomy again = pool.submit(() -> LungAnatomy.refine(chest.ct, prepared)).get();
        assertSame(found, again);
      } finally {
        pool.shutdown();
      }
      first = first == null ? found : first;
      assertSame(first, found);
    }
    assertSame(first, LungAnatomy.refine(chest.ct, labels));
  }

  @Test
  void slicesThatDoNotFitAreRefused() {
    VolumeGeometry g = CHEST.geometry;
    short[] hu = CHEST.ct.slice(0);
    byte[] labels = new byte[hu.length];
    assertThrows(
        IllegalArgumentException.class, () -> LungAnatomy.prepare(hu, labels, 10, 10, 1, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> LungAnatomy.prepare(hu, labels, g.rows(), g.columns(), 0, 1.5));
    labels[5] = 3;
    assertThrows(
        IllegalArgumentException.class,
        () -> LungAnatomy.prepare(hu, labels, g.rows(), g.columns(), 1.5, 1.5));
    assertThrows(IllegalArgumentException.class, () -> LungAnatomy.refine(CHEST.ct, new byte[3][]));
    labels[5] = 0;
    PreparedSlice[] prepared = new PreparedSlice[g.slices()];
    java.util.Arrays.fill(
        prepared, LungAnatomy.prepare(hu, labels, g.rows(), g.columns(), 0.7, 0.7));
    assertThrows(IllegalArgumentException.class, () -> LungAnatomy.refine(CHEST.ct, prepared));
  }

  private static void assertSame(Anatomy a, Anatomy b) {
    for (int k = 0; k < a.lungs().geometry().slices(); k++) {
      assertArrayEquals(a.lungs().slice(k), b.lungs().slice(k));
      assertArrayEquals(a.lesions().slice(k), b.lesions().slice(k));
    }
    assertEquals(a.warnings(), b.warnings());
  }

  private static List<String> codes(Anatomy found) {
    return found.warnings().stream().map(Warning::code).toList();
  }

  private static long labelled(long[][] n, Tissue t) {
    return n[t.ordinal()][1] + n[t.ordinal()][2];
  }

  private static long total(long[][] n, Tissue t) {
    return labelled(n, t) + n[t.ordinal()][0];
  }

  private static CtVolume copy(CtVolume ct) {
    short[][] hu = new short[ct.geometry().slices()][];
    for (int k = 0; k < hu.length; k++) {
      hu[k] = ct.slice(k).clone();
    }
    return new CtVolume(ct.geometry(), hu);
  }

  private static void paint(
      CtVolume ct, byte[][] labels, int k, int row, int column, int size, int hu, int label) {
    paint(ct.slice(k), labels[k], row, column, size, hu, label);
  }

  private static void paint(
      short[] slice, byte[] labels, int row, int column, int size, int hu, int label) {
    for (int r = row; r < row + size; r++) {
      for (int c = column; c < column + size; c++) {
        slice[r * 240 + c] = (short) hu;
        labels[r * 240 + c] = (byte) label;
      }
    }
  }
}
