// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.hounsfield.domain.CodedConcept;
import io.hounsfield.domain.ConfidenceCalibration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads one {@code model.json} and gathers every fault in it before it gives up. Fields it does not
 * know are left alone: a manifest also speaks to people.
 */
final class ManifestReader {

  private static final long MAX_BYTES = 1 << 20;
  private static final int MAX_GRID = 4096;
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?");
  private static final Pattern VERSION = Pattern.compile("[0-9]{1,9}(?:\\.[0-9A-Za-z]{1,18}){0,3}");
  private static final Pattern VARIANT = Pattern.compile("[a-z][a-z0-9-]{0,31}");
  private static final Pattern FEATURE = Pattern.compile("[a-z0-9_]{1,32}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  // A plain file name: nothing in it can lead out of the model's directory.
  private static final Pattern FILE =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\\.[A-Za-z0-9_-]{1,50}){0,5}");

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Path directory;
  private final Path file;
  private final List<String> faults = new ArrayList<>();

  ManifestReader(Path directory) {
    this.directory = directory;
    this.file = directory.resolve(ModelManifest.FILE_NAME);
  }

  ModelManifest read() throws ModelException {
    JsonNode root = parse();
    String name = pattern(root, "", "name", NAME, "letters, digits and hyphens");
    String version = pattern(root, "", "version", VERSION, "dot-separated, such as 1.0.0");
    String description = text(root, "", "description");
    constant(root.path("input"), "input.", "dtype", "int32");
    ModelManifest.InputUnit unit = unit(root.path("input"));
    constant(root.path("output"), "output.", "dtype", "uint8");
    List<ModelManifest.Label> labels = labels(root);
    JsonNode grid = root.path("networkGrid");
    int gridRows = 0;
    int gridColumns = 0;
    if (grid.isArray() && grid.size() == 2) {
      gridRows = integer(grid.get(0), "networkGrid[0]", 1, MAX_GRID);
      gridColumns = integer(grid.get(1), "networkGrid[1]", 1, MAX_GRID);
    } else {
      faults.add("networkGrid: must be [rows, columns]");
    }
    int batch = integer(root.path("batch"), "batch", 1, ModelManifest.MAX_BATCH);
    OptionalLong flopsPerSlice = flops(root.path("flopsPerSlice"));
    Optional<ConfidenceCalibration> confidence = confidence(root.path("confidence"));
    List<ModelManifest.Weights> weights = weights(root);
    String licence = text(root, "", "licence");
    String intendedUse = text(root, "", "intendedUse");
    List<String> limits = texts(root, "", "limits");
    if (!faults.isEmpty()) {
      throw new ModelException(
          "model manifest %s is wrong: %s. Correct it, or take the model's directory away"
              .formatted(file, String.join("; ", faults)));
    }
    return new ModelManifest(
        directory,
        name,
        version,
        description,
        unit,
        labels,
        gridRows,
        gridColumns,
        batch,
        flopsPerSlice,
        confidence,
        weights,
        licence,
        intendedUse,
        limits);
  }

  private JsonNode parse() throws ModelException {
    try {
      if (!Files.isRegularFile(file)) {
        throw new ModelException(
            "model manifest %s is missing: give the directory of a model, which holds one"
                .formatted(file));
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new ModelException(
            "model manifest %s has %d bytes, more than the %d that one may have"
                .formatted(file, Files.size(file), MAX_BYTES));
      }
      JsonNode root = JSON.readTree(Files.readAllBytes(file));
      if (!root.isObject()) {
        throw new ModelException("model manifest %s is not a JSON object".formatted(file));
      }
      return root;
    } catch (JsonProcessingException e) {
      throw new ModelException(
          "model manifest %s is not JSON: %s, line %d column %d"
              .formatted(
                  file,
                  e.getOriginalMessage(),
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 0 : e.getLocation().getColumnNr()),
          e);
    } catch (IOException e) {
      throw new ModelException(
          "model manifest %s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private Optional<ConfidenceCalibration> confidence(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    int before = faults.size();
    String at = "confidence.";
    String method = text(node, at, "method");
    double intercept = number(node, at, "intercept");
    double slope = number(node, at, "slope");
    double quantile = number(node, at, "quantile");
    int cases = integer(node.path("cases"), at + "cases", 1, Integer.MAX_VALUE);
    double high = number(node.path("limits"), at + "limits.", "high");
    double medium = number(node.path("limits"), at + "limits.", "medium");
    if (faults.size() > before) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ConfidenceCalibration(method, intercept, slope, quantile, cases, high, medium));
    } catch (IllegalArgumentException e) {
      faults.add(at + e.getMessage());
      return Optional.empty();
    }
  }

  private double number(JsonNode parent, String at, String key) {
    JsonNode node = parent.path(key);
    if (node.isNumber()) {
      return node.doubleValue();
    }
    faults.add(at + key + (node.isMissingNode() ? ": is missing" : ": must be a number"));
    return 0;
  }

