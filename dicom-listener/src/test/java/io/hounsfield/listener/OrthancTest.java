// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.SopClass;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Orthanc as the archive: takes what our SCU sends and pushes it on to our node. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OrthancTest {
  @TempDir Path temp;

  private final HttpClient http = HttpClient.newHttpClient();

  private Process orthanc(int dicomPort, int httpPort, int nodePort) throws Exception {
    Path configuration =
        Files.writeString(
            temp.resolve("orthanc.json"),
            """
            {"StorageDirectory": "%s", "IndexDirectory": "%s", "Plugins": [],
             "HttpPort": %d, "RemoteAccessAllowed": false, "AuthenticationEnabled": false,
             "DicomAet": "ORTHANC", "DicomPort": %d, "DicomCheckCalledAet": false,
             "DicomAlwaysAllowStore": true, "DicomAlwaysAllowEcho": true,
             "DicomModalities": {"hounsfield": ["HOUNSFIELD", "127.0.0.1", %d]}}
            """
                .formatted(temp.resolve("db"), temp.resolve("db"), httpPort, dicomPort, nodePort));
    Process process =
        new ProcessBuilder("Orthanc", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("orthanc.log").toFile())
            .start();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try {
        Echo.echo(ScuOptions.of("ORTHANC", "127.0.0.1", dicomPort));
        request(httpPort, "/system", null);
        return process;
      } catch (AssociationException | ConnectException e) {
        assertTrue(process.isAlive() && System.nanoTime() < until, "Orthanc does not start");
        Thread.onSpinWait();
      }
    }
  }

  private String request(int port, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    if (body != null) {
      request.POST(HttpRequest.BodyPublishers.ofString(body));
    }
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), response.body());
    return response.body();
  }

  private void throughOrthanc(List<Path> files) throws Exception {
    int dicomPort = DcmtkTest.freePort();
    int httpPort = DcmtkTest.freePort();
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      Process orthanc = orthanc(dicomPort, httpPort, node.port());
      try {
        SendResult result =
            StorageScu.send(
                ScuOptions.of("ORTHANC", "127.0.0.1", dicomPort), files, ProgressListener.NONE);
        assertEquals(List.of(), result.failures());
        String series = request(httpPort, "/series", null).replaceAll("[^0-9a-f-]", "");
        request(httpPort, "/modalities/hounsfield/store", series);
        DcmtkTest.assertSamePixels(files, node.listener.await(files.size()));
        request(httpPort, "/modalities/hounsfield/store", series);
        assertEquals(
            files.size(),
            node.listener.await(2 * files.size()).stream()
                .filter(instance -> instance.duplicate() && !instance.conflicting())
                .count(),
            "sent again, the same bytes");
      } finally {
        orthanc.destroy();
        orthanc.waitFor(30, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void aSeriesGoesThroughOrthancUnchanged() throws Exception {
    DcmtkTest.needs("Orthanc");
    throughOrthanc(TestInstances.files(temp.resolve("in"), "orthanc", 6, 128));
  }

  @Test
  void aRealCompressedSeriesGoesThroughOrthancUnchanged() throws Exception {
    DcmtkTest.needs("Orthanc");
    throughOrthanc(DcmtkTest.firstFiles(DcmtkTest.shared("ricord-1a-covid"), 6));
  }

  // ---- storage commitment, PS3.4 annex J ----

  /** A value of a flat JSON answer. */
  private static String value(String json, String key) {
    Matcher matcher = Pattern.compile("\"" + key + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json);
    assertTrue(matcher.find(), json);
    return matcher.group(1);
  }

  @Test
  void orthancAsksUsForStorageCommitment() throws Exception {
    DcmtkTest.needs("Orthanc");
    List<Path> files = TestInstances.files(temp.resolve("in"), "sc", 3, 64);
    int dicomPort = DcmtkTest.freePort();
    int httpPort = DcmtkTest.freePort();
    DicomPeer peer = DicomPeer.of("ORTHANC", "127.0.0.1").withPort(dicomPort);
    try (TestNode node = new TestNode(temp.resolve("spool"), o -> o.peers(List.of(peer)))) {
      Process orthanc = orthanc(dicomPort, httpPort, node.port());
      try {
        StorageScu.send(
            ScuOptions.of("ORTHANC", "127.0.0.1", dicomPort), files, ProgressListener.NONE);
        String series = request(httpPort, "/series", null).replaceAll("[^0-9a-f-]", "");
        request(httpPort, "/modalities/hounsfield/store", series);
        node.listener.await(3);
        assertEquals("Success", commitment(httpPort, 0, 1, 2));
        assertEquals("Failure", commitment(httpPort, 0, 77), "of the second we hold nothing");
        CommitmentTest.awaitPending(node, 0); // Orthanc shows a report before it answers us
        assertEquals(2, node.node.statistics().commitmentsReported());
      } finally {
        orthanc.destroy();
        orthanc.waitFor(30, TimeUnit.SECONDS);
      }
    }
  }

  private String commitment(int httpPort, int... numbers) throws Exception {
    String instances =
        Arrays.stream(numbers)
            .mapToObj(
                n ->
                    "{\"SOPClassUID\": \"%s\", \"SOPInstanceUID\": \"%s\"}"
                        .formatted(SopClass.CT_IMAGE_STORAGE, TestInstances.sopUid("sc", n)))
            .collect(Collectors.joining(",", "[", "]"));
    String asked =
        request(
            httpPort,
            "/modalities/hounsfield/storage-commitment",
            "{\"DicomInstances\": " + instances + "}");
    String path = value(asked, "Path");
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      String status = value(request(httpPort, path, null), "Status");
      if (!status.equals("Pending")) {
        return status;
      }
      assertTrue(System.nanoTime() < until, "no report reaches Orthanc");
      Thread.onSpinWait();
    }
  }

  @Test
  void weAskOrthancForStorageCommitment() throws Exception {
    DcmtkTest.needs("Orthanc");
    List<Path> files = TestInstances.files(temp.resolve("in"), "sc", 3, 64);
    int dicomPort = DcmtkTest.freePort();
    int httpPort = DcmtkTest.freePort();
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      Process orthanc = orthanc(dicomPort, httpPort, node.port());
      try {
        ScuOptions scu = ScuOptions.of("ORTHANC", "127.0.0.1", dicomPort);
        StorageScu.send(scu, files, ProgressListener.NONE);
        List<InstanceReference> wanted = new ArrayList<>(StorageCommitmentScu.references(files));
        InstanceReference unknown = new InstanceReference(SopClass.CT_IMAGE_STORAGE, "1.2.3.4");
        wanted.add(unknown);
        // Orthanc reports on an association of its own, to our node.
        String transaction =
            StorageCommitmentScu.request(scu, wanted, Duration.ZERO).transactionUid();
        CommitmentReport report = node.listener.awaitCommitment(transaction);
        assertEquals(
            Set.copyOf(StorageCommitmentScu.references(files)), Set.copyOf(report.committed()));
        assertEquals(Map.of(unknown, 0x0112), report.failed());
      } finally {
        orthanc.destroy();
        orthanc.waitFor(30, TimeUnit.SECONDS);
      }
    }
  }
}
