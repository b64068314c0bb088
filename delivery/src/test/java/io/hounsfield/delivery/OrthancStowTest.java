// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
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
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** STOW-RS to Orthanc's DICOMweb plugin: down at first, then it takes each object whole. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OrthancStowTest {
  private static final String ANALYSIS = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a11";
  private static final List<String> PLUGINS =
      List.of(
          "/usr/share/orthanc/plugins/libOrthancDicomWeb.so",
          "/usr/local/share/orthanc/plugins/libOrthancDicomWeb.so");

  @TempDir Path temp;

  private final HttpClient http = HttpClient.newHttpClient();
  private final BlockingQueue<Delivery> changes = new LinkedBlockingQueue<>();

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private Process orthanc(String plugin, int port) throws Exception {
    Path configuration =
        Files.writeString(
            temp.resolve("orthanc.json"),
            """
            {"StorageDirectory": "%s", "IndexDirectory": "%s", "Plugins": ["%s"],
             "HttpPort": %d, "RemoteAccessAllowed": false, "AuthenticationEnabled": false,
             "DicomServerEnabled": false,
             "DicomWeb": {"Enable": true, "Root": "/dicom-web/"}}
            """
                .formatted(temp.resolve("db"), temp.resolve("db"), plugin, port));
    Process process =
        new ProcessBuilder("Orthanc", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("orthanc.log").toFile())
            .start();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try {
        get(port, "/system");
        return process;
      } catch (ConnectException e) {
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

  /** What it holds, by SOP Instance UID. */
  private Map<String, DicomFile> held(int port) throws Exception {
    Map<String, DicomFile> all = new TreeMap<>();
    String list = new String(get(port, "/instances"), StandardCharsets.UTF_8);
    Matcher ids = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{8}){4}").matcher(list);
    while (ids.find()) {
      DicomFile file = DicomFiles.read(get(port, "/instances/" + ids.group() + "/file"));
      all.put(file.dataSet().string(Tag.SOPInstanceUID).orElseThrow(), file);
    }
    return all;
  }

  private void await(DeliveryState state, int count) throws InterruptedException {
    int reached = 0;
    while (reached < count) {
      Delivery change = changes.poll(60, TimeUnit.SECONDS);
      assertTrue(change != null, "only " + reached + " are " + state);
      reached += change.state() == state ? 1 : 0;
    }
  }

  @Test
  void orthancTakesEachObjectWholeAndWhatIsNoObjectIsNotSent() throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "Orthanc"))),
        "Orthanc is not installed (Debian: orthanc)");
    Optional<String> plugin = PLUGINS.stream().filter(p -> Files.exists(Path.of(p))).findFirst();
    assumeTrue(plugin.isPresent(), "no DICOMweb in Orthanc (Debian: orthanc-dicomweb)");
    int port = freePort();
    Path root = temp.resolve("results");
    ManualClock clock = new ManualClock();
    Target target =
        new Target.Stow(URI.create("http://127.0.0.1:" + port + "/dicom-web"), Optional.empty());
    try (DeliveryService service =
        new DeliveryService(
            new MemoryOutbox(),
            List.of(Destination.of("orthanc", target)),
            root,
            Retry.defaults(),
            clock,
            new Random(1),
            Runnable::run)) {
      service.listen(changes::add);
      List<ResultObject> objects = new ArrayList<>();
      for (int number = 1; number <= 3; number++) {
        objects.add(TestObjects.picture(root, ANALYSIS, 1, number));
      }
      service.enqueue(ANALYSIS, 1, new Origin("CT1", "Lung"), objects);
      service.dispatch();
      assertEquals(DeliveryState.FAILING, service.find(1).orElseThrow().state(), "it is down");

      Process orthanc = orthanc(plugin.get(), port);
      try {
        clock.pass(Duration.ofSeconds(5));
        while (service.dispatch() > 0) {
          continue;
        }
        await(DeliveryState.SENT, 3);
        Map<String, DicomFile> held = held(port);
        assertEquals(3, held.size());
        for (int number = 1; number <= 3; number++) {
          DicomFile sent = DicomFiles.read(root.resolve(objects.get(number - 1).file()));
          TransferSyntax plain = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
          assertArrayEquals(
              DataSets.encode(sent.dataSet(), plain),
              DataSets.encode(held.get(TestObjects.uid(ANALYSIS, 1, number)).dataSet(), plain));
        }

        ResultObject none =
            TestObjects.text(root, ANALYSIS, 2, ObjectKind.PDF, "report-pdf.dcm", "no DICOM file");
        service.enqueue(ANALYSIS, 2, new Origin("CT1", "Lung"), List.of(none));
        service.dispatch();
        await(DeliveryState.FAILING, 1);
        assertEquals(3, held(port).size());
      } finally {
        orthanc.destroy();
        orthanc.waitFor(30, TimeUnit.SECONDS);
      }
    }
  }
}
