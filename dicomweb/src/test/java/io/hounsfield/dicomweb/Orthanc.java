// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An Orthanc with its DICOMweb plugin: client of a server of ours, and a server itself. */
final class Orthanc implements AutoCloseable {
  private static final List<String> PLUGINS =
      List.of(
          "/usr/share/orthanc/plugins/libOrthancDicomWeb.so",
          "/usr/local/share/orthanc/plugins/libOrthancDicomWeb.so");

  private final HttpClient http = HttpClient.newHttpClient();
  private final int port;
  private final Process process;

  private Orthanc(int port, Process process) {
    this.port = port;
    this.process = process;
  }

  /**
   * Starts one, or skips the test where there is none.
   *
   * @param folder for its files
   * @param peer address of the DICOMweb server that it knows as {@code hounsfield}
   */
  static Orthanc start(Path folder, String peer) throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "Orthanc"))),
        "Orthanc is not installed (Debian: orthanc)");
    Optional<String> plugin = PLUGINS.stream().filter(p -> Files.exists(Path.of(p))).findFirst();
    assumeTrue(plugin.isPresent(), "no DICOMweb in Orthanc (Debian: orthanc-dicomweb)");
    Files.createDirectories(folder);
    int port;
    int dicom;
    try (ServerSocket one = new ServerSocket(0);
        ServerSocket other = new ServerSocket(0)) {
      port = one.getLocalPort();
      dicom = other.getLocalPort();
    }
    JsonObject configuration =
        new JsonObject()
            .put("StorageDirectory", folder.resolve("db").toString())
            .put("IndexDirectory", folder.resolve("db").toString())
            .put("Plugins", new JsonArray().add(plugin.get()))
            .put("HttpPort", port)
            .put("KeepAlive", false) // it ends idle connections just when they are used again
            .put("DicomPort", dicom)
            .put("RemoteAccessAllowed", false)
            .put("AuthenticationEnabled", false)
            .put(
                "DicomWeb",
                new JsonObject()
                    .put("Enable", true)
                    .put("Root", "/dicom-web/")
                    .put("Servers", new JsonObject().put("hounsfield", new JsonArray().add(peer))));
    Path file = Files.writeString(folder.resolve("orthanc.json"), configuration.encode());
    Process process =
        new ProcessBuilder("Orthanc", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("orthanc.log").toFile())
            .start();
    Orthanc orthanc = new Orthanc(port, process);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try {
        orthanc.get("/system");
        return orthanc;
      } catch (ConnectException e) {
        assertTrue(process.isAlive() && System.nanoTime() < until, "Orthanc does not start");
        Thread.onSpinWait();
      }
    }
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private static byte[] success(HttpResponse<byte[]> response) {
    assertEquals(200, response.statusCode(), TestServer.text(response));
    return response.body();
  }

  byte[] get(String path, String... headers) throws IOException, InterruptedException {
    return success(answer(path, headers));
  }

  HttpResponse<byte[]> answer(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = to(path);
    return send(headers.length > 0 ? request.headers(headers) : request);
  }

  byte[] post(String path, byte[] body) throws IOException, InterruptedException {
    return success(send(to(path).POST(HttpRequest.BodyPublishers.ofByteArray(body))));
  }

  byte[] post(String path, JsonObject body) throws IOException, InterruptedException {
    return post(path, body.toBuffer().getBytes());
  }

  /** Forgets everything. */
  void clear() throws IOException, InterruptedException {
    for (Object patient : new JsonArray(new String(get("/patients")))) {
      success(send(to("/patients/" + patient).DELETE()));
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
  }
}
