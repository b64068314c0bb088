// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** JSON of the API's own types, as the schemas in openapi.yaml say. */
final class AnalysisJson {

  private AnalysisJson() {}

  static JsonObject analysis(Analysis analysis, DeliveryCounts deliveries) {
    Analysis.Refusal refusal = analysis.refusal();
    return new JsonObject()
        .put("id", analysis.id())
        .put("studyInstanceUid", analysis.studyInstanceUid())
        .put("seriesInstanceUid", analysis.seriesInstanceUid())
        .put("version", analysis.version())
        .put("status", analysis.status().key())
        .put("slicesReceived", analysis.slicesReceived())
        .put("createdAt", analysis.createdAt().toString())
        .put("updatedAt", analysis.updatedAt().toString())
        .put(
            "refusal",
            refusal == null
                ? null
                : new JsonObject().put("code", refusal.code()).put("text", refusal.text()))
        .put("opacityPercent", analysis.opacityPercent())
        .put("warningCount", analysis.warningCount())
        .put("review", analysis.review() == null ? null : analysis.review().key())
        .put("numbersChanged", analysis.numbersChanged())
        .put("patientName", analysis.patientName())
        .put("patientId", analysis.patientId())
        .put("studyDate", analysis.studyDate())
        .put("studyDescription", analysis.studyDescription())
        .put("seriesDescription", analysis.seriesDescription())
        .put(
            "deliveries",
            new JsonObject()
                .put("sent", deliveries.sent())
                .put("waiting", deliveries.waiting())
                .put("failed", deliveries.failed()));
  }

  /**
   * @param deliveries counts of deliveries by identifier; none where there is no entry
   */
  static JsonObject page(Page page, Map<String, DeliveryCounts> deliveries) {
    return analyses(page.items(), deliveries)
        .put("next", page.next() == null ? null : page.next().encode())
        .put("total", page.total());
  }

  /**
   * @param deliveries counts of deliveries by identifier; none where there is no entry
   */
  static JsonObject analyses(List<Analysis> analyses, Map<String, DeliveryCounts> deliveries) {
    JsonArray items = new JsonArray();
    analyses.forEach(
        a -> items.add(analysis(a, deliveries.getOrDefault(a.id(), DeliveryCounts.NONE))));
    return new JsonObject().put("items", items);
  }

  /**
   * Those of the same patient apart from those that may not be.
   *
   * @param deliveries counts of deliveries by identifier; none where there is no entry
   */
  static JsonObject related(List<RelatedAnalysis> related, Map<String, DeliveryCounts> deliveries) {
    JsonArray differing = new JsonArray();
    List<Analysis> same = new ArrayList<>();
    for (RelatedAnalysis other : related) {
      if (other.differs().isEmpty()) {
        same.add(other.analysis());
      } else {
        Analysis a = other.analysis();
        PatientIdentity patient = other.patient();
        differing.add(
            new JsonObject()
                .put("analysis", analysis(a, deliveries.getOrDefault(a.id(), DeliveryCounts.NONE)))
                .put(
                    "patient",
                    new JsonObject()
                        .put("name", patient.name())
                        .put("birthDate", patient.birthDate())
                        .put("sex", patient.sex()))
                .put(
                    "differs",
                    new JsonArray(
                        other.differs().stream().map(PatientIdentity.Attribute::key).toList())));
      }
    }
    return analyses(same, deliveries).put("differing", differing);
  }

  static JsonObject delivery(DeliveryStatus d) {
    return new JsonObject()
        .put("number", d.number())
        .put("analysisId", d.analysisId())
        .put("version", d.version())
        .put("destination", d.destination())
        .put("kind", d.kind())
        .put("file", d.file())
        .put("state", d.state())
        .put("attempts", d.attempts())
        .put("createdAt", d.createdAt().toString())
        .put("updatedAt", d.updatedAt().toString())
        .put("nextAttemptAt", d.nextAttemptAt() == null ? null : d.nextAttemptAt().toString())
        .put("lastError", d.lastError())
        .put("note", d.note());
  }

  static JsonObject deliveries(List<DeliveryStatus> deliveries) {
    JsonArray items = new JsonArray();
    deliveries.forEach(delivery -> items.add(delivery(delivery)));
    return new JsonObject().put("items", items);
  }

  static JsonObject health(Health health) {
    JsonArray checks = new JsonArray();
    for (Health.Check check : health.checks()) {
      checks.add(
          new JsonObject()
              .put("name", check.name())
              .put("status", upOrDown(check.up()))
              .put("text", check.text()));
    }
    return new JsonObject().put("status", upOrDown(health.up())).put("checks", checks);
  }

  static JsonObject models(List<LoadedModel> models) {
    JsonArray items = new JsonArray();
    for (LoadedModel model : models) {
      items.add(
          new JsonObject()
              .put("name", model.identity().name())
              .put("version", model.identity().version())
              .put("variant", model.identity().variant())
              .put("device", model.identity().device())
              .put("sha256", model.identity().sha256())
              .put("description", model.description())
              .put("licence", model.licence())
              .put("intendedUse", model.intendedUse())
              .put("limits", new JsonArray(model.limits()))
              .put("default", model.isDefault())
              .put("calledAeTitles", new JsonArray(model.calledAeTitles())));
    }
    return new JsonObject().put("items", items);
  }

  private static String upOrDown(boolean up) {
    return up ? "up" : "down";
  }
}
