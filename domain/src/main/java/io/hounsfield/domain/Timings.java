// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Time spent per stage, ms, in the order of the pipeline. Stages of slices that are worked on side
 * by side are sums over the slices, so they may exceed the elapsed time.
 */
public record Timings(Map<String, Double> stagesMs) {
  public Timings {
    stagesMs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(stagesMs));
  }
}
