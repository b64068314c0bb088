// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.ladder;

import io.hounsfield.phantom.Kernel;
import io.hounsfield.phantom.LesionKind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which ladders to climb. A ladder is one kind of lesions in one patient and one way to scan, with
 * growing shares.
 *
 * @param ladders all of them
 */
record LadderPlan(List<Ladder> ladders) {

  /** Kinds that are tried with every way to scan, also where the grid is not a full one. */
  static final Set<LesionKind> KINDS_OF_EVERY_SCAN =
      Set.of(
          LesionKind.GROUND_GLASS,
          LesionKind.CONSOLIDATION,
          LesionKind.CRAZY_PAVING,
          LesionKind.MIXED);

  /**
   * @param steps by growing share
   */
  record Ladder(LesionKind kind, Scan scan, long seed, List<Step> steps) {}

  /**
   * What to combine.
   *
   * @param thicknesses mm; the third of them (or the last) is the middle
   * @param noises HU; the second (or the last) is the middle
   * @param kernels the first is the middle
   */
  record Axes(
      List<LesionKind> kinds,
      List<Double> shares,
      List<Double> thicknesses,
      List<Double> noises,
      List<Kernel> kernels,
      List<Long> seeds,
      int matrix,
      double spacingMm) {

    private static <T> T middle(List<T> values, int at) {
      return values.get(Math.min(at, values.size() - 1));
    }

    Scan middle() {
      return new Scan(middle(thicknesses, 2), middle(noises, 1), middle(kernels, 0));
    }

    /** The middle, then what differs from it in one factor. */
    List<Scan> oneFactorAtATime() {
      Scan m = middle();
      Set<Scan> scans = new LinkedHashSet<>(List.of(m));
      thicknesses.forEach(t -> scans.add(new Scan(t, m.noiseHu(), m.kernel())));
      noises.forEach(n -> scans.add(new Scan(m.thicknessMm(), n, m.kernel())));
      kernels.forEach(k -> scans.add(new Scan(m.thicknessMm(), m.noiseHu(), k)));
      return List.copyOf(scans);
    }

    List<Scan> grid() {
      List<Scan> scans = new ArrayList<>();
      for (double t : thicknesses) {
        for (double n : noises) {
          for (Kernel k : kernels) {
            scans.add(new Scan(t, n, k));
          }
        }
      }
      return scans;
    }
  }

  /**
   * @param full every kind with every way to scan; else all kinds with the middle way, and {@link
   *     #KINDS_OF_EVERY_SCAN} with what differs from it in one factor
   */
  static LadderPlan of(Axes axes, boolean full) {
    List<Ladder> ladders = new ArrayList<>();
    for (long seed : axes.seeds()) {
      for (Scan scan : full ? axes.grid() : axes.oneFactorAtATime()) {
        for (LesionKind kind : axes.kinds()) {
          if (full || scan.equals(axes.middle()) || KINDS_OF_EVERY_SCAN.contains(kind)) {
            List<Step> steps =
                axes.shares().stream()
                    .sorted()
                    .map(p -> new Step(kind, p, scan, seed, axes.matrix(), axes.spacingMm()))
                    .toList();
            ladders.add(new Ladder(kind, scan, seed, steps));
          }
        }
      }
    }
    return new LadderPlan(List.copyOf(ladders));
  }

  /** Every phantom once, in the order in which ladders need them. */
  Set<Step> steps() {
    Set<Step> steps = new LinkedHashSet<>();
    ladders.forEach(ladder -> steps.addAll(ladder.steps()));
    return steps;
  }
}
