// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.domain.Timings;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Adds up the time spent per stage of one analysis. Thread-safe. */
public final class StageClock {

  /** Stages of the pipeline in their order. */
  public enum Stage {
    READ("readMs"),
    DECODE("decodeMs"),
    SEGMENT("segmentMs"),
    PREPARE("prepareMs"),
    ASSEMBLE("assembleMs"),
    ANATOMY("anatomyMs"),
    MEASURE("measureMs"),
    RENDER("renderMs");

    private final String key;

    Stage(String key) {
      this.key = key;
    }

    /** Name in {@code report.json} and, less its unit, in the metrics. */
    public String key() {
      return key;
    }
  }

  private final Map<Stage, LongAdder> nanos = new EnumMap<>(Stage.class);

  public StageClock() {
    for (Stage stage : Stage.values()) {
      nanos.put(stage, new LongAdder());
    }
  }

  /** Adds the time since {@code startNanos} ({@link System#nanoTime()}). */
  public void add(Stage stage, long startNanos) {
    addNanos(stage, System.nanoTime() - startNanos);
  }

  void addNanos(Stage stage, long duration) {
    nanos.get(stage).add(duration);
  }

  /** What has been added so far. */
  public Timings timings() {
    Map<String, Double> ms = new LinkedHashMap<>();
    nanos.forEach((stage, sum) -> ms.put(stage.key(), sum.sum() / 1e6));
    return new Timings(ms);
  }
}
