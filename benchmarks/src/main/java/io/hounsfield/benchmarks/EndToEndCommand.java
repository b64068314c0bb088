// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.listener.ProgressListener;
import io.hounsfield.listener.ScuOptions;
import io.hounsfield.listener.SendResult;
import io.hounsfield.listener.StorageScu;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code hounsfield bench e2e}: from the first byte to the report. The service runs in a process of
 * its own; this process makes the phantoms and sends them over TCP on the same machine.
 */
@Command(
    name = "e2e",
    description = {
      "Sends phantoms to a service in a process of its own and measures until the report is there:",
      "a first series after the start (cold), one at the pace of a PACS, one as fast as it goes;",
      "then measures 'analyze' of a folder, and the heap that making the results takes. Run it on a machine that does nothing else."
    },
    mixinStandardHelpOptions = true)
final class EndToEndCommand implements Callable<Integer> {

  private static final int POLL_MS = 5;
  private static final int REPORT_SECONDS = 300;

  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Option(
      names = "--slices",
      description = "Slices of each phantom (default: ${DEFAULT-VALUE}).",
      defaultValue = "300")
  private int slices;

  @Option(
      names = "--rate",
      description = "Slices a second of the paced push (default: ${DEFAULT-VALUE}).",
      defaultValue = "20")
  private double rate;

