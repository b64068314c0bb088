// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.Measurement;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CaseProgressTest {

  private static CaseResult result() {
    Map<Metric, Measurement> metrics = new EnumMap<>(Metric.class);
    for (Metric metric : Metric.values()) {
      metrics.put(metric, Measurement.notMeasured("not here"));
    }
    metrics.put(Metric.LUNG_DICE, Measurement.of(0.98765));
    return new CaseResult("case-1", 3, "00", metrics, List.of(), List.of());
  }

  private static String shown(boolean bar) {
    StringWriter text = new StringWriter();
    try (CaseProgress progress = new CaseProgress(new PrintWriter(text), bar, 2)) {
      progress.finished(result(), true);
      progress.failed(new AccuracyRun.Failure("case-2", "unreadable", "It is empty."));
    }
    return text.toString();
  }

  @Test
  void withoutATerminalEachCaseIsALine() {
    assertEquals(
        """
        1/2 case-1, Lung Dice 0.9877 (kept)
        2/2 case-2 FAILED: It is empty.
        """,
        shown(false).replace("\r\n", "\n"));
  }

  @Test
  void onATerminalThereIsABarAndFailuresStay() {
    String text = shown(true);
    assertTrue(text.contains("[" + "#".repeat(15) + " ".repeat(15) + "] 1/2 cases"), text);
    assertTrue(text.contains("2/2 case-2 FAILED: It is empty."), text);
    assertTrue(text.endsWith("\r\033[K"), text);
  }
}
