// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.decode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs command-line tools and takes their time. */
final class Tools {

  private static final long TIMEOUT_SECONDS = 300;

  private Tools() {}

  /**
   * Runs a tool once.
   *
   * @return elapsed time of the whole process, ms
   * @throws IOException when it is not installed, fails or does not end
   */
  static double run(List<String> command, Path input, Path output)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(command);
    all.add(input.toString());
    all.add(output.toString());
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(all)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    double elapsed = (System.nanoTime() - start) / 1e6;
    if (!ended) {
      process.destroyForcibly();
      throw new IOException(command.get(0) + " did not end within " + TIMEOUT_SECONDS + " s");
    }
    if (process.exitValue() != 0) {
      throw new IOException(command.get(0) + " ended with " + process.exitValue());
    }
    return elapsed;
  }

  /** First line of what a tool says of its version; "not installed" when it cannot be run. */
  static String version(String tool) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(tool, "--version").redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes());
      process.waitFor();
      return text.lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "not installed";
    }
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
