// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.ladder;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.benchmarks.Machine;
import io.hounsfield.benchmarks.accuracy.ModelChoice;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.SegmentationModel;
import io.hounsfield.phantom.Kernel;
import io.hounsfield.phantom.LesionKind;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomWriter;
import io.hounsfield.phantom.Truth;
import io.hounsfield.preprocess.SeriesRefusedException;
import io.hounsfield.service.SoftwareVersion;
import io.hounsfield.service.pipeline.SegmentationStage;
import io.hounsfield.service.pipeline.SeriesAnalysis;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code hounsfield bench ladder}: phantoms with a known, growing share of lesions go the whole way
 * from DICOM files through network, anatomy and measurement; the reported share is compared with
 * the true one.
 */
@Command(
    name = "ladder",
    description = {
      "Measures phantoms of known share of opacity, for each kind of lesions and several ways to",
      "scan: is the reported share right, does it grow with the true one, and is it nothing where",
      "there are no lesions? Ends with exit code 1 when a limit is missed. Run again to go on."
    },
    mixinStandardHelpOptions = true)
public final class LadderCommand implements Callable<Integer> {

  private static final int MISSED = 1;

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for results.json, results.md, measured.jsonl (default: ${DEFAULT-VALUE}).",
      defaultValue = "results/ladder")
  private Path out;

  @Option(
      names = "--full",
      description = "Every kind with every way to scan; else one factor at a time.")
  private boolean full;

  @Option(
      names = "--kinds",
      paramLabel = "KIND",
      split = ",",
      description = "Kinds of lesions (default: all that 'phantom' makes).")
  private List<String> kinds;

  @Option(
      names = "--shares",
      paramLabel = "PERCENT",
      split = ",",
      description = "True shares (default: ${DEFAULT-VALUE}).",
      defaultValue = "0,1,5,10,25,50,75")
  private List<Double> shares;

  @Option(
      names = "--thickness",
      paramLabel = "MM",
      split = ",",
      description = "Slice thicknesses; the third is the middle (default: ${DEFAULT-VALUE}).",
      defaultValue = "1,2,5,8")
  private List<Double> thicknesses;

  @Option(
      names = "--noise",
      paramLabel = "HU",
      split = ",",
      description = "Noise levels; the second is the middle (default: ${DEFAULT-VALUE}).",
      defaultValue = "8,16,30")
  private List<Double> noises;

  @Option(
      names = "--kernels",
      paramLabel = "KERNEL",
      split = ",",
      description = "Kernels; the first is the middle (default: ${DEFAULT-VALUE}).",
      defaultValue = "standard,sharp")
  private List<String> kernels;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      split = ",",
      description = "Patients (default: ${DEFAULT-VALUE}, which no network is trained on).",
      defaultValue = "2100")
  private List<Long> seeds;

  @Option(
      names = "--matrix",
      paramLabel = "N",
      description = "Rows and columns (default: ${DEFAULT-VALUE}).",
      defaultValue = "512")
  private int matrix;

  @Option(
      names = "--spacing",
      paramLabel = "MM",
      description =
          "Distance between slices, whatever their thickness (default: ${DEFAULT-VALUE}).",
      defaultValue = "8")
  private double spacing;

  @Option(
      names = "--max-error",
      paramLabel = "POINTS",
      description = "Largest error that is allowed (default: ${DEFAULT-VALUE}).",
      defaultValue = "3")
  private double maxError;

  @Option(
      names = "--max-healthy",
      paramLabel = "PERCENT",
      description = "Largest share allowed where there are no lesions (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.5")
  private double maxHealthy;

  @Option(names = "--restart", description = "Measure again what is in the folder already.")
  private boolean restart;

  @Mixin private ModelChoice model;

  @Override
  public Integer call() throws IOException, ModelException, InterruptedException {
    LadderPlan.Axes axes = axes();
    LadderPlan plan = LadderPlan.of(axes, full);
    Set<Step> steps = plan.steps();
    checkAll(steps);
    SegmentationModel network =
        SegmentationModel.load(
            model.manifest("lung-lesion-unet"), model.options(spec.commandLine()));
    Map<Step, Measured> results = new HashMap<>();
    try (SegmentationStage segmentation = new SegmentationStage(network)) {
      ObjectNode settings = new ObjectMapper().createObjectNode();
      settings.set("model", new ObjectMapper().valueToTree(segmentation.identity()));
      settings.put("software", SoftwareVersion.get());
      LadderStore store = new LadderStore(out, settings, restart);
      climb(steps, segmentation, store, results);
      List<LadderVerdict> verdicts =
          plan.ladders().stream()
              .map(
                  ladder ->
                      LadderVerdict.of(
                          ladder, results, new LadderVerdict.Limits(maxError, maxHealthy)))
              .toList();
      return report(
          new LadderResults(
              segmentation.identity(),
              new LadderVerdict.Limits(maxError, maxHealthy),
              axes,
              full,
              verdicts));
    }
  }

  private LadderPlan.Axes axes() {
    if (!(maxError >= 0) || !(maxHealthy >= 0)) {
      throw new ParameterException(spec.commandLine(), "Limits must be 0 or more.");
    }
    List<LesionKind> chosen =
        kinds == null
            ? List.of(LesionKind.values())
            : kinds.stream()
                .map(k -> choose("--kinds", k, LesionKind.values(), LesionKind::key))
                .distinct()
                .toList();
    return new LadderPlan.Axes(
        chosen,
        shares.stream().distinct().sorted().toList(),
        thicknesses.stream().distinct().toList(),
        noises.stream().distinct().toList(),
        kernels.stream()
            .map(k -> choose("--kernels", k, Kernel.values(), Kernel::key))
            .distinct()
            .toList(),
        seeds.stream().distinct().toList(),
        matrix,
        spacing);
  }

  private <T> T choose(String option, String key, T[] values, Function<T, String> keyOf) {
    return Arrays.stream(values)
        .filter(value -> keyOf.apply(value).equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "%s: '%s' is none of %s"
                        .formatted(
                            option,
                            key,
                            String.join(", ", Arrays.stream(values).map(keyOf).toList()))));
  }

  /** Before hours of work, not amidst them. */
  private void checkAll(Set<Step> steps) {
    try {
      steps.forEach(Step::options);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private void climb(
      Set<Step> steps,
      SegmentationStage segmentation,
      LadderStore store,
      Map<Step, Measured> results)
      throws IOException, ModelException, InterruptedException {
    PrintWriter progress = spec.commandLine().getErr();
    long start = System.nanoTime();
    int done = 0;
    int made = 0;
    for (Step step : steps) {
      Optional<Measured> kept = store.get(step);
      Measured m;
      if (kept.isPresent()) {
        m = kept.get();
      } else {
        m = measure(step, segmentation);
        store.put(step, m);
        made++;
      }
      results.put(step, m);
      done++;
      double left = (System.nanoTime() - start) / 1e9 / Math.max(1, made) * (steps.size() - done);
      progress.printf(
          Locale.ROOT,
          "%d/%d %s: %s%s%n",
          done,
          steps.size(),
          step.key(),
          m.error().isEmpty()
              ? "refused"
              : String.format(Locale.ROOT, "%.2f %%", m.percentReported()),
          kept.isPresent()
              ? " (kept)"
              : made < 3 ? "" : String.format(Locale.ROOT, "; about %.0f s to go", left));
      progress.flush();
    }
  }

  /** The whole way: a phantom's DICOM files through the service's own pipeline. */
  private static Measured measure(Step step, SegmentationStage segmentation)
      throws IOException, ModelException, InterruptedException {
    Path folder = Files.createTempDirectory("hounsfield-ladder");
    try {
      Phantom phantom = Phantom.generate(step.options());
      List<Path> files = PhantomWriter.writeSeries(phantom, folder.resolve("series"));
      RegionMeasurements truth = Truth.of(phantom).regions().get(Region.BOTH_LUNGS);
      SeriesAnalysis analysis = new SeriesAnalysis(segmentation);
      for (Path file : files) {
        analysis.accept(file);
      }
      try {
        RegionMeasurements found = analysis.finish().regions().get(Region.BOTH_LUNGS);
        return new Measured(
            value(truth, Quantity.OPACITY_PERCENT),
            value(found, Quantity.OPACITY_PERCENT),
            value(truth, Quantity.HIGH_OPACITY_PERCENT),
            value(found, Quantity.HIGH_OPACITY_PERCENT),
            value(truth, Quantity.VOLUME),
            value(found, Quantity.VOLUME),
            null);
      } catch (SeriesRefusedException e) {
        return Measured.refused(
            value(truth, Quantity.OPACITY_PERCENT),
            value(truth, Quantity.HIGH_OPACITY_PERCENT),
            value(truth, Quantity.VOLUME),
            e.reason().code() + ": " + e.getMessage());
      }
    } finally {
      delete(folder);
    }
  }

  private static double value(RegionMeasurements measurements, Quantity quantity) {
    return measurements.get(quantity) instanceof Measurement.Value v ? v.value() : Double.NaN;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private int report(LadderResults results) throws IOException {
    Files.write(out.resolve("results.json"), results.json(Machine.describe()));
    Files.writeString(out.resolve("results.md"), results.markdown());
    PrintWriter console = spec.commandLine().getOut();
    console.println(results.table());
    for (LadderVerdict v : results.verdicts()) {
      if (!v.passed()) {
        console.printf(
            "MISSED %s, %s: %s%n",
            v.ladder().kind().key(), v.ladder().scan().title(), String.join("; ", v.faults()));
      }
    }
    console.printf(
        Locale.ROOT,
        "%d of %d ladders within the limits; error: mean %.2f, largest %.2f points; without lesions at most %.2f %%%nResults are in %s%n",
        results.verdicts().size() - results.failed(),
        results.verdicts().size(),
        results.meanError(),
        results.largestError(),
        results.largestHealthy(),
        out);
    console.flush();
    return results.failed() == 0 ? 0 : MISSED;
  }
}
