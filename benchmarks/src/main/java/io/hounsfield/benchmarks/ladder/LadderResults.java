// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.ladder;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.domain.ModelIdentity;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Results as JSON and as Markdown. */
record LadderResults(
    ModelIdentity model,
    LadderVerdict.Limits limits,
    LadderPlan.Axes axes,
    boolean full,
    List<LadderVerdict> verdicts) {

  private static final ObjectMapper JSON = new ObjectMapper();

  long failed() {
    return verdicts.stream().filter(v -> !v.passed()).count();
  }

  /** Largest error of all steps, points. */
  double largestError() {
    return verdicts.stream().mapToDouble(LadderVerdict::largestError).max().orElse(0);
  }

  /** Mean absolute error of the distinct steps that were reported, points. */
  double meanError() {
    return verdicts.stream()
        .flatMap(v -> v.measured().stream())
        .distinct()
        .filter(m -> m.error().isPresent())
        .mapToDouble(m -> Math.abs(m.error().getAsDouble()))
        .average()
        .orElse(0);
  }

  /** Largest share reported where there are no lesions, %. */
  double largestHealthy() {
    return verdicts.stream()
        .flatMap(v -> v.measured().stream())
        .filter(m -> m.percentTrue() == 0 && m.error().isPresent())
        .mapToDouble(Measured::percentReported)
        .max()
        .orElse(0);
  }

  byte[] json(ObjectNode machine) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("benchmark", "ladder");
    root.set("model", JSON.valueToTree(model));
    root.set("machine", machine);
    root.put("design", full ? "full grid" : "one factor at a time");
    root.put("spacingMm", axes.spacingMm()).put("matrix", axes.matrix());
    root.putObject("limits")
        .put("errorPoints", limits.errorPoints())
        .put("healthyPercent", limits.healthyPercent());
    root.putObject("summary")
        .put("ladders", verdicts.size())
        .put("laddersFailed", failed())
        .put("monotone", verdicts.stream().allMatch(LadderVerdict::monotone))
        .put("meanAbsoluteErrorPoints", meanError())
        .put("largestErrorPoints", largestError())
        .put("largestHealthyPercent", largestHealthy());
    ArrayNode ladders = root.putArray("ladders");
    for (LadderVerdict v : verdicts) {
      ObjectNode ladder = ladders.addObject();
      ladder.put("kind", v.ladder().kind().key()).put("seed", v.ladder().seed());
      Scan scan = v.ladder().scan();
      ladder
          .put("thicknessMm", scan.thicknessMm())
          .put("noiseHu", scan.noiseHu())
          .put("kernel", scan.kernel().key())
          .put("passed", v.passed())
          .put("monotone", v.monotone())
          .put("largestErrorPoints", v.largestError());
      v.faults().forEach(ladder.putArray("faults")::add);
      ArrayNode steps = ladder.putArray("steps");
      for (int i = 0; i < v.measured().size(); i++) {
        ObjectNode step = steps.addObject().put("percent", v.ladder().steps().get(i).percent());
        step.setAll(v.measured().get(i).json());
      }
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
  }

  String markdown() {
    StringBuilder s = new StringBuilder("# Reported against known share of opacity\n\n");
    s.append(
        String.format(
            Locale.ROOT,
            "%s %s (%s, %s), phantoms %d x %d, a slice every %s mm, seeds %s; %s.%n%n",
            model.name(),
            model.version(),
            model.variant(),
            model.device(),
            axes.matrix(),
            axes.matrix(),
            Scan.number(axes.spacingMm()),
            axes.seeds(),
            full ? "every kind with every way to scan" : "one factor at a time"));
    s.append(
        String.format(
            Locale.ROOT,
            "%d of %d ladders within the limits (error %s points, %s %% without lesions, never falling)."
                + " Error: mean %.2f, largest %.2f points. Without lesions: at most %.2f %%.%n%n",
            verdicts.size() - failed(),
            verdicts.size(),
            Scan.number(limits.errorPoints()),
            Scan.number(limits.healthyPercent()),
            meanError(),
            largestError(),
            largestHealthy()));
    s.append("| kind | thickness, noise, kernel |");
    for (double share : axes.shares()) {
      s.append(" ").append(Scan.number(share)).append(" % |");
    }
    s.append(" largest error | |\n| --- | --- |");
    s.append(" ---: |".repeat(axes.shares().size() + 1)).append(" --- |\n");
    for (LadderVerdict v : verdicts) {
      s.append("| ").append(v.ladder().kind().key());
      if (axes.seeds().size() > 1) {
        s.append(", seed ").append(v.ladder().seed());
      }
      s.append(" | ").append(v.ladder().scan().title()).append(" |");
      for (Measured m : v.measured()) {
        s.append(
            m.error().isEmpty()
                ? " refused |"
                : String.format(Locale.ROOT, " %.2f |", m.percentReported()));
      }
      s.append(String.format(Locale.ROOT, " %.2f | ", v.largestError()));
      s.append(v.passed() ? "" : String.join("; ", v.faults())).append(" |\n");
    }
    return s.toString();
  }

  /** A table for the terminal: a line a ladder. */
  String table() {
    StringBuilder s = new StringBuilder(String.format("%-15s %-22s", "reported, %", ""));
    for (double share : axes.shares()) {
      s.append(String.format("%8s", Scan.number(share) + " %"));
    }
    s.append("   error\n");
    for (LadderVerdict v : verdicts) {
      s.append(String.format("%-15s %-22s", v.ladder().kind().key(), v.ladder().scan().title()));
      for (Measured m : v.measured()) {
        s.append(
            m.error().isEmpty()
                ? " refused"
                : String.format(Locale.ROOT, "%8.2f", m.percentReported()));
      }
      s.append(
          String.format(Locale.ROOT, "%8.2f %s%n", v.largestError(), v.passed() ? "" : "MISSED"));
    }
    return s.toString();
  }
}
