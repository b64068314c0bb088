// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code hounsfield bench receive}: the same series sent by DCMTK's storescu to this product's
 * receiving part, to DCMTK's storescp and to Orthanc, each in a process of its own on the same
 * disk.
 */
@Command(
    name = "receive",
    description = {
      "Sends the same series with DCMTK's storescu over 1, 4 and 16 associations to the receiving",
      "part of this product, to DCMTK's storescp and to Orthanc, with and without fsync.",
      "Run it on a machine that does nothing else."
    },
    mixinStandardHelpOptions = true)
final class ReceiveCommand implements Callable<Integer> {

  private static final long SEND_MINUTES = 30;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Option(
      names = "--slices",
      description = "Slices of each series (default: ${DEFAULT-VALUE}).",
      defaultValue = "300")
  private int slices;

  @Option(
      names = "--associations",
      split = ",",
      description = "Associations at once (default: ${DEFAULT-VALUE}).",
      defaultValue = "1,4,16")
  private List<Integer> associations;

  @Option(
      names = "--repeats",
      description = "Series sent to each, one after the other (default: ${DEFAULT-VALUE}).",
      defaultValue = "3")
  private int repeats;

  @Option(
      names = "--warm-up",
      description = {
        "Whole series sent to each receiver before those that count, over as many associations",
        "(default: ${DEFAULT-VALUE})."
      },
      defaultValue = "2")
  private int warmUps;

  @Option(
      names = "--dir",
      description = "Folder on the disk to be measured (default: the working directory).",
      defaultValue = ".")
  private Path directory;

