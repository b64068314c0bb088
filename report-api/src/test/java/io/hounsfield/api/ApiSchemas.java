// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Checks JSON against the schemas of openapi.yaml. */
final class ApiSchemas {

  private static final JsonObject DOCUMENT = load();

  private ApiSchemas() {}

  private static JsonObject load() {
    try {
      Map<String, Object> tree =
          new YAMLMapper()
              .readValue(
                  WebPage.resource("openapi.yaml"),
                  new TypeReference<LinkedHashMap<String, Object>>() {});
      return new JsonObject(tree);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonObject document() {
    return DOCUMENT.copy();
  }

  static JsonObject schema(String name) {
    return DOCUMENT.getJsonObject("components").getJsonObject("schemas").getJsonObject(name);
  }

  static OutputUnit validate(String name, JsonObject value) {
    JsonObject schemas = DOCUMENT.getJsonObject("components").getJsonObject("schemas").copy();
    JsonObject root =
        new JsonObject()
            .put("$id", "https://schema.invalid/root")
            .put("$ref", "#/components/schemas/" + name)
            .put("components", new JsonObject().put("schemas", schemas));
    return Validator.create(
            JsonSchema.of(root),
            new JsonSchemaOptions()
                .setDraft(Draft.DRAFT202012)
                .setBaseUri("https://schema.invalid")
                .setOutputFormat(io.vertx.json.schema.OutputFormat.Basic))
        .validate(value);
  }

  static void assertValid(String name, JsonObject value) {
    OutputUnit result = validate(name, value);
    assertTrue(
        result.getValid(), () -> name + ": " + result.toJson().encodePrettily() + value.encode());
  }
}