  private ModelManifest.InputUnit unit(JsonNode input) {
    String text = text(input, "input.", "unit");
    for (ModelManifest.InputUnit unit : ModelManifest.InputUnit.values()) {
      if (unit.name().equals(text)) {
        return unit;
      }
    }
    if (!text.isEmpty()) {
      faults.add("input.unit: must be 'HU' or 'PICTURE': '%s'".formatted(brief(text)));
    }
    return ModelManifest.InputUnit.HU;
  }

  private OptionalLong flops(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return OptionalLong.empty();
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 1) {
      faults.add(
          "flopsPerSlice: must be a whole number from 1: %s".formatted(brief(node.toString())));
      return OptionalLong.empty();
    }
    return OptionalLong.of(node.longValue());
  }

  private List<ModelManifest.Label> labels(JsonNode root) {
    List<ModelManifest.Label> labels = new ArrayList<>();
    Set<Integer> seen = new HashSet<>();
    JsonNode list = list(root, "", "labels");
    for (int i = 0; i < list.size(); i++) {
      String at = "labels[" + i + "].";
      JsonNode node = list.get(i);
      int value = integer(node.path("value"), at + "value", 0, 255);
      if (!seen.add(value)) {
        faults.add(at + "value: " + value + " is there twice");
      }
      labels.add(new ModelManifest.Label(value, text(node, at, "name"), code(node, at)));
    }
    return labels;
  }

  private Optional<CodedConcept> code(JsonNode label, String at) {
    JsonNode code = label.path("code");
    if (code.isMissingNode() || code.isNull()) {
      return Optional.empty();
    }
    String inner = at + "code.";
    return Optional.of(
        new CodedConcept(
            text(code, inner, "scheme"), text(code, inner, "value"), text(code, inner, "meaning")));
  }

  private List<ModelManifest.Weights> weights(JsonNode root) {
    List<ModelManifest.Weights> weights = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    JsonNode list = list(root, "", "files");
    for (int i = 0; i < list.size(); i++) {
      String at = "files[" + i + "].";
      JsonNode node = list.get(i);
      String variant = pattern(node, at, "variant", VARIANT, "lower case, such as bf16");
      if (variant.equals(InferenceOptions.AUTO_VARIANT)) {
        faults.add(at + "variant: 'auto' means a choice, it cannot be a variant's name");
      } else if (!variant.isEmpty() && !seen.add(variant)) {
        faults.add(at + "variant: '" + variant + "' is there twice");
      }
      String name = pattern(node, at, "file", FILE, "a file name in the model's directory");
      String sha256 = pattern(node, at, "sha256", SHA256, "64 lower-case hex digits");
      List<String> requires = texts(node, at, "requires");
      for (String feature : requires) {
        if (!FEATURE.matcher(feature).matches()) {
          faults.add(at + "requires: '" + brief(feature) + "' is not the name of a CPU feature");
        }
      }
      weights.add(new ModelManifest.Weights(variant, name, sha256, requires));
    }
    return weights;
  }

  private JsonNode list(JsonNode parent, String at, String key) {
    JsonNode node = parent.path(key);
    if (node.isArray() && !node.isEmpty()) {
      return node;
    }
    faults.add(at + key + ": must be a list with at least one entry");
    return MissingNode.getInstance();
  }

  private List<String> texts(JsonNode parent, String at, String key) {
    List<String> texts = new ArrayList<>();
    JsonNode node = parent.path(key);
    if (!node.isArray()) {
      faults.add(at + key + ": must be a list (it may be empty)");
      return texts;
    }
    for (JsonNode entry : node) {
      if (entry.isTextual() && !entry.textValue().isBlank()) {
        texts.add(entry.textValue());
      } else {
        faults.add(at + key + ": entries must be text");
      }
    }
    return texts;
  }

  private String text(JsonNode parent, String at, String key) {
    JsonNode node = parent.path(key);
    if (node.isTextual() && !node.textValue().isBlank()) {
      return node.textValue();
    }
    faults.add(at + key + (node.isMissingNode() ? ": is missing" : ": must be text"));
    return "";
  }

  private String pattern(JsonNode parent, String at, String key, Pattern pattern, String means) {
    String text = text(parent, at, key);
    if (!text.isEmpty() && !pattern.matcher(text).matches()) {
      faults.add("%s%s: must be %s: '%s'".formatted(at, key, means, brief(text)));
    }
    return text;
  }

  private void constant(JsonNode parent, String at, String key, String only) {
    String text = text(parent, at, key);
    if (!text.isEmpty() && !text.equals(only)) {
      faults.add("%s%s: must be '%s': '%s'".formatted(at, key, only, brief(text)));
    }
  }

  private int integer(JsonNode node, String key, int least, int most) {
    if (node.isMissingNode()) {
      faults.add(key + ": is missing");
    } else if (!node.canConvertToInt()
        || !node.isIntegralNumber()
        || node.intValue() < least
        || node.intValue() > most) {
      faults.add(
          "%s: must be a whole number from %d to %d: %s"
              .formatted(key, least, most, brief(node.toString())));
    } else {
      return node.intValue();
    }
    return least;
  }

  private static String brief(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
