// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.VolumeGeometry;
import java.util.Arrays;
import java.util.Optional;

/**
 * Turns the labels of a network that sees one slice at a time into a right and a left lung with
 * their opacities, by what is known of the anatomy in three dimensions:
 *
 * <ol>
 *   <li>air around the body is no lung ({@link OutsideAir});
 *   <li>gas in trachea, main bronchi, oesophagus, stomach and bowel is no lung ({@link GasFinder},
 *       {@link GasTracker});
 *   <li>aerated lung that the network missed is added ({@link AeratedLung});
 *   <li>small holes are filled ({@link Holes});
 *   <li>components that are not lung are dropped, the rest is given to the right or the left lung,
 *       also where the lungs touch ({@link LungSides}, {@link LungSplitter});
 *   <li>specks and rims are no opacity ({@link OpacitySpecks}).
 * </ol>
 *
 * <p>Dense tissue is lung where the network says so and nowhere else: consolidated or collapsed
 * lung is neither added nor taken away by its HU.
 *
 * <p>Most of the work needs one slice alone and is done by {@link #prepare} while slices arrive, in
 * any order and from any thread. {@link #refine} needs them all. The result is the same to the last
 * voxel whatever the number of threads and the order of arrival.
 */
public final class LungAnatomy {

  /** A component with more than this share of voxels of pure gas is no lung. */
  static final double GAS_SHARE = 0.7;

  /** If the largest component is smaller than this, there is no lung, mL. */
  static final double MIN_LUNG_ML = 20;

  /** Lungs go on behind slices without any lung over at most this, mm: blank or damaged ones. */
  static final double GAP_MM = 15;

  /** Voxel sizes of slices may differ from the volume's by this share. */
  private static final double SPACING_TOLERANCE = 0.01;

  private LungAnatomy() {}

  /**
   * Does what can be done with one slice alone.
   *
   * @param hu HU, {@code [row * columns + column]}; not kept
   * @param labels the network's labels in the same order: 0 background, 1 lung, 2 lesion (part of
   *     the lung); not kept
   * @param columnSpacingMm distance between neighbouring columns, mm
   * @param rowSpacingMm distance between neighbouring rows, mm
   * @throws IllegalArgumentException if sizes do not fit, a spacing is not positive or a label is
   *     not 0, 1 or 2
   */
  public static PreparedSlice prepare(
      short[] hu,
      byte[] labels,
      int rows,
      int columns,
      double columnSpacingMm,
      double rowSpacingMm) {
    if (rows <= 0
        || columns <= 0
        || hu.length != Math.multiplyExact(rows, columns)
        || labels.length != hu.length) {
      throw new IllegalArgumentException(
          "%d HU and %d labels for %d rows of %d columns"
              .formatted(hu.length, labels.length, rows, columns));
    }
    if (!(columnSpacingMm > 0) || !(rowSpacingMm > 0)) {
      throw new IllegalArgumentException(
          "spacing must be positive: %s x %s mm".formatted(columnSpacingMm, rowSpacingMm));
    }
    SliceGrid grid = new SliceGrid(rows, columns, columnSpacingMm, rowSpacingMm);
    OutsideAir.Result outside = OutsideAir.find(hu, grid);
    int words = Bits.words(columns);
    long[] lung = new long[rows * words];
    long[] lesion = new long[rows * words];
    long[] aerated = new long[rows * words];
    long[] open = new long[rows * words];
    for (int w = 0; w < lung.length; w++) {
      int first = w / words * columns + (w % words << 6);
      int n = Math.min(64, columns - (w % words << 6));
      long isLung = 0;
      long isLesion = 0;
      long isAerated = 0;
      long isOpen = 0;
      for (int b = 0; b < n; b++) {
        int label = labels[first + b];
        if ((label & ~3) != 0 || label == 3) {
          throw new IllegalArgumentException("label must be 0, 1 or 2: " + (label & 0xFF));
        }
        int h = hu[first + b];
        isLung |= (long) (label + 1 >> 1) << b;
        isLesion |= (long) (label >> 1) << b;
        isAerated |= (long) (h - AeratedLung.AERATED_HU >>> 31) << b;
        isOpen |= (long) (h - GasFinder.WALL_HU >>> 31) << b;
      }
      long inside = ~outside.mask()[w];
      lung[w] = isLung & inside;
      lesion[w] = isLesion & inside;
      aerated[w] = isAerated & inside;
      open[w] = isOpen;
    }
    long[] gas = GasFinder.gas(hu, outside.mask(), grid);
    return new PreparedSlice(
        grid, lung, lesion, aerated, GasFinder.blobs(hu, gas, open, grid), outside);
  }