  @Option(
      names = "--out",
      description = "File for the results, JSON (default: ${DEFAULT-VALUE}).",
      defaultValue = "results/bench-e2e.json")
  private Path out;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path work = Files.createTempDirectory("hounsfield-bench");
    try {
      run(work);
      return 0;
    } finally {
      delete(work);
    }
  }

  private void run(Path work) throws IOException, InterruptedException {
    PrintWriter console = spec.commandLine().getOut();
    ObjectNode result = JSON.createObjectNode();
    result.put("benchmark", "e2e").put("date", Instant.now().toString());
    result.set("machine", Machine.describe());
    result.put("slices", slices).put("matrix", 512).put("transferSyntax", "Explicit VR LE");
    ArrayNode runs = result.putArray("runs");
    say(console, "Making 3 phantoms of %d slices ...".formatted(slices));
    List<Path> cold = phantom(1, work);
    List<Path> paced = phantom(2, work);
    List<Path> full = phantom(3, work);
    try (ServiceProcess service = ServiceProcess.start(work.resolve("data"))) {
      say(console, "Pushing: first series after the start, as fast as it goes ...");
      runs.add(push(service, "first series after the start, full speed", cold, 0));
      say(console, "Pushing: %.0f slices a second ...".formatted(rate));
      runs.add(push(service, "%.0f slices a second".formatted(rate), paced, rate));
      say(console, "Pushing: as fast as it goes ...");
      runs.add(push(service, "full speed", full, 0));
    }
    say(console, "analyze of a folder, from the start of the process to its end ...");
    runs.add(analyze(full.get(0).getParent(), work.resolve("analyzed")));
    say(console, "Results in as little heap as it takes ...");
    result.set("resultsMemory", ResultsMemory.measure(slices, work));
    Files.createDirectories(out.toAbsolutePath().getParent());
    JSON.writerWithDefaultPrettyPrinter().writeValue(out.toFile(), result);
    print(console, result);
    say(console, "\nJSON: " + out);
  }

  private static void say(PrintWriter console, String line) {
    console.println(line);
    console.flush();
  }

  private List<Path> phantom(long seed, Path work) throws IOException {
    Phantom phantom = Phantom.generate(PhantomOptions.builder().seed(seed).slices(slices).build());
    return PhantomWriter.writeSeries(phantom, work.resolve("phantom-" + seed));
  }

  private ObjectNode push(ServiceProcess service, String name, List<Path> files, double pace)
      throws IOException, InterruptedException {
    ScuOptions options = ScuOptions.of("HOUNSFIELD", "127.0.0.1", service.dicomPort());
    if (pace > 0) {
      options = options.withSlicesPerSecond(pace);
    }
    int before = reported(service);
    double resultsBefore = resultsMs(service);
    long start = System.nanoTime();
    SendResult sent = StorageScu.send(options, files, ProgressListener.NONE);
    if (!sent.failures().isEmpty()) {
      throw new IOException("not stored: " + sent.failures().get(0).reason());
    }
    long released = sent.releasedNanos();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(REPORT_SECONDS);
    while (reported(service) == before) {
      if (System.nanoTime() > deadline) {
        throw new IOException("no report after " + REPORT_SECONDS + " s");
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
    long end = System.nanoTime();
    JsonNode newest =
        JSON.readTree(service.get("/api/v1/analyses?status=reported&limit=1")).at("/items/0/id");
    JsonNode report = JSON.readTree(service.get("/api/v1/analyses/" + newest.asText() + "/report"));
    ObjectNode run = JSON.createObjectNode();
    run.put("run", name);
    run.put("receiveMBPerSecond", sent.bytes() / 1e6 / ((released - start) / 1e9));
    run.put("releaseToReportMs", report.get("latencyAfterReleaseMs").asDouble());
    run.put("releaseToReportSeenByClientMs", (end - released) / 1e6);
    run.put("startOfSendingToReportMs", (end - start) / 1e6);
    run.put("peakResidentMiB", service.peakResidentBytes() / 1024 / 1024);
    // Results are made after the report and the label maps.
    while (JSON.readTree(service.get("/api/v1/analyses/" + newest.asText() + "/results"))
        .get("items")
        .isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("no results after " + REPORT_SECONDS + " s");
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
    while (resultsMs(service) == resultsBefore && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(POLL_MS); // the metric follows the files
    }
    run.put("resultsMs", resultsMs(service) - resultsBefore);
    run.set("stageMsPerSlice", perSlice(report, files.size()));
    return run;
  }

  /** Time of making results since the start of the service, ms. */
  private static double resultsMs(ServiceProcess service) throws IOException, InterruptedException {
    return service
            .get("/metrics")
            .lines()
            .filter(line -> line.startsWith("hounsfield_stage_seconds_sum{stage=\"results\"}"))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .sum()
        * 1e3;
  }

  private static int reported(ServiceProcess service) throws IOException, InterruptedException {
    return JSON.readTree(service.get("/api/v1/analyses?status=reported&limit=1"))
        .get("total")
        .asInt();
  }

  private static ObjectNode perSlice(JsonNode report, int files) {
    ObjectNode stages = JSON.createObjectNode();
    for (Map.Entry<String, JsonNode> stage : report.get("timings").properties()) {
      stages.put(stage.getKey().replaceFirst("Ms$", ""), stage.getValue().asDouble() / files);
    }
    return stages;
  }

  private ObjectNode analyze(Path folder, Path results) throws IOException, InterruptedException {
    ProcessBuilder command =
        ServiceProcess.command(List.of("analyze", folder.toString(), "--out", results.toString()));
    command.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    long start = System.nanoTime();
    Process process = command.start();
    long peak = 0;
    while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
      if (process.isAlive()) {
        try {
          peak = Math.max(peak, ServiceProcess.peakResidentBytes(process.pid()));
        } catch (IllegalStateException | java.io.UncheckedIOException e) {
          // It ended between the question and the look; the last look stands.
          continue;
        }
      }
    }
    long end = System.nanoTime();
    if (process.exitValue() != 0) {
      throw new IOException("analyze ended with exit code " + process.exitValue());
    }
    JsonNode report = JSON.readTree(Files.readAllBytes(results.resolve("report.json")));
    ObjectNode run = JSON.createObjectNode();
    run.put("run", "analyze");
    run.put("startOfProcessToEndMs", (end - start) / 1e6);
    run.put("peakResidentMiB", peak / 1024 / 1024);
    run.set("stageMsPerSlice", perSlice(report, slices));
    return run;
  }

  private static void print(PrintWriter console, JsonNode result) {
    console.printf(
        "%n%-42s %9s %12s %12s %12s %9s%n",
        "run", "MB/s", "release to", "seen by", "start to", "peak");
    console.printf(
        "%-42s %9s %12s %12s %12s %9s%n", "", "", "report, ms", "client, ms", "report, ms", "MiB");
    for (JsonNode run : result.get("runs")) {
      console.printf(
          "%-42s %9s %12s %12s %12s %9d%n",
          run.get("run").asText(),
          number(run, "receiveMBPerSecond"),
          number(run, "releaseToReportMs"),
          number(run, "releaseToReportSeenByClientMs"),
          number(
              run,
              run.has("startOfSendingToReportMs")
                  ? "startOfSendingToReportMs"
                  : "startOfProcessToEndMs"),
          run.get("peakResidentMiB").asLong());
    }
    console.printf("%nresults in the standards' forms, after the report, ms%n");
    for (JsonNode run : result.get("runs")) {
      console.printf("  %-40s %9s%n", run.get("run").asText(), number(run, "resultsMs"));
    }
    JsonNode memory = result.get("resultsMemory");
    console.printf(
        "%nheap for making them, besides the %.0f MiB that the report held: %s MiB (one label map: %.0f MiB)%n",
        memory.get("heldMiB").asDouble(),
        memory.get("heapBesidesMiB").isNull()
            ? "more than " + number(memory, "labelMapMiB")
            : number(memory, "heapBesidesMiB"),
        memory.get("labelMapMiB").asDouble());
    console.printf("%nms a slice (sums over threads)%n");
    for (JsonNode run : result.get("runs")) {
      StringBuilder line = new StringBuilder("  %-40s".formatted(run.get("run").asText()));
      run.get("stageMsPerSlice")
          .properties()
          .forEach(
              stage ->
                  line.append(
                      String.format(
                          Locale.ROOT, " %s %.2f", stage.getKey(), stage.getValue().asDouble())));
      console.println(line);
    }
    console.flush();
  }

  private static String number(JsonNode run, String field) {
    return run.has(field) ? String.format(Locale.ROOT, "%.0f", run.get(field).asDouble()) : "-";
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
