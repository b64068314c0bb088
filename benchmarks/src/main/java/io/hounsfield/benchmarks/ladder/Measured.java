// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.ladder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalDouble;

/**
 * What came out of one step.
 *
 * @param percentTrue share of the lungs that is lesion, counted over the true labels, %
 * @param percentReported {@code opacityPercent} of the report; NaN if the series was refused
 * @param highPercentTrue share that is consolidation, %
 * @param highPercentReported {@code highOpacityPercent}; NaN if refused
 * @param lungMlTrue volume of the lungs, mL
 * @param lungMlReported {@code volumeMl}; NaN if refused
 * @param refusal why nothing was reported, or {@code null}
 */
record Measured(
    double percentTrue,
    double percentReported,
    double highPercentTrue,
    double highPercentReported,
    double lungMlTrue,
    double lungMlReported,
    String refusal) {

  static Measured refused(double percent, double highPercent, double lungMl, String reason) {
    return new Measured(percent, Double.NaN, highPercent, Double.NaN, lungMl, Double.NaN, reason);
  }

  /** Reported less true share, points; empty if the series was refused. */
  OptionalDouble error() {
    return Double.isNaN(percentReported)
        ? OptionalDouble.empty()
        : OptionalDouble.of(percentReported - percentTrue);
  }

  ObjectNode json() {
    ObjectNode n = JsonNodeFactory.instance.objectNode();
    put(n, "percentTrue", percentTrue);
    put(n, "percentReported", percentReported);
    put(n, "highPercentTrue", highPercentTrue);
    put(n, "highPercentReported", highPercentReported);
    put(n, "lungMlTrue", lungMlTrue);
    put(n, "lungMlReported", lungMlReported);
    n.put("refusal", refusal);
    return n;
  }

  private static void put(ObjectNode n, String name, double value) {
    if (Double.isNaN(value)) {
      n.putNull(name);
    } else {
      n.put(name, value);
    }
  }

  static Measured of(JsonNode n) {
    return new Measured(
        n.path("percentTrue").asDouble(Double.NaN),
        n.path("percentReported").asDouble(Double.NaN),
        n.path("highPercentTrue").asDouble(Double.NaN),
        n.path("highPercentReported").asDouble(Double.NaN),
        n.path("lungMlTrue").asDouble(Double.NaN),
        n.path("lungMlReported").asDouble(Double.NaN),
        n.path("refusal").isTextual() ? n.get("refusal").asText() : null);
  }
}
