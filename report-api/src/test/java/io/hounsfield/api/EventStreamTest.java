// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EventStreamTest {

  private static final int QUEUE = 50;

  private final Vertx vertx = Vertx.vertx();
  private final MemoryCatalog catalog = new MemoryCatalog();
  private HttpApi api;

  private void start(int maxStreams, Duration heartbeat, int history) throws IOException {
    api =
        HttpApi.start(
            vertx,
            new HttpApiOptions(
                "127.0.0.1", 0, Set.of(), 100, maxStreams, heartbeat, QUEUE, history),
            catalog,
            List::of,
            FixedHealth.FINE,
            () -> "");
  }

  private void start() throws IOException {
    start(10, Duration.ofSeconds(15), 100);
  }

  @AfterEach
  void stop() {
    api.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  /** One client of the stream. */
  private final class Stream implements AutoCloseable {
    final Socket socket = new Socket("127.0.0.1", api.port());
    final BufferedReader reader;
    final String status;

    Stream(String... headers) throws IOException {
      socket.setSoTimeout(30_000);
      StringBuilder request =
          new StringBuilder("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n");
      for (String header : headers) {
        request.append(header).append("\r\n");
      }
      socket
          .getOutputStream()
          .write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
      reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      status = reader.readLine();
      String line;
      do {
        line = reader.readLine();
      } while (line != null && !line.isEmpty());
    }

    /** The next event: its fields, joined by line feeds; comments and chunk sizes are left out. */
    Event next() throws IOException {
      String id = null;
      String type = null;
      String data = null;
      while (true) {
        String line = reader.readLine();
        if (line == null) {
          throw new IOException("stream ended");
        } else if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          type = line.substring(7);
        } else if (line.startsWith("data: ")) {
          data = line.substring(6);
        } else if (line.isEmpty() && data != null) {
          return new Event(id, type, new JsonObject(data));
        }
      }
    }

    String nextComment() throws IOException {
      String line = reader.readLine();
      while (line != null && !line.startsWith(":")) {
        line = reader.readLine();
      }
      return line;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private record Event(String id, String type, JsonObject data) {}

  private static void await(java.util.function.BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void changesArriveInOrder() throws IOException {
    start();
    try (Stream stream = new Stream()) {
      assertEquals("HTTP/1.1 200 OK", stream.status);
      assertEquals("reset", stream.next().type());
      catalog.put(TestAnalyses.receiving(1, 1));
      Event first = stream.next();
      assertEquals("analysis", first.type());
      ApiSchemas.assertValid("Analysis", first.data());
      assertEquals("receiving", first.data().getString("status"));
      catalog.put(TestAnalyses.analysing(1));
      assertEquals("analysing", stream.next().data().getString("status"));
      catalog.put(TestAnalyses.reported(1, 12.5, 0));
      Event last = stream.next();
      assertEquals("reported", last.data().getString("status"));
      assertEquals(12.5, last.data().getDouble("opacityPercent"));
    }
  }

  @Test
  void everyClientGetsEveryChange() throws IOException {
    start();
    try (Stream a = new Stream();
        Stream b = new Stream()) {
      a.next();
      b.next();
      catalog.put(TestAnalyses.receiving(1, 1));
      assertEquals(TestAnalyses.id(1), a.next().data().getString("id"));
      assertEquals(TestAnalyses.id(1), b.next().data().getString("id"));
    }
    await(() -> api.eventStreams() == 0);
  }

  @Test
  void resumedStreamGetsWhatItMissedAndNothingElse() throws IOException {
    start();
    String lastSeen;
    try (Stream stream = new Stream()) {
      stream.next();
      catalog.put(TestAnalyses.receiving(1, 1));
      lastSeen = stream.next().id();
    }
    catalog.put(TestAnalyses.receiving(2, 1));
    catalog.put(TestAnalyses.receiving(2, 2));
    catalog.put(TestAnalyses.receiving(3, 1));
    try (Stream stream = new Stream("Last-Event-ID: " + lastSeen)) {
      Event second = stream.next();
      assertEquals(TestAnalyses.id(2), second.data().getString("id"));
      assertEquals(2, second.data().getInteger("slicesReceived"), "the newest state alone");
      assertEquals(TestAnalyses.id(3), stream.next().data().getString("id"));
      catalog.put(TestAnalyses.receiving(4, 1));
      assertEquals(TestAnalyses.id(4), stream.next().data().getString("id"));
    }
  }

  @Test
  void streamThatCannotBeResumedIsReset() throws IOException {
    start(10, Duration.ofSeconds(15), 3);
    String lastSeen;
    try (Stream stream = new Stream()) {
      lastSeen = stream.next().id();
    }
    for (int n = 0; n < 4; n++) {
      catalog.put(TestAnalyses.receiving(n, 1));
    }
    for (String id : List.of(lastSeen, "00000000-1", "nonsense", lastSeen + "9", "-")) {
      try (Stream stream = new Stream("Last-Event-ID: " + id)) {
        assertEquals("reset", stream.next().type(), id);
      }
    }
  }

  @Test
  void idleStreamIsKeptAlive() throws IOException {
    start(10, Duration.ofMillis(20), 100);
    try (Stream stream = new Stream()) {
      stream.next();
      assertEquals(":", stream.nextComment());
      assertEquals(":", stream.nextComment());
    }
  }

  @Test
  void streamsAreBounded() throws IOException {
    start(2, Duration.ofSeconds(15), 100);
    List<Stream> open = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Stream stream = new Stream();
      stream.next();
      open.add(stream);
    }
    try (Stream refused = new Stream()) {
      assertEquals("HTTP/1.1 503 Service Unavailable", refused.status);
    }
    open.get(0).close();
    await(() -> api.eventStreams() == 1);
    try (Stream stream = new Stream()) {
      assertEquals("reset", stream.next().type());
    }
    open.get(1).close();
  }

  /** One that does not read must neither hold memory without bound nor hinder the others. */
  @Test
  void clientThatDoesNotReadIsDropped() throws IOException {
    start();
    try (Stream reading = new Stream();
        Stream silent = new Stream()) {
      reading.next();
      silent.next();
      assertEquals(2, api.eventStreams());
      int published = 0;
      while (api.eventStreams() == 2) {
        // Fills the socket's buffers, then the queue; the reading client keeps up.
        catalog.put(TestAnalyses.receiving(published, 1));
        assertEquals(TestAnalyses.id(published), reading.next().data().getString("id"));
        published++;
      }
      assertEquals(1, api.eventStreams());
      assertTrue(published > QUEUE, "published " + published);
      catalog.put(TestAnalyses.analysing(1));
      assertEquals("analysing", reading.next().data().getString("status"));
      assertTrue(endsBefore(silent, published), "the dropped stream must end");
    }
  }

  private static boolean endsBefore(Stream stream, int published) {
    int seen = 0;
    try {
      while (true) {
        stream.next();
        seen++;
      }
    } catch (IOException e) {
      return seen < published;
    }
  }

  @Test
  void closingTheServerEndsTheStreams() throws IOException {
    start();
    try (Stream stream = new Stream()) {
      stream.next();
      api.close();
      boolean ended = false;
      try {
        stream.next();
      } catch (IOException e) {
        ended = true;
      }
      assertTrue(ended);
      assertFalse(api.eventStreams() > 0);
    }
  }
}
