// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.service.cli.ExtraCommand;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The benchmark runs and measures every run; how fast is for the reader, not for a test. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EndToEndCommandTest {

  @Test
  void everyRunIsMeasured(@TempDir Path temp) throws Exception {
    Path out = temp.resolve("e2e.json");
    ExtraCommand bench = ServiceLoader.load(ExtraCommand.class).findFirst().orElseThrow();
    int exit =
        new CommandLine(bench)
            .execute("e2e", "--slices", "24", "--rate", "60", "--out", out.toString());
    assertEquals(0, exit);
    JsonNode result = new ObjectMapper().readTree(out.toFile());
    assertEquals(24, result.get("slices").asInt());
    assertTrue(result.at("/machine/processors").asInt() > 0);
    assertEquals(4, result.get("runs").size());
    assertEquals(6, result.at("/resultsMemory/labelMapMiB").asDouble(), "24 slices of 512 x 512");
    assertTrue(result.at("/resultsMemory/heldMiB").asDouble() > 24, "volume and label maps");
    assertTrue(result.at("/resultsMemory").has("heapBesidesMiB"));
    for (JsonNode run : result.get("runs")) {
      assertTrue(run.get("peakResidentMiB").asLong() > 50, run.toString());
      assertTrue(run.at("/stageMsPerSlice/segment").asDouble() > 0, run.toString());
      if (!run.get("run").asText().equals("analyze")) {
        assertTrue(run.get("releaseToReportMs").asDouble() > 0, run.toString());
        assertTrue(
            run.get("releaseToReportSeenByClientMs").asDouble()
                < run.get("startOfSendingToReportMs").asDouble(),
            run.toString());
      }
    }
  }
}
