// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.hounsfield.domain.LesionComponents;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * Reads a {@link NewReview} from the body of a request, as the schema of that name in openapi.yaml
 * says, and stricter: nothing unknown, nothing twice, nothing behind it.
 */
final class NewReviewJson {

  /** Bytes of a body at most. */
  static final int MAX_BYTES = 32 * 1024;

  private static final int MAX_EDITS = Region.values().length * Quantity.values().length;
  private static final int MAX_DEPTH = 4;
  private static final int MAX_NUMBER_CHARACTERS = 40;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_NUMBER_CHARACTERS)
                          .maxStringLength(MAX_BYTES)
                          .maxNameLength(100)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private NewReviewJson() {}

  /**
   * @throws Problem if the body is not such a review; says what is wrong
   */
  static NewReview decode(byte[] body) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      return review(MAPPER.readTree(text));
    } catch (CharacterCodingException e) {
      throw wrong("it is not UTF-8");
    } catch (JsonProcessingException e) {
      // What the parser says repeats the input.
      throw wrong(
          "it is not JSON, has a member twice, is nested too deeply, or has a number too long");
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private static Problem wrong(String what) {
    return new Problem(
        Problem.Code.INVALID_REQUEST,
        "The body is no review: " + what + ". /openapi.yaml says what is expected (NewReview).");
  }

  private static NewReview review(JsonNode root) {
    requireMembers(
        "the body",
        root,
        Set.of("version", "verdict", "reviewer", "comment", "edited", "excludedComponents"));
    JsonNode comment = root.get("comment");
    return new NewReview(
        integer("version", root.get("version")),
        Review.Verdict.ofKey(text("verdict", root.get("verdict")))
            .orElseThrow(
                () -> new IllegalArgumentException("verdict must be accept, reject or comment")),
        text("reviewer", root.get("reviewer")),
        comment == null || comment.isNull() ? null : text("comment", comment),
        edits(root.get("edited")),
        excluded(root.get("excludedComponents")));
  }

  private static List<Review.Edit> edits(JsonNode array) {
    List<Review.Edit> edits = new ArrayList<>();
    for (JsonNode item : items("edited", array, MAX_EDITS)) {
      requireMembers("an item of edited", item, Set.of("region", "quantity", "unit", "value"));
      Region region = region(text("region", item.get("region")));
      Quantity quantity = quantity(text("quantity", item.get("quantity")));
      if (!quantity.unit().equals(text("unit", item.get("unit")))) {
        throw new IllegalArgumentException(
            "the unit of %s is %s".formatted(quantity.key(), quantity.unit()));
      }
      JsonNode value = item.get("value");
      if (value == null || !value.isNumber()) {
        throw new IllegalArgumentException("value must be a number");
      }
      edits.add(new Review.Edit(region, quantity, value.doubleValue()));
    }
    return edits;
  }

  private static List<Integer> excluded(JsonNode array) {
    List<Integer> ids = new ArrayList<>();
    for (JsonNode item : items("excludedComponents", array, LesionComponents.MOST)) {
      ids.add(integer("an item of excludedComponents", item));
    }
    return ids;
  }

  private static Iterable<JsonNode> items(String name, JsonNode array, int most) {
    if (array == null) {
      return List.of();
    }
    if (!array.isArray() || array.size() > most) {
      throw new IllegalArgumentException(
          "%s must be an array of at most %d items".formatted(name, most));
    }
    return array;
  }

  private static void requireMembers(String what, JsonNode node, Set<String> known) {
    if (node == null || !node.isObject()) {
      throw new IllegalArgumentException(what + " must be an object");
    }
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      if (!known.contains(names.next())) {
        throw new IllegalArgumentException(what + " has a member that is not known");
      }
    }
  }

  private static String text(String name, JsonNode node) {
    if (node == null || !node.isTextual()) {
      throw new IllegalArgumentException(name + " must be a text");
    }
    return node.textValue();
  }

  private static int integer(String name, JsonNode node) {
    if (node == null || !node.isIntegralNumber() || !node.canConvertToInt()) {
      throw new IllegalArgumentException(name + " must be a whole number");
    }
    return node.intValue();
  }

  private static Region region(String key) {
    for (Region region : Region.values()) {
      if (region.key().equals(key)) {
        return region;
      }
    }
    throw new IllegalArgumentException("region must be bothLungs, rightLung or leftLung");
  }

  private static Quantity quantity(String key) {
    for (Quantity quantity : Quantity.values()) {
      if (quantity.key().equals(key)) {
        return quantity;
      }
    }
    throw new IllegalArgumentException("quantity must be one of the report's");
  }
}
