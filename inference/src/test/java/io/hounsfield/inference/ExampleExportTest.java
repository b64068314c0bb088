// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.SliceEvidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example of docs/models.md makes a model that runs. Needs a Python with PyTorch: {@code
 * python3}, or what the environment variable PYTHON names.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ExampleExportTest {

  private static final Path SCRIPT = TestModels.root().resolve("models/examples/export_unet.py");

  @TempDir Path folder;

  private record Ended(int code, String output) {}

  private static Ended python(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = System.getenv().getOrDefault("PYTHON", "python3");
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), output);
    } catch (IOException e) {
      return new Ended(-1, e.getMessage());
    }
  }

  @Test
  void theExampleMakesAModelThatRuns() throws Exception {
    Assumptions.assumeTrue(python("-c", "import torch").code() == 0, "no Python with PyTorch");
    Ended export =
        python(SCRIPT.toString(), "--out", folder.resolve("mine").toString(), "--name", "mine");
    assertEquals(0, export.code(), export.output());
    ModelManifest manifest = ModelRegistry.open(folder).find("mine@1.0");
    assertTrue(manifest.flopsPerSlice().orElseThrow() > 1_000_000_000L);
    try (SegmentationModel model =
        SegmentationModel.load(
            manifest, new InferenceOptions(InferenceOptions.Device.CPU, "auto", 1))) {
      Random random = new Random(3);
      short[] hu = new short[300 * 200];
      for (int i = 0; i < hu.length; i++) {
        hu[i] = (short) (random.nextInt(1500) - 1000);
      }
      SegmentedSlice slice = model.segment(new short[][] {hu}, 300, 200).get(0);
      assertEquals(hu.length, slice.labels().length);
      SliceEvidence evidence = slice.evidence().orElseThrow();
      assertTrue(evidence.lungVoxels() > 0 && evidence.lungVoxels() < hu.length);
      assertTrue(evidence.lesionVoxels() <= evidence.lungVoxels());
      assertTrue(evidence.lesionVariance() <= evidence.lesionVoxels());
    }
  }
}
