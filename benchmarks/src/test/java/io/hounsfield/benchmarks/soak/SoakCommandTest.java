// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.benchmarks.BenchCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A small soak: what the large one asks, of a few series. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SoakCommandTest {

  @Test
  void nothingIsLostOrCountedTwiceAndEverythingIsGivenBack(@TempDir Path temp) throws Exception {
    Path out = temp.resolve("soak.json");
    int exit =
        new CommandLine(new BenchCommand())
            .execute(
                "soak",
                "--series=6",
                "--kills=2",
                "--slow-bytes=1500",
                "--idle-seconds=2",
                "--timeout-ms=4000",
                "--wait-minutes=3",
                "--dir=" + temp,
                "--out=" + out);
    JsonNode result = new ObjectMapper().readTree(out.toFile());
    assertEquals(0, exit, result.get("faults").toString());
    assertEquals(2, result.get("kills").asInt());
    assertEquals(6, result.get("reports").asInt());
    assertEquals(6 * 24, result.get("instancesHeld").asInt());
    assertTrue(result.at("/before/fileHandles").asInt() > 10, result.toString());
    assertTrue(Files.readString(temp.resolve("soak.md")).contains("Faults: none"));
  }
}
