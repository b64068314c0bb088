// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import static io.hounsfield.quantify.SyntheticChest.X;
import static io.hounsfield.quantify.SyntheticChest.Y;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.quantify.SyntheticChest.Tissue;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is refused, and, as important, what never is: disease, surgery, a part of a chest, a poor
 * picture. Labels are those of a network that is wrong where the test says so.
 */
class PlausibilityTest {

  private static final SyntheticChest CHEST = SyntheticChest.standard();

  /** What a voxel becomes; the arguments are its truth, slice, row and column. */
  private interface Change {
    int of(Tissue truth, int k, int r, int c);
  }

  private static final int KEEP = Integer.MIN_VALUE;

  private record Case(CtVolume ct, byte[][] labels) {
    Optional<Implausible> implausible() {
      return LungAnatomy.refine(ct, labels).implausible();
    }
  }

  private static Case changed(SyntheticChest chest, Change hu, Change label) {
    VolumeGeometry g = chest.geometry;
    short[][] voxels = new short[g.slices()][];
    byte[][] labels = chest.perfect();
    for (int k = 0; k < voxels.length; k++) {
      voxels[k] = chest.ct.slice(k).clone();
      for (int i = 0; i < voxels[k].length; i++) {
        Tissue t = chest.truth[k][i];
        int h = hu.of(t, k, i / g.columns(), i % g.columns());
        int l = label.of(t, k, i / g.columns(), i % g.columns());
        voxels[k][i] = h == KEEP ? voxels[k][i] : (short) h;
        labels[k][i] = l == KEEP ? labels[k][i] : (byte) l;
      }
    }
    return new Case(new CtVolume(g, voxels), labels);
  }

  private static Case relabelled(SyntheticChest chest, Change label) {
    return changed(chest, (t, k, r, c) -> KEEP, label);
  }

  /** The same voxels on a grid of another size. */
  private static Case scaled(double factor) {
    VolumeGeometry g = CHEST.geometry;
    VolumeGeometry other =
        new VolumeGeometry(
            g.columns(),
            g.rows(),
            g.slices(),
            g.columnSpacingMm() * factor,
            g.rowSpacingMm() * factor,
            g.sliceSpacingMm() * factor,
            g.origin(),
            X,
            Y);
    short[][] hu = new short[g.slices()][];
    for (int k = 0; k < hu.length; k++) {
      hu[k] = CHEST.ct.slice(k);
    }
    return new Case(new CtVolume(other, hu), CHEST.perfect());
  }

  private static void assertRefused(Implausible.Kind kind, String part, Case c) {
    Implausible found = c.implausible().orElseThrow();
    assertEquals(kind, found.kind(), found.text());
    assertTrue(found.text().contains(part), found.text());
  }

  private static void assertMeasured(Case c) {
    assertEquals(Optional.empty(), c.implausible());
  }