  /**
   * {@link #prepare} for every slice, then {@link #refine(CtVolume, PreparedSlice[])}.
   *
   * @param labels the network's labels, {@code [slice][row * columns + column]}: 0, 1 or 2
   * @throws IllegalArgumentException if the labels do not fit the volume
   */
  public static Anatomy refine(CtVolume ct, byte[][] labels) {
    VolumeGeometry g = ct.geometry();
    requireSlices(labels.length, g);
    PreparedSlice[] prepared = new PreparedSlice[labels.length];
    Slices.forEach(
        labels.length,
        k ->
            prepared[k] =
                prepare(
                    ct.slice(k),
                    labels[k],
                    g.rows(),
                    g.columns(),
                    g.columnSpacingMm(),
                    g.rowSpacingMm()));
    return refine(ct, prepared);
  }

  /**
   * Finds the lungs of a volume.
   *
   * @param prepared what {@link #prepare} made of the volume's slices, in the volume's order; left
   *     as it is, so that it can be used again when slices come late
   * @return lungs and opacities with warnings; empty maps and the warning {@code no-lungs} where
   *     there is no lung
   * @throws IllegalArgumentException if the slices do not fit the volume
   */
  public static Anatomy refine(CtVolume ct, PreparedSlice[] prepared) {
    VolumeGeometry g = ct.geometry();
    requireFit(prepared, g);
    PatientAxis axis = new PatientAxis(g);
    double midline = midline(prepared, axis);

    long[][] removed = GasTracker.extrapulmonary(prepared, g, axis, midline);
    long[][] lung = new long[g.slices()][];
    long[][] aerated = new long[g.slices()][];
    long[] called = new long[g.slices()];
    Slices.forEach(
        g.slices(),
        k -> {
          lung[k] = prepared[k].lung.clone();
          aerated[k] = prepared[k].aerated.clone();
          if (removed[k] != null) {
            Bits.andNot(lung[k], removed[k]);
            Bits.andNot(aerated[k], removed[k]);
          }
          called[k] = Bits.count(lung[k]);
        });
    long added = AeratedLung.complete(lung, aerated, ct, axis, midline);

    Runs[] runs = new Runs[g.slices()];
    Slices.forEach(
        g.slices(),
        k -> {
          Holes.fill(lung[k], removed[k], prepared[k].grid);
          runs[k] = Runs.of(lung[k], g.rows(), g.columns());
        });
    Components parts = Components.of((int) (GAP_MM / g.sliceSpacingMm()), runs);
    ComponentStats stats = ComponentStats.of(parts, ct, axis, midline);
    LungSides sides = LungSides.of(parts, stats, plausible(stats, parts, g), g, axis, midline);

    byte[][] lungs = new byte[g.slices()][];
    byte[][] lesions = new byte[g.slices()][];
    long[][] opacity = new long[g.slices()][];
    int[][] counts = new int[g.slices()][];
    Slices.forEach(
        g.slices(),
        k -> {
          lungs[k] = lungLabels(parts, k, sides, g);
          opacity[k] = within(prepared[k].lesion, lungs[k], g);
          counts[k] = count(lungs[k], runs[k], g.columns());
        });
    OpacitySpecks.clear(opacity, g);
    Slices.forEach(g.slices(), k -> lesions[k] = lesionLabels(opacity[k], ct.slice(k), g));
    boolean found = Arrays.stream(counts).anyMatch(n -> n[0] + n[1] > 0);
    return new Anatomy(
        new LabelMap(g, lungs, Segment.LUNGS),
        new LabelMap(g, lesions, Segment.LESIONS),
        LungWarnings.of(g, axis, counts, added),
        found
            ? Plausibility.check(ct, prepared, lungs, lesions, counts, Arrays.stream(called).sum())
            : Optional.empty());
  }

  private static void requireSlices(int slices, VolumeGeometry g) {
    if (slices != g.slices()) {
      throw new IllegalArgumentException(
          "%d slices of labels for %d slices of CT".formatted(slices, g.slices()));
    }
  }

