// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.api.Artifact;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import io.hounsfield.report.ReportJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A phantom on its whole way: pushed, measured, looked at, signed off by two at once. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class SignOffTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NIFTI_HEADER = 352;

  @TempDir static Path shared;
  @TempDir Path data;

  private static List<Path> chest;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private String base;

  @BeforeAll
  static void makeChest() throws IOException {
    chest =
        PhantomWriter.writeSeries(
            Phantom.generate(
                PhantomOptions.builder().seed(5).matrix(256).slices(40).opacityPercent(15).build()),
            shared.resolve("chest"));
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(base + path)).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<byte[]> response = get(path);
    JsonNode json = JSON.readTree(response.body());
    assertEquals(200, response.statusCode(), json.toString());
    return json;
  }

  private HttpRequest post(String path, String etag, String body) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .header("X-Hounsfield-Request", "1")
        .header("Content-Type", "application/json")
        .header("If-Match", etag)
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private static Map<Region, RegionMeasurements> numbers(JsonNode node) throws IOException {
    return ReportJson.decodeNumbers(JSON.writeValueAsBytes(node));
  }

  private void start(TestService s, Analysis analysis) {
    base = "http://127.0.0.1:" + s.service.httpPort() + "/api/v1/analyses/" + analysis.id();
  }

  @Test
  void aPhantomIsSignedOffWithALesionLeftOut() throws Exception {
    Analysis analysis;
    QuantificationReport report;
    byte[] reportBytes;
    JsonNode history;
    try (TestService s = new TestService(data, 60)) {
      s.send(chest.subList(0, 39));
      analysis = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, analysis.status());
      report = s.report(analysis);
      start(s, analysis);
      while (s.service.catalog().artifact(analysis.id(), Artifact.LESIONS).isEmpty()) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
      reportBytes = get("/report").body();

      JsonNode items = json("/components").get("items");
      assertTrue(items.size() > 1, "lesions: " + items.size());
      mapAndListAgree(items);
      assertEquals(report.regions(), numbers(json("/components/measure")));
      Map<Region, RegionMeasurements> without = numbers(json("/components/measure?exclude=1"));
      double volume = items.get(0).get("volumeMl").doubleValue();
      assertEquals(
          value(report.regions(), "opacityVolumeMl") - volume,
          value(without, "opacityVolumeMl"),
          1e-9 * volume);
      assertEquals(value(report.regions(), "volumeMl"), value(without, "volumeMl"));
      List<String> all = new ArrayList<>();
      items.forEach(item -> all.add(item.get("id").asText()));
      assertEquals(
          0.0,
          value(
              numbers(json("/components/measure?exclude=" + String.join(",", all))),
              "opacityPercent"));

      history = twoSignOffAtOnce();
      assertEquals(
          without, numbers(history.get("items").get(0).get("recomputed")), "kept with the review");
      assertEquals(report.regions(), numbers(history.get("measured")), "beside what was measured");
      assertArrayEquals(reportBytes, get("/report").body(), "the report is as it was");
      assertEquals("accepted", json("").get("review").asText());
    }
    try (TestService s = new TestService(data, 1)) {
      start(s, analysis);
      assertEquals(history, json("/reviews"), "the same after a restart");
      assertEquals("accepted", json("").get("review").asText());
      assertArrayEquals(reportBytes, get("/report").body());

      // A slice that comes late makes another report, whose history begins empty.
      s.send(List.of(chest.get(39)));
      Analysis second = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, second.status());
      assertEquals(2, second.version());
      JsonNode fresh = json("/reviews");
      assertEquals(2, fresh.get("version").asInt());
      assertEquals(0, fresh.get("items").size());
      assertEquals(history.get("items"), json("/reviews?version=1").get("items"));
      assertTrue(json("").get("review").isNull());
    }
  }

  private static double value(Map<Region, RegionMeasurements> regions, String quantity)
      throws IOException {
    return JSON.readTree(ReportJson.encodeNumbers(regions))
        .get("regions")
        .get("bothLungs")
        .get(quantity)
        .doubleValue();
  }

  private void mapAndListAgree(JsonNode items) throws Exception {
    byte[] map = unzip(get("/components.nii.gz").body());
    byte[] lesions = unzip(get("/lesions.nii.gz").body());
    assertEquals(lesions.length, map.length);
    long[] counts = new long[256];
    for (int i = NIFTI_HEADER; i < map.length; i++) {
      assertEquals(lesions[i] != 0, map[i] != 0);
      counts[map[i] & 0xFF]++;
    }
    for (JsonNode item : items) {
      assertEquals(item.get("sums").get("voxels").asLong(), counts[item.get("id").asInt()]);
      JsonNode voxel = item.get("voxel");
      int at = (voxel.get(2).asInt() * 256 + voxel.get(1).asInt()) * 256 + voxel.get(0).asInt();
      assertEquals(item.get("id").asInt(), map[NIFTI_HEADER + at] & 0xFF);
    }
  }

  private static byte[] unzip(byte[] bytes) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return in.readAllBytes();
    }
  }

  /** Both have seen the empty history; one is taken, the other is shown it. */
  private JsonNode twoSignOffAtOnce() throws Exception {
    String etag = get("/reviews").headers().firstValue("ETag").orElseThrow();
    String body =
        "{\"version\": 1, \"verdict\": \"accept\", \"reviewer\": \"%s\", \"excludedComponents\": [1]}";
    List<CompletableFuture<HttpResponse<String>>> both = new ArrayList<>();
    for (String name : List.of("Dr. A", "Dr. B")) {
      both.add(
          client.sendAsync(
              post("/reviews", etag, body.formatted(name)), HttpResponse.BodyHandlers.ofString()));
    }
    List<Integer> statuses = new ArrayList<>();
    for (CompletableFuture<HttpResponse<String>> answer : both) {
      statuses.add(answer.join().statusCode());
      if (answer.join().statusCode() == 412) {
        JsonNode conflict = JSON.readTree(answer.join().body());
        assertEquals(1, conflict.get("reviews").size());
      }
    }
    assertEquals(List.of(201, 412), statuses.stream().sorted().toList());
    JsonNode history = json("/reviews");
    assertEquals(1, history.get("items").size());
    assertEquals("accepted", history.get("state").asText());
    return history;
  }

  @Test
  void withoutTheComponentsAReportCanStillBeSignedOff() throws Exception {
    try (TestService s = new TestService(data, 60)) {
      s.send(chest);
      Analysis analysis = s.awaitEnd();
      start(s, analysis);
      while (s.service.catalog().artifact(analysis.id(), Artifact.LESIONS).isEmpty()) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
      Path file = data.resolve("results").resolve(analysis.id()).resolve("components.json");
      byte[] whole = Files.readAllBytes(file);
      // Of another report, by its numbers.
      String other = new String(whole, StandardCharsets.UTF_8);
      Files.writeString(file, other.replaceFirst("\"voxelMl\":[0-9.Ee-]+", "\"voxelMl\":0.5"));
      HttpResponse<byte[]> foreign = get("/components/measure?exclude=1");
      assertEquals(404, foreign.statusCode());
      Files.delete(file);
      assertEquals(404, get("/components/measure").statusCode());
      assertEquals(404, get("/components").statusCode());
      String etag = get("/reviews").headers().firstValue("ETag").orElseThrow();
      String body =
          "{\"version\": 1, \"verdict\": \"reject\", \"reviewer\": \"Dr. A\", \"excludedComponents\": [%s]}";
      assertEquals(
          404,
          client
              .send(
                  post("/reviews", etag, body.formatted("1")),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode());
      assertEquals(
          201,
          client
              .send(
                  post("/reviews", etag, body.formatted("")),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode());
      assertEquals("rejected", json("").get("review").asText());
    }
  }
}
