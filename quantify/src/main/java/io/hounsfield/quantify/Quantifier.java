// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.LesionComponent;
import io.hounsfield.domain.LesionComponents;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.VoxelSums;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Measures the lungs: volumes, share of opacity, and mean and standard deviation of HU.
 *
 * <p>Everything is counted in integer histograms of HU, one bin a HU, so that the result does not
 * depend on the order of the voxels or the number of threads; floating point enters only in the
 * last step of each quantity. Definitions, over the voxels of a region:
 *
 * <ul>
 *   <li>volume = voxels x voxel volume, mL;
 *   <li>opacity = voxels of the lung with a lesion label; high opacity = those of them at or above
 *       {@value io.hounsfield.domain.RegionMeasurements#HIGH_OPACITY_HU} HU (Chaganti et al. 2020,
 *       doi 10.1148/ryai.2020200048); percentages are of the region's voxels;
 *   <li>SD = population standard deviation, {@code sqrt(n * sum(h^2) - sum(h)^2) / n}.
 * </ul>
 *
 * <p>Without a lung voxel in the region every quantity is absent; without an opacity voxel the
 * opacity's volumes and shares are 0 and its mean and SD are absent.
 */
public final class Quantifier {

  private static final int BINS = 1 << 16;
  private static final int ZERO = 1 << 15;

  /** Eight labels at once, to pass over background quickly. */
  static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private Quantifier() {}

  /**
   * Measures every region.
   *
   * @param ct HU
   * @param lungs 0, 1 right, 2 left ({@link Segment#LUNGS}), on the grid of {@code ct}
   * @param lesions not 0 where there is opacity, on the grid of {@code ct}; counts only within the
   *     lungs
   * @return an entry for every region
   * @throws IllegalArgumentException if the grids differ, or a lung label is neither 0, 1 nor 2
   */
  public static Map<Region, RegionMeasurements> measure(
      CtVolume ct, LabelMap lungs, LabelMap lesions) {
    Tally tally = tally(ct, lungs, lesions);
    return measure(
        ct.geometry().voxelVolumeMl(),
        sums(tally.lung[0]),
        sums(tally.lung[1]),
        sums(tally.opacity[0]),
        sums(tally.opacity[1]));
  }

  /**
   * Measures every region as if some lesions were lung and no opacity. Without any of them left out
   * these are the very numbers of {@link #measure(CtVolume, LabelMap, LabelMap)}.
   *
   * @param excluded numbers of components that do not count
   * @throws IllegalArgumentException if there is no component of one of the numbers
   */
  public static Map<Region, RegionMeasurements> measure(
      LesionComponents lesions, Set<Integer> excluded) {
    int count = lesions.items().size();
    for (int id : excluded) {
      if (id < 1 || id > count) {
        throw new IllegalArgumentException(
            count == 0
                ? "There is no component %d: nothing was found.".formatted(id)
                : "There is no component %d; they are 1 to %d.".formatted(id, count));
      }
    }
    VoxelSums right = VoxelSums.NONE;
    VoxelSums left = VoxelSums.NONE;
    for (LesionComponent lesion : lesions.items()) {
      if (excluded.contains(lesion.id())) {
        continue;
      }
      if (lesion.region() == Region.RIGHT_LUNG) {
        right = right.plus(lesion.sums());
      } else {
        left = left.plus(lesion.sums());
      }
    }
    return measure(lesions.voxelMl(), lesions.rightLung(), lesions.leftLung(), right, left);
  }

  /** Sums over the right (0) and the left (1) lung. */
  static VoxelSums[] lungSums(CtVolume ct, LabelMap lungs, LabelMap lesions) {
    Tally tally = tally(ct, lungs, lesions);
    return new VoxelSums[] {sums(tally.lung[0]), sums(tally.lung[1])};
  }

  private static Tally tally(CtVolume ct, LabelMap lungs, LabelMap lesions) {
    if (!ct.geometry().equals(lungs.geometry()) || !ct.geometry().equals(lesions.geometry())) {
      throw new IllegalArgumentException("CT and label maps are on different grids");
    }
    int slices = ct.geometry().slices();
    int parts = Math.min(slices, 2 * Runtime.getRuntime().availableProcessors());
    return IntStream.range(0, parts)
        .parallel()
        .mapToObj(
            p -> {
              Tally t = new Tally();
              int to = (int) ((long) slices * (p + 1) / parts);
              for (int k = (int) ((long) slices * p / parts); k < to; k++) {
                t.add(ct.slice(k), lungs.slice(k), lesions.slice(k));
              }
              return t;
            })
        .reduce(Tally::plus)
        .orElseThrow();
  }

