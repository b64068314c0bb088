// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.ladder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was measured so far, so that a run that was interrupted goes on: a line of JSON a step,
 * after a first line that names the network. With another network everything is measured again.
 */
final class LadderStore {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Map<String, Measured> measured = new HashMap<>();

  /**
   * @param settings what a measurement depends on besides its step
   * @param restart whether to forget what is there
   */
  LadderStore(Path folder, JsonNode settings, boolean restart) throws IOException {
    file = folder.resolve("measured.jsonl");
    Files.createDirectories(folder);
    List<String> lines = restart || !Files.exists(file) ? List.of() : Files.readAllLines(file);
    if (!lines.isEmpty() && settings.equals(parse(lines.get(0)).orElse(null))) {
      for (String line : lines.subList(1, lines.size())) {
        // The last line may be cut off where a run was killed: that step is measured again.
        parse(line)
            .filter(n -> n.hasNonNull("step"))
            .ifPresent(n -> measured.put(n.get("step").asText(), Measured.of(n)));
      }
    }
    StringBuilder kept = new StringBuilder(JSON.writeValueAsString(settings)).append('\n');
    for (Map.Entry<String, Measured> each : measured.entrySet()) {
      kept.append(line(each.getKey(), each.getValue()));
    }
    Files.writeString(file, kept);
  }

  private static Optional<JsonNode> parse(String line) {
    try {
      return Optional.ofNullable(JSON.readTree(line));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static String line(String key, Measured m) throws JsonProcessingException {
    ObjectNode n = JSON.createObjectNode().put("step", key);
    n.setAll(m.json());
    return JSON.writeValueAsString(n) + "\n";
  }

  Optional<Measured> get(Step step) {
    return Optional.ofNullable(measured.get(step.key()));
  }

  void put(Step step, Measured m) throws IOException {
    measured.put(step.key(), m);
    Files.writeString(file, line(step.key(), m), StandardOpenOption.APPEND);
  }
}
