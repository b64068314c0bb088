// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.api.Analysis;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.inference.ModelException;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several models in one service: which one measures what, and that the report says so. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ModelRoutingTest {

  @TempDir static Path shared;
  @TempDir Path data;

  private static Path models;

  @BeforeAll
  static void installOtherModel() throws Exception {
    models = OtherModel.install(shared);
  }

  private static List<Path> chest(int seed) throws Exception {
    return PhantomWriter.writeSeries(
        Phantom.generate(PhantomOptions.builder().seed(seed).matrix(128).slices(40).build()),
        shared.resolve("chest-" + seed));
  }

  private static Map<String, String> twoModels() {
    return Map.of(
        "HOUNSFIELD_MODEL_NAME", "lung-lesion-unet, other-net",
        "HOUNSFIELD_MODEL_EXTRA_DIRECTORIES", models.toString(),
        "HOUNSFIELD_MODEL_CALLED_AE_TITLES", "RESEARCH=other-net");
  }

  private static String model(QuantificationReport report) {
    return report.model().name() + "@" + report.model().version();
  }

  @Test
  void theCalledAeTitleDecidesAndTheReportSaysWhichModelItWas() throws Exception {
    try (TestService s = new TestService(data, 60, twoModels())) {
      s.send("RESEARCH", chest(1));
      Analysis research = s.awaitEnd();
      assertEquals(OtherModel.ID, model(s.report(research)));
      s.send("ANYTHING", chest(2));
      assertTrue(model(s.report(s.awaitEnd())).startsWith("lung-lesion-unet@"));

      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(s.service.address() + "/api/v1/models"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      JsonNode items = new ObjectMapper().readTree(answer.body()).get("items");
      assertEquals(2, items.size());
      assertEquals("lung-lesion-unet", items.at("/0/name").asText());
      assertTrue(items.at("/0/default").asBoolean());
      assertEquals("other-net", items.at("/1/name").asText());
      assertEquals("RESEARCH", items.at("/1/calledAeTitles/0").asText());
      assertEquals(s.report(research).model().sha256(), items.at("/1/sha256").asText());
    }
  }

  @Test
  void afterARestartTheSameModelGoesOn() throws Exception {
    List<Path> chest = chest(3);
    try (TestService s = new TestService(data, 60, twoModels())) {
      s.send("RESEARCH", chest.subList(0, 30));
      assertEquals(OtherModel.ID, model(s.report(s.awaitEnd())));
      s.send("RESEARCH", chest.subList(30, 31));
      // Idle time is far away: the service ends with version 2 half received.
    }
    try (TestService s = new TestService(data, 1, twoModels())) {
      Analysis end = s.awaitEnd();
      assertEquals(2, end.version());
      assertEquals(OtherModel.ID, model(s.report(end)));
    }
  }

  @Test
  void aModelThatIsNotThereStopsTheStartAndTheMessageListsWhatThereIs() {
    ModelException e =
        assertThrows(
            ModelException.class,
            () ->
                new TestService(
                    data,
                    60,
                    Map.of(
                        "HOUNSFIELD_MODEL_NAME",
                        "lung-lesion-unet, other-net@3.0",
                        "HOUNSFIELD_MODEL_EXTRA_DIRECTORIES",
                        models.toString())));
    assertTrue(e.getMessage().contains("no model 'other-net@3.0'"), e.getMessage());
    assertTrue(e.getMessage().contains("lung-lesion-unet@"), e.getMessage());
    assertTrue(e.getMessage().contains(OtherModel.ID), e.getMessage());
  }
}
