// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.benchmarks.ladder.LadderPlan.Ladder;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.phantom.Kernel;
import io.hounsfield.phantom.LesionKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The arithmetic of ladders, with values made by hand. */
class LadderVerdictTest {

  private static final LadderVerdict.Limits LIMITS = new LadderVerdict.Limits(3, 0.5);

  private static final LadderPlan.Axes AXES =
      new LadderPlan.Axes(
          List.of(LesionKind.GROUND_GLASS),
          List.of(0.0, 10.0, 25.0, 75.0),
          List.of(5.0),
          List.of(16.0),
          List.of(Kernel.STANDARD),
          List.of(2100L),
          512,
          8);

  private static final Ladder LADDER = LadderPlan.of(AXES, true).ladders().get(0);

  private static Measured measured(double truth, double reported) {
    return new Measured(truth, reported, 0, 0, 4000, 4010, null);
  }

  /** Reported shares of a ladder of 0, 10, 25 and 75 %. */
  private static LadderVerdict judge(double... reported) {
    Map<Step, Measured> results = new HashMap<>();
    for (int i = 0; i < reported.length; i++) {
      Step step = LADDER.steps().get(i);
      results.put(
          step,
          Double.isNaN(reported[i])
              ? Measured.refused(step.percent(), 0, 4000, "no-lungs: none")
              : measured(step.percent(), reported[i]));
    }
    return LadderVerdict.of(LADDER, results, LIMITS);
  }

  @Test
  void errorIsReportedLessTrue() {
    assertEquals(-2.5, measured(25, 22.5).error().orElseThrow(), 1e-12);
    assertTrue(Measured.refused(25, 0, 4000, "why").error().isEmpty());
  }

  @Test
  void aGoodLadderPasses() {
    LadderVerdict v = judge(0.5, 12.9, 22.0, 77.25);
    assertTrue(v.passed(), v.faults() + "");
    assertTrue(v.monotone());
    assertEquals(3.0, v.largestError(), 1e-12);
  }

  @Test
  void anErrorBeyondTheLimitIsNamed() {
    LadderVerdict v = judge(0, 10, 21.99, 75);
    assertEquals(List.of("25 % is reported as 21.99 %"), v.faults());
    assertTrue(v.monotone());
    assertEquals(3.01, v.largestError(), 1e-9);
  }

  @Test
  void opacityWithoutLesionsIsNamed() {
    assertEquals(List.of("0.51 % where there are no lesions"), judge(0.51, 10, 25, 75).faults());
    assertTrue(judge(0.5, 10, 25, 75).passed());
  }

  @Test
  void aFallIsNoLadderThoughEachErrorIsSmall() {
    Ladder close =
        LadderPlan.of(
                new LadderPlan.Axes(
                    AXES.kinds(),
                    List.of(10.0, 11.0),
                    AXES.thicknesses(),
                    AXES.noises(),
                    AXES.kernels(),
                    AXES.seeds(),
                    512,
                    8),
                true)
            .ladders()
            .get(0);
    Map<Step, Measured> results = new HashMap<>();
    results.put(close.steps().get(0), measured(10, 11.5));
    results.put(close.steps().get(1), measured(11, 11.25));
    LadderVerdict v = LadderVerdict.of(close, results, LIMITS);
    assertFalse(v.monotone());
    assertEquals(List.of("11 % is reported lower than the step before (11.50 %)"), v.faults());
    // Equal is not a fall.
    results.put(close.steps().get(1), measured(11, 11.5));
    assertTrue(LadderVerdict.of(close, results, LIMITS).passed());
  }

  @Test
  void aRefusalIsAMissAndTheRestIsStillJudged() {
    LadderVerdict v = judge(0.1, 10, Double.NaN, 9);
    assertEquals(
        List.of(
            "25 % refused: no-lungs: none",
            "75 % is reported as 9.00 %", "75 % is reported lower than the step before (10.00 %)"),
        v.faults());
  }

  @Test
  void theSummaryCountsWhatTheLaddersSay() throws Exception {
    LadderResults results =
        new LadderResults(
            new ModelIdentity("net", "1.0", "fp32", "cpu", "ab"),
            LIMITS,
            AXES,
            true,
            List.of(judge(0.25, 10.75, 24, 76), judge(0, 10, 20, 75)));
    assertEquals(1, results.failed());
    assertEquals(5, results.largestError(), 1e-12);
    // 0.25 + 0.75 + 1 + 1 + 0 + 0 + 5 + 0 over 8 steps.
    assertEquals(1.0, results.meanError(), 1e-12);
    assertEquals(0.25, results.largestHealthy(), 1e-12);
    JsonNode json =
        new ObjectMapper().readTree(results.json(new ObjectMapper().createObjectNode()));
    assertEquals(1, json.at("/summary/laddersFailed").asInt());
    assertEquals(10.75, json.at("/ladders/0/steps/1/percentReported").asDouble());
    assertTrue(json.at("/ladders/0/passed").asBoolean());
    assertEquals("25 % is reported as 20.00 %", json.at("/ladders/1/faults/0").asText());
    assertTrue(
        results.markdown().contains("| ground-glass | 5 mm, 16 HU, standard | 0.25 | 10.75 |"));
    assertTrue(results.table().contains("MISSED"));
  }
}
