// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.benchmarks.Machine;
import io.hounsfield.benchmarks.ServiceProcess;
import io.hounsfield.benchmarks.accuracy.ModelChoice;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.SegmentationModel;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import io.hounsfield.preprocess.SeriesRefusedException;
import io.hounsfield.service.pipeline.SegmentationStage;
import io.hounsfield.service.pipeline.SeriesAnalysis;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hounsfield bench soak}: nothing is lost and nothing counted twice, whatever happens. */
@Command(
    name = "soak",
    description = {
      "Phantoms are sent to a service in a process of its own by senders that drop connections,",
      "abort, repeat, crawl and fall silent, while the service is killed (kill -9) and started again.",
      "Afterwards every instance that was answered with success must be there, each series must have",
      "exactly one report on all its instances, with the numbers of the same phantom analysed alone,",
      "and the process must hold no more than before."
    },
    mixinStandardHelpOptions = true)
public final class SoakCommand implements Callable<Integer> {

  /** Exit code when something was lost, counted twice, wrong or not given back. */
  static final int FAULT = 1;

  /** Series sent while the service is killed, then to warm up the last process, of ten. */
  private static final int KILLED_TENTHS = 6;

  private static final int WARM_TENTHS = 2;

  private static final int POLL_MS = 100;

  /** What a process may hold more than before: caches that fill slowly. */
  private static final long HEAP_TOLERANCE = 16L << 20;

  private static final long NATIVE_TOLERANCE = 64L << 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Option(
      names = "--series",
      description = "Series to be sent, 5 or more (default: ${DEFAULT-VALUE}).",
      defaultValue = "100")
  private int seriesCount;

  @Option(
      names = "--slices",
      description = "Slices of each (default: ${DEFAULT-VALUE}).",
      defaultValue = "24")
  private int slices;

  @Option(
      names = "--matrix",
      description = "Rows and columns of each slice (default: ${DEFAULT-VALUE}).",
      defaultValue = "128")
  private int matrix;

  @Option(
      names = "--associations",
      description = "Senders at once (default: ${DEFAULT-VALUE}).",
      defaultValue = "16")
  private int associations;

  @Option(
      names = "--kills",
      description = "How often the service is killed (default: ${DEFAULT-VALUE}).",
      defaultValue = "10")
  private int kills;

