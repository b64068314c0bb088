// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The benchmark runs and measures every run; how fast is for the reader, not for a test. */
@Timeout(value = 1200, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InferCommandTest {

  @TempDir Path temp;

  @Test
  void everyVariantIsMeasuredAndCompared() throws Exception {
    Path out = temp.resolve("infer.json");
    int exit =
        new CommandLine(new InferCommand())
            .execute("--slices", "24", "--threads", "1", "--batch", "1", "--out", out.toString());
    assertEquals(0, exit);
    JsonNode result = new ObjectMapper().readTree(Files.readAllBytes(out));
    assertEquals(512, result.get("rows").asInt());
    assertTrue(result.get("engine").asText().startsWith("PyTorch"));
    JsonNode runs = result.get("runs");
    assertTrue(runs.size() >= 1, result.toString());
    for (JsonNode run : runs) {
      assertTrue(run.get("msPerSlice").asDouble() > 0, run.toString());
      assertTrue(run.get("matrixProductGflops").asDouble() > 0, run.toString());
      assertEquals(1, run.get("threads").asInt());
    }
    for (JsonNode agreement : result.path("agreement")) {
      // What the model is held to: 99.9 % of the voxels, percentages within 0.1 points.
      assertTrue(agreement.get("agreeingVoxelsPercent").asDouble() >= 99.9, agreement.toString());
      assertTrue(
          Math.abs(agreement.get("opacityPercentDifference").asDouble()) <= 0.1,
          agreement.toString());
    }
  }

  @Test
  void wrongOptionsAreUsageFaults() {
    for (String[] wrong :
        new String[][] {{"--batch", "0"}, {"--batch", "65"}, {"--threads", "1,0"}}) {
      assertEquals(2, new CommandLine(new InferCommand()).execute(wrong), String.join(" ", wrong));
    }
  }
}
