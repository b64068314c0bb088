// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.LesionComponent;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.VoxelIndex;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LesionsTest {

  private record Case(CtVolume ct, LabelMap lungs, LabelMap lesions) {

    static Case empty(int columns, int rows, int slices) {
      VolumeGeometry g =
          new VolumeGeometry(
              columns,
              rows,
              slices,
              0.7,
              0.8,
              1.25,
              new Vec3(0, 0, 0),
              new Vec3(1, 0, 0),
              new Vec3(0, 1, 0));
      return new Case(
          new CtVolume(g, new short[slices][rows * columns]),
          new LabelMap(g, new byte[slices][rows * columns], Segment.LUNGS),
          new LabelMap(g, new byte[slices][rows * columns], Segment.LESIONS));
    }

    /** Lung everywhere, right in the lower half of the columns; noise of HU; some lesions. */
    static Case random(long seed, double share) {
      Random random = new Random(seed);
      Case c = empty(8 + random.nextInt(70), 4 + random.nextInt(20), 2 + random.nextInt(10));
      VolumeGeometry g = c.ct.geometry();
      for (int k = 0; k < g.slices(); k++) {
        for (int i = 0; i < g.sliceLength(); i++) {
          c.ct.slice(k)[i] = (short) (random.nextInt(1400) - 1024);
          boolean inLung = random.nextInt(20) > 0;
          c.lungs.slice(k)[i] = (byte) (!inLung ? 0 : i % g.columns() < g.columns() / 2 ? 1 : 2);
          c.lesions.slice(k)[i] = (byte) (random.nextDouble() < share ? 1 + random.nextInt(2) : 0);
        }
      }
      return c;
    }

    Case lesion(int column, int row, int slice, int lung) {
      int at = row * ct.geometry().columns() + column;
      lungs.slice(slice)[at] = (byte) lung;
      lesions.slice(slice)[at] = 1;
      return this;
    }

    Lesions find() {
      return Lesions.find(ct, lungs, lesions);
    }

    int lungAt(int column, int row, int slice) {
      VolumeGeometry g = ct.geometry();
      boolean outside =
          column < 0
              || row < 0
              || slice < 0
              || column >= g.columns()
              || row >= g.rows()
              || slice >= g.slices();
      int at = row * g.columns() + column;
      return outside || lesions.slice(slice)[at] == 0 ? 0 : lungs.slice(slice)[at];
    }

    /** The components by the definition: from voxel to voxel, in the order of their numbers. */
    List<List<VoxelIndex>> byDefinition() {
      VolumeGeometry g = ct.geometry();
      Set<VoxelIndex> seen = new HashSet<>();
      List<List<VoxelIndex>> found = new ArrayList<>();
      for (int k = 0; k < g.slices(); k++) {
        for (int r = 0; r < g.rows(); r++) {
          for (int c = 0; c < g.columns(); c++) {
            int lung = lungAt(c, r, k);
            if (lung == 0 || !seen.add(new VoxelIndex(c, r, k))) {
              continue;
            }
            List<VoxelIndex> component = new ArrayList<>();
            Deque<VoxelIndex> open = new ArrayDeque<>(List.of(new VoxelIndex(c, r, k)));
            while (!open.isEmpty()) {
              VoxelIndex v = open.pop();
              component.add(v);
              for (int n = 0; n < 27; n++) {
                int x = v.column() + n % 3 - 1;
                int y = v.row() + n / 3 % 3 - 1;
                int z = v.slice() + n / 9 - 1;
                if (lungAt(x, y, z) == lung && seen.add(new VoxelIndex(x, y, z))) {
                  open.add(new VoxelIndex(x, y, z));
                }
              }
            }
            found.add(component);
          }
        }
      }
      // Stable: of equal ones the first found, which has the first voxel, stays first.
      found.sort(Comparator.comparingInt((List<VoxelIndex> v) -> v.size()).reversed());
      return found;
    }

    Case without(Lesions map, Set<Integer> ids) {
      byte[][] left = new byte[lesions.geometry().slices()][];
      for (int k = 0; k < left.length; k++) {
        left[k] = lesions.slice(k).clone();
        for (int i = 0; i < left[k].length; i++) {
          if (ids.contains(map.slice(k)[i] & 0xFF)) {
            left[k][i] = 0;
          }
        }
      }
      return new Case(ct, lungs, new LabelMap(lesions.geometry(), left, Segment.LESIONS));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 0.03, 0.1, 0.3})
  void componentsAreThoseOfTheDefinition(double share) {
    for (long seed = 1; seed <= 8; seed++) {
      Case c = Case.random(seed, share);
      Lesions found = c.find();
      List<List<VoxelIndex>> expected = c.byDefinition();
      int columns = c.ct.geometry().columns();
      for (int i = 0; i < Math.min(Lesions.LISTED, expected.size()); i++) {
        LesionComponent item = found.components().items().get(i);
        List<VoxelIndex> voxels = expected.get(i);
        assertEquals(i + 1, item.id());
        assertEquals(1, item.parts());
        assertEquals(voxels.size(), item.sums().voxels());
        assertTrue(voxels.contains(item.voxel()), "a voxel of it");
        assertEquals(voxels.stream().mapToInt(VoxelIndex::column).min(), of(item.first().column()));
        assertEquals(voxels.stream().mapToInt(VoxelIndex::row).min(), of(item.first().row()));
        assertEquals(voxels.stream().mapToInt(VoxelIndex::slice).min(), of(item.first().slice()));
        assertEquals(voxels.stream().mapToInt(VoxelIndex::column).max(), of(item.last().column()));
        assertEquals(voxels.stream().mapToInt(VoxelIndex::row).max(), of(item.last().row()));
        assertEquals(voxels.stream().mapToInt(VoxelIndex::slice).max(), of(item.last().slice()));
        for (VoxelIndex v : voxels) {
          int at = v.row() * columns + v.column();
          assertEquals(item.id(), found.slice(v.slice())[at] & 0xFF);
          assertEquals(
              item.region(),
              c.lungs.slice(v.slice())[at] == 1 ? Region.RIGHT_LUNG : Region.LEFT_LUNG);
        }
      }
      for (int k = 0; k < c.ct.geometry().slices(); k++) {
        for (int i = 0; i < c.ct.geometry().sliceLength(); i++) {
          boolean opaque = c.lesions.slice(k)[i] != 0 && c.lungs.slice(k)[i] != 0;
          assertEquals(opaque, found.slice(k)[i] != 0, "map at slice " + k + ", " + i);
        }
      }
    }
  }

  private static OptionalInt of(int value) {
    return OptionalInt.of(value);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void withoutNothingTheNumbersAreThoseOfTheReportToTheLastDigit(long seed) {
    Case c = Case.random(seed, 0.05 * seed);
    assertEquals(
        Quantifier.measure(c.ct, c.lungs, c.lesions),
        Quantifier.measure(c.find().components(), Set.of()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void withoutSomeTheNumbersAreThoseOfACaseThatNeverHadThem(long seed) {
    Case c = Case.random(seed, 0.02 * seed);
    Lesions found = c.find();
    Random random = new Random(seed);
    Set<Integer> excluded =
        found.components().items().stream()
            .map(LesionComponent::id)
            .filter(id -> random.nextInt(3) == 0)
            .collect(Collectors.toSet());
    assertTrue(!excluded.isEmpty());
    Case without = c.without(found, excluded);
    assertEquals(
        Quantifier.measure(without.ct, without.lungs, without.lesions),
        Quantifier.measure(found.components(), excluded));
  }

  @Test
  void withoutAllThereIsNoOpacityAndTheLungIsAsItWas() {
    Case c = Case.random(9, 0.1);
    Lesions found = c.find();
    Set<Integer> all =
        found.components().items().stream().map(LesionComponent::id).collect(Collectors.toSet());
    var with = Quantifier.measure(c.ct, c.lungs, c.lesions);
    var without = Quantifier.measure(found.components(), all);
    for (Region region : Region.values()) {
      assertEquals(Measurement.of(0), without.get(region).get(Quantity.OPACITY_VOLUME));
      assertEquals(Measurement.of(0), without.get(region).get(Quantity.OPACITY_PERCENT));
      assertEquals(Measurement.of(0), without.get(region).get(Quantity.HIGH_OPACITY_PERCENT));
      assertTrue(
          without.get(region).get(Quantity.MEAN_HU_OPACITY) instanceof Measurement.NotMeasured);
      for (Quantity same : List.of(Quantity.VOLUME, Quantity.MEAN_HU, Quantity.SD_HU)) {
        assertEquals(with.get(region).get(same), without.get(region).get(same));
      }
    }
  }

  @Test
  void aNumberThatIsNoneIsNotExcludedInSilence() {
    Lesions one = Case.empty(4, 4, 2).lesion(1, 1, 1, 1).find();
    assertEquals(
        "There is no component 2; they are 1 to 1.",
        assertThrows(
                IllegalArgumentException.class,
                () -> Quantifier.measure(one.components(), Set.of(1, 2)))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> Quantifier.measure(Case.empty(4, 4, 2).find().components(), Set.of(1)));
  }

  /** A corner is enough; the other lung is not. */
  @Test
  void componentsTouchAtCornersAndEndAtTheOtherLung() {
    Case corners = Case.empty(80, 5, 4).lesion(63, 1, 1, 1).lesion(64, 2, 2, 1).lesion(66, 2, 2, 1);
    assertEquals(2, corners.find().components().items().size());
    Case sides = Case.empty(80, 5, 4).lesion(63, 1, 1, 1).lesion(64, 1, 1, 2);
    assertEquals(
        List.of(Region.RIGHT_LUNG, Region.LEFT_LUNG),
        sides.find().components().items().stream().map(LesionComponent::region).toList());
  }

  /** What is too much for a list is still all there. */
  @Test
  void theSmallestShareAnEntryALungWhereThereAreTooMany() {
    Case c = Case.empty(120, 40, 3);
    int right = 0;
    int left = 0;
    for (int row = 0; row < 40; row += 2) {
      for (int column = 0; column < 120; column += 6) {
        int lung = column < 60 ? 1 : 2;
        c.lesion(column, row, 1, lung);
        if (lung == 1) {
          c.lesion(column + 1, row, 1, lung); // the larger ones lie in the right lung
          right++;
        } else {
          left++;
        }
      }
    }
    assertEquals(400, right + left);
    Lesions found = c.find();
    List<LesionComponent> items = found.components().items();
    assertEquals(Lesions.LISTED + 1, items.size());
    LesionComponent rest = items.get(items.size() - 1);
    assertEquals(Region.LEFT_LUNG, rest.region());
    assertEquals(400 - Lesions.LISTED, rest.parts());
    assertEquals(rest.parts(), rest.sums().voxels());
    assertEquals(
        rest.id(),
        found.slice(rest.voxel().slice())[rest.voxel().row() * 120 + rest.voxel().column()] & 0xFF);
    assertEquals(
        Quantifier.measure(c.ct, c.lungs, c.lesions),
        Quantifier.measure(found.components(), Set.of()));
    Set<Integer> all = IntStream.rangeClosed(1, items.size()).boxed().collect(Collectors.toSet());
    assertEquals(
        Measurement.of(0),
        Quantifier.measure(found.components(), all)
            .get(Region.BOTH_LUNGS)
            .get(Quantity.OPACITY_VOLUME));
  }

  @Test
  void bothLungsCanHaveSuchAnEntry() {
    Case c = Case.empty(120, 60, 1);
    for (int row = 0; row < 60; row += 2) {
      for (int column = 0; column < 120; column += 6) {
        c.lesion(column, row, 0, column % 12 == 0 ? 1 : 2);
      }
    }
    List<LesionComponent> items = c.find().components().items();
    assertEquals(Lesions.LISTED + 2, items.size());
    assertEquals(Region.RIGHT_LUNG, items.get(Lesions.LISTED).region());
    assertEquals(Region.LEFT_LUNG, items.get(Lesions.LISTED + 1).region());
    assertEquals(600, items.stream().mapToInt(LesionComponent::parts).sum());
  }
}
