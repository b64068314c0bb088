// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Directories of models made of the tiny graphs in the test resources. */
final class TestModels {

  static final ObjectMapper JSON = new ObjectMapper();

  private TestModels() {}

  /** The root of the repository. */
  static Path root() {
    return Path.of(System.getProperty("hounsfield.root", "..")).toAbsolutePath().normalize();
  }

  static byte[] graph(String name) throws IOException {
    try (InputStream in = TestModels.class.getResourceAsStream(name + ".pt")) {
      return in.readAllBytes();
    }
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** A right manifest with one variant, {@code fp32} in {@code fp32.pt}. */
  static ObjectNode manifest(String name, String version, byte[] graph) {
    ObjectNode root = JSON.createObjectNode();
    root.put("name", name).put("version", version).put("description", "A graph for tests");
    root.putObject("input").put("dtype", "int32").put("unit", "HU");
    root.putObject("output").put("dtype", "uint8");
    ArrayNode labels = root.putArray("labels");
    labels.addObject().put("value", 0).put("name", "background");
    labels
        .addObject()
        .put("value", 1)
        .put("name", "lung")
        .putObject("code")
        .put("scheme", "SCT")
        .put("value", "39607008")
        .put("meaning", "Lung");
    labels.addObject().put("value", 2).put("name", "lesion");
    root.putArray("networkGrid").add(256).add(256);
    root.put("batch", 4);
    ObjectNode file = root.putArray("files").addObject();
    file.put("variant", "fp32").put("file", "fp32.pt").put("sha256", sha256(graph));
    file.putArray("requires");
    root.put("licence", "Apache-2.0").put("intendedUse", "Tests");
    root.putArray("limits").add("Knows nothing of lungs.");
    return root;
  }

  static Path write(Path directory, ObjectNode manifest, byte[] graph) throws IOException {
    Files.createDirectories(directory);
    Files.write(directory.resolve("model.json"), JSON.writeValueAsBytes(manifest));
    Files.write(directory.resolve("fp32.pt"), graph);
    return directory;
  }

  /** The labels of these slices. */
  static byte[][] labels(List<SegmentedSlice> slices) {
    return slices.stream().map(SegmentedSlice::labels).toArray(byte[][]::new);
  }

  /** Writes a model that runs one of the graphs of the test resources. */
  static ModelManifest model(Path directory, String graph) throws IOException, ModelException {
    byte[] bytes = graph(graph);
    return ModelManifest.read(write(directory, manifest("test", "1.0.0", bytes), bytes));
  }
}
