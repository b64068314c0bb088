// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Real files and real tools; a test that lacks them is skipped and says so. */
final class TestFiles {
  private TestFiles() {}

  /** A file or folder of ../shared/data/dicom. */
  static Path shared(String name) {
    Path root = Path.of(System.getProperty("hounsfield.root", ".."));
    Path path = root.resolve("../shared/data/dicom").resolve(name).normalize();
    assumeTrue(Files.exists(path), () -> "skipped: no " + path);
    return path;
  }

  /** Runs a command-line tool to its successful end and returns what it printed. */
  static String run(String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("tool", ".txt");
    try {
      Process process;
      try {
        process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
      } catch (IOException e) {
        assumeTrue(false, "skipped: " + command[0] + " is not installed");
        return "";
      }
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      process.destroyForcibly();
      String text = Files.readString(output, StandardCharsets.ISO_8859_1);
      assertEquals(true, ended, () -> String.join(" ", command) + " does not end");
      assertEquals(0, process.exitValue(), () -> String.join(" ", command) + "\n" + text);
      return text;
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Frames of a file, decoded. */
  static List<short[]> frames(DicomFile file) throws DicomException {
    int count = PixelDecoders.frameCount(file.dataSet());
    short[][] frames = new short[count][];
    for (int i = 0; i < count; i++) {
      frames[i] = PixelDecoders.decode(file, i).samples();
    }
    return List.of(frames);
  }
}
