// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.VolumeGeometry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Tells gas that is not lung (trachea and main bronchi, stomach and bowel) from the lungs' own and
 * marks it for removal.
 *
 * <p>Patches of gas that are walled by soft tissue are linked from slice to slice where they
 * overlap. The wall is the leak control: a bronchus that enters the lung loses its wall of soft
 * tissue and is followed no further, and lung parenchyma, whose dark patches lie among lung tissue,
 * is never entered.
 *
 * <ul>
 *   <li><b>Airway:</b> a chain holding round walled tubes near the midline over at least {@link
 *       #AIRWAY_MIN_LENGTH_MM}. No trachea is needed to begin with, so a scan that holds only the
 *       main bronchi works, too. The air of the oesophagus falls under the same rule.
 *   <li><b>Bowel:</b> a chain of smooth, pure, walled gas that lies lower than the middle of all
 *       labelled lung and has no lung below it. Lung lies above the diaphragm and gas of stomach
 *       and colon below; looking down from bowel gas one never meets lung. Bullae and lungs
 *       destroyed by emphysema are not removed: they reach higher, or lung lies below them.
 * </ul>
 */
final class GasTracker {

  /**
   * Patches of neighbouring slices belong together if they share at least this part of the larger:
   * less than a bronchus at 45° in slices of 5 mm does, more than the top of the stomach shares
   * with the lung above the diaphragm.
   */
  static final double OVERLAP = 0.15;

  /** Share of the surroundings of a patch that a wall shields, for it to count as walled. */
  static final double WALLED = 0.6;

  /** The same for the tubes that prove an airway. */
  static final double TUBE_WALL = 0.75;

  /** Compactness of such a tube at least (disc 0.62, ellipse of 3:1 0.42). */
  static final double TUBE_COMPACTNESS = 0.3;

  /** Area of such a tube, mm²: a main bronchus of 9 mm to a trachea of 30 mm. */
  static final double TUBE_MIN_MM2 = 60;

  static final double TUBE_MAX_MM2 = 700;

  /** Distance of such a tube from the body's midline at most, mm. */
  static final double TUBE_MIDLINE_MM = 40;

  /** Length over which tubes must be seen, mm. */
  static final double AIRWAY_MIN_LENGTH_MM = 10;

  /** A patch larger than this is no airway, mm²: twice the widest carina. */
  static final double AIRWAY_MAX_MM2 = 1500;

  /** Smaller chains of bowel gas are left to the rule for small components, mL. */
  static final double BOWEL_MIN_ML = 1;

  /** Mean of bowel gas at most, HU, over the chain by area; measured -975 to -940. */
  static final double BOWEL_HU = -930;

  /** Soft tissue in the rim of bowel gas at least, mean over the chain by area. */
  static final double BOWEL_WALL = 0.75;

  /** Compactness of bowel gas at least, mean over the chain by area. */
  static final double BOWEL_COMPACTNESS = 0.12;

  /** Share of the footprint of bowel gas under which lung may be met (slack for mislabelling). */
  static final double BOWEL_LUNG_BELOW = 0.3;

  /** Voxels this near to removed gas go with it, mm: partial volume of the edge and the wall. */
  static final double MARGIN_MM = 2.0;

  private record Chain(List<int[]> members) {}

  private final PreparedSlice[] slices;
  private final VolumeGeometry geometry;
  private final PatientAxis axis;
  private final double midline;
  private final long[][] removed;
  private final boolean[][] taken;

  private GasTracker(
      PreparedSlice[] slices, VolumeGeometry geometry, PatientAxis axis, double midline) {
    this.slices = slices;
    this.geometry = geometry;
    this.axis = axis;
    this.midline = midline;
    this.removed = new long[slices.length][];
    this.taken = new boolean[slices.length][];
    for (int k = 0; k < slices.length; k++) {
      taken[k] = new boolean[slices[k].gas.size()];
    }
  }

  /**
   * Voxels that are not lung, a mask a slice or {@code null} where there are none.
   *
   * @param midline LPS x of the body's midline, mm
   */
  static long[][] extrapulmonary(
      PreparedSlice[] slices, VolumeGeometry geometry, PatientAxis axis, double midline) {
    GasTracker tracker = new GasTracker(slices, geometry, axis, midline);
    tracker.removeAirways();
    tracker.removeBowel();
    return tracker.removed;
  }

  private void removeAirways() {
    for (Chain chain : chains(AIRWAY_MAX_MM2)) {
      boolean[] tube = new boolean[slices.length];
      int length = 0;
      for (int[] m : chain.members) {
        if (!tube[m[0]] && isTube(m[0], blob(m))) {
          tube[m[0]] = true;
          length++;
        }
      }
      if (length * geometry.sliceSpacingMm() >= AIRWAY_MIN_LENGTH_MM) {
        remove(chain);
      }
    }
  }

  private boolean isTube(int slice, GasBlob b) {
    return b.wall() >= TUBE_WALL
        && b.compactness() >= TUBE_COMPACTNESS
        && b.areaMm2() >= TUBE_MIN_MM2
        && b.areaMm2() <= TUBE_MAX_MM2
        && Math.abs(axis.leftward(slice, b.row(), b.column()) - midline) <= TUBE_MIDLINE_MM;
  }

  private void removeBowel() {
    // The lowest gas first, so that labelled gas further down is gone when the next looks down.
    List<Chain> chains = chains(Double.POSITIVE_INFINITY);
    double middle = middleOfLabels();
    chains.removeIf(chain -> !isBowelLike(chain) || !isBelow(chain, middle));
    chains.sort(
        axis.headAtLastSlice()
            ? Comparator.comparingInt(this::lowestSlice)
            : Comparator.comparingInt(this::lowestSlice).reversed());
    for (Chain chain : chains) {
      if (lungBelow(chain) <= BOWEL_LUNG_BELOW) {
        remove(chain);
      }
    }
  }

  /** Mean slice index of the voxels that the network calls lung. */
  private double middleOfLabels() {
    double sum = 0;
    long n = 0;
    for (int k = 0; k < slices.length; k++) {
      long voxels = Bits.count(slices[k].lung);
      sum += (double) k * voxels;
      n += voxels;
    }
    return sum / Math.max(1, n);
  }

  /** Whether all of the chain lies nearer to the feet than a slice. */
  private boolean isBelow(Chain chain, double slice) {
    for (int[] m : chain.members) {
      if (axis.headAtLastSlice() ? m[0] >= slice : m[0] <= slice) {
        return false;
      }
    }
    return true;
  }

  private boolean isBowelLike(Chain chain) {
    double area = 0;
    double hu = 0;
    double wall = 0;
    double compactness = 0;
    for (int[] m : chain.members) {
      GasBlob b = blob(m);
      area += b.areaMm2();
      hu += b.areaMm2() * b.meanHu();
      wall += b.areaMm2() * b.wall();
      compactness += b.areaMm2() * b.compactness();
    }
    return area * geometry.sliceSpacingMm() / 1000 >= BOWEL_MIN_ML
        && hu / area <= BOWEL_HU
        && wall / area >= BOWEL_WALL
        && compactness / area >= BOWEL_COMPACTNESS;
  }

  private int lowestSlice(Chain chain) {
    int lowest = chain.members.get(0)[0];
    for (int[] m : chain.members) {
      lowest = axis.headAtLastSlice() ? Math.min(lowest, m[0]) : Math.max(lowest, m[0]);
    }
    return lowest;
  }

  /** Share of the chain's footprint with lung labels in any slice below the chain. */
  private double lungBelow(Chain chain) {
    int words = Bits.words(geometry.columns());
    long[] footprint = new long[geometry.rows() * words];
    for (int[] m : chain.members) {
      blob(m).paint(footprint, words);
    }
    int down = axis.headAtLastSlice() ? -1 : 1;
    int margin = 1 + (int) Math.round(MARGIN_MM / geometry.sliceSpacingMm());
    long[] below = new long[footprint.length];
    int first = lowestSlice(chain) + down * margin;
    for (int k = first; k >= 0 && k < slices.length; k += down) {
      long[] lung = slices[k].lung;
      long[] gone = removed[k];
      for (int i = 0; i < below.length; i++) {
        below[i] |= lung[i] & footprint[i] & (gone == null ? -1L : ~gone[i]);
      }
    }
    return (double) Bits.count(below) / Bits.count(footprint);
  }

  private GasBlob blob(int[] member) {
    return slices[member[0]].gas.get(member[1]);
  }

  /** Walled patches up to an area, not taken yet, linked over neighbouring slices. */
  private List<Chain> chains(double maxAreaMm2) {
    List<int[]> members = new ArrayList<>();
    int[] first = new int[slices.length + 1];
    for (int k = 0; k < slices.length; k++) {
      first[k] = members.size();
      List<GasBlob> gas = slices[k].gas;
      for (int i = 0; i < gas.size(); i++) {
        GasBlob b = gas.get(i);
        if (!taken[k][i] && b.wall() >= WALLED && b.areaMm2() <= maxAreaMm2) {
          members.add(new int[] {k, i});
        }
      }
    }
    first[slices.length] = members.size();
    UnionFind sets = new UnionFind(members.size());
    for (int k = 1; k < slices.length; k++) {
      for (int i = first[k - 1]; i < first[k]; i++) {
        for (int j = first[k]; j < first[k + 1]; j++) {
          if (linked(blob(members.get(i)), blob(members.get(j)))) {
            sets.union(i, j);
          }
        }
      }
    }
    int[] id = sets.number();
    List<Chain> chains = new ArrayList<>();
    for (int i = 0; i < id.length; i++) {
      if (id[i] == chains.size()) {
        chains.add(new Chain(new ArrayList<>()));
      }
      chains.get(id[i]).members.add(members.get(i));
    }
    return chains;
  }

  private static boolean linked(GasBlob a, GasBlob b) {
    int common = a.common(b);
    return common > 0 && common >= OVERLAP * Math.max(a.voxels(), b.voxels());
  }

  private void remove(Chain chain) {
    int words = Bits.words(geometry.columns());
    int around = (int) Math.round(MARGIN_MM / geometry.sliceSpacingMm());
    long[][] painted = new long[slices.length][];
    for (int[] m : chain.members) {
      taken[m[0]][m[1]] = true;
      if (painted[m[0]] == null) {
        painted[m[0]] = new long[geometry.rows() * words];
      }
      blob(m).paint(painted[m[0]], words);
    }
    for (int k = 0; k < slices.length; k++) {
      if (painted[k] == null) {
        continue;
      }
      long[] grown =
          Bits.dilate(
              painted[k], geometry.rows(), geometry.columns(), slices[k].grid.steps(MARGIN_MM, 1));
      for (int j = Math.max(0, k - around); j <= Math.min(slices.length - 1, k + around); j++) {
        if (removed[j] == null) {
          removed[j] = new long[grown.length];
        }
        Bits.or(removed[j], j == k ? grown : painted[k]);
      }
    }
  }
}
