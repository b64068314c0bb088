// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine starts once in a process, so its start is tried in processes of their own. */
class NativeCacheTest {

  @TempDir Path directory;

  /** Starts the engine and prints what came of it. */
  static final class Start {
    public static void main(String[] args) {
      try {
        PyTorchEngine.start();
        System.out.println("started, cache " + ai.djl.util.Utils.getEngineCacheDir());
      } catch (ModelException e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }

  private String start(Map<String, String> environment) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            Start.class.getName());
    builder.redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeAll(
            java.util.Set.of(
                "ENGINE_CACHE_DIR", "DJL_CACHE_DIR", "OPT_OUT_TRACKING", "DJL_OFFLINE"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(2, TimeUnit.MINUTES), output);
    assertEquals(0, process.exitValue(), output);
    return output;
  }

  @Test
  void saysThatTheCacheIsNotWritable() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "in the way");
    String output = start(Map.of("ENGINE_CACHE_DIR", file.resolve("cache").toString()));
    assertTrue(output.contains("refused: PyTorch cannot be started"), output);
    assertTrue(output.contains(file + " is not a writable directory"), output);
    assertTrue(output.contains("ENGINE_CACHE_DIR"), output);
  }

  @Test
  void saysThatDownloadsMustNotBeAllowed() throws Exception {
    String output = start(Map.of("DJL_OFFLINE", "false"));
    assertTrue(output.contains("refused: "), output);
    assertTrue(output.contains("DJL_OFFLINE"), output);
  }

  @Test
  void saysThatNothingIsDownloadedInPlaceOfAnotherVersion() throws Exception {
    String output =
        start(Map.of("PYTORCH_VERSION", "1.0.0", "ENGINE_CACHE_DIR", directory.toString()));
    assertTrue(output.contains("refused: PyTorch cannot be started"), output);
    assertTrue(output.contains("none are downloaded"), output);
  }
}
