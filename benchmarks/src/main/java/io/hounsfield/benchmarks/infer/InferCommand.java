// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.infer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.benchmarks.Machine;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.inference.MatrixProduct;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.ModelManifest;
import io.hounsfield.inference.ModelRegistry;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import io.hounsfield.preprocess.SeriesRefusedException;
import io.hounsfield.preprocess.Slice;
import io.hounsfield.preprocess.SliceReader;
import io.hounsfield.service.SoftwareVersion;
import io.hounsfield.service.cli.CommandFailedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hounsfield bench infer}: the network alone, in the service's own process settings. */
@Command(
    name = "infer",
    description = {
      "Measures the network from HU slices to label slices: every variant that this machine runs, on"
          + " 1, 2 and all processors, and on a CUDA GPU where there is one; beside it what the same"
          + " machine does in a matrix product; and whether the variants agree.",
      "Run it on a machine that does nothing else; where that cannot be, hold the figures by"
          + " processor time against each other."
    },
    mixinStandardHelpOptions = true)
public final class InferCommand implements Callable<Integer> {

  private static final int FAILED = 70;
  private static final int USAGE = 2;
  private static final int MATRIX = 512;
  private static final double PHANTOM_OPACITY = 15;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "NAME[@VERSION]",
      description = "Model to measure (default: ${DEFAULT-VALUE}).",
      defaultValue = "lung-lesion-unet")
  private String model;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description =
          "Folder of models, may be given several times (default: models/ of this installation).")
  private List<Path> models;

  @Option(
      names = "--batch",
      description = "Slices in each call (default: ${DEFAULT-VALUE}).",
      defaultValue = "4")
  private int batch;

  @Option(
      names = "--threads",
      split = ",",
      description = "Threads to measure with (default: 1, 2 and one for each processor).")
  private List<Integer> threads;

  @Option(
      names = "--series",
      paramLabel = "DIR",
      description = "Series to use, a folder of DICOM (default: a phantom is made).")
  private Path series;

  @Option(
      names = "--slices",
      description = "Slices of the phantom (default: ${DEFAULT-VALUE}).",
      defaultValue = "60")
  private int slices;

  @Option(
      names = "--out",
      description = "File for the results, JSON (default: ${DEFAULT-VALUE}).",
      defaultValue = "results/bench-infer.json")
  private Path out;

  private record Series(List<Path> files, List<short[]> hu, int rows, int columns) {}

  private PrintWriter console;
  private final ArrayNode notes = JSON.createArrayNode();

  @Override
  public Integer call()
      throws IOException, ModelException, InterruptedException, CommandFailedException {
    console = spec.commandLine().getOut();
    requireOptions();
    Path installed = Path.of(System.getProperty("hounsfield.root", ""), "models");
    ModelManifest manifest =
        ModelRegistry.open(models != null ? models : List.of(installed)).find(model);
    Path work = Files.createTempDirectory("hounsfield-bench");
    try {
      measure(manifest, work);
    } catch (SeriesRefusedException e) {
      throw new CommandFailedException(FAILED, "the series cannot be used: " + e.getMessage());
    } catch (DicomException e) {
      throw new CommandFailedException(
          FAILED, "the series holds a file that cannot be read: " + e.getMessage());
    } finally {
      delete(work);
    }
    return 0;
  }

  private void requireOptions() {
    if (batch < 1 || batch > ModelManifest.MAX_BATCH) {
      throw new ParameterException(
          spec.commandLine(), "--batch must be 1 to " + ModelManifest.MAX_BATCH);
    }
    if (threads != null
        && threads.stream().anyMatch(t -> t < 1 || t > InferenceOptions.MAX_THREADS)) {
      throw new ParameterException(
          spec.commandLine(), "--threads must be 1 to " + InferenceOptions.MAX_THREADS);
    }
  }

  private void measure(ModelManifest manifest, Path work)
      throws IOException,
          ModelException,
          InterruptedException,
          SeriesRefusedException,
          DicomException,
          CommandFailedException {
    ObjectNode result = JSON.createObjectNode();
    result.put("benchmark", "infer").put("date", Instant.now().toString());
    result.set("machine", Machine.describe());
    result.put("software", SoftwareVersion.get()).put("engine", MatrixProduct.engineVersion());
    result.put("model", manifest.id());
    if (manifest.flopsPerSlice().isPresent()) {
      result.put("flopsPerSlice", manifest.flopsPerSlice().getAsLong());
    } else {
      note(
          "the manifest of %s has no flopsPerSlice: no share of the matrix product is given"
              .formatted(manifest.id()));
    }
    Series input = read(work);
    result.put("input", series == null ? "phantom, seed 1" : "a series of the user");
    result.put("rows", input.rows()).put("columns", input.columns());
    ArrayNode runs = result.putArray("runs");
    List<String> usable = new ArrayList<>();
    for (ModelManifest.Weights weights : manifest.weights()) {
      if (onCpu(manifest, weights.variant(), input, runs)) {
        usable.add(weights.variant());
      }
      onGpu(manifest, weights.variant(), input, runs);
    }
    if (usable.size() > 1) {
      String reference = usable.get(usable.size() - 1);
      ArrayNode agreements = result.putArray("agreement");
      for (String variant : usable.subList(0, usable.size() - 1)) {
        say(
            "Comparing %s with %s on %d slices ..."
                .formatted(variant, reference, input.hu().size()));
        agreements.add(
            Agreement.measure(
                manifest,
                variant,
                reference,
                input.files(),
                input.hu(),
                input.rows(),
                input.columns()));
      }
    } else {
      note("there is one variant that runs here: nothing to compare");
    }
    result.set("notes", notes);
    if (out.toAbsolutePath().getParent() != null) {
      Files.createDirectories(out.toAbsolutePath().getParent());
    }
    JSON.writerWithDefaultPrettyPrinter().writeValue(out.toFile(), result);
    print(result);
  }

  /** Measures on the CPU; false where it cannot run the variant, with a note. */
  private boolean onCpu(ModelManifest manifest, String variant, Series input, ArrayNode runs)
      throws ModelException {
    for (int count : threadCounts()) {
      say("%s on %d thread(s) ...".formatted(variant, count));
      InferenceOptions options = new InferenceOptions(InferenceOptions.Device.CPU, variant, count);
      try {
        MatrixProduct.Rate rate = MatrixProduct.measure(options.device(), type(variant), count);
        runs.add(run(manifest, options, rate, input));
      } catch (ModelException e) {
        note(e.getMessage());
        return false;
      }
    }
    return true;
  }

  private void onGpu(ModelManifest manifest, String variant, Series input, ArrayNode runs) {
    InferenceOptions options = new InferenceOptions(InferenceOptions.Device.CUDA, variant, 1);
    try {
      MatrixProduct.Rate rate = MatrixProduct.measure(options.device(), type(variant), 1);
      say(variant + " on the GPU ...");
      runs.add(run(manifest, options, rate, input));
    } catch (ModelException e) {
      note(e.getMessage());
    }
  }

  private ObjectNode run(
      ModelManifest manifest, InferenceOptions options, MatrixProduct.Rate rate, Series input)
      throws ModelException {
    return Speed.measure(manifest, options, rate, input.hu(), input.rows(), input.columns(), batch);
  }

  private TreeSet<Integer> threadCounts() {
    TreeSet<Integer> counts = new TreeSet<>();
    if (threads != null) {
      counts.addAll(threads);
    } else {
      int all = Math.min(InferenceOptions.MAX_THREADS, Runtime.getRuntime().availableProcessors());
      counts.addAll(List.of(1, Math.min(2, all), all));
    }
    return counts;
  }

  private static MatrixProduct.Type type(String variant) {
    return variant.startsWith("bf16") ? MatrixProduct.Type.BF16 : MatrixProduct.Type.FP32;
  }

  private Series read(Path work)
      throws IOException, SeriesRefusedException, DicomException, CommandFailedException {
    List<Path> files;
    if (series == null) {
      say("Making a phantom of %d slices ...".formatted(slices));
      files =
          PhantomWriter.writeSeries(
              Phantom.generate(
                  PhantomOptions.builder()
                      .seed(1)
                      .matrix(MATRIX)
                      .slices(slices)
                      .opacityPercent(PHANTOM_OPACITY)
                      .build()),
              work.resolve("phantom"));
    } else {
      try (Stream<Path> found = Files.walk(series)) {
        files = found.filter(Files::isRegularFile).sorted().toList();
      }
    }
    List<short[]> hu = new ArrayList<>();
    int rows = 0;
    int columns = 0;
    for (Path file : files) {
      for (Slice slice : SliceReader.read(DicomFiles.read(file))) {
        if (!hu.isEmpty()
            && (slice.header().rows() != rows || slice.header().columns() != columns)) {
          throw new CommandFailedException(
              USAGE, "--series holds slices of different size: give a folder of one series");
        }
        rows = slice.header().rows();
        columns = slice.header().columns();
        hu.add(slice.hu());
      }
    }
    if (hu.isEmpty()) {
      throw new CommandFailedException(USAGE, "--series " + series + " holds no slices");
    }
    return new Series(files, hu, rows, columns);
  }

  private void note(String text) {
    for (JsonNode there : notes) {
      if (there.asText().equals(text)) {
        return;
      }
    }
    notes.add(text);
  }

  private void say(String line) {
    console.println(line);
    console.flush();
  }

  private void print(JsonNode result) {
    console.printf(
        "%n%s, %s, %d x %d%n",
        result.get("model").asText(),
        result.at("/machine/model").asText(),
        result.get("rows").asInt(),
        result.get("columns").asInt());
    console.printf(
        "%n%-8s %-8s %7s %6s %21s %10s %9s %9s %7s %9s%n",
        "device",
        "variant",
        "threads",
        "batch",
        "ms a slice (p10..p90)",
        "cpu ms",
        "GFLOP/s",
        "matrices",
        "share",
        "by cpu");
    for (JsonNode run : result.get("runs")) {
      console.printf(
          "%-8s %-8s %7d %6d %21s %10s %9s %9s %7s %9s%n",
          run.get("device").asText(),
          run.get("variant").asText(),
          run.get("threads").asInt(),
          run.get("batch").asInt(),
          "%s (%s..%s)"
              .formatted(
                  number(run, "msPerSlice", 1, "%.2f"),
                  number(run, "msPerSliceP10", 1, "%.2f"),
                  number(run, "msPerSliceP90", 1, "%.2f")),
          number(run, "cpuMsPerSlice", 1, "%.2f"),
          number(run, "gflops", 1, "%.0f"),
          number(run, "matrixProductGflops", 1, "%.0f"),
          number(run, "shareOfMatrixProduct", 100, "%.0f %%"),
          number(run, "shareOfMatrixProductByCpuTime", 100, "%.0f %%"));
    }
    for (JsonNode agreement : result.path("agreement")) {
      console.printf(
          Locale.ROOT,
          "%n%s and %s: labels agree on %.3f %% of all voxels (%.2f %% within the lungs); opacity %.3f %% and %.3f %%, difference %.3f points%n",
          agreement.get("variant").asText(),
          agreement.get("reference").asText(),
          agreement.get("agreeingVoxelsPercent").asDouble(),
          agreement.path("agreeingVoxelsPercentWithinLungs").asDouble(),
          agreement.get("opacityPercent").asDouble(),
          agreement.get("opacityPercentReference").asDouble(),
          agreement.get("opacityPercentDifference").asDouble());
    }
    for (JsonNode note : result.get("notes")) {
      console.println("Note: " + note.asText());
    }
    say("\nJSON: " + out);
  }

  private static String number(JsonNode run, String field, double factor, String format) {
    return run.has(field)
        ? String.format(Locale.ROOT, format, run.get(field).asDouble() * factor)
        : "-";
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
