// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.api.DeliveryStatus;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.listener.ProgressListener;
import io.hounsfield.listener.ScuOptions;
import io.hounsfield.listener.SendResult;
import io.hounsfield.listener.StorageScu;
import io.hounsfield.peers.Programs;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From the last slice to results at their destinations, over the whole service. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ResultDeliveryTest {
  private static final String DESTINATIONS = "HOUNSFIELD_DELIVERY_DESTINATIONS";

  @TempDir static Path shared;
  @TempDir Path temp;

  private static List<Path> chest;

  private final HttpClient http = HttpClient.newHttpClient();
  private final BlockingQueue<DeliveryStatus> changes = new LinkedBlockingQueue<>();

  @BeforeAll
  static void makeChest() throws IOException {
    chest =
        PhantomWriter.writeSeries(
            Phantom.generate(
                PhantomOptions.builder().seed(5).matrix(256).slices(40).opacityPercent(15).build()),
            shared.resolve("chest"));
  }

  private JsonObject get(TestService s, String path) throws Exception {
    return new JsonObject(call(s, "GET", path, 200));
  }

  private String call(TestService s, String method, String path, int status, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + s.service.httpPort() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertEquals(status, answer.statusCode(), answer.body());
    return answer.body();
  }

  private void listen(TestService s) {
    s.service.results().subscribe(changes::add);
  }

  /** Waits until there are deliveries of an analysis and all are in that state. */
  private List<DeliveryStatus> await(TestService s, String id, String state) throws Exception {
    while (true) {
      List<DeliveryStatus> all = s.service.results().deliveries(id);
      if (!all.isEmpty() && all.stream().allMatch(d -> d.state().equals(state))) {
        return all;
      }
      assertNotNull(changes.poll(120, TimeUnit.SECONDS), "not all are " + state + ": " + all);
    }
  }

  /** Waits until one delivery is in that state. */
  private DeliveryStatus awaitOne(String state) throws InterruptedException {
    while (true) {
      DeliveryStatus change = changes.poll(120, TimeUnit.SECONDS);
      assertNotNull(change, "none is " + state);
      if (change.state().equals(state)) {
        return change;
      }
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(p -> p.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void everyFormComesToAFolderAndTheApiShowsIt() throws Exception {
    Path out = Files.createDirectories(temp.resolve("out"));
    try (TestService s =
        new TestService(
            temp.resolve("data"),
            60,
            Map.of(DESTINATIONS, "research;type=folder;address=" + out))) {
      listen(s);
      s.send(chest);
      Analysis analysis = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, analysis.status());
      String base = "/api/v1/analyses/" + analysis.id();
      await(s, analysis.id(), "sent");
      JsonArray deliveries = get(s, base + "/deliveries").getJsonArray("items");
      Set<String> sent = new TreeSet<>();
      Set<String> kinds = new TreeSet<>();
      for (Object each : deliveries) {
        JsonObject delivery = (JsonObject) each;
        assertEquals("sent", delivery.getString("state"), delivery.encode());
        sent.add(delivery.getString("file"));
        kinds.add(delivery.getString("kind"));
      }
      assertTrue(
          kinds.containsAll(
              Set.of(
                  "seg",
                  "seg-label-map",
                  "sr",
                  "key-images",
                  "pdf",
                  "document",
                  "fhir",
                  "hl7",
                  "csv",
                  "json",
                  "label-maps")),
          kinds.toString());
      Path there = out.resolve(analysis.id()).resolve("v1");
      assertEquals(sent, names(there));
      Path made = temp.resolve("data/results").resolve(analysis.id()).resolve("v1");
      for (String name : sent) {
        assertArrayEquals(
            Files.readAllBytes(made.resolve(name)), Files.readAllBytes(there.resolve(name)), name);
      }
      Set<String> listed = new TreeSet<>();
      for (Object each : get(s, base + "/results").getJsonArray("items")) {
        listed.add(((JsonObject) each).getString("name"));
      }
      assertEquals(sent, listed);
      assertTrue(call(s, "GET", base + "/results/report.hl7", 200).startsWith("MSH|"));
      call(s, "GET", base + "/results/..%2F..%2Fhounsfield.db", 400);
      call(s, "GET", base + "/results/hounsfield.db", 404);
      String metrics = call(s, "GET", "/metrics", 200);
      assertTrue(
          metrics.contains(
              "hounsfield_deliveries_sent_total{destination=\"research\"} " + sent.size() + ".0"),
          metrics);
      assertTrue(metrics.contains("hounsfield_deliveries_open{destination=\"research\"} 0.0"));
    }
  }

  @Test
  void anArchiveThatComesUpLateGetsEachObjectAndTheyStartNoAnalysisWithUs() throws Exception {
    Programs.needs("storescp");
    Path archive = Files.createDirectories(temp.resolve("archive"));
    int port = Programs.freePort();
    try (TestService s =
        new TestService(
            temp.resolve("data"),
            60,
            Map.of(
                DESTINATIONS,
                ("pacs;type=dicom;address=ARCHIVE@127.0.0.1:%d,"
                        + "others;type=dicom;address=ARCHIVE@127.0.0.1:%d;peers=SOMEBODY")
                    .formatted(port, port)))) {
      listen(s);
      s.send(chest);
      Analysis analysis = s.awaitEnd();
      DeliveryStatus first = awaitOne("failing");
      assertEquals("pacs", first.destination());
      assertNotNull(first.nextAttemptAt());
      String one = "/api/v1/analyses/%s/deliveries/%d".formatted(analysis.id(), first.number());
      call(s, "POST", one + "/resend", 403);
      call(s, "POST", one + "/resend", 403, "X-Hounsfield-Request", "1", "Origin", "http://a.b");
      call(s, "GET", one + "/resend", 405);
      Process storescp =
          new ProcessBuilder("storescp", "-od", archive.toString(), "-aet", "ARCHIVE", "" + port)
              .redirectErrorStream(true)
              .redirectOutput(temp.resolve("storescp.log").toFile())
              .start();
      try {
        while (s.service.results().deliveries(analysis.id()).stream()
            .anyMatch(d -> !d.state().equals("sent"))) {
          // Asks again until storescp listens; nothing waits for its back-off.
          HttpResponse<String> answer =
              http.send(
                  HttpRequest.newBuilder(
                          URI.create("http://127.0.0.1:" + s.service.httpPort() + one + "/resend"))
                      .header("X-Hounsfield-Request", "1")
                      .POST(HttpRequest.BodyPublishers.noBody())
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
          assertTrue(List.of(200, 409).contains(answer.statusCode()), answer.body());
          assertNotNull(changes.poll(60, TimeUnit.SECONDS));
          if (s.service.results().deliveries(analysis.id()).stream()
              .anyMatch(d -> d.number() == first.number() && d.state().equals("sent"))) {
            break;
          }
        }
        List<DeliveryStatus> sent = await(s, analysis.id(), "sent");
        assertEquals(
            Set.of("pacs"),
            sent.stream().map(DeliveryStatus::destination).collect(Collectors.toSet()));
        Set<String> classes = new TreeSet<>();
        List<Path> held = new ArrayList<>();
        try (Stream<Path> all = Files.list(archive)) {
          all.forEach(held::add);
        }
        for (Path file : held) {
          DataSet header = DicomFiles.readHeader(file).dataSet();
          classes.add(header.string(Tag.SOPClassUID).orElseThrow());
          assertEquals(
              "Hounsfield lung CT quantification",
              header.string(Tag.ManufacturerModelName).orElseThrow(),
              "by this a result is known even if it came back as a CT image");
        }
        assertEquals(
            Set.of(
                SopClass.SEGMENTATION_STORAGE,
                SopClass.COMPREHENSIVE_3D_SR_STORAGE,
                SopClass.SECONDARY_CAPTURE_IMAGE_STORAGE,
                SopClass.ENCAPSULATED_PDF_STORAGE),
            classes);
        assertEquals(sent.size(), held.size(), "each once");

        // And back to us, as an archive with a routing rule would send them.
        SendResult back =
            StorageScu.send(
                ScuOptions.of("HOUNSFIELD", "127.0.0.1", s.service.dicomPort()),
                held,
                ProgressListener.NONE);
        assertEquals(0, back.stored());
        assertTrue(
            back.failures().stream().allMatch(f -> f.status() == SendResult.NOT_ACCEPTED),
            back.failures().toString());
        assertEquals(1, s.all().size(), "no analysis of a result");
      } finally {
        storescp.destroy();
        storescp.waitFor(30, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void aRestartDoesNotMakeOrSendResultsAgain() throws Exception {
    Path out = Files.createDirectories(temp.resolve("out"));
    Map<String, String> options =
        Map.of(DESTINATIONS, "research;type=folder;kinds=csv|sr;address=" + out);
    String id;
    List<DeliveryStatus> before;
    try (TestService s = new TestService(temp.resolve("data"), 60, options)) {
      listen(s);
      s.send(chest);
      id = s.awaitEnd().id();
      before = await(s, id, "sent");
    }
    try (TestService s = new TestService(temp.resolve("data"), 60, options)) {
      assertEquals(before, s.service.results().deliveries(id));
      assertEquals(AnalysisStatus.REPORTED, s.all().get(0).status());
      String csv = Files.readString(out.resolve(id).resolve("v1/report.csv"));
      assertEquals(2, csv.lines().count(), "names of the columns and one row");
    }
  }
}
