// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.hounsfield.api.AnalysisCatalog;
import io.hounsfield.delivery.DeliveryState;
import io.hounsfield.delivery.ObjectKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the API may say of a delivery is in its description, and has words on the page. */
class DeliverySchemaTest {
  private static JsonNode delivery;

  @BeforeAll
  static void read() throws IOException {
    delivery =
        new YAMLMapper().readTree(resource("openapi.yaml")).at("/components/schemas/Delivery");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = AnalysisCatalog.class.getResourceAsStream(name)) {
      assertNotNull(in, name);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void assertDescribed(String property, String word, List<String> keys)
      throws IOException {
    TreeSet<String> described = new TreeSet<>();
    delivery.at("/properties/" + property + "/enum").forEach(key -> described.add(key.asText()));
    assertEquals(new TreeSet<>(keys), described, property);
    for (String language : List.of("web/text-en.js", "web/text-zh.js")) {
      String texts = resource(language);
      for (String key : keys) {
        assertTrue(texts.contains("'" + word + "." + key + "'"), language + ": " + key);
      }
    }
  }

  @Test
  void everyKindIsDescribed() throws Exception {
    assertDescribed(
        "kind", "kind", Arrays.stream(ObjectKind.values()).map(ObjectKind::key).toList());
  }

  @Test
  void everyStateIsDescribed() throws Exception {
    assertDescribed(
        "state",
        "delivery",
        Arrays.stream(DeliveryState.values()).map(DeliveryState::key).toList());
  }
}
