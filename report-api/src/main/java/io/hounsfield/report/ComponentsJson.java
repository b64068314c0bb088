// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.domain.LesionComponent;
import io.hounsfield.domain.LesionComponents;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.VoxelIndex;
import io.hounsfield.domain.VoxelSums;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code components.json}: lesions one by one, as the schema {@code LesionComponents} in
 * openapi.yaml says. Decoding gives back the very same components.
 */
public final class ComponentsJson {

  private static final int CONNECTIVITY = 26;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private ComponentsJson() {}

  /** UTF-8, keys always in the same order. */
  public static byte[] encode(LesionComponents components) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("connectivity", CONNECTIVITY);
    root.put("voxelMl", components.voxelMl());
    ObjectNode lungs = root.putObject("lungs");
    encode(lungs.putObject(Region.RIGHT_LUNG.key()), components.rightLung());
    encode(lungs.putObject(Region.LEFT_LUNG.key()), components.leftLung());
    var items = root.putArray("items");
    for (LesionComponent item : components.items()) {
      VoxelSums sums = item.sums();
      ObjectNode node = items.addObject();
      node.put("id", item.id());
      node.put("region", item.region().key());
      node.put("parts", item.parts());
      node.put("volumeMl", sums.voxels() * components.voxelMl());
      node.put("groundGlassMl", (sums.voxels() - sums.highVoxels()) * components.voxelMl());
      node.put("consolidationMl", sums.highVoxels() * components.voxelMl());
      encode(node, "first", item.first());
      encode(node, "last", item.last());
      encode(node, "voxel", item.voxel());
      encode(node.putObject("sums"), sums);
    }
    try {
      return MAPPER.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a tree of plain values cannot fail to be written", e);
    }
  }

  private static void encode(ObjectNode node, VoxelSums sums) {
    node.put("voxels", sums.voxels());
    node.put("highVoxels", sums.highVoxels());
    node.put("sumHu", sums.sumHu());
    node.put("sumSquaredHu", sums.sumSquaredHu());
  }

  private static void encode(ObjectNode node, String name, VoxelIndex voxel) {
    node.putArray(name).add(voxel.column()).add(voxel.row()).add(voxel.slice());
  }

  /**
   * @throws IOException if the bytes are no such components; says what is wrong
   */
  public static LesionComponents decode(byte[] json) throws IOException {
    try {
      JsonNode root = MAPPER.readTree(json);
      if (whole(root, "connectivity").intValue() != CONNECTIVITY) {
        throw new IOException("components have another connectivity than " + CONNECTIVITY);
      }
      List<LesionComponent> items = new ArrayList<>();
      for (JsonNode item : child(root, "items")) {
        items.add(
            new LesionComponent(
                whole(item, "id").intValue(),
                region(child(item, "region").asText()),
                whole(item, "parts").intValue(),
                sums(child(item, "sums")),
                voxel(child(item, "first")),
                voxel(child(item, "last")),
                voxel(child(item, "voxel"))));
      }
      return new LesionComponents(
          child(root, "voxelMl").doubleValue(),
          sums(child(child(root, "lungs"), Region.RIGHT_LUNG.key())),
          sums(child(child(root, "lungs"), Region.LEFT_LUNG.key())),
          items);
    } catch (JsonProcessingException e) {
      throw new IOException("components are not JSON: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IOException("components do not hold together: " + e.getMessage(), e);
    }
  }

  private static JsonNode child(JsonNode node, String name) throws IOException {
    JsonNode child = node == null ? null : node.get(name);
    if (child == null) {
      throw new IOException("components have no " + name);
    }
    return child;
  }

  private static JsonNode whole(JsonNode node, String name) throws IOException {
    JsonNode value = child(node, name);
    if (!value.isIntegralNumber()) {
      throw new IOException("components need a whole number at " + name);
    }
    return value;
  }

  private static VoxelSums sums(JsonNode node) throws IOException {
    return new VoxelSums(
        whole(node, "voxels").longValue(),
        whole(node, "highVoxels").longValue(),
        whole(node, "sumHu").bigIntegerValue(),
        whole(node, "sumSquaredHu").bigIntegerValue());
  }

  private static VoxelIndex voxel(JsonNode node) throws IOException {
    if (node.size() != 3) {
      throw new IOException("components need column, row and slice of a voxel");
    }
    return new VoxelIndex(node.get(0).intValue(), node.get(1).intValue(), node.get(2).intValue());
  }

  private static Region region(String key) throws IOException {
    for (Region region : Region.values()) {
      if (region.key().equals(key)) {
        return region;
      }
    }
    throw new IOException("components lie in an unknown region");
  }
}
