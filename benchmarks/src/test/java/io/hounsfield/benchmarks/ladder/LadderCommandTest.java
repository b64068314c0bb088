// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.service.cli.ExtraCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A coarse ladder goes the whole way; how good the network is, is not for this test. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LadderCommandTest {

  private final StringWriter said = new StringWriter();

  private int run(Path out, String... more) {
    String[] usual = {
      "ladder",
      "--out",
      out.toString(),
      "--kinds",
      "ground-glass",
      "--shares",
      "0,40",
      "--thickness",
      "5",
      "--noise",
      "10",
      "--kernels",
      "standard",
      "--matrix",
      "128",
      "--spacing",
      "13"
    };
    String[] all = java.util.Arrays.copyOf(usual, usual.length + more.length);
    System.arraycopy(more, 0, all, usual.length, more.length);
    ExtraCommand bench = ServiceLoader.load(ExtraCommand.class).findFirst().orElseThrow();
    return new CommandLine(bench)
        .setErr(new PrintWriter(said, true))
        .setOut(new PrintWriter(said, true))
        .execute(all);
  }

  @Test
  void aCoarseLadderIsMeasuredJudgedAndResumed(@TempDir Path dir) throws Exception {
    // With limits that nothing can miss, and with limits that everything misses.
    assertEquals(0, run(dir, "--max-error", "100", "--max-healthy", "100"), said.toString());
    JsonNode results = new ObjectMapper().readTree(dir.resolve("results.json").toFile());
    assertEquals(1, results.get("ladders").size());
    JsonNode steps = results.at("/ladders/0/steps");
    assertEquals(2, steps.size());
    assertEquals(0, steps.get(0).get("percentTrue").asDouble());
    assertEquals(40, steps.get(1).get("percentTrue").asDouble(), 0.1);
    double error =
        steps.get(1).get("percentReported").asDouble() - steps.get(1).get("percentTrue").asDouble();
    assertTrue(steps.get(1).get("lungMlReported").asDouble() > 500);
    assertTrue(
        results.at("/summary/largestErrorPoints").asDouble() >= Math.abs(error) - 1e-9,
        "the largest error is at least this step's");
    assertTrue(Files.readString(dir.resolve("results.md")).contains("ground-glass"));

    said.getBuffer().setLength(0);
    assertEquals(1, run(dir, "--max-error", "0", "--max-healthy", "0"), said.toString());
    assertTrue(said.toString().contains("2/2"), said.toString());
    assertTrue(said.toString().contains("(kept)"), said.toString());
    assertTrue(said.toString().contains("MISSED"), said.toString());
  }

  @Test
  void wrongOptionsAreNamedBeforeAnythingIsMeasured(@TempDir Path dir) {
    assertEquals(2, run(dir, "--shares", "0,95"));
    assertTrue(said.toString().contains("opacity percent must be from 0 to 90"), said.toString());
    assertEquals(2, run(dir, "--kinds", "fog"));
    assertTrue(said.toString().contains("'fog' is none of ground-glass"), said.toString());
  }
}
