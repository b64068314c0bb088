// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every receiver that is installed is measured; how fast is for the reader, not for a test. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReceiveCommandTest {

  @Test
  void everyInstalledReceiverIsMeasured(@TempDir Path temp) throws Exception {
    assumeTrue(ReceiverKind.onPath("storescu"), "storescu is not installed (Debian: dcmtk)");
    Path out = temp.resolve("receive.json");
    int exit =
        new CommandLine(new BenchCommand())
            .execute(
                "receive",
                "--slices=6",
                "--associations=1,3",
                "--warm-up=1",
                "--repeats=1",
                "--dir=" + temp,
                "--out=" + out);
    assertEquals(0, exit);
    JsonNode result = new ObjectMapper().readTree(out.toFile());
    Set<String> expected = new HashSet<>();
    for (ReceiverKind kind : ReceiverKind.values()) {
      if (kind.isInstalled()) {
        expected.add(kind.product() + kind.fsync() + 1);
        expected.add(kind.product() + kind.fsync() + 3);
      }
    }
    Set<String> measured = new HashSet<>();
    for (JsonNode run : result.get("runs")) {
      measured.add(
          run.get("receiver").asText()
              + run.get("fsync").asBoolean()
              + run.get("associations").asInt());
      assertTrue(run.get("instancesPerSecond").asDouble() > 0, run.toString());
      assertTrue(run.at("/peakResidentMiBAfterEachSeries/0").asLong() > 0, run.toString());
    }
    assertEquals(expected, measured);
    try (var left = Files.list(temp)) {
      assertEquals(1, left.count(), "nothing but the result is left");
    }
  }
}
