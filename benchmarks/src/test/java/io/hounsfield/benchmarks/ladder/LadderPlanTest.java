// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.hounsfield.phantom.Kernel;
import io.hounsfield.phantom.LesionKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LadderPlanTest {

  private static final LadderPlan.Axes AXES =
      new LadderPlan.Axes(
          List.of(LesionKind.values()),
          List.of(0.0, 1.0, 5.0, 10.0, 25.0, 50.0, 75.0),
          List.of(1.0, 2.0, 5.0, 8.0),
          List.of(8.0, 16.0, 30.0),
          List.of(Kernel.STANDARD, Kernel.SHARP),
          List.of(2100L),
          512,
          8);

  @Test
  void oneFactorAtATimeVariesEachFactorAroundTheMiddle() {
    Scan middle = new Scan(5, 16, Kernel.STANDARD);
    assertEquals(middle, AXES.middle());
    List<Scan> scans = AXES.oneFactorAtATime();
    assertEquals(7, scans.size());
    for (Scan s : scans) {
      int differences =
          (s.thicknessMm() != 5 ? 1 : 0)
              + (s.noiseHu() != 16 ? 1 : 0)
              + (s.kernel() != Kernel.STANDARD ? 1 : 0);
      assertTrue(differences <= 1, s.title());
    }
    LadderPlan plan = LadderPlan.of(AXES, false);
    assertEquals(8 + 6 * 4, plan.ladders().size());
    assertEquals(
        Set.of(LesionKind.values()),
        plan.ladders().stream().map(LadderPlan.Ladder::kind).collect(Collectors.toSet()));
    // The phantom without lesions is one for all kinds of a scan.
    assertEquals(8 * 6 + 1 + 6 * (4 * 6 + 1), plan.steps().size());
  }

  @Test
  void theFullGridHasEveryKindWithEveryScan() {
    LadderPlan plan = LadderPlan.of(AXES, true);
    assertEquals(8 * 24, plan.ladders().size());
    assertEquals(24 * (8 * 6 + 1), plan.steps().size());
    assertEquals(
        plan.steps().size(),
        plan.steps().stream().map(Step::key).distinct().count(),
        "every step has a key of its own");
  }

  @Test
  void whatWasMeasuredIsKeptForTheSameNetworkOnly(@TempDir Path dir) throws Exception {
    var settings = JsonNodeFactory.instance.objectNode().put("model", "a");
    List<Step> steps = LadderPlan.of(AXES, false).ladders().get(0).steps();
    Measured first = new Measured(5, 4.75, 1, 0.5, 4000, 3990, null);
    Measured second = Measured.refused(10, 1, 4000, "no-lungs: none");
    LadderStore store = new LadderStore(dir, settings, false);
    store.put(steps.get(2), first);
    store.put(steps.get(3), second);
    // Killed in the middle of a line.
    Files.writeString(dir.resolve("measured.jsonl"), "{\"step\":\"cut", StandardOpenOption.APPEND);

    LadderStore again = new LadderStore(dir, settings, false);
    assertEquals(first, again.get(steps.get(2)).orElseThrow());
    assertEquals(second, again.get(steps.get(3)).orElseThrow());
    assertTrue(again.get(steps.get(4)).isEmpty());
    again.put(steps.get(4), first);
    assertEquals(first, new LadderStore(dir, settings, false).get(steps.get(4)).orElseThrow());

    var other = JsonNodeFactory.instance.objectNode().put("model", "b");
    assertTrue(new LadderStore(dir, other, false).get(steps.get(2)).isEmpty());
  }

  @Test
  void restartForgets(@TempDir Path dir) throws Exception {
    var settings = JsonNodeFactory.instance.objectNode().put("model", "a");
    Step step = LadderPlan.of(AXES, false).ladders().get(0).steps().get(1);
    new LadderStore(dir, settings, false).put(step, new Measured(1, 1, 0, 0, 1, 1, null));
    assertTrue(new LadderStore(dir, settings, true).get(step).isEmpty());
  }
}
