// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * An Orthanc as the archive, on ports of its own; not running before {@link #start}. Skips the test
 * where there is none.
 */
public final class Orthanc implements AutoCloseable {
  private static final List<String> DICOM_WEB =
      List.of(
          "/usr/share/orthanc/plugins/libOrthancDicomWeb.so",
          "/usr/local/share/orthanc/plugins/libOrthancDicomWeb.so");

  private final Path folder;
  private final int httpPort = Programs.freePort();
  private final int dicomPort = Programs.freePort();
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<String> options = new ArrayList<>();
  private boolean takesDicom;
  private Process process;

  /**
   * @param folder for its configuration, log and database
   */
  public Orthanc(Path folder) throws IOException {
    Programs.needs("Orthanc");
    this.folder = Files.createDirectories(folder);
  }

  /**
   * Takes instances by C-STORE as ORTHANC.
   *
   * @param nodePort of HOUNSFIELD, which it knows as {@code hounsfield}
   */
  public Orthanc withDicom(int nodePort) {
    takesDicom = true;
    options.add(
        """
        "DicomAet": "ORTHANC", "DicomPort": %d, "DicomCheckCalledAet": false,
        "DicomAlwaysAllowStore": true, "DicomAlwaysAllowEcho": true,
        "DicomModalities": {"hounsfield": ["HOUNSFIELD", "127.0.0.1", %d]}"""
            .formatted(dicomPort, nodePort));
    return this;
  }

  /**
   * Serves DICOMweb at {@code /dicom-web}; skips the test where it lacks the plugin.
   *
   * @param server base of another server, which it knows as {@code hounsfield}
   */
  public Orthanc withDicomWeb(Optional<String> server) {
    Optional<String> plugin = DICOM_WEB.stream().filter(p -> Files.exists(Path.of(p))).findFirst();
    assumeTrue(plugin.isPresent(), "no DICOMweb in Orthanc (Debian: orthanc-dicomweb)");
    options.add(
        """
        "Plugins": ["%s"], "DicomWeb": {"Enable": true, "Root": "/dicom-web/", "Servers": {%s}}"""
            .formatted(
                plugin.get(), server.map(base -> "\"hounsfield\": [\"" + base + "\"]").orElse("")));
    return this;
  }

  public int httpPort() {
    return httpPort;
  }

  public int dicomPort() {
    return dicomPort;
  }

  /** Starts it, and waits until it answers. */
  public Orthanc start() throws IOException, InterruptedException {
    Path database = folder.resolve("db");
    // Kept alive, idle connections would end just when they are used again.
    Path configuration =
        Files.writeString(
            folder.resolve("orthanc.json"),
            """
            {"StorageDirectory": "%s", "IndexDirectory": "%s", "HttpPort": %d, "KeepAlive": false,
             "RemoteAccessAllowed": false, "AuthenticationEnabled": false,
             "DicomServerEnabled": %b%s}
            """
                .formatted(
                    database,
                    database,
                    httpPort,
                    takesDicom,
                    options.isEmpty() ? "" : ",\n" + String.join(",\n", options)));
    process =
        new ProcessBuilder("Orthanc", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("orthanc.log").toFile())
            .start();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try {
        get("/system");
        if (takesDicom) {
          new Socket(InetAddress.getLoopbackAddress(), dicomPort).close();
        }
        return this;
      } catch (ConnectException e) {
        assertTrue(process.isAlive() && System.nanoTime() < until, "Orthanc does not start");
        Thread.onSpinWait();
      }
    }
  }

  /** Gets, whatever the answer. */
  public HttpResponse<byte[]> answer(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = to(path);
    return send(headers.length > 0 ? request.headers(headers) : request);
  }

  /** Gets. */
  public byte[] get(String path, String... headers) throws IOException, InterruptedException {
    return success(answer(path, headers));
  }

  /** Gets as text. */
  public String text(String path) throws IOException, InterruptedException {
    return new String(get(path), StandardCharsets.UTF_8);
  }

  /** Posts. */
  public byte[] post(String path, byte[] body) throws IOException, InterruptedException {
    return success(send(to(path).POST(BodyPublishers.ofByteArray(body))));
  }

  /** Posts text. */
  public String post(String path, String body) throws IOException, InterruptedException {
    byte[] answer = post(path, body.getBytes(StandardCharsets.UTF_8));
    return new String(answer, StandardCharsets.UTF_8);
  }

  /** Deletes. */
  public void delete(String path) throws IOException, InterruptedException {
    success(send(to(path).DELETE()));
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path));
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static byte[] success(HttpResponse<byte[]> response) {
    assertEquals(
        200, response.statusCode(), () -> new String(response.body(), StandardCharsets.UTF_8));
    return response.body();
  }

  /** Ends it, if it was started. */
  @Override
  public void close() {
    if (process != null) {
      process.destroy();
      process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
  }
}