  private static void requireFit(PreparedSlice[] prepared, VolumeGeometry g) {
    requireSlices(prepared.length, g);
    for (int k = 0; k < prepared.length; k++) {
      SliceGrid s = prepared[k].grid;
      if (s.rows() != g.rows()
          || s.columns() != g.columns()
          || differ(s.columnSpacingMm(), g.columnSpacingMm())
          || differ(s.rowSpacingMm(), g.rowSpacingMm())) {
        throw new IllegalArgumentException(
            "slice %d was prepared as %s, the volume has %d rows, %d columns, %s x %s mm"
                .formatted(k, s, g.rows(), g.columns(), g.columnSpacingMm(), g.rowSpacingMm()));
      }
    }
  }

  private static boolean differ(double a, double b) {
    return Math.abs(a - b) > SPACING_TOLERANCE * b;
  }

  /** LPS x of the middle of the body, mm: mean over its cells in all slices. */
  private static double midline(PreparedSlice[] slices, PatientAxis axis) {
    double sum = 0;
    long cells = 0;
    for (int k = 0; k < slices.length; k++) {
      PreparedSlice s = slices[k];
      if (s.bodyCells > 0) {
        sum += s.bodyCells * axis.leftward(k, s.bodyRow / s.bodyCells, s.bodyColumn / s.bodyCells);
        cells += s.bodyCells;
      }
    }
    return cells == 0 ? axis.leftward(0, 0, 0) : sum / cells;
  }

  /** Components that may be lung by their gas; none if all are too small. */
  private static boolean[] plausible(ComponentStats stats, Components parts, VolumeGeometry g) {
    boolean[] plausible = new boolean[parts.count()];
    long largest = 0;
    for (int c = 0; c < plausible.length; c++) {
      plausible[c] = stats.gasShare(c) <= GAS_SHARE;
      largest = plausible[c] ? Math.max(largest, stats.voxels(c)) : largest;
    }
    return largest * g.voxelVolumeMl() < MIN_LUNG_ML ? new boolean[parts.count()] : plausible;
  }

  private static byte[] lungLabels(Components parts, int k, LungSides sides, VolumeGeometry g) {
    byte[] labels = new byte[g.sliceLength()];
    parts.slices()[k].forEach(
        (i, r, from, to) -> {
          byte side = sides.side(parts.of(k, i));
          int base = r * g.columns();
          if (side == LungSides.CUT) {
            sides.label(k, r, from, to, labels, base);
          } else if (side != LungSides.DROPPED) {
            Arrays.fill(labels, base + from, base + to, side);
          }
        });
    return labels;
  }

  /** What of a mask lies in the lungs. */
  private static long[] within(long[] mask, byte[] lungs, VolumeGeometry g) {
    long[] in = mask.clone();
    int words = Bits.words(g.columns());
    for (int w = 0; w < in.length; w++) {
      int first = w / words * g.columns() + (w % words << 6);
      for (long bits = in[w]; bits != 0; bits &= bits - 1) {
        int b = Long.numberOfTrailingZeros(bits);
        if (lungs[first + b] == 0) {
          in[w] &= ~(1L << b);
        }
      }
    }
    return in;
  }

  private static byte[] lesionLabels(long[] opacity, short[] hu, VolumeGeometry g) {
    byte[] labels = new byte[hu.length];
    int words = Bits.words(g.columns());
    for (int w = 0; w < opacity.length; w++) {
      for (long bits = opacity[w]; bits != 0; bits &= bits - 1) {
        int column = (w % words << 6) + Long.numberOfTrailingZeros(bits);
        int i = w / words * g.columns() + column;
        labels[i] =
            (byte)
                (hu[i] < RegionMeasurements.HIGH_OPACITY_HU
                    ? Segment.GROUND_GLASS.value()
                    : Segment.CONSOLIDATION.value());
      }
    }
    return labels;
  }

  /** Voxels of the right and the left lung. */
  private static int[] count(byte[] labels, Runs runs, int columns) {
    int[] n = new int[2];
    runs.forEach(
        (i, r, from, to) -> {
          for (int c = r * columns + from; c < r * columns + to; c++) {
            if (labels[c] != 0) {
              n[labels[c] - 1]++;
            }
          }
        });
    return n;
  }
}
