// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** The result of a soak for people. */
final class SoakMarkdown {
  private SoakMarkdown() {}

  static String of(JsonNode result) {
    StringBuilder text = new StringBuilder("# Soak\n\n");
    text.append(
        "%d series of %d slices (%d x %d), %d associations at once, %d times `kill -9`, seed %d; %s.%n%n"
            .formatted(
                result.get("series").asInt(),
                result.get("slices").asInt(),
                result.get("matrix").asInt(),
                result.get("matrix").asInt(),
                result.get("associationsAtOnce").asInt(),
                result.get("kills").asInt(),
                result.get("seed").asLong(),
                result.at("/machine/model").asText()));
    text.append("| sender | associations |\n| --- | --- |\n");
    for (Map.Entry<String, JsonNode> kind : result.at("/traffic/associations").properties()) {
      text.append("| %s | %d |%n".formatted(kind.getKey(), kind.getValue().asInt()));
    }
    text.append("\n| | |\n| --- | --- |\n");
    row(
        text,
        "instances answered with success",
        result.at("/traffic/instancesAnsweredWithSuccess"));
    row(text, "of these held, byte for byte", result.get("instancesHeld"));
    row(
        text,
        "answers of success, repetitions included",
        result.at("/traffic/answeredWithSuccess"));
    row(text, "answers of failure", result.at("/traffic/answeredWithFailure"));
    row(
        text,
        "associations lost without the sender's doing",
        result.at("/traffic/associationsLost"));
    row(
        text,
        "series with exactly one report on all slices, equal to that of the series alone",
        result.get("reports"));
    row(text, "reports on fewer slices before", result.get("partialReports"));
    row(text, "versions in all, refused ones included", result.get("versions"));
    row(text, "seconds of the soak", result.get("secondsOfSoak"));
    text.append("\n| idle process | before | after |\n| --- | --- | --- |\n");
    JsonNode before = result.get("before");
    JsonNode after = result.get("after");
    pair(
        text,
        "file handles",
        before.get("fileHandles").asLong(),
        after.get("fileHandles").asLong());
    pair(text, "threads", before.get("threads").asLong(), after.get("threads").asLong());
    pair(
        text,
        "live objects, MiB",
        before.get("heapBytes").asLong() >> 20,
        after.get("heapBytes").asLong() >> 20);
    pair(
        text,
        "resident outside of the heap, MiB",
        before.get("nativeBytes").asLong() >> 20,
        after.get("nativeBytes").asLong() >> 20);
    text.append("\nFaults: ");
    JsonNode faults = result.get("faults");
    if (faults.isEmpty()) {
      text.append("none\n");
    } else {
      faults.forEach(fault -> text.append("\n- ").append(fault.asText()));
      text.append('\n');
    }
    return text.toString();
  }

  private static void row(StringBuilder text, String name, JsonNode value) {
    text.append("| %s | %s |%n".formatted(name, value.asText()));
  }

  private static void pair(StringBuilder text, String name, long before, long after) {
    text.append("| %s | %d | %d |%n".formatted(name, before, after));
  }
}
