// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.benchmarks.Machine;
import io.hounsfield.benchmarks.accuracy.Statistics.Agreement;
import io.hounsfield.benchmarks.accuracy.Statistics.Interval;
import io.hounsfield.benchmarks.accuracy.Statistics.Summary;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.service.SoftwareVersion;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run gave, over all its cases.
 *
 * @param format layout of the data
 * @param data name of the data's folder
 * @param model the network
 * @param tolerance of the surface Dice
 * @param outcome the cases
 */
record Results(
    Format format,
    String data,
    ModelIdentity model,
    double tolerance,
    AccuracyRun.Outcome outcome) {

  /** Cases of so many slices are summed up by themselves too: shorter ones vary by chance. */
  static final int MANY_SLICES = 20;

  /** A metric summed up over the cases that have it; metrics that no case has are left out. */
  static Map<Metric, Summary> summary(List<CaseResult> cases) {
    Map<Metric, Summary> summary = new EnumMap<>(Metric.class);
    for (Metric metric : Metric.values()) {
      double[] values = values(cases, metric);
      if (values.length > 0) {
        summary.put(metric, Summary.of(values));
      }
    }
    return summary;
  }

  private static double[] values(List<CaseResult> cases, Metric metric) {
    return cases.stream()
        .filter(c -> c.value(metric).isPresent())
        .mapToDouble(c -> c.value(metric).getAsDouble())
        .toArray();
  }

  /** Percentages of the cases that have both: reference, then measured. */
  static Optional<double[][]> percentages(List<CaseResult> cases) {
    List<CaseResult> both =
        cases.stream().filter(c -> c.value(Metric.PERCENT_ERROR).isPresent()).toList();
    return both.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new double[][] {
              values(both, Metric.PERCENT_REFERENCE), values(both, Metric.PERCENT_MEASURED)
            });
  }

  static Optional<Agreement> agreement(List<CaseResult> cases) {
    return percentages(cases).map(p -> Agreement.of(p[0], p[1]));
  }

  List<CaseResult> withManySlices() {
    return outcome.results().stream().filter(c -> c.slices() >= MANY_SLICES).toList();
  }

  /**
   * Worst first: by lesion Dice, cases without one after those with, by lung Dice; equal ones by
   * name.
   */
  List<CaseResult> worstFirst() {
    return outcome.results().stream()
        .sorted(
            Comparator.<CaseResult>comparingDouble(
                    c -> c.value(Metric.LESION_DICE).orElse(Double.POSITIVE_INFINITY))
                .thenComparingDouble(
                    c -> c.value(Metric.LUNG_DICE).orElse(Double.POSITIVE_INFINITY))
                .thenComparing(CaseResult::name))
        .toList();
  }

  /** {@code results.json}. */
  ObjectNode json(CaseStore store) throws IOException {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("benchmark", "accuracy").put("date", Instant.now().toString());
    root.put("softwareVersion", SoftwareVersion.get());
    root.put("format", format.key()).put("data", data);
    root.putObject("model")
        .put("name", model.name())
        .put("version", model.version())
        .put("variant", model.variant())
        .put("device", model.device())
        .put("sha256", model.sha256());
    root.set("machine", Machine.describe());
    root.putObject("settings")
        .put("distanceUnit", format.unit())
        .put("surfaceDiceTolerance", tolerance)
        .put("bootstrapResamples", Statistics.RESAMPLES)
        .put("bootstrapSeed", Statistics.SEED);
    ArrayNode cases = root.putArray("cases");
    for (CaseResult result : outcome.results()) {
      ObjectNode node = CaseStore.encode(result);
      store.picture(result.name()).ifPresent(path -> node.put("picture", path));
      cases.add(node);
    }
    ArrayNode failures = root.putArray("failures");
    for (AccuracyRun.Failure f : outcome.failures()) {
      failures.addObject().put("case", f.name()).put("code", f.code()).put("reason", f.reason());
    }
    ObjectNode summary = root.putObject("summary");
    summary.put("failed", outcome.failures().size());
    sum(summary, outcome.results());
    if (format == Format.SLICES) {
      sum(summary.putObject("atLeast20Slices"), withManySlices());
    }
    ArrayNode ranking = root.putArray("worstFirst");
    worstFirst().forEach(c -> ranking.add(c.name()));
    return root;
  }

  private static void sum(ObjectNode node, List<CaseResult> cases) {
    node.put("cases", cases.size());
    ObjectNode metrics = node.putObject("metrics");
    summary(cases)
        .forEach(
            (metric, s) -> {
              ObjectNode m = metrics.putObject(metric.key());
              m.put("n", s.n()).put("mean", s.mean()).put("median", s.median());
              interval(m, "meanInterval95", s.meanInterval());
              interval(m, "medianInterval95", s.medianInterval());
            });
    agreement(cases)
        .ifPresent(
            a -> {
              ObjectNode percent = node.putObject("percentAgreement");
              percent.put("n", a.n()).put("bias", a.bias());
              interval(percent, "limitsOfAgreement95", a.limits());
              if (a.correlation() != null) {
                percent.put("pearsonR", a.correlation());
              }
            });
  }

  private static void interval(ObjectNode node, String key, Interval interval) {
    if (interval != null) {
      node.putArray(key).add(interval.low()).add(interval.high());
    }
  }
}