  @Option(
      names = "--out",
      description = "File for the results, JSON (default: ${DEFAULT-VALUE}).",
      defaultValue = "results/bench-receive.json")
  private Path out;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (slices < 1
        || repeats < 1
        || warmUps < 0
        || associations.stream().anyMatch(n -> n < 1 || n > slices)) {
      throw new ParameterException(
          spec.commandLine(),
          "--slices and --repeats must be 1 or more, --warm-up 0 or more, --associations 1 to the"
              + " number of slices");
    }
    if (!ReceiverKind.onPath("storescu")) {
      throw new IOException("storescu is not installed (Debian: apt-get install dcmtk)");
    }
    Path work = Files.createTempDirectory(directory.toAbsolutePath(), "bench-receive");
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
    result.put("benchmark", "receive").put("date", Instant.now().toString());
    result.set("machine", Machine.describe());
    result.put("slices", slices).put("matrix", 512).put("transferSyntax", "Explicit VR LE");
    result.put("warmUpSeries", warmUps).put("repeats", repeats);
    result.put("fileSystem", Files.getFileStore(work).type());
    ArrayNode notes = result.putArray("notes");
    ArrayNode runs = result.putArray("runs");
    say(console, "Making %d phantoms of %d slices ...".formatted(warmUps + repeats, slices));
    List<List<Path>> series = new ArrayList<>();
    for (int i = 1; i <= warmUps + repeats; i++) {
      series.add(phantom(i, slices, work));
    }
    for (ReceiverKind kind : ReceiverKind.values()) {
      if (!kind.isInstalled()) {
        notes.add(kind.product() + " is not installed, so it was not measured");
        continue;
      }
      for (int count : associations) {
        say(console, "%s, %d association(s) ...".formatted(kind.text(), count));
        runs.add(measure(kind, count, series, work));
      }
    }
    Files.createDirectories(out.toAbsolutePath().getParent());
    JSON.writerWithDefaultPrettyPrinter().writeValue(out.toFile(), result);
    print(console, result);
    say(console, "\nJSON: " + out);
  }

  private static List<Path> phantom(long seed, int slices, Path work) throws IOException {
    Phantom phantom = Phantom.generate(PhantomOptions.builder().seed(seed).slices(slices).build());
    return PhantomWriter.writeSeries(phantom, work.resolve("phantom-" + seed));
  }

  /** A fresh process and folder; first the series that do not count, then the others. */
  private ObjectNode measure(ReceiverKind kind, int count, List<List<Path>> all, Path work)
      throws IOException, InterruptedException {
    List<List<Path>> series = all.subList(warmUps, all.size());
    Path folder = work.resolve(kind.name().toLowerCase(Locale.ROOT) + "-" + count);
    double[] megabytes = new double[series.size()];
    double[] instances = new double[series.size()];
    double[] cpu = new double[series.size()];
    ObjectNode run = JSON.createObjectNode();
    ArrayNode memory = JSON.createArrayNode();
    try (Receiver receiver = Receiver.start(kind, folder)) {
      for (List<Path> warmUp : all.subList(0, warmUps)) {
        send(receiver, count, warmUp, work);
      }
      for (int i = 0; i < series.size(); i++) {
        receiver.settle();
        long bytes = bytes(series.get(i));
        double cpuBefore = receiver.cpuSeconds();
        long start = System.nanoTime();
        send(receiver, count, series.get(i), work);
        double seconds = (System.nanoTime() - start) / 1e9;
        receiver.settle();
        megabytes[i] = bytes / 1e6 / seconds;
        instances[i] = series.get(i).size() / seconds;
        cpu[i] = (receiver.cpuSeconds() - cpuBefore) / (bytes / 1e9);
        memory.add(receiver.peakBytes() >> 20);
      }
    } finally {
      delete(folder);
    }
    run.put("receiver", kind.product()).put("fsync", kind.fsync()).put("associations", count);
    run.put("megabytesPerSecond", median(megabytes));
    run.put("instancesPerSecond", median(instances));
    run.put("cpuSecondsPerGigabyte", median(cpu));
    run.set("peakResidentMiBAfterEachSeries", memory);
    run.set("megabytesPerSecondOfEach", JSON.valueToTree(megabytes));
    return run;
  }

  private static long bytes(List<Path> files) throws IOException {
    long sum = 0;
    for (Path file : files) {
      sum += Files.size(file);
    }
    return sum;
  }

  /** One storescu an association, all at once, each with its part of the files. */
  private static void send(Receiver receiver, int count, List<Path> files, Path work)
      throws IOException, InterruptedException {
    List<Process> senders = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        List<String> command =
            new ArrayList<>(
                List.of("storescu", "-aec", "HOUNSFIELD", "127.0.0.1", "" + receiver.port()));
        for (int k = i; k < files.size(); k += count) {
          command.add(files.get(k).toString());
        }
        senders.add(
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("storescu-" + i + ".log").toFile())
                .start());
      }
      for (int i = 0; i < count; i++) {
        if (!senders.get(i).waitFor(SEND_MINUTES, TimeUnit.MINUTES)
            || senders.get(i).exitValue() != 0) {
          throw new IOException(
              "storescu failed: " + Files.readString(work.resolve("storescu-" + i + ".log")));
        }
      }
    } finally {
      senders.forEach(Process::destroy);
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  private static void print(PrintWriter console, JsonNode result) {
    console.printf(
        "%n%-37s %12s %10s %12s %12s %10s%n",
        "receiver", "associations", "MB/s", "instances/s", "CPU s/GB", "peak MiB");
    for (JsonNode run : result.get("runs")) {
      JsonNode memory = run.get("peakResidentMiBAfterEachSeries");
      console.printf(
          Locale.ROOT,
          "%-37s %12d %10.0f %12.0f %12.2f %10d%n",
          run.get("receiver").asText() + (run.get("fsync").asBoolean() ? ", fsync" : ", no fsync"),
          run.get("associations").asInt(),
          run.get("megabytesPerSecond").asDouble(),
          run.get("instancesPerSecond").asDouble(),
          run.get("cpuSecondsPerGigabyte").asDouble(),
          memory.get(memory.size() - 1).asLong());
    }
    result.get("notes").forEach(note -> console.println(note.asText()));
    console.flush();
  }

  private static void say(PrintWriter console, String line) {
    console.println(line);
    console.flush();
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
