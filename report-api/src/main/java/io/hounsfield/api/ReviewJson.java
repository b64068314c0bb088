// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.report.ReportJson;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/** JSON of reviews, as the schemas in openapi.yaml say. */
final class ReviewJson {

  private ReviewJson() {}

  static JsonObject history(ReviewHistory history) {
    JsonArray versions = new JsonArray();
    history
        .versions()
        .forEach(
            v ->
                versions.add(
                    new JsonObject().put("version", v.version()).put("reviews", v.reviews())));
    ReviewState state = Review.state(history.items());
    return new JsonObject()
        .put("analysisId", history.analysisId())
        .put("version", history.version())
        .put("newestVersion", history.newestVersion())
        .put("state", state == null ? null : state.key())
        .put("versions", versions)
        .put("measured", numbers(history.measured()))
        .put("items", reviews(history.items(), history.measured()));
  }

  /**
   * @param measured what the report says, for the values that people set otherwise
   */
  static JsonArray reviews(List<Review> reviews, Map<Region, RegionMeasurements> measured) {
    JsonArray items = new JsonArray();
    reviews.forEach(review -> items.add(review(review, measured)));
    return items;
  }

  private static JsonObject review(Review review, Map<Region, RegionMeasurements> measured) {
    JsonArray edited = new JsonArray();
    for (Review.Edit edit : review.edits()) {
      Measurement was = measured.get(edit.region()).get(edit.quantity());
      edited.add(
          new JsonObject()
              .put("region", edit.region().key())
              .put("quantity", edit.quantity().key())
              .put("unit", edit.quantity().unit())
              .put("value", edit.value())
              .put("measured", was instanceof Measurement.Value value ? value.value() : null));
    }
    return new JsonObject()
        .put("number", review.number())
        .put("verdict", review.verdict().key())
        .put("reviewer", review.reviewer())
        .put("createdAt", review.createdAt().toString())
        .put("comment", review.comment())
        .put("edited", edited)
        .put("excludedComponents", new JsonArray(review.excludedComponents()))
        .put("recomputed", review.recomputed() == null ? null : numbers(review.recomputed()));
  }

  static JsonObject measured(String analysisId, ReviewCatalog.Measured measured) {
    return new JsonObject()
        .put("analysisId", analysisId)
        .put("version", measured.version())
        .put("excludedComponents", new JsonArray(measured.excluded()))
        .mergeIn(numbers(measured.regions()));
  }

  static JsonObject added(ReviewCatalog.Added added) {
    return new JsonObject()
        .put("analysisId", added.analysisId())
        .put("version", added.version())
        .put("number", added.number())
        .put("verdict", added.verdict().key())
        .put("createdAt", added.createdAt().toString());
  }

  private static JsonObject numbers(Map<Region, RegionMeasurements> regions) {
    return new JsonObject(Buffer.buffer(ReportJson.encodeNumbers(regions)));
  }
}
