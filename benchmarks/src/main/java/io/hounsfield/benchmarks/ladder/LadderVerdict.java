// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.ladder;

import io.hounsfield.benchmarks.ladder.LadderPlan.Ladder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether a ladder was climbed: the reported share never falls where the true one rises, is near
 * the true one at every step, and near nothing where there are no lesions.
 *
 * @param measured in the order of the ladder's steps
 * @param monotone whether no reported share is below the one before
 * @param largestError of the steps that were reported, absolute, points
 * @param faults what missed its limit, in words; empty if all is well
 */
record LadderVerdict(
    Ladder ladder,
    List<Measured> measured,
    boolean monotone,
    double largestError,
    List<String> faults) {

  /**
   * What is allowed.
   *
   * @param errorPoints largest absolute error of the share, points
   * @param healthyPercent largest share where there are no lesions, %
   */
  record Limits(double errorPoints, double healthyPercent) {}

  boolean passed() {
    return faults.isEmpty();
  }

  /**
   * @param results of every step of the ladder
   */
  static LadderVerdict of(Ladder ladder, Map<Step, Measured> results, Limits limits) {
    List<Measured> measured = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    boolean monotone = true;
    double largest = 0;
    double before = Double.NEGATIVE_INFINITY;
    for (Step step : ladder.steps()) {
      Measured m = results.get(step);
      measured.add(m);
      String share = Scan.number(step.percent()) + " %";
      if (m.error().isEmpty()) {
        faults.add(share + " refused: " + m.refusal());
        continue;
      }
      double error = Math.abs(m.error().getAsDouble());
      largest = Math.max(largest, error);
      if (error > limits.errorPoints()) {
        faults.add(
            "%s is reported as %s"
                .formatted(share, String.format(Locale.ROOT, "%.2f %%", m.percentReported())));
      }
      if (step.percent() == 0 && m.percentReported() > limits.healthyPercent()) {
        faults.add(
            String.format(Locale.ROOT, "%.2f %% where there are no lesions", m.percentReported()));
      }
      if (m.percentReported() < before) {
        monotone = false;
        faults.add(
            String.format(
                Locale.ROOT, "%s is reported lower than the step before (%.2f %%)", share, before));
      }
      before = m.percentReported();
    }
    return new LadderVerdict(ladder, measured, monotone, largest, List.copyOf(faults));
  }
}
