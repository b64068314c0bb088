// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Jazzer (libFuzzer) on one target, in a Java process of its own. */
final class FuzzProcess {
  /** Seconds of the clock for one input: {@link Bounds} counts the processor's time, exactly. */
  private static final int TIMEOUT_SECONDS = 300;

  private static final int HEAP_MIB = 640;

  /** The heap, libFuzzer's corpus and tables, compiled code. */
  private static final int RESIDENT_MIB = 2048;

  private static final int MAX_LENGTH = 1 << 16;

  /** Loads the corpus, compiles; not part of the time asked for. */
  private static final int START_SECONDS = 600;

  /** To look at the processor's time, which costs some itself. */
  private static final int POLL_SECONDS = 5;

  private static final Pattern PROGRESS =
      Pattern.compile("#(\\d+)\\s.*cov: (\\d+) ft: (\\d+) corp: (\\d+)/");
  private static final Pattern PEAK = Pattern.compile("stat::peak_rss_mb:\\s+(\\d+)");
  private static final Pattern EXECUTED =
      Pattern.compile("stat::number_of_executed_units:\\s+(\\d+)");

  /**
   * What came of a target.
   *
   * @param exit of the process; 0 is well
   * @param findings files of inputs, with the first line of what went wrong
   */
  record Result(
      Target target,
      int exit,
      Duration wall,
      Duration processor,
      long executions,
      long coverage,
      long features,
      long corpus,
      long peakMib,
      List<String> findings) {
    static final String HEADER =
        "| target | minutes | processor minutes | executions | edges | features | corpus | peak"
            + " MiB | findings |\n| --- | --: | --: | --: | --: | --: | --: | --: | --: |";

    boolean sound() {
      return exit == 0 && findings.isEmpty();
    }

    String row() {
      return String.format(
          Locale.ROOT,
          "| %s | %.1f | %.1f | %,d | %d | %d | %d | %d | %s |",
          target.title(),
          wall.toMillis() / 60e3,
          processor.toMillis() / 60e3,
          executions,
          coverage,
          features,
          corpus,
          peakMib,
          sound() ? "0" : findings.isEmpty() ? "ended with " + exit : findings.size());
    }
  }

  private final Target target;
  private final Path corpus;
  private final Path seeds;
  private final Path findings;
  private final Path runFolder;
  private final String classPath;
  private final int seconds;

  FuzzProcess(Target target, Path folder, Path runFolder, String classPath, int seconds) {
    this.target = target;
    this.corpus = folder.resolve("corpus").resolve(target.title());
    this.seeds = folder.resolve("seeds").resolve(target.title());
    this.findings = folder.resolve("findings").resolve(target.title());
    this.runFolder = runFolder;
    this.classPath = classPath;
    this.seconds = seconds;
  }

  Result run() throws IOException, InterruptedException {
    Files.createDirectories(corpus);
    Files.createDirectories(findings);
    List<String> known = list(findings);
    Path log = runFolder.resolve(target.title() + ".log");
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command())
            .directory(runFolder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process)));
    // Decoder processes of the target come and go; what they had when last seen is counted.
    Duration processor = Duration.ZERO;
    boolean ended = false;
    while (!ended
        && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(seconds + START_SECONDS)) {
      ended = process.waitFor(POLL_SECONDS, TimeUnit.SECONDS);
      Duration now = processorTime(process);
      processor = now.compareTo(processor) > 0 ? now : processor;
    }
    end(process);
    process.waitFor();
    Duration wall = Duration.ofNanos(System.nanoTime() - start);
    return result(process.exitValue(), wall, processor, known, log);
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static Duration processorTime(Process process) {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .map(handle -> handle.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  private List<String> command() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx" + HEAP_MIB + "m",
            "-XX:+UseSerialGC",
            "-XX:-OmitStackTraceInFastThrow",
            "-XX:-CreateCoredumpOnCrash",
            "-Djava.awt.headless=true",
            "-Dhounsfield.root=" + System.getProperty("hounsfield.root", ".."),
            "-cp",
            classPath,
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + target.type().getName(),
            "--instrumentation_includes="
                + String.join(
                    File.pathSeparator,
                    "io.hounsfield.dicom.**",
                    "io.hounsfield.dicomweb.**",
                    "io.hounsfield.listener.**",
                    "io.hounsfield.api.**",
                    "com.fasterxml.jackson.core.**"),
            // Its bug detectors watch our code; not how Netty does its work.
            "--custom_hook_includes=io.hounsfield.**",
            // The association is one to loopback, on purpose.
            "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.ServerSideRequestForgery",
            "-max_total_time=" + seconds,
            "-timeout=" + TIMEOUT_SECONDS,
            "-report_slow_units=" + TIMEOUT_SECONDS,
            "-rss_limit_mb=" + RESIDENT_MIB,
            "-max_len=" + Math.max(MAX_LENGTH, longest()),
            "-print_final_stats=1",
            "-artifact_prefix=" + findings + File.separator));
    Path dictionary = runFolder.resolve(target.title() + ".dict");
    if (Files.size(dictionary) > 0) {
      command.add("-dict=" + dictionary);
    }
    command.add(corpus.toString());
    command.add(seeds.toString());
    return command;
  }

  private long longest() throws IOException {
    long longest = 0;
    try (Stream<Path> files = Files.list(seeds)) {
      for (Path file : files.toList()) {
        longest = Math.max(longest, Files.size(file));
      }
    }
    return longest;
  }

  private static List<String> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  private Result result(int exit, Duration wall, Duration processor, List<String> known, Path log)
      throws IOException {
    long executions = 0;
    long coverage = 0;
    long features = 0;
    long size = 0;
    long peak = 0;
    String fault = null;
    for (String line : Files.readAllLines(log, StandardCharsets.ISO_8859_1)) {
      Matcher progress = PROGRESS.matcher(line);
      if (progress.find()) {
        executions = Long.parseLong(progress.group(1));
        coverage = Long.parseLong(progress.group(2));
        features = Long.parseLong(progress.group(3));
        size = Long.parseLong(progress.group(4));
      }
      Matcher mib = PEAK.matcher(line);
      if (mib.find()) {
        peak = Long.parseLong(mib.group(1));
      }
      Matcher total = EXECUTED.matcher(line);
      if (total.find()) {
        executions = Long.parseLong(total.group(1));
      }
      if (fault == null
          && (line.startsWith("== Java Exception") || line.contains("ERROR: libFuzzer"))) {
        fault = line;
      }
    }
    List<String> found = new ArrayList<>();
    for (String file : list(findings)) {
      if (!known.contains(file)) {
        found.add(file + ": " + fault);
      }
    }
    return new Result(
        target, exit, wall, processor, executions, coverage, features, size, peak, found);
  }
}
