// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Warning;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finished cases on disk, so that a run that was stopped goes on: {@code cases/NAME.json}, and
 * {@code cases/NAME.png} with the worst slices. A case is kept as long as its files, the model and
 * the settings are the same, which its key says.
 */
final class CaseStore {

  /** Raised when the metrics or the pictures change: older results are then made again. */
  private static final int FORMAT = 1;

  static final String FOLDER = "cases";
  private static final String KEY = "key";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final String settings;

  /**
   * @param out folder of the results
   * @param settings everything that the outcome of a case depends on besides its files
   */
  CaseStore(Path out, String settings) throws IOException {
    this.directory = out.resolve(FOLDER);
    this.settings = FORMAT + "\n" + settings;
    Files.createDirectories(directory);
  }

  /** SHA-256 over names (relative to the case) and contents of files. */
  static String digest(Path folder, List<Path> files) throws IOException {
    MessageDigest all = sha256();
    Path real = folder.toRealPath();
    byte[] buffer = new byte[1 << 16];
    for (Path file : files) {
      MessageDigest one = sha256();
      try (InputStream in = Files.newInputStream(file)) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          one.update(buffer, 0, n);
        }
      }
      byte[] name = real.relativize(file.toRealPath()).toString().getBytes(StandardCharsets.UTF_8);
      all.update(ByteBuffer.allocate(4).putInt(name.length).array());
      all.update(name);
      all.update(one.digest());
    }
    return HexFormat.of().formatHex(all.digest());
  }

  /** The case as it was finished before, unless something changed since. */
  Optional<CaseResult> find(String name, String dataSha256) {
    Path file = directory.resolve(name + ".json");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      JsonNode node = JSON.readTree(Files.readAllBytes(file));
      return node.path(KEY).asText().equals(key(dataSha256))
          ? Optional.of(decode(node))
          : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty(); // damaged: the case is measured again
    }
  }

  /** Keeps a case. The picture is written first: where the JSON is, everything is. */
  void keep(CaseResult result, Optional<byte[]> picture) throws IOException {
    Path png = directory.resolve(result.name() + ".png");
    if (picture.isPresent()) {
      replace(png, picture.get());
    } else {
      Files.deleteIfExists(png);
    }
    ObjectNode node = encode(result);
    node.put(KEY, key(result.dataSha256()));
    replace(directory.resolve(result.name() + ".json"), pretty(node));
  }

  /** Forgets what an earlier run found of a case that now fails. */
  void forget(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name + ".json"));
    Files.deleteIfExists(directory.resolve(name + ".png"));
  }

  /** Path of a case's picture as seen from the folder of the results, where there is one. */
  Optional<String> picture(String name) {
    return Files.isRegularFile(directory.resolve(name + ".png"))
        ? Optional.of(FOLDER + "/" + name + ".png")
        : Optional.empty();
  }

  /** The case as it stands in {@code results.json}. */
  static ObjectNode encode(CaseResult result) {
    ObjectNode node = JSON.createObjectNode();
    node.put("case", result.name());
    node.put("slices", result.slices());
    ObjectNode absent = JSON.createObjectNode();
    for (Map.Entry<Metric, Measurement> metric : result.metrics().entrySet()) {
      if (metric.getValue() instanceof Measurement.Value v) {
        node.put(metric.getKey().key(), v.value());
      } else if (metric.getValue() instanceof Measurement.NotMeasured not) {
        absent.put(metric.getKey().key(), not.reason());
      }
    }
    node.set("absent", absent);
    ArrayNode warnings = node.putArray("warnings");
    for (Warning w : result.warnings()) {
      warnings.addObject().put("code", w.code()).put("text", w.text());
    }
    ArrayNode worst = node.putArray("worstSlices");
    for (CaseResult.WorstSlice w : result.worst()) {
      worst
          .addObject()
          .put("slice", w.slice())
          .put("falsePositiveVoxels", w.falsePositive())
          .put("falseNegativeVoxels", w.falseNegative());
    }
    node.put("dataSha256", result.dataSha256());
    return node;
  }

  private static CaseResult decode(JsonNode node) {
    Map<Metric, Measurement> metrics = new EnumMap<>(Metric.class);
    for (Metric metric : Metric.values()) {
      JsonNode value = node.path(metric.key());
      JsonNode reason = node.path("absent").path(metric.key());
      if (value.isNumber()) {
        metrics.put(metric, Measurement.of(value.asDouble()));
      } else if (reason.isTextual()) {
        metrics.put(metric, Measurement.notMeasured(reason.asText()));
      } else {
        throw new IllegalArgumentException("no " + metric.key());
      }
    }
    List<Warning> warnings = new ArrayList<>();
    for (JsonNode w : node.path("warnings")) {
      warnings.add(new Warning(w.path("code").asText(), w.path("text").asText()));
    }
    List<CaseResult.WorstSlice> worst = new ArrayList<>();
    for (JsonNode w : node.path("worstSlices")) {
      worst.add(
          new CaseResult.WorstSlice(
              w.path("slice").asInt(),
              w.path("falsePositiveVoxels").asLong(),
              w.path("falseNegativeVoxels").asLong()));
    }
    return new CaseResult(
        node.path("case").asText(),
        node.path("slices").asInt(),
        node.path("dataSha256").asText(),
        metrics,
        warnings,
        worst);
  }

  private String key(String dataSha256) {
    return HexFormat.of()
        .formatHex(
            sha256().digest((settings + "\n" + dataSha256).getBytes(StandardCharsets.UTF_8)));
  }

  static byte[] pretty(JsonNode node) throws JsonProcessingException {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
  }

  /** Writes aside and renames, so that a reader sees the old file or the whole new one. */
  static void replace(Path file, byte[] content) throws IOException {
    Path aside = file.resolveSibling("part-" + file.getFileName());
    Files.write(aside, content);
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
