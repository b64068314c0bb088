// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.benchmarks.accuracy.Statistics.Interval;
import io.hounsfield.benchmarks.accuracy.Statistics.Summary;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code results.md}: the results for people. */
final class ResultsMarkdown {

  /** Pictures in the page; those of other cases lie in the folder. */
  private static final int PICTURES = 8;

  private static final List<Metric> TABLE =
      List.of(
          Metric.LUNG_DICE,
          Metric.LESION_DICE,
          Metric.LESION_SENSITIVITY,
          Metric.LESION_PRECISION,
          Metric.LESION_SURFACE_DICE,
          Metric.LESION_HAUSDORFF95,
          Metric.PERCENT_REFERENCE,
          Metric.PERCENT_MEASURED,
          Metric.PERCENT_ERROR);

  private final Results results;
  private final CaseStore store;
  private final StringBuilder page = new StringBuilder();

  private ResultsMarkdown(Results results, CaseStore store) {
    this.results = results;
    this.store = store;
  }

  /**
   * @param scatter name of the scatter plot's file, or {@code null}
   * @param blandAltman name of the Bland-Altman plot's file, or {@code null}
   */
  static String of(Results results, CaseStore store, String scatter, String blandAltman) {
    ResultsMarkdown m = new ResultsMarkdown(results, store);
    m.head();
    m.summaries();
    m.plots(scatter, blandAltman);
    m.failures();
    m.cases();
    m.pictures();
    return m.page.toString();
  }

  private void line(String format, Object... values) {
    page.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private void head() {
    line("# Accuracy of %s@%s", results.model().name(), results.model().version());
    line("");
    line(
        "Data %s, layout `%s`. %d cases measured, %d failed. Weights `%s` on %s, SHA-256 `%s`.",
        plain(results.data()),
        results.format(),
        results.outcome().results().size(),
        results.outcome().failures().size(),
        results.model().variant(),
        results.model().device(),
        results.model().sha256());
    line("");
    line(
        results.format() == Format.SLICES
            ? "The network's labels of each picture, without anatomy; distances in pixels within a"
                + " picture."
            : "The whole pipeline: network, anatomy, measurement; on the grid of the image.");
    line(
        "Tolerance of the surface Dice: %s %s. Lung includes lesion. Intervals: 95 %%, bootstrap"
            + " over cases (%d resamples, seed %d). What is undefined is absent (\u2013) and does not"
            + " count in a mean.",
        number(results.tolerance()),
        results.format().unit(),
        Statistics.RESAMPLES,
        Statistics.SEED);
    line("");
  }

  private void summaries() {
    summary("All cases", results.outcome().results());
    if (results.format() == Format.SLICES) {
      summary("Cases with at least " + Results.MANY_SLICES + " slices", results.withManySlices());
    }
  }

  private void summary(String title, List<CaseResult> cases) {
    line("## %s (%d)", title, cases.size());
    line("");
    Map<Metric, Summary> summary = Results.summary(cases);
    if (summary.isEmpty()) {
      line("No case.");
      line("");
      return;
    }
    line("| metric | cases | mean | 95 %% of the mean | median | 95 %% of the median |");
    line("| --- | --- | --- | --- | --- | --- |");
    summary.forEach(
        (metric, s) ->
            line(
                "| %s | %d | %s | %s | %s | %s |",
                metric.title(results.format().unit()),
                s.n(),
                metric.format(s.mean()),
                interval(metric, s.meanInterval()),
                metric.format(s.median()),
                interval(metric, s.medianInterval())));
    line("");
    Results.agreement(cases)
        .ifPresent(
            a -> {
              line(
                  "Affected lung, measured less reference: bias %.2f points%s%s.",
                  a.bias(),
                  a.limits() == null
                      ? ""
                      : String.format(
                          Locale.ROOT,
                          ", limits of agreement %.2f to %.2f",
                          a.limits().low(),
                          a.limits().high()),
                  a.correlation() == null
                      ? ""
                      : String.format(Locale.ROOT, ", r = %.3f", a.correlation()));
              line("");
            });
  }

  private static String interval(Metric metric, Interval interval) {
    return interval == null
        ? "\u2013"
        : metric.format(interval.low()) + " to " + metric.format(interval.high());
  }

  private void plots(String scatter, String blandAltman) {
    if (scatter != null) {
      line("![Measured against reference](%s)", scatter);
      line("![Bland-Altman plot](%s)", blandAltman);
      line("");
    }
  }

  private void failures() {
    if (results.outcome().failures().isEmpty()) {
      return;
    }
    line("## Cases that failed");
    line("");
    line("They count in no mean.");
    line("");
    line("| case | code | reason |");
    line("| --- | --- | --- |");
    for (AccuracyRun.Failure f : results.outcome().failures()) {
      line("| %s | `%s` | %s |", plain(f.name()), f.code(), plain(f.reason()));
    }
    line("");
  }

  private void cases() {
    line("## Cases, worst first");
    line("");
    line("By lesion Dice. All metrics of every case: `results.json`.");
    line("");
    StringBuilder head = new StringBuilder("| case | slices |");
    StringBuilder rule = new StringBuilder("| --- | --- |");
    for (Metric metric : TABLE) {
      head.append(' ').append(metric.title(results.format().unit())).append(" |");
      rule.append(" --- |");
    }
    page.append(head).append('\n').append(rule).append('\n');
    for (CaseResult c : results.worstFirst()) {
      page.append("| ").append(plain(c.name())).append(" | ").append(c.slices()).append(" |");
      for (Metric metric : TABLE) {
        page.append(' ')
            .append(
                c.value(metric).isPresent()
                    ? metric.format(c.value(metric).getAsDouble())
                    : "\u2013")
            .append(" |");
      }
      page.append('\n');
    }
    line("");
  }

  private void pictures() {
    line("## Worst slices of the worst cases");
    line("");
    int shown = 0;
    for (CaseResult c : results.worstFirst()) {
      String picture = store.picture(c.name()).orElse(null);
      if (picture == null || shown == PICTURES) {
        continue;
      }
      shown++;
      line("### %s", plain(c.name()));
      line("");
      line("![Worst slices](<%s>)", picture);
      line("");
    }
    if (shown == 0) {
      line("No slice has a wrong voxel.");
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /** Text that Markdown does not take for markup. */
  private static String plain(String text) {
    return text.replaceAll("[\\p{Cntrl}]", " ").replaceAll("([\\\\`*_{}\\[\\]<>#|])", "\\\\$1");
  }
}
