// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.listener.AssociationSummary;
import io.hounsfield.listener.DicomNodeListener;
import io.hounsfield.listener.ReceivedInstance;
import io.hounsfield.listener.Spool;
import io.hounsfield.listener.SpoolOptions;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** DICOMweb over a spool of its own on a free port, and a client of it. */
final class TestServer implements AutoCloseable, DicomNodeListener {
  static final String BOUNDARY = "==a boundary==";

  /** A header with which a request is refused, by 421, before it comes to DICOMweb. */
  static final String REFUSED = "X-Refused";

  private static final int WAIT_SECONDS = 30;

  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  final Path directory;
  final Spool spool;
  final BlockingQueue<ReceivedInstance> stored = new LinkedBlockingQueue<>();
  final BlockingQueue<AssociationSummary> ended = new LinkedBlockingQueue<>();
  final BlockingQueue<Answered> answered = new LinkedBlockingQueue<>();
  volatile Optional<String> refusal = Optional.empty();

  /** What the meter was told. */
  record Answered(DicomWebMeter.Operation operation, String outcome, long received, long sent) {}

  private final Vertx vertx = Vertx.vertx();
  private final DicomWeb web;
  private final HttpServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  TestServer(Path directory) throws IOException {
    this(directory, DicomWebOptions.of("NODE"), SpoolOptions.defaults());
  }

  TestServer(Path directory, DicomWebOptions options, SpoolOptions spoolOptions)
      throws IOException {
    this.directory = directory;
    this.spool = Spool.open(directory, spoolOptions);
    web =
        new DicomWeb(
            vertx,
            spool,
            this,
            options,
            (operation, outcome, received, sent) ->
                answered.add(new Answered(operation, outcome, received, sent)));
    Router root = Router.router(vertx);
    root.route()
        .handler(
            rc -> {
              if (rc.request().getHeader(REFUSED) != null) {
                throw new Refusal();
              }
              rc.next();
            });
    root.route(DicomWeb.PATH + "/*").subRouter(web.router());
    root.route()
        .failureHandler(
            rc -> rc.response().setStatusCode(rc.failure() instanceof Refusal ? 421 : 500).end());
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
            .requestHandler(root)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  int port() {
    return server.actualPort();
  }

  String base() {
    return "http://127.0.0.1:" + port() + DicomWeb.PATH;
  }

  @Override
  public void instanceStored(ReceivedInstance instance) {
    stored.add(instance);
  }

  @Override
  public void associationClosed(AssociationSummary association) {
    ended.add(association);
  }

  @Override
  public Optional<String> refusal() {
    return refusal;
  }

  AssociationSummary awaitEnd() throws InterruptedException {
    AssociationSummary summary = ended.poll(WAIT_SECONDS, TimeUnit.SECONDS);
    assertNotNull(summary, "no store request ended");
    return summary;
  }

  HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  JsonArray getJson(String path) throws Exception {
    HttpResponse<byte[]> response = get(path);
    String body = new String(response.body(), StandardCharsets.UTF_8);
    if (response.statusCode() == 204) {
      assertEquals("", body);
      return new JsonArray();
    }
    assertEquals(200, response.statusCode(), body);
    assertEquals("application/dicom+json", header(response, "Content-Type"));
    assertEquals("no-store", header(response, "Cache-Control"));
    return new JsonArray(body);
  }

  HttpResponse<byte[]> store(String path, byte[]... files) throws Exception {
    return post(path, multipartType(BOUNDARY), body(BOUNDARY, files));
  }

  HttpResponse<byte[]> post(String path, String type, byte[] body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base() + path))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (type != null) {
      request.header("Content-Type", type);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  static String multipartType(String boundary) {
    return "multipart/related; type=\"application/dicom\"; boundary=\"" + boundary + "\"";
  }

  static byte[] body(String boundary, byte[]... files) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] file : files) {
      body.writeBytes(ascii("--" + boundary + "\r\nContent-Type: application/dicom\r\n\r\n"));
      body.writeBytes(file);
      body.writeBytes(ascii("\r\n"));
    }
    body.writeBytes(ascii("--" + boundary + "--\r\n"));
    return body.toByteArray();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  static JsonObject json(HttpResponse<byte[]> response) {
    return new JsonObject(text(response));
  }

  /** A part of a multipart answer. */
  record Part(Map<String, String> headers, byte[] content) {}

  static List<Part> parts(HttpResponse<byte[]> response) throws Exception {
    MediaType type = MediaType.parse(header(response, "Content-Type")).orElseThrow();
    assertEquals("multipart/related", type.type());
    List<Part> parts = new ArrayList<>();
    RecordingParts recording = new RecordingParts();
    MultipartParser parser =
        new MultipartParser(type.parameters().get("boundary"), 10_000, recording);
    parser.feed(response.body());
    parser.finish();
    for (int i = 0; i < recording.contents.size(); i++) {
      parts.add(new Part(recording.headers.get(i), recording.contents.get(i)));
    }
    return parts;
  }

  /** Names of all files in the spool's folders. */
  List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals(".lock"))
          .toList();
    }
  }

  void assertProblem(int status, HttpResponse<byte[]> response) {
    assertEquals(status, response.statusCode(), text(response));
    assertEquals("application/problem+json", header(response, "Content-Type"));
    assertEquals(status, json(response).getInteger("status"));
    assertTrue(json(response).getString("detail").length() > 10);
  }

  @Override
  public void close() throws IOException {
    server.close().toCompletionStage().toCompletableFuture().join();
    web.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    spool.close();
  }
}
