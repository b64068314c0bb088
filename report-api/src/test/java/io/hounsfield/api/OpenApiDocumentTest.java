// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.report.ReportJson;
import io.hounsfield.report.TestReports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The document and the code say the same. */
class OpenApiDocumentTest {

  @Test
  void encodedReportKeepsTheSchema() {
    ApiSchemas.assertValid("Report", encoded());
  }

  private static JsonObject encoded() {
    return new JsonObject(
        new String(ReportJson.encode(TestReports.rightSided()), StandardCharsets.UTF_8));
  }

  /** A schema that lets everything pass would prove nothing. */
  @Test
  void schemaRefusesReportsThatAreNotWhole() {
    JsonObject withoutNotice = encoded();
    withoutNotice.remove("notice");
    JsonObject textForNumber = encoded();
    textForNumber.getJsonObject("regions").getJsonObject("leftLung").put("volumeMl", "1900");
    JsonObject unknownField = encoded().put("extra", 1);
    JsonObject negative = encoded();
    negative.getJsonObject("regions").getJsonObject("leftLung").put("opacityPercent", -1);
    JsonObject shortVector = encoded();
    shortVector.getJsonObject("geometry").put("origin", new JsonArray().add(1).add(2));
    for (JsonObject wrong :
        List.of(withoutNotice, textForNumber, unknownField, negative, shortVector)) {
      assertFalse(ApiSchemas.validate("Report", wrong).getValid(), wrong.encode());
    }
  }

  @Test
  void examplesKeepTheirSchemas() {
    int checked = 0;
    JsonObject schemas = ApiSchemas.document().getJsonObject("components").getJsonObject("schemas");
    for (String name : schemas.fieldNames()) {
      for (Object example : schemas.getJsonObject(name).getJsonArray("examples", new JsonArray())) {
        if (example instanceof JsonObject object) {
          ApiSchemas.assertValid(name, object);
          checked++;
        }
      }
    }
    assertTrue(checked >= 4, "examples checked: " + checked);
  }

  @Test
  void limitsAgreeWithTheCode() {
    JsonObject limit =
        ApiSchemas.document()
            .getJsonObject("paths")
            .getJsonObject("/api/v1/analyses")
            .getJsonObject("get")
            .getJsonArray("parameters")
            .getJsonObject(0)
            .getJsonObject("schema");
    assertEquals(ApiRoutes.DEFAULT_LIMIT, limit.getInteger("default"));
    assertEquals(AnalysisFilter.MAX_LIMIT, limit.getInteger("maximum"));
  }

  @Test
  void listsOfNamesAgreeWithTheCode() {
    assertEquals(
        Arrays.stream(AnalysisStatus.values()).map(AnalysisStatus::key).toList(),
        ApiSchemas.schema("AnalysisStatus").getJsonArray("enum").getList());
    assertEquals(
        Arrays.stream(Problem.Code.values())
            .map(Problem.Code::key)
            .collect(Collectors.toCollection(TreeSet::new)),
        new TreeSet<Object>(
            ApiSchemas.schema("Problem")
                .getJsonObject("properties")
                .getJsonObject("code")
                .getJsonArray("enum")
                .stream()
                .toList()));
    assertEquals(
        Arrays.stream(Quantity.values()).map(Quantity::key).collect(Collectors.toSet()),
        Set.copyOf(
            ApiSchemas.schema("RegionMeasurements").getJsonObject("properties").fieldNames()));
    assertEquals(
        Arrays.stream(Region.values()).map(Region::key).collect(Collectors.toSet()),
        Set.copyOf(ApiSchemas.schema("Regions").getJsonObject("properties").fieldNames()));
    assertEquals(
        Arrays.stream(Region.values()).map(Region::key).toList(),
        ApiSchemas.schema("RegionName").getJsonArray("enum").getList());
    assertEquals(
        Arrays.stream(Quantity.values()).map(Quantity::key).toList(),
        ApiSchemas.schema("QuantityName").getJsonArray("enum").getList());
    assertEquals(
        Arrays.stream(Review.Verdict.values()).map(Review.Verdict::key).toList(),
        ApiSchemas.schema("Verdict").getJsonArray("enum").getList());
    List<Object> states = new ArrayList<>();
    Arrays.stream(ReviewState.values()).map(ReviewState::key).forEach(states::add);
    states.add(null);
    assertEquals(states, ApiSchemas.schema("ReviewState").getJsonArray("enum").getList());
  }
}
