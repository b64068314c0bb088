// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.NiftiWriter;
import io.hounsfield.report.ReportJson;
import io.hounsfield.report.TestChest;
import io.hounsfield.report.TestReports;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpApiTest {

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final MemoryCatalog catalog = new MemoryCatalog();
  private volatile Health ready = new Health(List.of(new Health.Check("store", true, "Open.")));
  private HttpApi api;

  @TempDir private Path folder;

  private final class Checks implements HealthSource {
    @Override
    public Health live() {
      return new Health(List.of(new Health.Check("event-loop", true, "Turning.")));
    }

    @Override
    public Health ready() {
      return ready;
    }
  }

  @BeforeEach
  void start() throws IOException {
    api =
        HttpApi.start(
            vertx,
            HttpApiOptions.of("127.0.0.1", 0),
            catalog,
            List::of,
            new Checks(),
            () -> "# TYPE slices_total counter\nslices_total 42.0\n");
  }

  @AfterEach
  void stop() {
    api.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    assertNull(catalog.calledOnEventLoop, "catalogue called on an event loop");
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    return send("GET", path, headers);
  }

  private HttpResponse<String> send(String method, String path, String... headers)
      throws Exception {
    return client.send(
        request(path, headers).method(method, HttpRequest.BodyPublishers.noBody()).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.port() + path))
            .timeout(Duration.ofSeconds(30));
    return headers.length == 0 ? builder : builder.headers(headers);
  }

  private static void assertProblem(HttpResponse<String> response, int status, String code) {
    assertEquals(status, response.statusCode(), response.body());
    assertEquals(
        "application/problem+json", response.headers().firstValue("Content-Type").orElse(""));
    JsonObject problem = new JsonObject(response.body());
    assertEquals(code, problem.getString("code"), response.body());
    assertEquals(status, problem.getInteger("status"));
    ApiSchemas.assertValid("Problem", problem);
  }

  // ---- work list

  @Test
  void emptyWorkListIsAPageWithoutItems() throws Exception {
    HttpResponse<String> response = get("/api/v1/analyses");
    assertEquals(200, response.statusCode());
    JsonObject page = new JsonObject(response.body());
    ApiSchemas.assertValid("AnalysisPage", page);
    assertEquals(0, page.getInteger("total"));
    assertEquals("no-store", response.headers().firstValue("Cache-Control").orElse(""));
  }

  @Test
  void pagesChainFromTheNewestToTheOldest() throws Exception {
    for (int n = 0; n < 25; n++) {
      catalog.put(TestAnalyses.receiving(n, n));
    }
    List<String> seen = new ArrayList<>();
    String cursor = "";
    for (int page = 0; page < 3; page++) {
      JsonObject answer = new JsonObject(get("/api/v1/analyses?limit=10" + cursor).body());
      ApiSchemas.assertValid("AnalysisPage", answer);
      assertEquals(page == 0 ? 25 : 26, answer.getInteger("total"));
      ids(answer).forEach(seen::add);
      cursor = "&cursor=" + answer.getString("next");
      if (page == 0) {
        catalog.put(TestAnalyses.receiving(-1, 1)); // a newcomer must not shift the pages
      } else if (page == 2) {
        assertNull(answer.getString("next"));
      }
    }
    List<String> expected = new ArrayList<>();
    for (int n = 0; n < 25; n++) {
      expected.add(TestAnalyses.id(n));
    }
    assertEquals(expected, seen);
  }

  private static Stream<String> ids(JsonObject page) {
    JsonArray items = page.getJsonArray("items");
    return items.stream().map(item -> ((JsonObject) item).getString("id"));
  }

  @Test
  void filtersNarrowTheList() throws Exception {
    catalog.put(TestAnalyses.receiving(1, 3));
    catalog.put(TestAnalyses.reported(2, 12.4, 1));
    catalog.put(TestAnalyses.refused(3, "too-few-slices", "5 slices; at least 20 are needed."));
    assertList("status=reported", 2);
    assertList("status=reported,refused", 2, 3);
    assertList("seriesInstanceUid=2.25.21", 1);
    assertList("seriesInstanceUid=2.25.99");
    assertList("since=2026-01-31T08:59:59Z", 1, 2);
    assertList("since=2026-01-31T08:59:59.6Z", 1);
    assertList("since=2026-01-31T08:59:59Z&status=receiving", 1);
  }

  private void assertList(String query, int... expected) throws Exception {
    HttpResponse<String> response = get("/api/v1/analyses?" + query);
    assertEquals(200, response.statusCode(), response.body());
    JsonObject page = new JsonObject(response.body());
    List<String> wanted = new ArrayList<>();
    for (int n : expected) {
      wanted.add(TestAnalyses.id(n));
    }
    assertEquals(wanted, ids(page).toList(), query);
    assertEquals(expected.length, page.getInteger("total"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=501",
        "limit=ten",
        "limit=1&limit=2",
        "cursor=bm9uc2Vuc2U",
        "cursor=%20",
        "status=done",
        "status=",
        "seriesInstanceUid=1.2.x",
        "seriesInstanceUid=1.2%27%20OR%20%271",
        "since=yesterday",
        "since=2026-01-31T08:59:59",
        "since=2026-02-31T08:59:59Z",
        "since=2026-01-31T09:59:59%2B01:00",
        "sinze=2026-01-31T08:59:59Z"
      })
  void wrongFiltersAreRefusedAndNeverIgnored(String query) throws Exception {
    assertProblem(get("/api/v1/analyses?" + query), 400, "invalid-request");
  }

  @Test
  void oneAnalysis() throws Exception {
    Analysis refused = TestAnalyses.refused(3, "too-few-slices", "5 slices; 20 are needed.");
    catalog.put(refused);
    JsonObject body = new JsonObject(get("/api/v1/analyses/" + refused.id()).body());
    ApiSchemas.assertValid("Analysis", body);
    assertEquals("refused", body.getString("status"));
    assertEquals("5 slices; 20 are needed.", body.getJsonObject("refusal").getString("text"));
    assertTrue(body.containsKey("opacityPercent"));
    assertNull(body.getValue("opacityPercent"));
    assertProblem(get("/api/v1/analyses/" + TestAnalyses.id(4)), 404, "analysis-not-found");
    assertProblem(get("/api/v1/analyses/1.2.840.113"), 400, "invalid-request");
  }

  // ---- report and files

  private String reported() throws IOException {
    catalog.put(TestAnalyses.reported(2, 12.4, 1));
    String id = TestAnalyses.id(2);
    catalog.putReport(id, ReportJson.encode(TestReports.rightSided(id, 1, "Phantom^Number 2")));
    Path lungs = folder.resolve("lungs.bin");
    Files.write(lungs, new byte[] {31, -117, 8, 0, 1, 2, 3});
    catalog.putArtifact(id, Artifact.LUNGS, lungs);
    return id;
  }

  @Test
  void reportOfAnEarlierVersionSaysWhatBecameOfTheLater() throws Exception {
    String path = "/api/v1/analyses/" + reported() + "/report";
    byte[] stored = ReportJson.encode(TestReports.rightSided(TestAnalyses.id(2), 1, "Phantom^Two"));
    catalog.putReport(TestAnalyses.id(2), stored);
    String first = get(path).headers().firstValue("ETag").orElseThrow();

    catalog.put(TestAnalyses.second(TestAnalyses.receiving(2, 5)));
    JsonObject receiving = new JsonObject(get(path).body());
    assertEquals(1, receiving.getInteger("version"));
    assertEquals(
        new JsonObject().put("version", 2).put("status", "receiving").putNull("refusal"),
        receiving.getJsonObject("laterVersion"));

    catalog.put(
        TestAnalyses.second(TestAnalyses.refused(2, "missing-positions", "Slices are missing.")));
    HttpResponse<String> response = get(path);
    JsonObject refused = new JsonObject(response.body());
    assertEquals("refused", refused.getJsonObject("laterVersion").getString("status"));
    assertEquals(
        new JsonObject().put("code", "missing-positions").put("text", "Slices are missing."),
        refused.getJsonObject("laterVersion").getJsonObject("refusal"));
    assertNotEquals(first, response.headers().firstValue("ETag").orElseThrow());
    // All else stays as it was stored.
    refused.remove("laterVersion");
    assertEquals(new JsonObject(Buffer.buffer(stored)), refused);
    assertEquals(
        ReportJson.decode(stored),
        ReportJson.decode(response.body().getBytes(StandardCharsets.UTF_8)));

    catalog.putReport(
        TestAnalyses.id(2),
        ReportJson.encode(TestReports.rightSided(TestAnalyses.id(2), 2, "Phantom^Two")));
    catalog.put(TestAnalyses.second(TestAnalyses.reported(2, 12.4, 1)));
    assertFalse(get(path).body().contains("laterVersion"));
  }

  @Test
  void reportIsWhatTheCatalogueHolds() throws Exception {
    String id = reported();
    HttpResponse<String> response = get("/api/v1/analyses/" + id + "/report");
    assertEquals(200, response.statusCode());
    assertEquals(
        TestReports.rightSided(id, 1, "Phantom^Number 2"),
        ReportJson.decode(response.body().getBytes(StandardCharsets.UTF_8)));
    ApiSchemas.assertValid("Report", new JsonObject(response.body()));
    String etag = response.headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> again = get("/api/v1/analyses/" + id + "/report", "If-None-Match", etag);
    assertEquals(304, again.statusCode());
    assertEquals("", again.body());
    assertTrue(
        get("/api/v1/analyses/" + id + "/report?download=true")
            .headers()
            .firstValue("Content-Disposition")
            .orElse("")
            .startsWith("attachment"));
  }

  @Test
  void labelMapsAreServedAsFiles() throws Exception {
    String path = "/api/v1/analyses/" + reported() + "/lungs.nii.gz";
    HttpResponse<byte[]> response =
        client.send(request(path).build(), HttpResponse.BodyHandlers.ofByteArray());
    assertArrayEquals(new byte[] {31, -117, 8, 0, 1, 2, 3}, response.body());
    assertEquals("application/gzip", response.headers().firstValue("Content-Type").orElse(""));
    assertTrue(response.headers().firstValue("Content-Encoding").isEmpty());
    String etag = response.headers().firstValue("ETag").orElseThrow();
    assertEquals(304, get(path, "If-None-Match", etag).statusCode());
    HttpResponse<String> head = send("HEAD", path);
    assertEquals(200, head.statusCode());
    assertEquals("7", head.headers().firstValue("Content-Length").orElse(""));
    assertEquals("", head.body());
  }

  @Test
  void whatIsNotThereYetSaysWhy() throws Exception {
    String id = reported();
    assertProblem(get("/api/v1/analyses/" + id + "/overview.png"), 404, "report-not-available");
    catalog.putArtifact(id, Artifact.OVERVIEW, folder.resolve("gone.png"));
    assertProblem(get("/api/v1/analyses/" + id + "/overview.png"), 404, "report-not-available");
    catalog.put(TestAnalyses.refused(3, "gantry-tilt", "The gantry was tilted by 12 degrees."));
    HttpResponse<String> refused = get("/api/v1/analyses/" + TestAnalyses.id(3) + "/report");
    assertProblem(refused, 404, "report-not-available");
    assertTrue(refused.body().contains("tilted by 12 degrees"));
    assertProblem(
        get("/api/v1/analyses/" + TestAnalyses.id(9) + "/report"), 404, "analysis-not-found");
    assertProblem(
        get("/api/v1/analyses/" + TestAnalyses.id(9) + "/lesions.nii.gz"),
        404,
        "analysis-not-found");
  }

  @Test
  void faultsOfTheStoreAreNotToldToClients() throws Exception {
    catalog.broken = true;
    HttpResponse<String> response = get("/api/v1/analyses");
    assertProblem(response, 500, "internal-error");
    assertFalse(response.body().contains("secret"));
    catalog.broken = false;
    assertEquals(200, get("/api/v1/analyses").statusCode());
  }

  // ---- service

  @Test
  void healthNamesEachCheck() throws Exception {
    assertEquals(200, get("/health/live").statusCode());
    assertEquals(200, get("/health/ready").statusCode());
    ready =
        new Health(
            List.of(
                new Health.Check("store", true, "Open."),
                new Health.Check("disk", false, "1.2 GB free, 5 GB are needed.")));
    HttpResponse<String> response = get("/health/ready");
    assertEquals(503, response.statusCode());
    JsonObject body = new JsonObject(response.body());
    ApiSchemas.assertValid("Health", body);
    assertEquals("down", body.getString("status"));
    assertEquals("disk", body.getJsonArray("checks").getJsonObject(1).getString("name"));
    assertEquals("down", body.getJsonArray("checks").getJsonObject(1).getString("status"));
  }

  @Test
  void metricsAreInTheFormatOfPrometheus() throws Exception {
    HttpResponse<String> response = get("/metrics");
    assertTrue(response.body().contains("slices_total 42.0"));
    assertTrue(
        response
            .headers()
            .firstValue("Content-Type")
            .orElse("")
            .startsWith("text/plain; version=0.0.4"));
  }

  @Test
  void documentIsServedAsItIs() throws Exception {
    HttpResponse<String> response = get("/openapi.yaml");
    assertEquals(
        new String(WebPage.resource("openapi.yaml"), StandardCharsets.UTF_8), response.body());
    assertEquals("application/yaml", response.headers().firstValue("Content-Type").orElse(""));
  }

  // ---- HTTP

  static Stream<String> everyAddress() {
    String analysis = "/api/v1/analyses/" + TestAnalyses.id(2);
    return Stream.of(
        "/",
        "/analyses/" + TestAnalyses.id(2),
        "/assets/style.css",
        "/assets/common.js",
        "/openapi.yaml",
        "/metrics",
        "/health/live",
        "/health/ready",
        "/api/v1/analyses",
        analysis,
        analysis + "/report",
        analysis + "/lungs.nii.gz",
        analysis + "/lesions.nii.gz",
        "/nothing/here");
  }

  @ParameterizedTest
  @MethodSource("everyAddress")
  void everyAnswerIsGuarded(String address) throws Exception {
    reported();
    HttpResponse<String> response = get(address);
    assertNotNull(response.headers().firstValue("Cache-Control").orElse(null), address);
    assertEquals(
        "nosniff", response.headers().firstValue("X-Content-Type-Options").orElse(""), address);
    assertEquals(
        "no-referrer", response.headers().firstValue("Referrer-Policy").orElse(""), address);
    String policy = response.headers().firstValue("Content-Security-Policy").orElse("");
    assertTrue(policy.startsWith("default-src 'self';"), address);
    assertFalse(policy.contains("unsafe"), address);
    assertTrue(response.headers().firstValue("Access-Control-Allow-Origin").isEmpty());
  }

  @ParameterizedTest
  @MethodSource("everyAddress")
  void headIsGetWithoutTheBody(String address) throws Exception {
    reported();
    HttpResponse<String> get = get(address);
    HttpResponse<String> head = send("HEAD", address);
    assertEquals(get.statusCode(), head.statusCode());
    assertEquals("", head.body());
    for (String header : List.of("Content-Type", "Content-Length", "ETag", "Cache-Control")) {
      assertEquals(
          get.headers().firstValue(header), head.headers().firstValue(header), address + header);
    }
  }

  @Test
  void otherMethodsAreRefusedWithTheOnesAllowed() throws Exception {
    for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
      HttpResponse<String> response = send(method, "/api/v1/analyses");
      assertProblem(response, 405, "method-not-allowed");
      assertEquals("GET, HEAD, OPTIONS", response.headers().firstValue("Allow").orElse(""));
    }
    HttpResponse<String> options = send("OPTIONS", "/api/v1/analyses/" + TestAnalyses.id(1));
    assertEquals(204, options.statusCode());
    assertEquals("GET, HEAD, OPTIONS", options.headers().firstValue("Allow").orElse(""));
    assertTrue(options.headers().firstValue("Access-Control-Allow-Origin").isEmpty());
  }

  @Test
  void bodiesAreRefusedBeforeTheyAreRead() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", api.port())) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write(
              ("GET /api/v1/analyses HTTP/1.1\r\nHost: localhost\r\n"
                      + "Content-Length: 99999999999\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.startsWith("HTTP/1.1 413"), answer);
      assertTrue(answer.contains("body-not-accepted"), answer);
    }
  }

  @Test
  void oversizedAndMalformedRequestsAreRefused() throws Exception {
    assertInvalid("GET /" + "a".repeat(5000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertInvalid("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(40_000) + "\r\n\r\n");
    assertInvalid("GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertEquals(200, get("/health/live").statusCode());
  }

  private void assertInvalid(String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", api.port())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.matches("(?s)HTTP/1\\.[01] 4.*"), answer);
      assertTrue(answer.contains("application/problem+json"), answer);
    }
  }

  /** DNS rebinding: a foreign page that points its own name at this machine. */
  @Test
  void foreignHostNamesAreNotAnswered() throws Exception {
    assertEquals("HTTP/1.1 421", statusForHost("evil.example:" + api.port()));
    assertEquals("HTTP/1.1 200", statusForHost("localhost"));
    assertEquals("HTTP/1.1 200", statusForHost("127.0.0.1:" + api.port()));
    assertEquals("HTTP/1.1 200", statusForHost("[::1]:" + api.port()));
  }

  private String statusForHost(String host) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", api.port())) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write(
              ("GET /api/v1/analyses HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.substring(0, 12);
    }
  }

  @Test
  void pagesLoadNothingFromElsewhereAndHaveNoInlineCode() throws Exception {
    for (String address :
        List.of(
            "/",
            "/analyses/" + TestAnalyses.id(1),
            "/assets/style.css",
            "/assets/common.js",
            "/assets/worklist.js",
            "/assets/report.js")) {
      String body = get(address).body();
      assertFalse(body.matches("(?s).*(https?:)?//[a-z0-9.-]+\\.[a-z]{2,}.*"), address);
      assertFalse(body.contains("innerHTML"), address);
      assertFalse(body.matches("(?s).*<[^>]+ (style|on[a-z]+)=.*"), address);
      if (address.startsWith("/analyses") || address.equals("/")) {
        assertTrue(body.contains("For research use; not a medical device"), address);
      }
    }
    assertProblem(get("/analyses/not-a-uuid"), 404, "not-found");
    assertProblem(get("/assets/%2e%2e/%2e%2e/etc/passwd"), 404, "not-found");
    assertProblem(get("/assets/..%2f..%2fopenapi.yaml"), 404, "not-found");
  }

  @Test
  void listsTheModelsThatAreLoaded() throws Exception {
    api.close();
    List<LoadedModel> models =
        List.of(
            new LoadedModel(
                new ModelIdentity("a", "1.0", "bf16", "cpu", "0".repeat(64)),
                "What it does",
                "Apache-2.0",
                "Research",
                List.of("Children are untested."),
                true,
                List.of()),
            new LoadedModel(
                new ModelIdentity("b", "2", "fp32", "cuda:0", "1".repeat(64)),
                "Another",
                "CC0",
                "Research",
                List.of(),
                false,
                List.of("RESEARCH")));
    api =
        HttpApi.start(
            vertx,
            HttpApiOptions.of("127.0.0.1", 0),
            catalog,
            () -> models,
            new Checks(),
            () -> "");
    HttpResponse<String> response = get("/api/v1/models");
    assertEquals(200, response.statusCode());
    JsonObject body = new JsonObject(response.body());
    ApiSchemas.assertValid("ModelList", body);
    JsonObject first = body.getJsonArray("items").getJsonObject(0);
    assertEquals("a", first.getString("name"));
    assertEquals("0".repeat(64), first.getString("sha256"));
    assertEquals(true, first.getBoolean("default"));
    JsonObject second = body.getJsonArray("items").getJsonObject(1);
    assertEquals("RESEARCH", second.getJsonArray("calledAeTitles").getString(0));
    assertEquals("cuda:0", second.getString("device"));
    assertProblem(get("/api/v1/models?name=a"), 400, "invalid-request");
  }

  @Test
  void portInUseIsSaid() {
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                HttpApi.start(
                    vertx,
                    HttpApiOptions.of("127.0.0.1", api.port()),
                    catalog,
                    List::of,
                    new Checks(),
                    () -> ""));
    assertTrue(e.getMessage().contains("port " + api.port()), e.getMessage());
  }

  @Test
  void volumeProfileAndOtherStudiesOfAPatient() throws Exception {
    String id = TestAnalyses.id(3);
    Path folder = Files.createTempDirectory("hounsfield-test");
    TestChest chest = TestChest.of(TestChest.Position.HEAD_FIRST_SUPINE, 8, 10);
    catalog.put(TestAnalyses.reported(3, 12.5, 0));
    assertProblem(get("/api/v1/analyses/" + id + "/ct.nii.gz"), 404, "report-not-available");
    Preview.putChest(catalog, folder, 3, chest);
    HttpResponse<byte[]> ct =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            "http://127.0.0.1:%d/api/v1/analyses/%s/ct.nii.gz?download=true"
                                .formatted(api.port(), id)))
                    .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    assertEquals(200, ct.statusCode());
    assertEquals(
        "attachment; filename=\"ct.nii.gz\"",
        ct.headers().firstValue("Content-Disposition").orElseThrow());
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    NiftiWriter.write(chest.ct(), expected);
    assertArrayEquals(
        expected.toByteArray(),
        new GZIPInputStream(new ByteArrayInputStream(ct.body())).readAllBytes());

    JsonObject profile = new JsonObject(get("/api/v1/analyses/" + id + "/profile").body());
    ApiSchemas.assertValid("Profile", profile);
    assertProblem(get("/api/v1/analyses/" + id + "/ct.nii.gz?detail=best"), 400, "invalid-request");
    catalog.imagesGone = true;
    assertProblem(get("/api/v1/analyses/" + id + "/ct.nii.gz"), 404, "images-not-held");

    JsonObject none = new JsonObject(get("/api/v1/analyses/" + id + "/related").body());
    ApiSchemas.assertValid("RelatedAnalyses", none);
    assertEquals(0, none.getJsonArray("items").size());
    assertEquals(0, none.getJsonArray("differing").size());
  }

  /** A Patient ID that two people have: what is of the other one stands apart, with the reason. */
  @Test
  void studiesOfAnotherPatientWithTheSameIdStandApart() throws Exception {
    catalog.put(TestAnalyses.reported(3, 12.5, 0));
    catalog.put(
        TestAnalyses.withPatient(TestAnalyses.reported(4, 1.5, 0), "PHANTOM^NUMBER 3", "PH-3"));
    catalog.put(TestAnalyses.withPatient(TestAnalyses.reported(5, 2.5, 0), "Other^Otto", "PH-3"));
    catalog.patients.put(
        TestAnalyses.id(3), new PatientIdentity("Phantom^Number 3", "19610504", "F"));
    catalog.patients.put(TestAnalyses.id(5), new PatientIdentity("Other^Otto", "19300101", "F"));
    JsonObject related =
        new JsonObject(get("/api/v1/analyses/" + TestAnalyses.id(3) + "/related").body());
    ApiSchemas.assertValid("RelatedAnalyses", related);
    assertEquals(1, related.getJsonArray("items").size());
    assertEquals(
        TestAnalyses.id(4), related.getJsonArray("items").getJsonObject(0).getString("id"));
    assertEquals(1, related.getJsonArray("differing").size());
    JsonObject other = related.getJsonArray("differing").getJsonObject(0);
    assertEquals(TestAnalyses.id(5), other.getJsonObject("analysis").getString("id"));
    assertEquals(
        new JsonObject().put("name", "Other^Otto").put("birthDate", "19300101").put("sex", "F"),
        other.getJsonObject("patient"));
    assertEquals(List.of("name", "birthDate"), other.getJsonArray("differs").getList());
  }
}
