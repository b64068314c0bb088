// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A series that comes by STOW-RS is measured like one that comes by C-STORE. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StowToReportTest {
  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();

  private static byte[] body(List<Path> files) throws Exception {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Path file : files) {
      body.writeBytes(
          "--b\r\nContent-Type: application/dicom\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      body.writeBytes(Files.readAllBytes(file));
      body.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    body.writeBytes("--b--\r\n".getBytes(StandardCharsets.US_ASCII));
    return body.toByteArray();
  }

  private HttpResponse<String> store(TestService s, byte[] body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(s.service.address() + "/dicom-web/studies"))
            .header("Content-Type", "multipart/related; type=\"application/dicom\"; boundary=b");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(
        request.POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aSeriesThatIsStoredIsReportedAtTheEndOfTheRequest() throws Exception {
    List<Path> chest =
        PhantomWriter.writeSeries(
            Phantom.generate(PhantomOptions.builder().seed(5).matrix(128).slices(40).build()),
            folder.resolve("chest"));
    // Idle time is far away: the report comes because the request ended.
    try (TestService s = new TestService(folder.resolve("data"), 60)) {
      HttpResponse<String> stored = store(s, body(chest));
      assertEquals(200, stored.statusCode(), stored.body());
      Analysis analysis = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, analysis.status());
      assertEquals(40, analysis.slicesReceived());

      HttpResponse<String> found =
          client.send(
              HttpRequest.newBuilder(URI.create(s.service.address() + "/dicom-web/series?limit=10"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertEquals(200, found.statusCode());
      assertTrue(found.body().contains("\"00201209\":{\"vr\":\"IS\",\"Value\":[40]}"));
      assertEquals("nosniff", found.headers().firstValue("X-Content-Type-Options").orElse(""));
      HttpResponse<String> metrics =
          client.send(
              HttpRequest.newBuilder(URI.create(s.service.address() + "/metrics")).build(),
              HttpResponse.BodyHandlers.ofString());
      for (String line :
          List.of(
              "hounsfield_dicomweb_requests_total{operation=\"store\",outcome=\"200\"} 1.0",
              "hounsfield_dicomweb_received_bytes_total{operation=\"store\"} ",
              "hounsfield_dicomweb_sent_bytes_total{operation=\"search\"} ")) {
        assertTrue(metrics.body().contains("\n" + line), metrics.body());
      }
      // The checks of the other routes hold here too.
      HttpResponse<String> elsewhere =
          client.send(
              HttpRequest.newBuilder(URI.create(s.service.address() + "/api/v1/analyses"))
                  .POST(HttpRequest.BodyPublishers.ofString("x"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertEquals(413, elsewhere.statusCode(), "a body is taken where it is meant to be");
    }
  }

  /** As the page sends it: the first request alone would be a series of 20 slices. */
  @Test
  void aSeriesInSeveralRequestsOfAnUploadIsMeasuredOnce() throws Exception {
    List<Path> chest =
        PhantomWriter.writeSeries(
            Phantom.generate(PhantomOptions.builder().seed(5).matrix(128).slices(40).build()),
            folder.resolve("chest"));
    try (TestService s = new TestService(folder.resolve("data"), 60)) {
      String[] more = {"X-Hounsfield-Upload", "upload-of-the-test; more"};
      assertEquals(200, store(s, body(chest.subList(0, 20)), more).statusCode());
      s.awaitSlices(20);
      assertEquals(200, store(s, body(chest.subList(20, 30)), more).statusCode());
      s.awaitSlices(30);
      String[] last = {"X-Hounsfield-Upload", "upload-of-the-test"};
      assertEquals(200, store(s, body(chest.subList(30, 40)), last).statusCode());
      Analysis analysis = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, analysis.status());
      assertEquals(40, analysis.slicesReceived());
      assertEquals(1, analysis.version());
    }
  }

  @Test
  void onceItIsSaidWhoMaySendOrDicomWebIsOffNothingIsStoredThisWay() throws Exception {
    Map<String, String> peers = Map.of("HOUNSFIELD_DICOM_PEERS", "PACS@192.0.2.1");
    try (TestService s = new TestService(folder.resolve("peers"), 60, peers)) {
      assertEquals(405, store(s, body(List.of())).statusCode());
    }
    Map<String, String> off = Map.of("HOUNSFIELD_DICOMWEB_ENABLED", "false");
    try (TestService s = new TestService(folder.resolve("off"), 60, off)) {
      assertEquals(413, store(s, body(List.of())).statusCode());
    }
  }
}