  @Test
  void lungsOfAChestAreMeasured() {
    assertMeasured(new Case(CHEST.ct, CHEST.perfect()));
    assertMeasured(new Case(CHEST.ct, CHEST.everythingAerated()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void oneLungIsEnough(int labelOfTheOther) {
    assertMeasured(
        changed(
            CHEST,
            (t, k, r, c) -> t == Tissue.LEFT_LUNG ? 30 : KEEP,
            (t, k, r, c) -> t == Tissue.LEFT_LUNG ? labelOfTheOther : KEEP));
  }

  /** Both lungs consolidated but for a tenth, as on extracorporeal oxygenation. */
  @Test
  void lungsThatAreAlmostWhollyConsolidatedAreMeasured() {
    assertMeasured(
        changed(
            CHEST,
            (t, k, r, c) -> SyntheticChest.lungLabel(t) > 0 && r > 70 ? 30 : KEEP,
            (t, k, r, c) -> SyntheticChest.lungLabel(t) > 0 && r > 70 ? 2 : KEEP));
  }

  @ParameterizedTest
  @CsvSource({"50, 110", "130, 190", "210, 270", "130, 150"})
  void aPartOfAChestIsMeasured(double low, double high) {
    SyntheticChest part = new SyntheticChest(SyntheticChest.grid(X, Y, low, high), 75, -850);
    assertMeasured(new Case(part.ct, part.perfect()));
  }

  @ParameterizedTest
  @ValueSource(ints = {-960, -600, -450})
  void destroyedAndExpiredLungsAreMeasured(int hu) {
    SyntheticChest chest = new SyntheticChest(SyntheticChest.grid(X, Y), 75, hu);
    assertMeasured(new Case(chest.ct, chest.perfect()));
  }

  /** Ground glass over all of both lungs. */
  @Test
  void lungsThatAreOpaqueThroughoutAreMeasured() {
    assertMeasured(
        changed(
            CHEST,
            (t, k, r, c) -> SyntheticChest.lungLabel(t) > 0 ? -400 + (r * 31 + c * 17) % 60 : KEEP,
            (t, k, r, c) -> SyntheticChest.lungLabel(t) > 0 ? 2 : KEEP));
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 150, 250})
  void noiseIsNoReason(int sd) {
    Random random = new Random(sd);
    SyntheticChest chest = new SyntheticChest(SyntheticChest.grid(X, Y), 75, -800);
    for (int k = 0; k < chest.geometry.slices(); k++) {
      short[] hu = chest.ct.slice(k);
      for (int i = 0; i < hu.length; i++) {
        hu[i] = (short) Math.max(-1500, hu[i] + sd * random.nextGaussian());
      }
    }
    assertMeasured(new Case(chest.ct, chest.perfect()));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.7, 1.25})
  void smallAndLargePeopleAreMeasured(double factor) {
    assertMeasured(scaled(factor));
  }

  @Test
  void lungsOfAGiantAreRefused() {
    // 4.4 L scaled by 1.6 in each direction.
    assertRefused(Implausible.Kind.IMPLAUSIBLE_LUNGS, "no lungs hold more", scaled(1.6));
  }

  /** Two spheres of 19 mm in a scan of 300 mm: 57 mL over 80 mm. */
  @Test
  void lungsOfAToyAreRefused() {
    Case toy =
        changed(
            CHEST,
            (t, k, r, c) -> SyntheticChest.lungLabel(t) == 0 ? KEEP : toy(k, r, c) ? -800 : 40,
            (t, k, r, c) -> SyntheticChest.lungLabel(t) > 0 && toy(k, r, c) ? 1 : 0);
    assertRefused(Implausible.Kind.IMPLAUSIBLE_LUNGS, "the least that lungs hold", toy);
  }

  private static boolean toy(int k, int r, int c) {
    double z = 2.5 * (k - 64);
    double y = 1.5 * (r - 88);
    double x = 1.5 * (Math.abs(c - 119.5) - 50);
    return x * x / 361 + y * y / 361 + z * z / 1600 < 1;
  }

  /** The neck or the abdomen with the tips of the lungs: 30 of 300 mm. */
  @Test
  void tipsOfTheLungsAreNoChest() {
    SyntheticChest abdomen = new SyntheticChest(SyntheticChest.grid(X, Y, -190, 78), 75, -850);
    Case bases = new Case(abdomen.ct, abdomen.perfect());
    assertRefused(Implausible.Kind.NOT_CHEST, "Is this a scan of the neck or the abdomen", bases);
  }

  /** Loops of bowel that hold gas with stool, scattered, none like gas alone. */
  @Test
  void smallPocketsInALargeBodyAreNoChest() {
    SyntheticChest body = new SyntheticChest(SyntheticChest.grid(X, Y, -400, -100), 75, -850);
    Case bowel =
        changed(
            body,
            (t, k, r, c) -> pocket(k, r, c) ? -850 : KEEP,
            (t, k, r, c) -> pocket(k, r, c) ? 1 : 0);
    assertRefused(Implausible.Kind.NOT_CHEST, "% of the body", bowel);
  }

  private static boolean pocket(int k, int r, int c) {
    return k > 10 && k < 110 && Math.abs(r - 70) < 9 && Math.abs(c - 110) < 12;
  }

  @Test
  void foamWithoutABodyIsNoChest() {
    Case foam =
        changed(
            CHEST,
            (t, k, r, c) -> t == Tissue.AIR ? KEEP : -850,
            (t, k, r, c) -> t == Tissue.AIR ? 0 : 1);
    assertRefused(Implausible.Kind.NOT_CHEST, "no body about it", foam);
  }

  @Test
  void softTissueThatIsCalledLungIsRefused() {
    Case liver =
        changed(
            CHEST,
            (t, k, r, c) -> SyntheticChest.lungLabel(t) > 0 ? 60 : KEEP,
            (t, k, r, c) -> KEEP);
    assertRefused(Implausible.Kind.IMPLAUSIBLE_LUNGS, "holds air", liver);
    Case half =
        changed(
            CHEST,
            (t, k, r, c) -> SyntheticChest.lungLabel(t) > 0 && r > 60 ? 60 : KEEP,
            (t, k, r, c) -> KEEP);
    assertRefused(Implausible.Kind.IMPLAUSIBLE_LUNGS, "mean of", half);
  }

  @Test
  void noiseWithoutAPictureIsRefused() {
    Random random = new Random(1);
    Case noise =
        changed(
            CHEST,
            (t, k, r, c) ->
                t == Tissue.AIR
                    ? KEEP
                    : (int) Math.max(-1500, Math.min(3000, -650 + 500 * random.nextGaussian())),
            (t, k, r, c) -> KEEP);
    assertRefused(Implausible.Kind.IMPLAUSIBLE_LUNGS, "picture in the noise", noise);
  }

  /** A network that calls islands all over the body lung and little of the lungs. */
  @Test
  void labelsScatteredOverTheBodyAreRefused() {
    Case scattered =
        relabelled(
            CHEST,
            (t, k, r, c) -> {
              boolean kept = t == Tissue.RIGHT_LUNG && c < 65 && k % 20 < 16;
              boolean island = t == Tissue.BODY && k % 6 < 3 && r % 12 < 7 && c % 12 < 7 && c > 110;
              return kept || island ? 2 : 0;
            });
    assertRefused(Implausible.Kind.IMPLAUSIBLE_LUNGS, "scattered", scattered);
  }

  /** Volumes of nothing: the labels do not matter. */
  @ParameterizedTest
  @ValueSource(ints = {-1024, -1000, 0, 40, 1000})
  void evenVolumesHaveNoLungs(int hu) {
    Case even = changed(CHEST, (t, k, r, c) -> hu, (t, k, r, c) -> KEEP);
    Anatomy found = LungAnatomy.refine(even.ct(), even.labels());
    boolean none = found.warnings().stream().anyMatch(w -> w.code().equals("no-lungs"));
    assertTrue(none || found.implausible().isPresent());
  }
}
