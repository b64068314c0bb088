// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of others that judge our objects; tests skip where they are not installed. */
final class Tools {

  /** What a program said, both streams, and how it ended. */
  record Outcome(int status, String output) {}

  private Tools() {}

  /** A Python that has pydicom. */
  static String python() throws IOException, InterruptedException {
    for (String python : List.of("python3", "/usr/bin/python3")) {
      try {
        if (run(python, "-c", "import pydicom").status() == 0) {
          return python;
        }
      } catch (IOException e) {
        continue; // no such program
      }
    }
    assumeTrue(false, "skipped: there is no Python with pydicom");
    return null;
  }

  static Outcome run(String... command) throws IOException, InterruptedException {
    return run(60, command);
  }

  /** Runs a program that may take so many seconds. */
  static Outcome run(int seconds, String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("tool", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      assertTrue(process.waitFor(seconds, TimeUnit.SECONDS), command[0] + " does not end");
      return new Outcome(
          process.exitValue(), new String(Files.readAllBytes(output), StandardCharsets.ISO_8859_1));
    } finally {
      Files.delete(output);
    }
  }
}
