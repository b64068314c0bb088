// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.ModelManifest;
import io.hounsfield.service.SoftwareVersion;
import io.hounsfield.service.cli.CommandFailedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code hounsfield bench accuracy}: a model against reference masks. */
@Command(
    name = "accuracy",
    description = {
      "Compares what is measured with reference masks, case by case and overall. Writes"
          + " results.json, results.md, a scatter and a Bland-Altman plot, and pictures of the worst"
          + " slices. A run that was stopped goes on where it was: finished cases are kept as long as"
          + " data, model and settings are the same. The layouts of the data are described in"
          + " docs/accuracy.md."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:every case was measured",
      " 1:some case failed; it is listed with the reason, the others count",
      " 2:the command line is wrong",
      " 3:no case was found",
      "70:a fault of this program or its surroundings (disk, model)"
    })
public final class AccuracyCommand implements Callable<Integer> {

  private static final int SOME_FAILED = 1;
  private static final int NO_INPUT = 3;
  private static final String SCATTER = "percent-scatter.png";
  private static final String BLAND_ALTMAN = "percent-bland-altman.png";
  private static final int MOST_AT_ONCE = 64;

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "Folder with a folder a case, or the folder of one case.")
  private Path data;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "slices, nifti or dicom-seg (default: what the first case looks like).",
      converter = FormatConverter.class)
  private Format format;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the results (default: results/accuracy-DATA-MODEL-VERSION).")
  private Path out;

  @Option(
      names = "--tolerance",
      paramLabel = "DISTANCE",
      description = "Tolerance of the surface Dice (default: 2 mm; 1 pixel for the layout slices).")
  private Double tolerance;

  @Option(
      names = "--parallel",
      paramLabel = "CASES",
      description =
          "Most cases at once; fewer where the heap is full (default: one a processor, at most 4).")
  private Integer parallel;

  @Option(names = "--restart", description = "Measure finished cases again.")
  private boolean restart;

  @Mixin private ModelChoice model;

  private static final class FormatConverter implements ITypeConverter<Format> {
    @Override
    public Format convert(String value) {
      return Arrays.stream(Format.values())
          .filter(format -> format.key().equalsIgnoreCase(value))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'%s' is none of slices, nifti and dicom-seg".formatted(value)));
    }
  }

  @Override
  public Integer call()
      throws IOException, ModelException, InterruptedException, CommandFailedException {
    checkOptions();
    if (!Files.isDirectory(data)) {
      throw new CommandFailedException(NO_INPUT, data + " is no folder.");
    }
    Path root = data.toRealPath();
    if (format == null) {
      format =
          Format.detect(root)
              .orElseThrow(
                  () ->
                      new CommandFailedException(
                          NO_INPUT,
                          data
                              + " holds no case of a known layout (slices, nifti, dicom-seg; see"
                              + " docs/accuracy.md)."));
    }
    List<Path> folders = format.isCase(root) ? List.of(root) : Folders.folders(root);
    if (folders.isEmpty()) {
      throw new CommandFailedException(NO_INPUT, data + " holds no folder, so no case.");
    }
    InferenceOptions options = model.options(spec.commandLine());
    ModelManifest manifest = model.manifest(format.defaultModel());
    String name = root.getFileName() == null ? "data" : root.getFileName().toString();
    if (out == null) {
      out =
          Path.of(
              "results",
              "accuracy-%s-%s-%s"
                  .formatted(
                      name.replaceAll("[^A-Za-z0-9._-]", "-"),
                      manifest.name(),
                      manifest.version()));
    }
    double limit = tolerance != null ? tolerance : format.defaultTolerance();
    try (CaseReader reader = format.open(manifest, options)) {
      CaseStore store = new CaseStore(out, settings(reader.model(), limit));
      if (restart) {
        for (Path folder : folders) {
          store.forget(folder.getFileName().toString());
        }
      }
      AccuracyRun.Outcome outcome;
      try (CaseProgress progress =
          new CaseProgress(spec.commandLine().getErr(), System.console() != null, folders.size())) {
        outcome = new AccuracyRun(reader, store, limit, parallel()).run(folders, progress);
      }
      Results results = new Results(format, name, reader.model(), limit, outcome);
      write(results, store);
      print(results);
      return outcome.failures().isEmpty() ? 0 : SOME_FAILED;
    }
  }

  private void checkOptions() {
    if (tolerance != null && !(tolerance >= 0 && Double.isFinite(tolerance))) {
      throw new ParameterException(
          spec.commandLine(), "--tolerance must be a distance, 0 or more: " + tolerance);
    }
    if (parallel != null && (parallel < 1 || parallel > MOST_AT_ONCE)) {
      throw new ParameterException(
          spec.commandLine(), "--parallel must be 1 to %d: %d".formatted(MOST_AT_ONCE, parallel));
    }
  }

  private int parallel() {
    return parallel != null
        ? parallel
        : Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors()));
  }

  /** Everything that a case's outcome depends on besides its files. */
  private String settings(ModelIdentity identity, double limit) {
    return String.join(
        "\n", SoftwareVersion.get(), format.key(), identity.toString(), Double.toString(limit));
  }

  private void write(Results results, CaseStore store) throws IOException {
    Optional<double[][]> percentages = Results.percentages(results.outcome().results());
    if (percentages.isPresent()) {
      double[][] p = percentages.get();
      CaseStore.replace(out.resolve(SCATTER), Chart.scatter(p[0], p[1]));
      CaseStore.replace(out.resolve(BLAND_ALTMAN), Chart.blandAltman(p[0], p[1]));
    } else {
      // Plots of an earlier run would stand beside results they do not belong to.
      Files.deleteIfExists(out.resolve(SCATTER));
      Files.deleteIfExists(out.resolve(BLAND_ALTMAN));
    }
    CaseStore.replace(
        out.resolve("results.md"),
        ResultsMarkdown.of(
                results,
                store,
                percentages.isPresent() ? SCATTER : null,
                percentages.isPresent() ? BLAND_ALTMAN : null)
            .getBytes(StandardCharsets.UTF_8));
    CaseStore.replace(out.resolve("results.json"), CaseStore.pretty(results.json(store)));
  }

  private void print(Results results) {
    PrintWriter console = spec.commandLine().getOut();
    AccuracyRun.Outcome outcome = results.outcome();
    console.printf(
        Locale.ROOT,
        "%s@%s (%s, %s): %d cases measured%s, %d failed%n%n",
        results.model().name(),
        results.model().version(),
        results.model().variant(),
        results.model().device(),
        outcome.results().size(),
        outcome.kept() > 0 ? " (" + outcome.kept() + " of them kept from before)" : "",
        outcome.failures().size());
    Map<Metric, Statistics.Summary> summary = Results.summary(outcome.results());
    if (!summary.isEmpty()) {
      console.printf("%-34s %6s %9s %9s  %s%n", "", "cases", "mean", "median", "95 % of the mean");
    }
    summary.forEach(
        (metric, s) ->
            console.printf(
                Locale.ROOT,
                "%-34s %6d %9s %9s  %s%n",
                metric.title(format.unit()),
                s.n(),
                metric.format(s.mean()),
                metric.format(s.median()),
                s.meanInterval() == null
                    ? "-"
                    : metric.format(s.meanInterval().low())
                        + " to "
                        + metric.format(s.meanInterval().high())));
    for (AccuracyRun.Failure failure : outcome.failures()) {
      console.printf("%nFAILED %s: %s%n", failure.name(), failure.reason());
    }
    console.printf("%nResults: %s%n", out.resolve("results.md"));
    console.flush();
  }
}
