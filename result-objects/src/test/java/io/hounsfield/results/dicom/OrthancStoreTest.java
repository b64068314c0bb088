// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.results.ResultObject;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An archive takes our objects and gives them back. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OrthancStoreTest {

  private static final Pattern ID = Pattern.compile("\"ID\"\\s*:\\s*\"([0-9a-f-]+)\"");

  @TempDir Path temp;

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void orthancGivesBackTheSameBytes() throws Exception {
    Tools.needs("Orthanc");
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path configuration =
        Files.writeString(
            temp.resolve("orthanc.json"),
            """
            {"StorageDirectory": "%s", "IndexDirectory": "%s", "Plugins": [], "HttpPort": %d,
             "RemoteAccessAllowed": false, "AuthenticationEnabled": false,
             "DicomServerEnabled": false}
            """
                .formatted(temp.resolve("db"), temp.resolve("db"), port));
    Process orthanc =
        new ProcessBuilder("Orthanc", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("orthanc.log").toFile())
            .start();
    try {
      awaitStart(orthanc, port);
      for (ResultObject object : ResultObjectsTest.all(TestCases.simple())) {
        byte[] file = object.toBytes();
        HttpResponse<String> stored =
            http.send(
                request(port, "/instances")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(file))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(200, stored.statusCode(), object.fileName() + stored.body());
        Matcher id = ID.matcher(stored.body());
        assertTrue(id.find(), stored.body());
        HttpResponse<byte[]> back =
            http.send(
                request(port, "/instances/" + id.group(1) + "/file").build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertArrayEquals(file, back.body(), object.fileName());
      }
    } finally {
      orthanc.destroy();
      orthanc.waitFor(30, TimeUnit.SECONDS);
    }
  }

  private static HttpRequest.Builder request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private void awaitStart(Process orthanc, int port) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (true) {
      try {
        http.send(request(port, "/system").build(), HttpResponse.BodyHandlers.discarding());
        return;
      } catch (ConnectException e) {
        assertTrue(
            orthanc.isAlive() && System.nanoTime() < until,
            () -> "Orthanc does not start, see its log");
        Thread.onSpinWait();
      }
    }
  }
}
