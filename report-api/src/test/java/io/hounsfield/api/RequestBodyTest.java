// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RequestBodyTest {

  private static final int MAX_BYTES = 2048;

  private final Vertx vertx = Vertx.vertx();
  private HttpServer server;

  @BeforeEach
  void start() {
    Router router = Router.router(vertx);
    router.post("/patient").handler(rc -> RequestBody.read(rc, MAX_BYTES, 50_000));
    router.post("/hasty").handler(rc -> RequestBody.read(rc, MAX_BYTES, 300));
    router.route().handler(rc -> rc.response().end(Buffer.buffer(RequestBody.of(rc))));
    router
        .route()
        .failureHandler(
            rc -> {
              if (rc.failure() instanceof Problem problem) {
                problem.answer(rc.response());
              } else {
                rc.next();
              }
            });
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  @AfterEach
  void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private Socket open(String path, String headers, String body) throws IOException {
    Socket socket = new Socket("127.0.0.1", server.actualPort());
    socket.setSoTimeout(30_000);
    socket
        .getOutputStream()
        .write(
            ("POST "
                    + path
                    + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + headers
                    + "\r\n"
                    + body)
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String untilTheEnd(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aBodyThatDoesNotComeEndsTheConnection() throws IOException {
    try (Socket socket = open("/hasty", "Content-Length: 100\r\n", "{")) {
      String answer = untilTheEnd(socket);
      assertTrue(answer.startsWith("HTTP/1.1 408"), answer);
      assertTrue(answer.contains("too-slow"), answer);
    }
  }

  @Test
  void chunksAreOneBodyUpToTheLargestSize() throws IOException {
    String chunk = "400\r\n" + "x".repeat(0x400) + "\r\n";
    String headers = "Transfer-Encoding: chunked\r\nConnection: close\r\n";
    try (Socket socket = open("/patient", headers, chunk.repeat(2) + "0\r\n\r\n")) {
      String answer = untilTheEnd(socket);
      assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
      assertTrue(answer.endsWith("\r\n\r\n" + "x".repeat(MAX_BYTES)), answer);
    }
    try (Socket socket = open("/patient", headers, chunk.repeat(2) + "1\r\nx\r\n")) {
      String answer = untilTheEnd(socket);
      assertTrue(answer.startsWith("HTTP/1.1 413"), answer);
    }
  }

  /** RFC 9110 section 10.1.1: a client may wait to be told to go on. */
  @Test
  void aClientThatWaitsIsToldToGoOn() throws IOException {
    String headers = "Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n";
    try (Socket socket = open("/patient", headers, "")) {
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      assertEquals("HTTP/1.1 100 Continue", reader.readLine());
      socket.getOutputStream().write("{}".getBytes(StandardCharsets.US_ASCII));
      assertEquals("", reader.readLine());
      assertEquals("HTTP/1.1 200 OK", reader.readLine());
    }
  }

  @Test
  void aClientThatGoesAwayLeavesTheServerUp() throws IOException {
    open("/patient", "Content-Length: 100\r\n", "{").close();
    chunksAreOneBodyUpToTheLargestSize();
  }
}
