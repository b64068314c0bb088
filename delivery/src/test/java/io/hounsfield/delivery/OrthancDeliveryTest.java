// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.listener.AssociationException;
import io.hounsfield.listener.AssociationSummary;
import io.hounsfield.listener.CommitmentReport;
import io.hounsfield.listener.DicomNode;
import io.hounsfield.listener.DicomNodeListener;
import io.hounsfield.listener.DicomNodeOptions;
import io.hounsfield.listener.Echo;
import io.hounsfield.listener.ReceivedInstance;
import io.hounsfield.listener.ScuOptions;
import io.hounsfield.listener.Spool;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Orthanc as the archive: down at first, then it takes, commits, and gives back the same. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OrthancDeliveryTest {
  private static final String ANALYSIS = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";

  @TempDir Path temp;

  private final HttpClient http = HttpClient.newHttpClient();
  private final BlockingQueue<Delivery> changes = new LinkedBlockingQueue<>();

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

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
        get(httpPort, "/system");
        return process;
      } catch (AssociationException | ConnectException e) {
        assertTrue(process.isAlive() && System.nanoTime() < until, "Orthanc does not start");
        Thread.onSpinWait();
      }
    }
  }

  private byte[] get(int port, String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertEquals(200, response.statusCode());
    return response.body();
  }

  /** The node that gets Orthanc's commitment reports. */
  private static final class Node implements DicomNodeListener {
    private volatile DeliveryService service;

    @Override
    public void instanceStored(ReceivedInstance instance) {}

    @Override
    public void associationClosed(AssociationSummary association) {}

    @Override
    public void commitmentReported(String archive, CommitmentReport report) {
      try {
        service.commitmentReported(archive, report);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void awaitSent(int count) throws InterruptedException {
    int sent = 0;
    while (sent < count) {
      Delivery change = changes.poll(60, TimeUnit.SECONDS);
      assertTrue(change != null, "only " + sent + " are sent");
      sent += change.state() == DeliveryState.SENT ? 1 : 0;
    }
  }

  @Test
  void orthancGetsCommitsToAndGivesBackEachObject() throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "Orthanc"))),
        "Orthanc is not installed (Debian: orthanc)");
    int dicomPort = freePort();
    int httpPort = freePort();
    Path root = temp.resolve("results");
    ManualClock clock = new ManualClock();
    Target target =
        new Target.Dicom("ORTHANC", "127.0.0.1", dicomPort, "HOUNSFIELD", Optional.empty(), true);
    Node listener = new Node();
    Vertx vertx = Vertx.vertx();
    try (DeliveryService service =
            new DeliveryService(
                new MemoryOutbox(),
                List.of(Destination.of("orthanc", target)),
                root,
                Retry.defaults(),
                clock,
                new Random(1),
                Runnable::run);
        Spool spool = Spool.open(temp.resolve("spool"));
        DicomNode node =
            DicomNode.start(
                vertx,
                DicomNodeOptions.builder().address("127.0.0.1", 0).build(),
                spool,
                listener)) {
      listener.service = service;
      service.listen(changes::add);
      List<ResultObject> objects = new ArrayList<>();
      for (int number = 1; number <= 3; number++) {
        objects.add(TestObjects.picture(root, ANALYSIS, 1, number));
      }
      service.enqueue(ANALYSIS, 1, new Origin("CT1", "Lung"), objects);
      service.dispatch();
      assertEquals(DeliveryState.FAILING, service.find(1).orElseThrow().state(), "it is down");

      Process orthanc = orthanc(dicomPort, httpPort, node.port());
      try {
        clock.pass(Duration.ofSeconds(5));
        while (service.dispatch() > 0) {
          continue;
        }
        awaitSent(3);
        String all =
            new String(get(httpPort, "/instances"), java.nio.charset.StandardCharsets.UTF_8);
        Matcher ids = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{8}){4}").matcher(all);
        int held = 0;
        while (ids.find()) {
          byte[] back = get(httpPort, "/instances/" + ids.group() + "/file");
          String uid = DicomFiles.read(back).dataSet().string(Tag.SOPInstanceUID).orElseThrow();
          for (int number = 1; number <= 3; number++) {
            if (uid.equals(TestObjects.uid(ANALYSIS, 1, number))) {
              held++;
              Path sent = root.resolve(objects.get(number - 1).file());
              assertArrayEquals(
                  DicomFiles.read(sent).dataSet().bytes(Tag.PixelData).orElseThrow(),
                  DicomFiles.read(back).dataSet().bytes(Tag.PixelData).orElseThrow());
            }
          }
        }
        assertEquals(3, held);
      } finally {
        orthanc.destroy();
        orthanc.waitFor(30, TimeUnit.SECONDS);
      }
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
