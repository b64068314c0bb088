// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.report.ReportJson;
import io.hounsfield.report.TestReports;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sign-off over HTTP: what is taken, what is refused, and that nobody answers unseen reviews. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ReviewApiTest {

  private static final String ID = TestAnalyses.id(1);
  private static final String REVIEWS = "/api/v1/analyses/" + ID + "/reviews";

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final MemoryCatalog catalog = new MemoryCatalog();
  private final MemoryReviews reviews = new MemoryReviews();
  private HttpApi api;

  @BeforeEach
  void start() throws IOException {
    api =
        HttpApi.start(
            vertx,
            HttpApiOptions.of("127.0.0.1", 0),
            catalog,
            ResultCatalog.NONE,
            reviews,
            List::of,
            FixedHealth.FINE,
            () -> "",
            List.of());
    catalog.put(TestAnalyses.reported(1, 12.4, 1));
    catalog.putReport(ID, ReportJson.encode(TestReports.rightSided(ID, 1, "A^B")));
    reviews.putReport(ID, 1, TestReports.rightSided().regions());
    reviews.components = 3;
    reviews.recompute = excluded -> excluded.isEmpty() ? measured() : clear();
  }

  private static Map<Region, RegionMeasurements> measured() {
    return TestReports.rightSided().regions();
  }

  /** Numbers without any opacity. */
  private static Map<Region, RegionMeasurements> clear() {
    Map<Region, RegionMeasurements> regions = new EnumMap<>(Region.class);
    for (Region region : Region.values()) {
      regions.put(
          region, TestReports.measurements(1000, 0, 0, 0, 0, -800, 120, Double.NaN, Double.NaN));
    }
    return regions;
  }

  @AfterEach
  void stop() {
    api.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    assertNull(catalog.calledOnEventLoop, "catalogue called on an event loop");
    assertNull(reviews.calledOnEventLoop, "reviews called on an event loop");
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.port() + path))
        .timeout(Duration.ofSeconds(30));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder as(HttpRequest.Builder request, String etag) {
    request.header("X-Hounsfield-Request", "1").header("Content-Type", "application/json");
    return etag == null ? request : request.header("If-Match", etag);
  }

  private HttpResponse<String> post(String etag, String body) throws Exception {
    return client.send(
        as(request(REVIEWS), etag).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private String etag() throws Exception {
    return get(REVIEWS).headers().firstValue("ETag").orElseThrow();
  }

  private static JsonObject accept() {
    return new JsonObject().put("version", 1).put("verdict", "accept").put("reviewer", "Dr. A");
  }

  private static JsonObject problem(HttpResponse<String> response, int status, String code) {
    assertEquals(status, response.statusCode(), response.body());
    JsonObject problem = new JsonObject(response.body());
    assertEquals(code, problem.getString("code"), response.body());
    ApiSchemas.assertValid(status == 412 ? "ReviewConflict" : "Problem", problem);
    return problem;
  }

  private int stored() {
    return reviews.history(ID, null).orElseThrow().items().size();
  }

  // ---- what is taken

  @Test
  void anEmptyHistoryHasWhatWasMeasuredAndATag() throws Exception {
    HttpResponse<String> response = get(REVIEWS);
    assertEquals(200, response.statusCode());
    JsonObject history = new JsonObject(response.body());
    ApiSchemas.assertValid("ReviewHistory", history);
    assertEquals(0, history.getJsonArray("items").size());
    assertNull(history.getString("state"));
    assertEquals(
        12.3561,
        history
            .getJsonObject("measured")
            .getJsonObject("regions")
            .getJsonObject("bothLungs")
            .getDouble("opacityPercent"));
    String etag = response.headers().firstValue("ETag").orElseThrow();
    assertEquals(
        304,
        client
            .send(
                request(REVIEWS).header("If-None-Match", etag).build(),
                HttpResponse.BodyHandlers.ofString())
            .statusCode());
    assertEquals("no-store", response.headers().firstValue("Cache-Control").orElseThrow());
  }

  @Test
  void aReviewIsKeptWithMeasuredEditedAndRecomputedNumbersSideBySide() throws Exception {
    JsonObject review =
        accept()
            .put("reviewer", "  李医生 Dr. Łukasz Müller ")
            .put("comment", " Vessel left out.\r\nSeen twice. ")
            .put(
                "edited",
                new JsonArray()
                    .add(edit("leftLung", "meanHuOpacity", "HU", -500.5))
                    .add(edit("bothLungs", "opacityPercent", "%", 11.25)))
            .put("excludedComponents", new JsonArray().add(3).add(1));
    HttpResponse<String> response = post(etag(), review.encode());
    assertEquals(201, response.statusCode(), response.body());
    assertEquals(etag(), response.headers().firstValue("ETag").orElseThrow());
    JsonObject history = new JsonObject(response.body());
    ApiSchemas.assertValid("ReviewHistory", history);
    assertEquals("accepted", history.getString("state"));
    assertEquals(new JsonObject(get(REVIEWS).body()), history);
    JsonObject entry = history.getJsonArray("items").getJsonObject(0);
    assertEquals(1, entry.getInteger("number"));
    assertEquals("李医生 Dr. Łukasz Müller", entry.getString("reviewer"));
    assertEquals("Vessel left out.\nSeen twice.", entry.getString("comment"));
    assertEquals(new JsonArray().add(1).add(3), entry.getJsonArray("excludedComponents"));
    JsonObject first = entry.getJsonArray("edited").getJsonObject(0);
    assertEquals("opacityPercent", first.getString("quantity"), "in the order of the report");
    assertEquals(11.25, first.getDouble("value"));
    assertEquals(12.3561, first.getDouble("measured"));
    assertNull(
        entry.getJsonArray("edited").getJsonObject(1).getDouble("measured"), "was not measured");
    assertEquals(
        0.0,
        entry
            .getJsonObject("recomputed")
            .getJsonObject("regions")
            .getJsonObject("bothLungs")
            .getDouble("opacityPercent"));
    assertEquals(
        12.3561,
        history
            .getJsonObject("measured")
            .getJsonObject("regions")
            .getJsonObject("bothLungs")
            .getDouble("opacityPercent"),
        "what was measured stays");
  }

  private static JsonObject edit(String region, String quantity, String unit, Object value) {
    return new JsonObject()
        .put("region", region)
        .put("quantity", quantity)
        .put("unit", unit)
        .put("value", value);
  }

  @Test
  void theNewestVerdictCountsAndACommentIsNone() throws Exception {
    JsonObject comment = accept().put("verdict", "comment").put("comment", "Look at slice 80.");
    assertEquals("commented", stateAfter(comment));
    assertEquals("accepted", stateAfter(accept()));
    assertEquals("rejected", stateAfter(accept().put("verdict", "reject")));
    assertEquals("rejected", stateAfter(comment));
  }

  private String stateAfter(JsonObject review) throws Exception {
    HttpResponse<String> response = post(etag(), review.encode());
    assertEquals(201, response.statusCode(), response.body());
    return new JsonObject(response.body()).getString("state");
  }

  @Test
  void numbersWithoutSomeLesionsAreMeasuredAndNotStored() throws Exception {
    String path = "/api/v1/analyses/" + ID + "/components/measure";
    JsonObject all = new JsonObject(get(path).body());
    ApiSchemas.assertValid("MeasuredWithout", all);
    assertEquals(
        12.3561,
        all.getJsonObject("regions").getJsonObject("bothLungs").getDouble("opacityPercent"));
    JsonObject without = new JsonObject(get(path + "?exclude=3,1").body());
    ApiSchemas.assertValid("MeasuredWithout", without);
    assertEquals(new JsonArray().add(1).add(3), without.getJsonArray("excludedComponents"));
    assertEquals(
        0.0,
        without.getJsonObject("regions").getJsonObject("bothLungs").getDouble("opacityPercent"));
    for (String wrong :
        List.of("4", "0", "-1", "256", "1,,2", "x", "1.5", "", "1e1", "9".repeat(40))) {
      problem(get(path + "?exclude=" + wrong), 400, "invalid-request");
    }
    reviews.recompute = null;
    problem(get(path + "?exclude=1"), 404, "report-not-available");
    problem(
        get("/api/v1/analyses/" + TestAnalyses.id(9) + "/components/measure"),
        404,
        "analysis-not-found");
    assertEquals(0, stored());
  }

  // ---- two at once

  @Test
  void withoutTheTagOfWhatWasSeenNothingIsTaken() throws Exception {
    problem(post(null, accept().encode()), 428, "precondition-required");
    problem(post("*", accept().encode()), 428, "precondition-required");
    assertEquals(0, stored());
  }

  @Test
  void ofTwoAtOnceOneIsTakenAndTheOtherIsShownIt() throws Exception {
    String etag = etag();
    List<CompletableFuture<HttpResponse<String>>> both = new ArrayList<>();
    for (String name : List.of("Dr. A", "Dr. B")) {
      both.add(
          client.sendAsync(
              as(request(REVIEWS), etag)
                  .POST(
                      HttpRequest.BodyPublishers.ofString(accept().put("reviewer", name).encode()))
                  .build(),
              HttpResponse.BodyHandlers.ofString()));
    }
    List<HttpResponse<String>> answers = both.stream().map(CompletableFuture::join).toList();
    assertEquals(
        List.of(201, 412), answers.stream().map(HttpResponse::statusCode).sorted().toList());
    HttpResponse<String> late = answers.get(answers.get(0).statusCode() == 412 ? 0 : 1);
    JsonObject conflict = problem(late, 412, "review-conflict");
    JsonArray missed = conflict.getJsonArray("reviews");
    assertEquals(1, missed.size());
    String winner = missed.getJsonObject(0).getString("reviewer");
    assertEquals(winner, reviews.history(ID, null).orElseThrow().items().get(0).reviewer());
    assertTrue(conflict.getString("detail").contains("Review 1 (accept)"), conflict.encode());
    assertEquals(1, stored());
  }

  @Test
  void theConflictNamesExactlyWhatCameSince() throws Exception {
    assertEquals(201, post(etag(), accept().encode()).statusCode());
    String seen = etag();
    assertEquals(201, post(seen, accept().put("reviewer", "Dr. B").encode()).statusCode());
    assertEquals(201, post(etag(), accept().put("verdict", "reject").encode()).statusCode());
    JsonArray missed =
        problem(post(seen, accept().encode()), 412, "review-conflict").getJsonArray("reviews");
    assertEquals(2, missed.size());
    assertEquals("Dr. B", missed.getJsonObject(0).getString("reviewer"));
    for (String strange : List.of("\"x\"", "W/" + etag(), "\"r1-999999999\"", "r1-3", "\"r9-3\"")) {
      JsonObject conflict = problem(post(strange, accept().encode()), 412, "review-conflict");
      assertTrue(conflict.getJsonArray("reviews").size() <= 3);
    }
    assertEquals(3, stored());
    assertEquals(201, post("\"old\", " + etag(), accept().encode()).statusCode());
  }

  @Test
  void aNewReportBeginsANewHistoryAndTheOldOneCanBeRead() throws Exception {
    assertEquals(201, post(etag(), accept().encode()).statusCode());
    String seen = etag();
    reviews.putReport(ID, 2, measured());
    JsonObject conflict = problem(post(seen, accept().encode()), 412, "review-conflict");
    assertEquals(2, conflict.getInteger("newestVersion"));
    assertEquals(0, conflict.getJsonArray("reviews").size());
    assertTrue(conflict.getString("detail").contains("version 2, not 1"), conflict.encode());
    // The tag alone does not help who has looked at the older report.
    problem(post(etag(), accept().encode()), 412, "review-conflict");
    JsonObject newest = new JsonObject(get(REVIEWS).body());
    assertEquals(0, newest.getJsonArray("items").size());
    assertEquals(2, newest.getInteger("version"));
    JsonObject older = new JsonObject(get(REVIEWS + "?version=1").body());
    ApiSchemas.assertValid("ReviewHistory", older);
    assertEquals(1, older.getJsonArray("items").size());
    assertEquals(2, older.getInteger("newestVersion"));
    assertEquals(201, post(etag(), accept().put("version", 2).encode()).statusCode());
    problem(get(REVIEWS + "?version=3"), 404, "report-not-available");
    problem(get(REVIEWS + "?version=0"), 400, "invalid-request");
  }

  @Test
  void anotherOpenPageIsTold() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", api.port())) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write(
              "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      BufferedReader stream =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      while (!stream.readLine().equals("event: reset")) {}
      assertEquals(201, post(etag(), accept().encode()).statusCode());
      while (!stream.readLine().equals("event: review")) {}
      JsonObject told = new JsonObject(stream.readLine().substring("data: ".length()));
      ApiSchemas.assertValid("ReviewAdded", told);
      assertEquals(ID, told.getString("analysisId"));
      assertEquals(1, told.getInteger("number"));
    }
  }

  // ---- what is refused

  @Test
  void pagesOfOthersAddNothing() throws Exception {
    String etag = etag();
    for (String[] headers :
        List.of(
            new String[] {"If-Match", etag},
            new String[] {
              "If-Match", etag, "X-Hounsfield-Request", "1", "Origin", "http://evil.example"
            },
            new String[] {
              "If-Match", etag, "X-Hounsfield-Request", "1", "Sec-Fetch-Site", "cross-site"
            })) {
      HttpResponse<String> response =
          client.send(
              request(REVIEWS)
                  .headers(headers)
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(accept().encode()))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      problem(response, 403, "cross-site-request");
    }
    assertEquals(0, stored());
  }

  @Test
  void otherMediaTypesAreRefused() throws Exception {
    for (String type :
        List.of(
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=utf-16",
            "application/jsonx",
            ";")) {
      refuses(type);
    }
  }

  private void refuses(String type) throws Exception {
    HttpResponse<String> response =
        client.send(
            request(REVIEWS)
                .header("X-Hounsfield-Request", "1")
                .header("If-Match", etag())
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(accept().encode()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    problem(response, 415, "unsupported-media-type");
  }

  @Test
  void largeBodiesAreRefusedBeforeTheyAreRead() throws Exception {
    assertTrue(raw("Content-Length: 99999999999\r\n", "").contains("body-too-large"));
    assertTrue(raw("Content-Length: 32769\r\n", "").contains("body-too-large"));
    String chunk = "2000\r\n" + " ".repeat(0x2000) + "\r\n";
    String answer = raw("Transfer-Encoding: chunked\r\n", chunk.repeat(5));
    assertTrue(answer.startsWith("HTTP/1.1 413") && answer.contains("body-too-large"), answer);
    assertEquals(200, get("/health/live").statusCode());
    assertEquals(0, stored());
  }

  /** Sends the begin of a request and reads until the server ends the connection. */
  private String raw(String headers, String body) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", api.port())) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write(
              ("POST "
                      + REVIEWS
                      + " HTTP/1.1\r\nHost: localhost\r\nX-Hounsfield-Request: 1\r\n"
                      + "Content-Type: application/json\r\nIf-Match: \"r1-0\"\r\n"
                      + headers
                      + "\r\n"
                      + body)
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aBodyOfTheLargestSizeIsTaken() throws Exception {
    String body = accept().encode();
    String padded = body + " ".repeat(NewReviewJson.MAX_BYTES - body.length());
    assertEquals(201, post(etag(), padded).statusCode());
  }

  private static List<String> wrongBodies() {
    return List.of(
        "",
        " ",
        "null",
        "[]",
        "{",
        "\"accept\"",
        "{}",
        accept().encode() + "x",
        accept().encode() + accept().encode(),
        accept().put("extra", 1).encode(),
        "{\"version\":1,\"version\":1,\"verdict\":\"accept\",\"reviewer\":\"A\"}",
        accept().put("version", "1").encode(),
        accept().put("version", 0).encode(),
        accept().put("version", -1).encode(),
        accept().put("version", 1.5).encode(),
        accept().put("version", 4294967297L).encode(),
        accept().encode().replace("\"version\":1", "\"version\":1" + "0".repeat(100)),
        accept().put("verdict", "Accept").encode(),
        accept().put("verdict", "delete").encode(),
        accept().putNull("verdict").encode(),
        accept().put("verdict", "comment").encode(),
        accept().put("verdict", "comment").put("comment", "  \n ").encode(),
        accept().putNull("reviewer").encode(),
        accept().put("reviewer", "").encode(),
        accept().put("reviewer", " \u3000 ").encode(),
        accept().put("reviewer", "A\nB").encode(),
        accept().put("reviewer", "A\tB").encode(),
        accept().put("reviewer", "A\u0000").encode(),
        accept().put("reviewer", "A\u001b[31m").encode(),
        accept().put("reviewer", "A\u202eB").encode(),
        accept().put("reviewer", "A\u2028B").encode(),
        accept().put("reviewer", "x".repeat(101)).encode(),
        accept().encode().replace("Dr. A", "\\ud800"),
        accept().encode().replace("Dr. A", "\\udc00\\ud800"),
        accept().put("comment", 5).encode(),
        accept().put("comment", "x".repeat(4001)).encode(),
        accept().put("comment", "a\u0007").encode(),
        accept().put("edited", new JsonObject()).encode(),
        accept().putNull("edited").encode(),
        edited(edit("bothLungs", "opacityPercent", "%", 100.01)),
        edited(edit("bothLungs", "opacityPercent", "%", -0.01)),
        edited(edit("bothLungs", "opacityPercent", "mL", 5)),
        edited(edit("bothLungs", "volumeMl", "mL", 100001)),
        edited(edit("bothLungs", "meanHu", "HU", -40000)),
        edited(edit("bothLungs", "sdHu", "HU", -1)),
        edited(edit("bothLungs", "sdHu", "HU", "5")),
        edited(edit("bothLungs", "sdHu", "HU", null)),
        edited(edit("spleen", "sdHu", "HU", 5)),
        edited(edit("bothLungs", "radius", "HU", 5)),
        edited(edit("bothLungs", "sdHu", "HU", 5).put("more", 1)),
        edited(edit("bothLungs", "sdHu", "HU", 5)).replace(":5}", ":1e999}"),
        edited(edit("bothLungs", "sdHu", "HU", 5)).replace(":5}", ":NaN}"),
        edited(edit("bothLungs", "sdHu", "HU", 5)).replace(":5}", ":" + "5".repeat(41) + "}"),
        edited(edit("bothLungs", "sdHu", "HU", 5), edit("bothLungs", "sdHu", "HU", 6)),
        accept().put("excludedComponents", 1).encode(),
        accept().put("excludedComponents", new JsonArray().add(0)).encode(),
        accept().put("excludedComponents", new JsonArray().add(256)).encode(),
        accept().put("excludedComponents", new JsonArray().add(4)).encode(),
        accept().put("excludedComponents", new JsonArray().add(1).add(1)).encode(),
        accept().put("excludedComponents", new JsonArray().add("1")).encode(),
        accept().put("excludedComponents", new JsonArray().add(1.5)).encode(),
        accept().put("edited", new JsonArray(java.util.Collections.nCopies(28, 1))).encode(),
        "[".repeat(30_000),
        "{\"version\":".repeat(2000));
  }

  private static String edited(JsonObject... edits) {
    JsonArray array = new JsonArray();
    for (JsonObject edit : edits) {
      array.add(edit);
    }
    return accept().put("edited", array).encode();
  }

  @Test
  void whatIsNoReviewIsRefusedWithTheReason() throws Exception {
    String etag = etag();
    for (String body : wrongBodies()) {
      JsonObject problem = problem(post(etag, body), 400, "invalid-request");
      assertFalse(problem.getString("detail").isBlank());
      assertEquals(0, stored(), body);
    }
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() throws Exception {
    byte[] body = accept().encode().getBytes(StandardCharsets.UTF_8);
    body[body.length - 3] = (byte) 0xC3;
    HttpResponse<String> response =
        client.send(
            as(request(REVIEWS), etag()).POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
            HttpResponse.BodyHandlers.ofString());
    problem(response, 400, "invalid-request");
    HttpResponse<String> utf16 =
        client.send(
            as(request(REVIEWS), etag())
                .POST(
                    HttpRequest.BodyPublishers.ofByteArray(
                        accept().encode().getBytes(StandardCharsets.UTF_16)))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    problem(utf16, 400, "invalid-request");
  }

  /** Whatever the bytes: a review or a problem, never another fault. */
  @Test
  void changedBytesAreAReviewOrAProblem() {
    byte[] whole =
        accept()
            .put("comment", "text")
            .put("edited", new JsonArray().add(edit("bothLungs", "opacityPercent", "%", 12.5)))
            .put("excludedComponents", new JsonArray().add(1).add(2))
            .encode()
            .getBytes(StandardCharsets.UTF_8);
    Random random = new Random(6);
    int taken = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] body = whole.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      }
      try {
        NewReviewJson.decode(body);
        taken++;
      } catch (Problem refused) {
        assertEquals(Problem.Code.INVALID_REQUEST, refused.code());
      }
    }
    assertTrue(taken > 0 && taken < 20_000, "taken: " + taken);
  }

  /** What the code takes is what the schema says, but for texts that the code looks at closer. */
  @Test
  void theSchemaTakesWhatTheCodeTakes() {
    List<JsonObject> right =
        List.of(
            accept(),
            accept().putNull("comment"),
            accept().put("reviewer", "😀".repeat(100)).put("comment", "😀".repeat(4000)),
            accept().put("edited", new JsonArray().add(edit("leftLung", "sdHu", "HU", 5))),
            accept().put("excludedComponents", new JsonArray().add(255)));
    for (JsonObject body : right) {
      ApiSchemas.assertValid("NewReview", body);
      NewReviewJson.decode(body.encode().getBytes(StandardCharsets.UTF_8));
    }
    List<JsonObject> wrong =
        List.of(
            new JsonObject(),
            accept().put("reviewer", "x".repeat(101)),
            accept().put("comment", "x".repeat(4001)),
            accept().put("extra", 1),
            accept().put("version", 0),
            accept().put("verdict", "maybe"),
            accept().put("edited", new JsonArray().add(edit("leftLung", "sdHu", "cm", 5))),
            accept().put("excludedComponents", new JsonArray().add(256)),
            accept().put("excludedComponents", new JsonArray().add(1).add(1)));
    for (JsonObject body : wrong) {
      assertFalse(ApiSchemas.validate("NewReview", body).getValid(), body.encode());
      assertThrows(
          Problem.class,
          () -> NewReviewJson.decode(body.encode().getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Test
  void aHistoryThatIsFullTakesNoMore() throws Exception {
    for (int i = 0; i < ReviewHistory.MOST; i++) {
      reviews.add(
          ID,
          new NewReview(1, Review.Verdict.ACCEPT, "A", null, List.of(), List.of()),
          state -> true);
    }
    problem(post(etag(), accept().encode()), 409, "too-many-reviews");
    ApiSchemas.assertValid("ReviewHistory", new JsonObject(get(REVIEWS).body()));
  }

  @Test
  void whatHasNoReportCannotBeReviewed() throws Exception {
    catalog.put(TestAnalyses.refused(2, "gantry-tilt", "The gantry was tilted."));
    String refused = "/api/v1/analyses/" + TestAnalyses.id(2) + "/reviews";
    JsonObject problem = problem(get(refused), 404, "report-not-available");
    assertTrue(problem.getString("detail").contains("tilted"), problem.encode());
    HttpResponse<String> posted =
        client.send(
            as(request(refused), "\"r1-0\"")
                .POST(HttpRequest.BodyPublishers.ofString(accept().encode()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    problem(posted, 404, "report-not-available");
    problem(get("/api/v1/analyses/" + TestAnalyses.id(9) + "/reviews"), 404, "analysis-not-found");
  }

  @Test
  void methodsAreSaid() throws Exception {
    HttpResponse<String> deleted =
        client.send(request(REVIEWS).DELETE().build(), HttpResponse.BodyHandlers.ofString());
    problem(deleted, 405, "method-not-allowed");
    assertEquals("GET, HEAD, POST, OPTIONS", deleted.headers().firstValue("Allow").orElseThrow());
    HttpResponse<String> head =
        client.send(
            request(REVIEWS).method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
            HttpResponse.BodyHandlers.ofString());
    assertEquals(200, head.statusCode());
    assertEquals(etag(), head.headers().firstValue("ETag").orElseThrow());
    assertNotEquals("", head.headers().firstValue("Content-Length").orElse(""));
  }
}
