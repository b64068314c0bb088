// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an export asks of the catalogue, and how its rows reach a client. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExportTest {

  private static final byte[] ROW = ("x".repeat(998) + "\r\n").getBytes(StandardCharsets.US_ASCII);

  private record Asked(AnalysisFilter which, String format, boolean withPatient) {}

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final MemoryCatalog catalog = new MemoryCatalog();
  private final Table table = new Table();
  private HttpApi api;

  /** Writes as many rows as it is told to, then fails if it is told to. */
  private static final class Table implements ResultCatalog {
    volatile int rows = 1;
    volatile boolean fails;
    volatile Asked asked;
    volatile CountDownLatch begun = new CountDownLatch(0);
    volatile CountDownLatch goOn = new CountDownLatch(0);
    volatile CountDownLatch ended = new CountDownLatch(0);

    @Override
    public void export(
        AnalysisFilter which, ExportFormat format, boolean withPatient, OutputStream out)
        throws IOException {
      asked = new Asked(which, format.name(), withPatient);
      begun.countDown();
      try {
        goOn.await();
        for (int i = 0; i < rows; i++) {
          out.write(ROW);
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      } finally {
        ended.countDown();
      }
      if (fails) {
        throw new IOException("database disk image is malformed: /secret/path");
      }
    }

    @Override
    public Map<String, DeliveryCounts> deliveryCounts(Collection<String> analysisIds) {
      return Map.of();
    }

    @Override
    public List<Path> files(String analysisId) {
      return List.of();
    }

    @Override
    public List<DeliveryStatus> deliveries(String analysisId) {
      return List.of();
    }

    @Override
    public Optional<DeliveryStatus> change(String analysisId, long number, Change change) {
      return Optional.empty();
    }

    @Override
    public AnalysisCatalog.Subscription subscribe(Consumer<DeliveryStatus> listener) {
      return () -> {};
    }
  }

  @BeforeEach
  void start() throws IOException {
    Health up = new Health(List.of(new Health.Check("store", true, "Open.")));
    api =
        HttpApi.start(
            vertx,
            HttpApiOptions.of("127.0.0.1", 0),
            catalog,
            table,
            List::of,
            new FixedHealth(up, up),
            () -> "");
  }

  @AfterEach
  void stop() {
    api.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    assertNull(catalog.calledOnEventLoop, "catalogue called on an event loop");
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.port() + path))
        .timeout(Duration.ofSeconds(30))
        .build();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  private static void assertProblem(HttpResponse<String> answer, int status, String code) {
    assertEquals(status, answer.statusCode(), answer.body());
    assertEquals(code, new JsonObject(answer.body()).getString("code"));
  }

  @Test
  void filtersAreThoseOfTheWorkListAndPatientsStayAway() throws Exception {
    HttpResponse<String> all = get("/api/v1/export.csv");
    assertEquals(200, all.statusCode());
    assertEquals(new String(ROW, StandardCharsets.US_ASCII), all.body());
    assertEquals(
        "text/csv; charset=utf-8; header=present",
        all.headers().firstValue("Content-Type").orElse(""));
    assertEquals("no-store", all.headers().firstValue("Cache-Control").orElse(""));
    assertEquals(new Asked(AnalysisFilter.NEWEST, "CSV", false), table.asked);

    Analysis one = TestAnalyses.receiving(1, 1);
    Analysis two = TestAnalyses.receiving(2, 2);
    catalog.put(one);
    catalog.put(two);
    HttpResponse<String> some =
        get(
            "/api/v1/export.json?status=reported,refused&seriesInstanceUid=2.25.1&identity=with"
                + "&since=2026-01-31T08:00:00Z&download=true&ids="
                + one.id()
                + ","
                + two.id());
    assertEquals(200, some.statusCode(), some.body());
    assertEquals("application/json", some.headers().firstValue("Content-Type").orElse(""));
    assertEquals(
        "attachment; filename=\"hounsfield-export.json\"",
        some.headers().firstValue("Content-Disposition").orElse(""));
    assertEquals(
        new Asked(
            new AnalysisFilter(
                Set.of(AnalysisStatus.REPORTED, AnalysisStatus.REFUSED),
                Set.of(one.id(), two.id()),
                "2.25.1",
                Instant.parse("2026-01-31T08:00:00Z"),
                null,
                AnalysisFilter.MAX_LIMIT),
            "JSON",
            true),
        table.asked);
  }

  @Test
  void aHundredIdentifiersFitIntoAnAddress() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int n = 0; n < 100; n++) {
      Analysis analysis = TestAnalyses.receiving(n, n);
      catalog.put(analysis);
      ids.add(analysis.id());
    }
    assertEquals(
        200,
        get("/api/v1/export.csv?identity=without&ids=" + String.join("%2C", ids)).statusCode());
    assertEquals(Set.copyOf(ids), table.asked.which().ids());
  }

  @Test
  void whatWasAskedForByNameAndIsNotThereIsSaid() throws Exception {
    assertProblem(
        get("/api/v1/export.csv?ids=00000000-0000-4000-8000-000000000000"),
        404,
        "analysis-not-found");
    for (String wrong :
        List.of("ids=1", "identity=maybe", "limit=5", "status=done", "since=yesterday", "ids=")) {
      assertProblem(get("/api/v1/export.csv?" + wrong), 400, "invalid-request");
    }
    assertNull(table.asked);
  }

  @Test
  void headSaysWhatGetWouldWithoutReadingAnything() throws Exception {
    HttpRequest head =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.port() + "/api/v1/export.csv"))
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build();
    assertEquals(200, client.send(head, HttpResponse.BodyHandlers.discarding()).statusCode());
    assertNull(table.asked);
  }

  @Test
  void manyRowsArriveWhole() throws Exception {
    table.rows = 20_000;
    HttpResponse<byte[]> answer =
        client.send(request("/api/v1/export.csv"), HttpResponse.BodyHandlers.ofByteArray());
    assertEquals(20_000 * ROW.length, answer.body().length);
  }

  @Test
  void aFaultBeforeTheFirstRowIsAProblemAndOneOnTheWayCutsTheConnection() throws Exception {
    table.fails = true;
    HttpResponse<String> early = get("/api/v1/export.csv");
    assertProblem(early, 500, "internal-error");
    assertTrue(!early.body().contains("secret"), early.body());
    table.rows = 2_000;
    assertThrows(IOException.class, () -> get("/api/v1/export.csv"), "half a table is no table");
  }

  @Test
  void aClientThatGoesAwayEndsTheReading() throws Exception {
    table.rows = Integer.MAX_VALUE;
    table.ended = new CountDownLatch(1);
    HttpResponse<InputStream> answer =
        client.send(request("/api/v1/export.csv"), HttpResponse.BodyHandlers.ofInputStream());
    answer.body().readNBytes(100_000);
    answer.body().close();
    assertTrue(table.ended.await(50, TimeUnit.SECONDS), "still writing");
  }

  @Test
  void moreThanTwoAtOnceAreAskedToWait() throws Exception {
    table.begun = new CountDownLatch(Exports.MOST);
    table.goOn = new CountDownLatch(1);
    var first =
        client.sendAsync(request("/api/v1/export.csv"), HttpResponse.BodyHandlers.ofString());
    var second =
        client.sendAsync(request("/api/v1/export.json"), HttpResponse.BodyHandlers.ofString());
    table.begun.await();
    assertProblem(get("/api/v1/export.csv"), 503, "too-many-exports");
    table.goOn.countDown();
    assertEquals(200, first.get().statusCode());
    assertEquals(200, second.get().statusCode());
  }
}