  private static Map<Region, RegionMeasurements> measure(
      double voxelMl,
      VoxelSums rightLung,
      VoxelSums leftLung,
      VoxelSums rightOpacity,
      VoxelSums leftOpacity) {
    Map<Region, RegionMeasurements> result = new EnumMap<>(Region.class);
    result.put(Region.RIGHT_LUNG, region("the right lung", rightLung, rightOpacity, voxelMl));
    result.put(Region.LEFT_LUNG, region("the left lung", leftLung, leftOpacity, voxelMl));
    result.put(
        Region.BOTH_LUNGS,
        region("the lungs", rightLung.plus(leftLung), rightOpacity.plus(leftOpacity), voxelMl));
    return Collections.unmodifiableMap(result);
  }

  private static RegionMeasurements region(
      String name, VoxelSums lung, VoxelSums opacity, double voxelMl) {
    Map<Quantity, Measurement> values = new EnumMap<>(Quantity.class);
    if (lung.voxels() == 0) {
      Measurement none =
          Measurement.notMeasured("no voxel of " + name + " was found in the images");
      for (Quantity q : Quantity.values()) {
        values.put(q, none);
      }
      return new RegionMeasurements(values);
    }
    values.put(Quantity.VOLUME, Measurement.of(lung.voxels() * voxelMl));
    values.put(Quantity.OPACITY_VOLUME, Measurement.of(opacity.voxels() * voxelMl));
    values.put(Quantity.OPACITY_PERCENT, Measurement.of(100.0 * opacity.voxels() / lung.voxels()));
    values.put(Quantity.HIGH_OPACITY_VOLUME, Measurement.of(opacity.highVoxels() * voxelMl));
    values.put(
        Quantity.HIGH_OPACITY_PERCENT,
        Measurement.of(100.0 * opacity.highVoxels() / lung.voxels()));
    values.put(Quantity.MEAN_HU, Measurement.of(mean(lung)));
    values.put(Quantity.SD_HU, Measurement.of(sd(lung)));
    if (opacity.voxels() == 0) {
      Measurement none = Measurement.notMeasured("no opacity was found in " + name);
      values.put(Quantity.MEAN_HU_OPACITY, none);
      values.put(Quantity.SD_HU_OPACITY, none);
    } else {
      values.put(Quantity.MEAN_HU_OPACITY, Measurement.of(mean(opacity)));
      values.put(Quantity.SD_HU_OPACITY, Measurement.of(sd(opacity)));
    }
    return new RegionMeasurements(values);
  }

  private static double mean(VoxelSums s) {
    return s.sumHu().doubleValue() / s.voxels();
  }

  private static double sd(VoxelSums s) {
    BigInteger n = BigInteger.valueOf(s.voxels());
    BigInteger spread = n.multiply(s.sumSquaredHu()).subtract(s.sumHu().multiply(s.sumHu()));
    return Math.sqrt(spread.doubleValue()) / s.voxels();
  }

  private static VoxelSums sums(long[] histogram) {
    long count = 0;
    long high = 0;
    BigInteger sum = BigInteger.ZERO;
    BigInteger squares = BigInteger.ZERO;
    for (int bin = 0; bin < BINS; bin++) {
      long n = histogram[bin];
      if (n == 0) {
        continue;
      }
      long hu = bin - ZERO;
      count += n;
      high += hu >= RegionMeasurements.HIGH_OPACITY_HU ? n : 0;
      BigInteger total = BigInteger.valueOf(n).multiply(BigInteger.valueOf(hu));
      sum = sum.add(total);
      squares = squares.add(total.multiply(BigInteger.valueOf(hu)));
    }
    return new VoxelSums(count, high, sum, squares);
  }

  private static long[] sum(long[] a, long[] b) {
    long[] s = new long[a.length];
    for (int i = 0; i < s.length; i++) {
      s[i] = a[i] + b[i];
    }
    return s;
  }

  /** Histograms of HU of the right (0) and left (1) lung, all voxels and opacity voxels. */
  private static final class Tally {
    final long[][] lung = new long[2][BINS];
    final long[][] opacity = new long[2][BINS];

    void add(short[] hu, byte[] lungs, byte[] lesions) {
      int i = 0;
      while (i < hu.length) {
        if (i + 8 <= hu.length && (long) EIGHT.get(lungs, i) == 0) {
          i += 8;
          continue;
        }
        int end = Math.min(hu.length, i + 8);
        for (; i < end; i++) {
          count(hu[i], lungs[i], lesions[i]);
        }
      }
    }

    private void count(short hu, byte label, byte lesion) {
      int side = label - 1;
      if (side == -1) {
        return;
      }
      if ((side & ~1) != 0) {
        throw new IllegalArgumentException("lung label must be 0, 1 or 2: " + (label & 0xFF));
      }
      int bin = hu + ZERO;
      lung[side][bin]++;
      if (lesion != 0) {
        opacity[side][bin]++;
      }
    }

    Tally plus(Tally other) {
      Tally t = new Tally();
      for (int side = 0; side < 2; side++) {
        System.arraycopy(sum(lung[side], other.lung[side]), 0, t.lung[side], 0, BINS);
        System.arraycopy(sum(opacity[side], other.opacity[side]), 0, t.opacity[side], 0, BINS);
      }
      return t;
    }
  }
}
