// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.LesionComponent;
import io.hounsfield.domain.LesionComponents;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.VoxelIndex;
import io.hounsfield.domain.VoxelSums;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The lesions of a case one by one: voxels of opacity of one lung that share a face, an edge or a
 * corner (26 neighbours). They are numbered by size, the largest first, of equal ones the one whose
 * first voxel comes first in the grid; so the numbers depend on the label maps alone. The {@link
 * #LISTED} largest are listed by themselves; of the others those of each lung are one entry.
 */
public final class Lesions {

  /** Components that are listed by themselves; two numbers are left for the others. */
  public static final int LISTED = LesionComponents.MOST - 2;

  private static final Region[] SIDES = {Region.RIGHT_LUNG, Region.LEFT_LUNG};

  private final VolumeGeometry geometry;
  private final LesionComponents components;
  private final Components[] parts;
  private final Blob[][] blobOf;

  private Lesions(
      VolumeGeometry geometry, LesionComponents components, Components[] parts, Blob[][] blobOf) {
    this.geometry = geometry;
    this.components = components;
    this.parts = parts;
    this.blobOf = blobOf;
  }

  /** The list. */
  public LesionComponents components() {
    return components;
  }

  /** The grid of the slices. */
  public VolumeGeometry geometry() {
    return geometry;
  }

  /**
   * The number of the component of each voxel of a slice, 0 where there is none: not 0 exactly
   * where there is opacity within the lungs. Made anew at each call, since a whole map would take
   * as much memory as the label maps.
   *
   * @return {@code [row * columns + column]}, unsigned
   */
  public byte[] slice(int k) {
    byte[] numbers = new byte[geometry.sliceLength()];
    for (int side = 0; side < SIDES.length; side++) {
      Components ofSide = parts[side];
      Blob[] blobs = blobOf[side];
      ofSide.slices()[k].forEach(
          (run, r, from, to) -> {
            int at = r * geometry.columns();
            int id = blobs[ofSide.of(k, run)].entry.id;
            Arrays.fill(numbers, at + from, at + to, (byte) id);
          });
    }
    return numbers;
  }

  /**
   * Finds them.
   *
   * @param lungs 0, 1 right, 2 left ({@link Segment#LUNGS}), on the grid of {@code ct}
   * @param lesions not 0 where there is opacity, on the grid of {@code ct}; counts only within the
   *     lungs
   * @throws IllegalArgumentException if the grids differ, or a lung label is neither 0, 1 nor 2
   */
  public static Lesions find(CtVolume ct, LabelMap lungs, LabelMap lesions) {
    VolumeGeometry g = ct.geometry();
    VoxelSums[] lungSums = Quantifier.lungSums(ct, lungs, lesions);
    List<Blob> blobs = new ArrayList<>();
    Components[] parts = new Components[SIDES.length];
    Blob[][] blobOf = new Blob[SIDES.length][];
    for (int side = 0; side < SIDES.length; side++) {
      parts[side] = Components.touching(runs(g, lungs, lesions, side + 1));
      blobOf[side] = blobs(ct, parts[side], SIDES[side]);
      blobs.addAll(Arrays.asList(blobOf[side]));
    }
    blobs.sort(
        Comparator.comparingLong((Blob b) -> b.voxels)
            .reversed()
            .thenComparingLong(b -> b.firstVoxel));
    List<Blob> entries = number(blobs);
    for (int side = 0; side < SIDES.length; side++) {
      approach(g, parts[side], blobOf[side]);
    }
    List<LesionComponent> items = entries.stream().map(Blob::component).toList();
    return new Lesions(
        g, new LesionComponents(g.voxelVolumeMl(), lungSums[0], lungSums[1], items), parts, blobOf);
  }

  /** Runs of opacity in one lung. */
  private static Runs[] runs(VolumeGeometry g, LabelMap lungs, LabelMap lesions, int lung) {
    int words = Bits.words(g.columns());
    Runs[] runs = new Runs[g.slices()];
    Slices.forEach(
        g.slices(),
        k -> {
          byte[] side = lungs.slice(k);
          byte[] lesion = lesions.slice(k);
          long[] mask = new long[words * g.rows()];
          for (int r = 0; r < g.rows(); r++) {
            int at = r * g.columns();
            for (int c = 0; c < g.columns(); c++) {
              if (c + 8 <= g.columns() && (long) Quantifier.EIGHT.get(lesion, at + c) == 0) {
                c += 7;
              } else if (lesion[at + c] != 0 && side[at + c] == lung) {
                mask[r * words + (c >>> 6)] |= 1L << c;
              }
            }
          }
          runs[k] = Runs.of(mask, g.rows(), g.columns());
        });
    return runs;
  }

  /** One connected component, or several that share an entry. */
  private static final class Blob {
    final Region region;

    /** Where it is listed: by itself or with others. */
    Blob entry = this;

    int id;
    int parts = 1;
    long voxels;
    long high;
    long sum;
    long squares;
    long columns;
    long rows;
    long slices;
    long firstVoxel = -1;
    final int[] first = {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE};
    final int[] last = {-1, -1, -1};
    double nearest = Double.POSITIVE_INFINITY;
    VoxelIndex voxel;

    Blob(Region region) {
      this.region = region;
    }

    void add(int k, int r, int from, int to, VolumeGeometry g) {
      int n = to - from;
      if (firstVoxel < 0) {
        firstVoxel = ((long) k * g.rows() + r) * g.columns() + from;
      }
      voxels += n;
      columns += (long) n * (from + to - 1) / 2; // whole: one of the factors is even
      rows += (long) n * r;
      slices += (long) n * k;
      extend(from, r, k);
      extend(to - 1, r, k);
    }

    private void extend(int column, int row, int slice) {
      int[] at = {column, row, slice};
      for (int axis = 0; axis < 3; axis++) {
        first[axis] = Math.min(first[axis], at[axis]);
        last[axis] = Math.max(last[axis], at[axis]);
      }
    }

    void add(Blob other) {
      parts += other.parts;
      voxels += other.voxels;
      high += other.high;
      sum += other.sum;
      squares = Math.addExact(squares, other.squares);
      columns += other.columns;
      rows += other.rows;
      slices += other.slices;
      extend(other.first[0], other.first[1], other.first[2]);
      extend(other.last[0], other.last[1], other.last[2]);
    }

    /** Looks whether a run comes nearer to the centre than those before. */
    void approach(int k, int r, int from, int to, VolumeGeometry g) {
      double centre = (double) columns / voxels;
      int column = (int) Math.max(from, Math.min(to - 1, Math.round(centre)));
      double x = (column - centre) * g.columnSpacingMm();
      double y = (r - (double) rows / voxels) * g.rowSpacingMm();
      double z = (k - (double) slices / voxels) * g.sliceSpacingMm();
      double distance = x * x + y * y + z * z;
      if (distance < nearest) {
        nearest = distance;
        voxel = new VoxelIndex(column, r, k);
      }
    }

    LesionComponent component() {
      return new LesionComponent(
          id,
          region,
          parts,
          new VoxelSums(voxels, high, BigInteger.valueOf(sum), BigInteger.valueOf(squares)),
          new VoxelIndex(first[0], first[1], first[2]),
          new VoxelIndex(last[0], last[1], last[2]),
          voxel);
    }
  }

  /** A blob for each component, in the order of their numbers there. */
  private static Blob[] blobs(CtVolume ct, Components parts, Region region) {
    VolumeGeometry g = ct.geometry();
    int runs = parts.id().length;
    int[] high = new int[runs];
    long[] sum = new long[runs];
    long[] squares = new long[runs];
    Slices.forEach(
        g.slices(),
        k -> {
          short[] hu = ct.slice(k);
          parts.slices()[k].forEach(
              (run, r, from, to) -> {
                int at = parts.offset()[k] + run;
                for (int c = from; c < to; c++) {
                  long h = hu[r * g.columns() + c];
                  high[at] += h >= RegionMeasurements.HIGH_OPACITY_HU ? 1 : 0;
                  sum[at] += h;
                  squares[at] += h * h;
                }
              });
        });
    Blob[] blobs = new Blob[parts.count()];
    for (int i = 0; i < blobs.length; i++) {
      blobs[i] = new Blob(region);
    }
    for (int k = 0; k < g.slices(); k++) {
      int slice = k;
      parts.slices()[k].forEach(
          (run, r, from, to) -> {
            int at = parts.offset()[slice] + run;
            Blob blob = blobs[parts.id()[at]];
            blob.add(slice, r, from, to, g);
            blob.high += high[at];
            blob.sum += sum[at];
            blob.squares = Math.addExact(blob.squares, squares[at]);
          });
    }
    return blobs;
  }

  /**
   * Gives every blob its number.
   *
   * @param blobs the largest first
   * @return an entry for each number
   */
  private static List<Blob> number(List<Blob> blobs) {
    List<Blob> entries = new ArrayList<>();
    for (Blob blob : blobs.subList(0, Math.min(LISTED, blobs.size()))) {
      entries.add(blob);
      blob.id = entries.size();
    }
    List<Blob> others = blobs.subList(entries.size(), blobs.size());
    for (Region side : SIDES) {
      List<Blob> ofSide = others.stream().filter(b -> b.region == side).toList();
      if (ofSide.isEmpty()) {
        continue;
      }
      Blob rest = new Blob(side);
      rest.parts = 0;
      ofSide.forEach(rest::add);
      entries.add(rest);
      rest.id = entries.size();
      ofSide.forEach(blob -> blob.entry = rest);
    }
    return entries;
  }

  /** Finds the voxel of each entry that is nearest to its centre. */
  private static void approach(VolumeGeometry g, Components parts, Blob[] blobs) {
    for (int k = 0; k < g.slices(); k++) {
      int slice = k;
      parts.slices()[k].forEach(
          (run, r, from, to) -> blobs[parts.of(slice, run)].entry.approach(slice, r, from, to, g));
    }
  }
}
