// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import static io.hounsfield.preprocess.Stacks.at;
import static io.hounsfield.preprocess.Stacks.axial;
import static io.hounsfield.preprocess.Stacks.chest;
import static io.hounsfield.preprocess.Stacks.each;
import static io.hounsfield.preprocess.Stacks.header;
import static io.hounsfield.preprocess.Stacks.shuffled;
import static io.hounsfield.preprocess.Stacks.with;
import static io.hounsfield.preprocess.Stacks.without;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VolumePlanTest {

  @Test
  void aRegularAxialStackIsAGridThatGrowsTowardsTheHead() throws Exception {
    List<SliceHeader> headers = chest(240, 1.25);
    VolumePlan plan = VolumePlan.of(headers);

    VolumeGeometry g = plan.geometry();
    assertEquals(240, g.slices());
    assertEquals(512, g.rows());
    assertEquals(512, g.columns());
    assertEquals(1.25, g.sliceSpacingMm());
    assertEquals(new Vec3(-180, -170, 100 - 239 * 1.25), g.origin());
    // Instance 1 is the most cranial slice: the last of the grid.
    assertArrayEquals(IntStream.range(0, 240).map(i -> 239 - i).toArray(), plan.order());
    assertEquals(List.of(), plan.warnings());
    assertTrue(VolumePlan.gapFree(headers));
  }

  @ParameterizedTest(name = "row {0},{1},{2} column {3},{4},{5}: slices grow along z {6}")
  @CsvSource({
    "1,0,0, 0,1,0, 1", // head first, supine
    "-1,0,0, 0,-1,0, 1", // prone
    "-1,0,0, 0,1,0, -1", // feet first, supine: rows run from left to right
    "1,0,0, 0,-1,0, -1", // feet first, prone
    "0,1,0, -1,0,0, 1", // lying on the side
  })
  void everyWayOfLyingIsAGridWhoseSlicesGrowAlongTheNormal(
      double rx, double ry, double rz, double cx, double cy, double cz, int sign) throws Exception {
    Vec3 row = new Vec3(rx, ry, rz);
    Vec3 column = new Vec3(cx, cy, cz);
    List<SliceHeader> headers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      headers.add(header(i + 1, new Vec3(10, 20, i * 3), row, column));
    }
    VolumePlan plan = VolumePlan.of(headers);

    assertEquals(3, plan.geometry().sliceSpacingMm());
    assertEquals(sign, plan.geometry().normal().z(), 1e-12);
    assertGridHoldsEverySlice(plan, headers);
    assertEquals(sign > 0 ? 0 : 59, plan.order()[0]);
  }

  @Test
  void thePlanOfRandomObliqueStacksDoesNotDependOnTheOrderOfTheList() throws Exception {
    Random random = new Random(20260101);
    for (int trial = 0; trial < 200; trial++) {
      int n = 20 + random.nextInt(80);
      double spacing = 0.5 + 5 * random.nextDouble();
      double a = Math.toRadians(38 * (random.nextDouble() - 0.5));
      double b = Math.toRadians(360 * random.nextDouble());
      Vec3 normal =
          new Vec3(Math.sin(a) * Math.cos(b), Math.sin(a) * Math.sin(b), Math.cos(a))
              .times(random.nextBoolean() ? 1 : -1);
      Vec3 row = unit(new Vec3(1, random.nextDouble(), 0).cross(normal));
      Vec3 column = normal.cross(row);
      Vec3 origin = new Vec3(random.nextDouble() * 500, -200, random.nextDouble() * 2000);
      List<SliceHeader> headers = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        headers.add(header(i + 1, origin.plus(normal.times(i * spacing)), row, column));
      }
      VolumePlan plan = VolumePlan.of(headers);
      List<SliceHeader> mixed = shuffled(headers, random);
      VolumePlan again = VolumePlan.of(mixed);

      assertEquals(plan.geometry(), again.geometry());
      assertEquals(plan.warnings(), again.warnings());
      assertEquals(spacing, plan.geometry().sliceSpacingMm(), 1e-8);
      assertGridHoldsEverySlice(plan, headers);
      assertGridHoldsEverySlice(again, mixed);
      for (int k = 0; k < n; k++) {
        assertEquals(headers.get(plan.order()[k]), mixed.get(again.order()[k]));
      }
    }
  }

  @Test
  void anySliceTakenOutOfTheMiddleOfAnyStackIsMissed() {
    Random random = new Random(7);
    for (int trial = 0; trial < 200; trial++) {
      int n = 25 + random.nextInt(100);
      double spacing = 0.4 + 9 * random.nextDouble();
      int gone = 1 + random.nextInt(n - 2);
      List<SliceHeader> headers = shuffled(without(chest(n, spacing), gone), random);
      SeriesRefusedException e = refused(headers);
      assertEquals(RefusalReason.MISSING_POSITIONS, e.reason(), e.getMessage());
      assertTrue(e.getMessage().startsWith("1 slice is missing"), e.getMessage());
      assertTrue(e.getMessage().contains("instance " + gone + " "), e.getMessage());
      assertTrue(e.getMessage().contains("instance " + (gone + 2) + " "), e.getMessage());
      assertFalse(VolumePlan.gapFree(headers));
    }
  }

  @Test
  void missingSlicesAreCountedAndTheirGapsNamedInMm() {
    SeriesRefusedException e = refused(without(chest(100, 1.25), 9, 10, 11, 59));
    assertEquals(RefusalReason.MISSING_POSITIONS, e.reason());
    assertEquals(
        "4 slices are missing within the series; slices are 1.25 mm apart, but there are 2.50 mm"
            + " between instance 61 at 25.00 mm and instance 59 at 27.50 mm; 5.00 mm between"
            + " instance 13 at 85.00 mm and instance 9 at 90.00 mm.",
        e.getMessage());
  }

  @Test
  void longListsOfGapsAreCutShort() {
    SeriesRefusedException e = refused(without(chest(100, 2), 10, 20, 30, 40, 50));
    assertTrue(e.getMessage().endsWith("; and 2 more."), e.getMessage());
  }

  @Test
  void twoSlicesAtOnePositionAreNamed() {
    List<SliceHeader> headers = new ArrayList<>(chest(40, 2));
    headers.add(axial(99, 60.0));
    SeriesRefusedException e = refused(headers);
    assertEquals(RefusalReason.DUPLICATE_POSITIONS, e.reason());
    assertEquals(
        "Several slices lie at the same position along the body: instance 21 and instance 99 at"
            + " 60.00 mm.",
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 19})
  void fewerSlicesThanAChestCanHaveAreRefused(int slices) {
    SeriesRefusedException e = refused(chest(slices, 5));
    assertEquals(RefusalReason.TOO_FEW_SLICES, e.reason());
    assertTrue(e.getMessage().contains("has " + slices + " slice"), e.getMessage());
    assertFalse(VolumePlan.gapFree(chest(slices, 5)));
  }

  @Test
  void theFewestSlicesAreEnough() throws Exception {
    assertEquals(20, VolumePlan.of(chest(VolumePlan.MIN_SLICES, 10)).geometry().slices());
  }

  @Test
  void coronalAndSagittalReformatsAreNotAxial() {
    for (Vec3 row : List.of(Stacks.LEFT, Stacks.POSTERIOR)) {
      List<SliceHeader> headers =
          each(
              chest(40, 2),
              h ->
                  Stacks.typed(
                      Stacks.turned(h, row, Stacks.FEET), "DERIVED", "SECONDARY", "REFORMATTED"));
      SeriesRefusedException e = refused(headers);
      assertEquals(RefusalReason.NOT_AXIAL, e.reason());
      assertEquals(
          "Instance 1 is not axial: its plane is turned by 90.0 degrees (tolerance 20 degrees); it"
              + " is a reformat made from other slices.",
          e.getMessage());
    }
  }

  @Test
  void slicesObliqueWithinTheToleranceAreAxialBeyondItNot() throws Exception {
    VolumePlan.of(oblique(19.9));
    assertEquals(RefusalReason.NOT_AXIAL, refused(oblique(20.1)).reason());
  }

  @Test
  void aTiltedGantryIsSeenInThePositions() {
    // The table moves along z while the planes are tilted by 10 degrees (PS3.3 C.8.2.1.1.1 is
    // silent on the shear; it shows in Image Position (Patient) alone).
    double a = Math.toRadians(10);
    Vec3 column = new Vec3(0, Math.cos(a), -Math.sin(a));
    List<SliceHeader> headers = each(chest(50, 4), h -> Stacks.turned(h, Stacks.LEFT, column));
    SeriesRefusedException e = refused(headers);
    assertEquals(RefusalReason.GANTRY_TILT, e.reason());
    assertTrue(e.getMessage().contains("10.00 degrees"), e.getMessage());
  }

  @Test
  void aTiltedGantryIsSeenInItsAttribute() throws Exception {
    SeriesRefusedException e = refused(with(chest(50, 4), 7, h -> Stacks.tilted(h, -12.5)));
    assertEquals(RefusalReason.GANTRY_TILT, e.reason());
    assertEquals(
        "Instance 8 was taken with the gantry tilted by -12.5 degrees (tolerance 0.5 degrees).",
        e.getMessage());
    VolumePlan.of(each(chest(50, 4), h -> Stacks.tilted(h, 0.2)));
    VolumePlan.of(each(chest(50, 4), h -> Stacks.tilted(h, null)));
  }

  @Test
  void aSliceShiftedSidewaysIsRefused() throws Exception {
    List<SliceHeader> headers = chest(50, 4);
    SeriesRefusedException e =
        refused(with(headers, 20, h -> at(h, h.position().plus(new Vec3(3, 0, 0)))));
    assertEquals(RefusalReason.SHIFTED_SLICES, e.reason());
    assertTrue(e.getMessage().contains("instance 21 by 3.00 mm"), e.getMessage());
    VolumePlan.of(with(headers, 20, h -> at(h, h.position().plus(new Vec3(0.3, 0, 0)))));
  }

  @Test
  void mixedSizesAreRefused() {
    SeriesRefusedException e = refused(with(chest(50, 4), 30, h -> Stacks.sized(h, 256, 512)));
    assertEquals(RefusalReason.MIXED_SIZES, e.reason());
    assertEquals(
        "Slices differ in size: instance 1 has 512 rows and 512 columns, instance 31 has 256 and"
            + " 512.",
        e.getMessage());
  }

  @Test
  void mixedOrientationsAreRefused() {
    double a = Math.toRadians(1);
    Vec3 row = new Vec3(Math.cos(a), Math.sin(a), 0);
    Vec3 column = new Vec3(-Math.sin(a), Math.cos(a), 0);
    SeriesRefusedException e = refused(with(chest(50, 4), 30, h -> Stacks.turned(h, row, column)));
    assertEquals(RefusalReason.MIXED_ORIENTATIONS, e.reason());
    assertTrue(e.getMessage().contains("instance 31 is turned by 1.00 degrees"), e.getMessage());
  }

  @Test
  void aSliceTurnedOverIsAMixedOrientation() {
    SeriesRefusedException e =
        refused(with(chest(50, 4), 3, h -> Stacks.turned(h, new Vec3(-1, 0, 0), Stacks.POSTERIOR)));
    assertEquals(RefusalReason.MIXED_ORIENTATIONS, e.reason());
    assertTrue(e.getMessage().contains("180.00 degrees"), e.getMessage());
  }

  @Test
  void mixedPixelSpacingsAreRefusedRoundingIsNot() throws Exception {
    SeriesRefusedException e = refused(with(chest(50, 4), 0, h -> Stacks.spaced(h, 0.7, 0.71)));
    assertEquals(RefusalReason.MIXED_SPACING, e.reason());
    VolumePlan.of(with(chest(50, 4), 0, h -> Stacks.spaced(h, 0.70001, 0.69999)));
  }

  @Test
  void slicesOfTwoFramesOfReferenceCannotBeCompared() throws Exception {
    SeriesRefusedException e = refused(with(chest(50, 4), 12, h -> Stacks.inFrame(h, "1.2.9")));
    assertEquals(RefusalReason.MIXED_FRAMES_OF_REFERENCE, e.reason());
    VolumePlan.of(with(chest(50, 4), 12, h -> Stacks.inFrame(h, null)));
  }

  @Test
  void aLocalizerAmongTheSlicesIsRefused() {
    SeriesRefusedException e =
        refused(with(chest(50, 4), 0, h -> Stacks.typed(h, "ORIGINAL", "PRIMARY", "LOCALIZER")));
    assertEquals(RefusalReason.LOCALIZER, e.reason());
    assertEquals("Instance 1 is a localizer (Image Type LOCALIZER).", e.getMessage());
  }

  @Test
  void projectionsAreRefusedAxialReformatsAreMarked() throws Exception {
    assertEquals(
        RefusalReason.PROJECTION,
        refused(each(chest(50, 4), h -> Stacks.typed(h, "DERIVED", "SECONDARY", "AXIAL", "MIP")))
            .reason());
    VolumePlan plan =
        VolumePlan.of(
            each(chest(250, 1), h -> Stacks.typed(h, "DERIVED", "SECONDARY", "REFORMATTED")));
    assertEquals(List.of("reformatted"), codes(plan));
  }

  @Test
  void aSeriesTooLargeToHoldIsRefused() {
    SeriesRefusedException e = refused(each(chest(700, 0.5), h -> Stacks.sized(h, 1024, 1024)));
    assertEquals(RefusalReason.TOO_LARGE, e.reason());
  }

  @Test
  void positionsRoundedByTheScannerAreARegularStack() throws Exception {
    // 0.625 mm slices with positions written to one decimal: distances of 0.6 and 0.7 mm.
    List<SliceHeader> headers = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      headers.add(axial(i + 1, Math.rint(-i * 0.625 * 10) / 10));
    }
    assertEquals(0.625, VolumePlan.of(headers).geometry().sliceSpacingMm(), 0.0003);
  }

  @Test
  void distancesThatEachPassMustNotAddUp() {
    // The first half 5.0 mm apart, the second half 5.2 mm: every distance is within 5 %.
    List<SliceHeader> headers = new ArrayList<>();
    double z = 0;
    for (int i = 0; i < 60; i++) {
      headers.add(axial(i + 1, z));
      z -= i < 30 ? 5.0 : 5.2;
    }
    SeriesRefusedException e = refused(headers);
    assertEquals(RefusalReason.UNEVEN_POSITIONS, e.reason());
    assertTrue(e.getMessage().contains("away from its place"), e.getMessage());
  }

  @Test
  void mixedSliceDistancesAreUnevenNotMissing() {
    List<SliceHeader> headers = new ArrayList<>();
    double z = 0;
    for (int i = 0; i < 60; i++) {
      headers.add(axial(i + 1, z));
      z -= i < 35 ? 1 : 5;
    }
    SeriesRefusedException e = refused(headers);
    assertEquals(RefusalReason.UNEVEN_POSITIONS, e.reason());
    assertTrue(e.getMessage().contains("from 1.00 to 5.00 mm"), e.getMessage());
  }

  @Test
  void overlappingSlicesAreFine() throws Exception {
    VolumePlan plan = VolumePlan.of(each(chest(250, 1), h -> Stacks.thick(h, 2.0)));
    assertEquals(1, plan.geometry().sliceSpacingMm());
    assertEquals(List.of(), plan.warnings());
  }

  @Test
  void thickSlicesUnsampledGapsAndShortScansAreMeasuredWithAWarning() throws Exception {
    assertEquals(
        List.of("thick-slices"),
        codes(VolumePlan.of(each(chest(60, 5), h -> Stacks.thick(h, 5.0)))));
    assertEquals(
        List.of(), codes(VolumePlan.of(each(chest(100, 3), h -> Stacks.thick(h, 2.999999)))));
    assertEquals(
        List.of("thick-slices", "unsampled-gaps"),
        codes(VolumePlan.of(each(chest(30, 10), h -> Stacks.thick(h, 1.0)))));
    assertEquals(
        List.of("thick-slices"),
        codes(VolumePlan.of(each(chest(60, 5), h -> Stacks.thick(h, null)))));
    assertEquals(
        List.of("mixed-thickness"),
        codes(VolumePlan.of(with(chest(250, 1), 3, h -> Stacks.thick(h, 2.5)))));
    List<Warning> partial = VolumePlan.of(each(chest(60, 1), h -> Stacks.thick(h, 2.0))).warnings();
    assertEquals("short-coverage", partial.get(0).code());
    assertTrue(partial.get(0).text().contains("covers 60 mm"), partial.get(0).text());
  }

  @Test
  void refusalsDoNotDependOnTheOrderOfTheList() {
    Random random = new Random(3);
    List<List<SliceHeader>> faulty =
        List.of(
            without(chest(100, 1.25), 40, 50),
            with(with(chest(50, 4), 3, h -> Stacks.sized(h, 1, 1)), 9, h -> Stacks.sized(h, 2, 2)),
            with(chest(50, 4), 20, h -> at(h, h.position().plus(new Vec3(3, 0, 0)))),
            with(chest(50, 4), 20, h -> at(h, new Vec3(-180, -170, 100))));
    for (List<SliceHeader> headers : faulty) {
      String text = refused(headers).getMessage();
      for (int i = 0; i < 20; i++) {
        assertEquals(text, refused(shuffled(headers, random)).getMessage());
      }
    }
  }

  private static List<SliceHeader> oblique(double degrees) {
    double a = Math.toRadians(degrees);
    Vec3 column = new Vec3(0, Math.cos(a), Math.sin(a));
    Vec3 normal = Stacks.LEFT.cross(column);
    List<SliceHeader> headers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      headers.add(header(i + 1, normal.times(i * 2), Stacks.LEFT, column));
    }
    return headers;
  }

  private static void assertGridHoldsEverySlice(VolumePlan plan, List<SliceHeader> headers) {
    for (int k = 0; k < headers.size(); k++) {
      Vec3 is = headers.get(plan.order()[k]).position();
      assertEquals(0, plan.geometry().position(k, 0, 0).minus(is).length(), 1e-6);
    }
  }

  private static SeriesRefusedException refused(List<SliceHeader> headers) {
    return assertThrows(SeriesRefusedException.class, () -> VolumePlan.of(headers));
  }

  private static List<String> codes(VolumePlan plan) {
    return plan.warnings().stream().map(Warning::code).toList();
  }

  private static Vec3 unit(Vec3 v) {
    return v.times(1 / v.length());
  }

  /** Two points in time at each position: a perfusion series, not a volume. */
  @Test
  void severalPointsInTimeAreSaidToBeThat() {
    assertSeveral(
        RefusalReason.SEVERAL_TIME_POINTS,
        "The series holds 2 points in time, which together are no volume",
        h -> Stacks.of(h, "1", 1, 1),
        h -> Stacks.of(h, "1", 2, 2));
  }

  @Test
  void severalStacksAreSaidToBeThat() {
    assertSeveral(
        RefusalReason.SEVERAL_STACKS,
        "The series holds 2 stacks, which together are no volume",
        h -> Stacks.of(h, "A", null, 1),
        h -> Stacks.of(Stacks.spaced(h, 0.5, 0.5), "B", null, 1));
  }

  /** The same slice in two acquisitions: neither is better, and both cannot be counted. */
  @Test
  void severalAcquisitionsAtOnePlaceAreSaidToBeThat() {
    assertSeveral(
        RefusalReason.SEVERAL_ACQUISITIONS,
        "The series holds 2 acquisitions, which together are no volume",
        h -> Stacks.of(h, null, null, 1),
        h -> Stacks.of(h, null, null, 2));
  }

  private static void assertSeveral(
      RefusalReason reason,
      String text,
      UnaryOperator<SliceHeader> first,
      UnaryOperator<SliceHeader> second) {
    List<SliceHeader> headers = new ArrayList<>();
    for (SliceHeader h : Stacks.chest(40, 2)) {
      headers.add(first.apply(h));
      headers.add(second.apply(h));
    }
    SeriesRefusedException e =
        assertThrows(SeriesRefusedException.class, () -> VolumePlan.of(headers));
    assertEquals(reason, e.reason());
    assertTrue(e.getMessage().startsWith(text), e.getMessage());
  }

  /** What together is one regular grid is one volume, in how many parts it was ever taken. */
  @Test
  void stacksAndAcquisitionsThatContinueEachOtherAreOneVolume() throws Exception {
    List<SliceHeader> headers = new ArrayList<>();
    for (SliceHeader h : Stacks.chest(60, 2)) {
      int part = h.instanceNumber() <= 30 ? 1 : 2;
      headers.add(Stacks.of(h, "" + part, null, part));
    }
    assertEquals(60, VolumePlan.of(headers).geometry().slices());
  }
}
