// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.benchmarks.Machine;
import io.hounsfield.benchmarks.ServiceProcess;
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
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hounsfield bench page}: what a radiologist waits for, by the browser's own timings. */
@Command(
    name = "page",
    description = {
      "Opens the work list and a study of a running service in Chromium, anew each time, over",
      "loopback and over emulated networks, and measures by the browser's own timings when pictures",
      "stand on the screen and how soon the page answers to keys and clicks.",
      "Needs chromium on the PATH. Run it on a machine that does nothing else."
    },
    mixinStandardHelpOptions = true)
public final class PageCommand implements Callable<Integer> {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Option(
      names = "--slices",
      description = "Slices of the phantom, 512 x 512 (default: ${DEFAULT-VALUE}).",
      defaultValue = "300")
  private int slices;

  @Option(
      names = "--studies",
      description = "Series in the work list (default: ${DEFAULT-VALUE}).",
      defaultValue = "10000")
  private int studies;

  @Option(
      names = "--loads",
      description = "How often each page is opened on each network (default: ${DEFAULT-VALUE}).",
      defaultValue = "10")
  private int loads;

  @Option(
      names = "--actions",
      description = "How often each action is done (default: ${DEFAULT-VALUE}).",
      defaultValue = "40")
  private int actions;

  @Option(
      names = "--graphics-card",
      description = "WebGL by what the machine has instead of SwiftShader (software).")
  private boolean graphicsCard;

  @Option(
      names = "--pictures",
      description =
          "Measures nothing, takes the pictures for the documentation instead and puts them into"
              + " this folder.")
  private Path pictures;

  @Option(
      names = "--out",
      description = "File for the results, JSON (default: ${DEFAULT-VALUE}).",
      defaultValue = "results/bench-page.json")
  private Path out;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path chromium = BrowserProcess.chromium();
    Path work = Files.createTempDirectory("hounsfield-bench");
    try {
      if (pictures != null) {
        pictures(chromium, work);
      } else {
        measure(chromium, work);
      }
      return 0;
    } finally {
      delete(work);
    }
  }

  private void say(String line) {
    PrintWriter console = spec.commandLine().getOut();
    console.println(line);
    console.flush();
  }

  private void measure(Path chromium, Path work) throws IOException, InterruptedException {
    Path data = work.resolve("data");
    say("Writing %d series into the work list ...".formatted(studies - 1));
    WorkListFiller.fill(data, studies - 1);
    ObjectNode result = JSON.createObjectNode();
    try (ServiceProcess service = ServiceProcess.start(data, Map.of())) {
      say("Making and analysing a phantom of %d slices ...".formatted(slices));
      String id = PhantomPush.plain(7, slices).into(service, work);
      ObjectNode task = JSON.createObjectNode();
      task.put("chromium", chromium.toString());
      task.put("graphicsCard", graphicsCard);
      task.put("address", service.address());
      task.put("analysis", id);
      task.put("studies", studies);
      task.put("loads", loads);
      task.put("actions", actions);
      Path taskFile = work.resolve("task.json");
      Path found = work.resolve("found.json");
      JSON.writeValue(taskFile.toFile(), task);
      new BrowserProcess()
          .run(
              "io.hounsfield.benchmarks.page.PageMeasurement",
              List.of(taskFile.toString(), found.toString()));
      result.put("benchmark", "page").put("date", Instant.now().toString());
      result.set("machine", Machine.describe());
      result.put("slices", slices).put("matrix", 512).put("studies", studies);
      result.setAll((ObjectNode) JSON.readTree(found.toFile()));
    }
    Files.createDirectories(out.toAbsolutePath().getParent());
    JSON.writerWithDefaultPrettyPrinter().writeValue(out.toFile(), result);
    print(result);
    say("\nJSON: " + out);
  }

  private void print(JsonNode result) {
    say("%n%s, WebGL: %s".formatted(result.get("browser").asText(), result.get("webgl").asText()));
    say(
        "%n%-46s %5s %8s %8s %8s"
            .formatted("ms from the start of the navigation", "n", "p50", "p95", "most"));
    for (JsonNode network : result.get("networks")) {
      say(network.get("name").asText());
      lines(network.get("opening"));
    }
    say(
        "%n%-46s %5s %8s %8s %8s"
            .formatted("ms from the event to the next picture", "n", "p50", "p95", "most"));
    lines(result.get("actions"));
  }

  private void lines(JsonNode figures) {
    for (JsonNode figure : figures) {
      say(
          String.format(
              Locale.ROOT,
              "  %-44s %5d %8.0f %8.0f %8.0f",
              figure.get("what").asText(),
              figure.get("n").asInt(),
              figure.get("p50").asDouble(),
              figure.get("p95").asDouble(),
              figure.get("most").asDouble()));
    }
  }

  private void pictures(Path chromium, Path work) throws IOException, InterruptedException {
    try (ServiceProcess service = ServiceProcess.start(work.resolve("data"), Map.of())) {
      ObjectNode task = JSON.createObjectNode();
      task.put("chromium", chromium.toString());
      task.put("address", service.address());
      task.put("folder", pictures.toAbsolutePath().toString());
      int left = PhantomPush.forPictures().size();
      for (PhantomPush push : PhantomPush.forPictures()) {
        say("Making and analysing phantoms, %d left ...".formatted(left--));
        task.put("analysis", push.into(service, work)); // the last one is looked at
      }
      Path taskFile = work.resolve("task.json");
      JSON.writeValue(taskFile.toFile(), task);
      Files.createDirectories(pictures);
      new BrowserProcess()
          .run("io.hounsfield.benchmarks.page.PagePictures", List.of(taskFile.toString()));
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
