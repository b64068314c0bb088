// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Warning;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What was found for one case.
 *
 * @param name the case's folder
 * @param slices slices of it
 * @param dataSha256 SHA-256 over the case's files, names and contents
 * @param metrics every {@link Metric}, measured or with the reason why not
 * @param warnings what the pipeline says of the series
 * @param worst slices with the most wrong voxels, worst first
 */
record CaseResult(
    String name,
    int slices,
    String dataSha256,
    Map<Metric, Measurement> metrics,
    List<Warning> warnings,
    List<WorstSlice> worst) {

  /**
   * A slice by the voxels that are wrong: of lesion where the reference has it, else of lung.
   *
   * @param slice from 0, in axial order from the feet (volumes) or in the order of the files
   * @param falsePositive voxels measured that the reference has not
   * @param falseNegative voxels of the reference that were not measured
   */
  record WorstSlice(int slice, long falsePositive, long falseNegative) {
    long wrong() {
      return falsePositive + falseNegative;
    }
  }

  CaseResult {
    metrics = java.util.Collections.unmodifiableMap(new EnumMap<>(metrics));
    warnings = List.copyOf(warnings);
    worst = List.copyOf(worst);
  }

  /** A metric's value, where it has one. */
  OptionalDouble value(Metric metric) {
    return metrics.get(metric) instanceof Measurement.Value v
        ? OptionalDouble.of(v.value())
        : OptionalDouble.empty();
  }
}