  @Option(
      names = "--slow-bytes",
      description =
          "What a slow sender sends of an instance at 1 kB/s before it hurries (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "30000")
  private int slowBytes;

  @Option(
      names = "--idle-seconds",
      description = "series.idleSeconds of the service (default: ${DEFAULT-VALUE}).",
      defaultValue = "10")
  private int idleSeconds;

  @Option(
      names = "--timeout-ms",
      description =
          "dicom.idleTimeoutMs and dicom.artimTimeoutMs of the service: after this it lets go of"
              + " silent senders (default: ${DEFAULT-VALUE}).",
      defaultValue = "30000")
  private int timeoutMs;

  @Option(
      names = "--wait-minutes",
      description = "How long reports may take after the last answer (default: ${DEFAULT-VALUE}).",
      defaultValue = "30")
  private int waitMinutes;

  @Option(
      names = "--seed",
      description = "Seed of phantoms, senders and kills (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  private long seed;

  @Option(names = "--dir", description = "Folder to work in (default: that of temporary files).")
  private Path directory;

  @Option(
      names = "--out",
      description =
          "File for the results, JSON; Markdown is written beside it (default: ${DEFAULT-VALUE}).",
      defaultValue = "results/bench-soak.json")
  private Path out;

  @Mixin private ModelChoice model;

  @Override
  public Integer call() throws IOException, ModelException, InterruptedException {
    if (seriesCount < 5 || associations < 1 || kills < 0) {
      throw new ParameterException(
          spec.commandLine(), "--series must be 5 or more, --associations 1, --kills 0");
    }
    Path work =
        directory == null
            ? Files.createTempDirectory("hounsfield-soak")
            : Files.createTempDirectory(directory.toAbsolutePath(), "soak");
    boolean passed = false;
    try {
      ObjectNode result = run(work);
      Files.createDirectories(out.toAbsolutePath().getParent());
      JSON.writerWithDefaultPrettyPrinter().writeValue(out.toFile(), result);
      String markdown = SoakMarkdown.of(result);
      Path beside =
          out.resolveSibling(out.getFileName().toString().replaceFirst("\\.json$", "") + ".md");
      Files.writeString(beside, markdown);
      say(markdown);
      say("JSON: " + out);
      passed = result.get("faults").isEmpty();
    } finally {
      if (passed) {
        delete(work);
      } else {
        say("What is left of it: " + work);
      }
    }
    return passed ? 0 : FAULT;
  }

  private ObjectNode run(Path work) throws IOException, ModelException, InterruptedException {
    long start = System.nanoTime();
    List<SoakSeries> all = phantoms(work.resolve("phantoms"));
    double alone = seconds(start);
    int killed = Math.max(1, seriesCount * KILLED_TENTHS / 10);
    int warm = killed + Math.max(1, seriesCount * WARM_TENTHS / 10);
    Path data = work.resolve("data");
    ProcessCondition before;
    ProcessCondition after;
    SoakChecks checks;
    long soakStart = System.nanoTime();
    List<String> faults = new ArrayList<>();
    ObjectNode traffic = JSON.createObjectNode();
    int deaths;
    try (SoakService service = new SoakService(data, options());
        SoakTraffic senders = new SoakTraffic(service, seed, associations, slowBytes)) {
      sendUnderKills(service, senders, all.subList(0, killed));
      awaitQuiet(service, killed, faults);
      say("Sending %d series more to the process that is left ...".formatted(warm - killed));
      senders.send(all.subList(killed, warm));
      awaitQuiet(service, warm, faults);
      before = ProcessCondition.of(service.running());
      say("Sending the other %d series ...".formatted(seriesCount - warm));
      senders.send(all.subList(warm, seriesCount));
      awaitQuiet(service, seriesCount, faults);
      after = ProcessCondition.of(service.running());
      traffic.put("answeredWithSuccess", senders.answers());
      traffic.put("instancesAnsweredWithSuccess", senders.acknowledged().size());
      traffic.put("answeredWithFailure", senders.refused());
      traffic.put("associationsLost", senders.lost());
      traffic.put("connectionsLeftOpen", senders.leftOpen());
      ObjectNode kinds = traffic.putObject("associations");
      for (SenderKind kind : SenderKind.values()) {
        kinds.put(kind.text, senders.made(kind));
      }
      deaths = service.kills();
      service.end();
      checks = SoakChecks.of(data, all, senders.acknowledged());
    }
    faults.addAll(checks.faults());
    faults.addAll(growth(before, after));
    if (checks.instancesHeld() != seriesCount * slices) {
      faults.add(
          "%d of %d instances are held".formatted(checks.instancesHeld(), seriesCount * slices));
    }
    ObjectNode result = JSON.createObjectNode();
    result.put("benchmark", "soak").put("date", Instant.now().toString());
    result.set("machine", Machine.describe());
    result.put("seed", seed).put("series", seriesCount).put("slices", slices).put("matrix", matrix);
    result.put("associationsAtOnce", associations).put("kills", deaths);
    result.put("slowBytesAt1kBPerSecond", slowBytes).put("seriesIdleSeconds", idleSeconds);
    result.put("silentSendersTimeoutMs", timeoutMs);
    result.put("secondsToAnalyseEachAlone", alone).put("secondsOfSoak", seconds(soakStart));
    result.set("traffic", traffic);
    result.put("instancesHeld", checks.instancesHeld()).put("reports", checks.reports());
    result.put("partialReports", checks.partialReports()).put("versions", checks.versions());
    result.set("before", JSON.valueToTree(before));
    result.set("after", JSON.valueToTree(after));
    result.set("faults", JSON.valueToTree(faults));
    return result;
  }

  private Map<String, String> options() {
    Map<String, String> options = new HashMap<>();
    options.put("HOUNSFIELD_SERIES_IDLE_SECONDS", Integer.toString(idleSeconds));
    options.put("HOUNSFIELD_DICOM_IDLE_TIMEOUT_MS", Integer.toString(timeoutMs));
    options.put("HOUNSFIELD_DICOM_ARTIM_TIMEOUT_MS", Integer.toString(timeoutMs));
    return options;
  }

  /** Makes the phantoms and analyses each by itself, in this process. */
  private List<SoakSeries> phantoms(Path folder)
      throws IOException, ModelException, InterruptedException {
    say("Making %d phantoms, and analysing each alone ...".formatted(seriesCount));
    List<SoakSeries> all = new ArrayList<>();
    SegmentationModel network =
        SegmentationModel.load(
            model.manifest("lung-lesion-unet"), model.options(spec.commandLine()));
    try (SegmentationStage segmentation = new SegmentationStage(network)) {
      for (int i = 0; i < seriesCount; i++) {
        Phantom phantom =
            Phantom.generate(
                PhantomOptions.builder()
                    .seed(seed * 10_000 + i)
                    .matrix(matrix)
                    .slices(slices)
                    .opacityPercent(5 + i % 30)
                    .build());
        List<Path> files = PhantomWriter.writeSeries(phantom, folder.resolve("series-" + i));
        List<SoakInstance> instances = new ArrayList<>();
        SeriesAnalysis analysis = new SeriesAnalysis(segmentation);
        for (Path file : files) {
          instances.add(SoakInstance.of(file));
          analysis.accept(file);
        }
        all.add(
            new SoakSeries(
                instances.get(0).seriesInstanceUid(), instances, analysis.finish().regions()));
      }
    } catch (SeriesRefusedException e) {
      throw new IOException(
          "a phantom cannot be measured; take another size: " + e.getMessage(), e);
    }
    return all;
  }

  /** Kills at random numbers of answers, and once more while the last reports are made. */
  private void sendUnderKills(SoakService service, SoakTraffic senders, List<SoakSeries> some)
      throws IOException, InterruptedException {
    say(
        "Sending %d series over %d associations, and killing the service %d times ..."
            .formatted(some.size(), associations, kills));
    Random random = new Random(seed);
    int[] at = random.ints(Math.max(0, kills - 1), 1, some.size() * slices).sorted().toArray();
    CompletableFuture<Void> sent =
        CompletableFuture.runAsync(
            () -> {
              try {
                senders.send(some);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    for (int answers : at) {
      while (senders.answers() < answers && !sent.isDone()) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      service.killAndRestart();
    }
    try {
      sent.get();
    } catch (ExecutionException e) {
      throw new IOException("sending failed", e.getCause());
    }
    if (kills > 0) {
      TimeUnit.MILLISECONDS.sleep(random.nextInt(3_000));
      service.killAndRestart();
    }
  }

  /** Waits until nothing is open any more: no series, no association, no connection. */
  private void awaitQuiet(SoakService service, int expected, List<String> faults)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(waitMinutes);
    while (true) {
      ServiceProcess process = service.running();
      String metrics = process.get("/metrics");
      long reported = total(process.get("/api/v1/analyses?status=reported&limit=1"));
      double open =
          gauge(metrics, "hounsfield_open_series")
              + gauge(metrics, "hounsfield_dicom_connections")
              + gauge(metrics, "hounsfield_waiting_instances");
      if (open == 0) {
        if (reported != expected) {
          faults.add(
              "%d of %d series are reported, and nothing goes on".formatted(reported, expected));
        }
        return;
      }
      if (System.nanoTime() > deadline) {
        faults.add(
            "after %d min there is still work: %d of %d series are reported"
                .formatted(waitMinutes, reported, expected));
        return;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  private static long total(String list) throws IOException {
    JsonNode total = JSON.readTree(list).get("total");
    return total.asLong();
  }

  private static double gauge(String metrics, String name) throws IOException {
    Matcher value = Pattern.compile("(?m)^" + name + " (\\S+)$").matcher(metrics);
    if (!value.find()) {
      throw new IOException("/metrics has no " + name);
    }
    double number = Double.parseDouble(value.group(1));
    if (Double.isNaN(number)) {
      throw new IOException("/metrics does not know " + name);
    }
    return number;
  }

  private static List<String> growth(ProcessCondition before, ProcessCondition after) {
    List<String> faults = new ArrayList<>();
    if (after.fileHandles() > before.fileHandles()) {
      faults.add(
          "%d file handles are open, before %d"
              .formatted(after.fileHandles(), before.fileHandles()));
    }
    if (after.heapBytes() > before.heapBytes() + HEAP_TOLERANCE) {
      faults.add(
          "%d MiB of live objects, before %d"
              .formatted(after.heapBytes() >> 20, before.heapBytes() >> 20));
    }
    if (after.nativeBytes() > before.nativeBytes() + NATIVE_TOLERANCE) {
      faults.add(
          "%d MiB are resident outside of the heap, before %d"
              .formatted(after.nativeBytes() >> 20, before.nativeBytes() >> 20));
    }
    return faults;
  }

  private static double seconds(long since) {
    return Math.round((System.nanoTime() - since) / 1e8) / 10.0;
  }

  private void say(String line) {
    PrintWriter console = spec.commandLine().getOut();
    console.println(line);
    console.flush();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
