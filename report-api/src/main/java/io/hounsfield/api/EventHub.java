// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event stream: passes changes of analyses and deliveries on to any number of clients
 * (server-sent events, HTML standard section 9.2).
 *
 * <p>Of several changes of one analysis or delivery that a client has not read yet it gets the
 * newest alone, so a client that is slow for a moment loses nothing that matters; one that leaves
 * more than {@link HttpApiOptions#eventQueue()} changes unread, or reads nothing for {@value
 * #MAX_STALLED_BEATS} heartbeats, is disconnected. Event ids are {@code <start of this
 * hub>-<sequence number>}, so that a stream can be resumed, but not across a restart of the
 * service.
 */
final class EventHub implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EventHub.class);
  private static final int MAX_STALLED_BEATS = 4;
  private static final int WRITE_QUEUE_BYTES = 64 * 1024;

  /**
   * @param name of the event in the stream
   * @param subject what it is about: an event replaces earlier ones of its subject
   */
  private record Event(long sequence, String name, String subject, String json) {}

  private final Vertx vertx;
  private final HttpApiOptions options;
  private final String start =
      "%08x".formatted(ThreadLocalRandom.current().nextInt()); // tells restarts apart, no secret
  private final long heartbeatTimer;

  // All guarded by this.
  private final Set<Client> clients = new HashSet<>();

  /** The newest event of each subject, oldest first. */
  private final Map<String, Event> newest = new LinkedHashMap<>();

  private long sequence;

  /** Highest sequence number that fell out of {@link #newest} for want of room. */
  private long forgotten;

  private boolean closed;

  EventHub(Vertx vertx, HttpApiOptions options) {
    this.vertx = vertx;
    this.options = options;
    this.heartbeatTimer =
        vertx.setPeriodic(options.eventHeartbeat().toMillis(), timer -> heartbeat());
  }

  /** Takes a change; called from any thread. */
  void publish(Analysis analysis, DeliveryCounts deliveries) {
    publish("analysis", analysis.id(), AnalysisJson.analysis(analysis, deliveries).encode());
  }

  /** Takes a change of a delivery; called from any thread. */
  void publish(DeliveryStatus delivery) {
    publish("delivery", "delivery " + delivery.number(), AnalysisJson.delivery(delivery).encode());
  }

  /** Takes a new review; called from any thread. */
  void publish(ReviewCatalog.Added review) {
    publish("review", "review " + review.analysisId(), ReviewJson.added(review).encode());
  }

  private void publish(String name, String subject, String json) {
    synchronized (this) {
      if (closed) {
        return;
      }
      Event event = new Event(++sequence, name, subject, json);
      newest.remove(event.subject());
      newest.put(event.subject(), event);
      if (newest.size() > options.eventHistory()) {
        Iterator<Event> oldest = newest.values().iterator();
        forgotten = Math.max(forgotten, oldest.next().sequence());
        oldest.remove();
      }
      for (Client client : List.copyOf(clients)) {
        client.offer(event);
      }
    }
  }

  /**
   * Answers a request with the stream; called on the request's event loop.
   *
   * @param lastEventId the client's Last-Event-ID, or {@code null}
   * @throws Problem if there are too many streams
   */
  void open(HttpServerRequest request, String lastEventId) {
    Client client = new Client(request);
    synchronized (this) {
      if (closed || clients.size() >= options.maxEventStreams()) {
        throw new Problem(
            Problem.Code.TOO_MANY_EVENT_STREAMS,
            "There are already %d event streams; close one, or poll GET /api/v1/analyses."
                .formatted(clients.size()));
      }
      clients.add(client);
      client.begin(missedSince(lastEventId));
    }
  }

  /** Clients connected now. */
  synchronized int clients() {
    return clients.size();
  }

  /** What came after that event; {@code null} if that is not known. */
  private List<Event> missedSince(String lastEventId) {
    if (lastEventId == null || !lastEventId.startsWith(start + "-")) {
      return null;
    }
    long seen;
    try {
      seen = Long.parseLong(lastEventId.substring(start.length() + 1));
    } catch (NumberFormatException e) {
      return null;
    }
    if (seen < forgotten || seen > sequence) {
      return null;
    }
    List<Event> missed = new ArrayList<>();
    for (Event event : newest.values()) {
      if (event.sequence() > seen) {
        missed.add(event);
      }
    }
    return missed.size() <= options.eventQueue() ? missed : null;
  }

  private synchronized void heartbeat() {
    for (Client client : List.copyOf(clients)) {
      client.beat();
    }
  }

  @Override
  public void close() {
    vertx.cancelTimer(heartbeatTimer);
    List<Client> ending;
    synchronized (this) {
      closed = true;
      ending = List.copyOf(clients);
      clients.clear();
    }
    ending.forEach(Client::end);
  }

  /** One open stream. Its fields are guarded by the hub; its response is used on its context. */
  private final class Client {
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Context context;
    private final Map<String, Event> pending = new LinkedHashMap<>();
    private boolean writing;
    private int stalledBeats;

    Client(HttpServerRequest request) {
      this.request = request;
      this.response = request.response();
      this.context = vertx.getOrCreateContext();
    }

    void begin(List<Event> missed) {
      response.setChunked(true);
      response.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
      response
          .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
          .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
          .putHeader("X-Accel-Buffering", "no");
      response.closeHandler(v -> forget());
      response.exceptionHandler(e -> forget());
      response.drainHandler(v -> write());
      if (missed == null) {
        response.write(
            "retry: 2000\nid: %s-%d\nevent: reset\ndata: {}\n\n".formatted(start, sequence));
      } else {
        response.write("retry: 2000\n\n");
        missed.forEach(this::offer);
      }
    }

    void offer(Event event) {
      pending.remove(event.subject());
      pending.put(event.subject(), event);
      if (pending.size() > options.eventQueue()) {
        drop("it left %d changes unread".formatted(pending.size()));
      } else if (!writing) {
        writing = true;
        context.runOnContext(v -> write());
      }
    }

    void beat() {
      if (response.writeQueueFull()) {
        if (++stalledBeats >= MAX_STALLED_BEATS) {
          drop("it read nothing for %d heartbeats".formatted(stalledBeats));
        }
      } else {
        stalledBeats = 0;
        context.runOnContext(
            v -> {
              if (!response.closed() && !response.ended()) {
                response.write(":\n\n");
              }
            });
      }
    }

    private void write() {
      while (!response.closed() && !response.ended() && !response.writeQueueFull()) {
        Event event;
        synchronized (EventHub.this) {
          Iterator<Event> first = pending.values().iterator();
          if (!first.hasNext()) {
            writing = false;
            return;
          }
          event = first.next();
          first.remove();
        }
        response.write(
            "id: %s-%d\nevent: %s\ndata: %s\n\n"
                .formatted(start, event.sequence(), event.name(), event.json()));
      }
      // Where the queue is full, the drain handler goes on.
    }

    private void drop(String why) {
      LOG.warn("Event stream to {} closed: {}", request.remoteAddress(), why);
      clients.remove(this);
      pending.clear();
      context.runOnContext(v -> request.connection().close());
    }

    private void forget() {
      synchronized (EventHub.this) {
        clients.remove(this);
        pending.clear();
      }
    }

    void end() {
      context.runOnContext(
          v -> {
            if (!response.closed() && !response.ended()) {
              response.end();
            }
          });
    }
  }
}
