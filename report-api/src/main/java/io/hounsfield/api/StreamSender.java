// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends bodies whose length is not known before, each from a thread of its own that waits for its
 * client, a bounded number at once. A client that takes nothing for {@value #PATIENCE_SECONDS} s is
 * cut off, and a fault on the way cuts the connection.
 */
final class StreamSender implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StreamSender.class);

  static final int PATIENCE_SECONDS = 30;

  private final ExecutorService senders;
  private final Problem.Code full;
  private final String detail;

  /** Gives the bytes of a body in order; may block. */
  @FunctionalInterface
  interface Body {
    void write(VolumeStream.Sink sink) throws IOException, InterruptedException;
  }

  /**
   * @param threads begin of the threads' names
   * @param most bodies on their way at once
   * @param full what a request beyond that is answered
   * @param detail the same in words
   */
  StreamSender(String threads, int most, Problem.Code full, String detail) {
    this.full = full;
    this.detail = detail;
    senders =
        new ThreadPoolExecutor(
            0, most, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), names(threads));
  }

  static ThreadFactory names(String prefix) {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, prefix + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Answers with the body; called on the event loop, returns at once. */
  void send(RoutingContext rc, Body body) {
    try {
      senders.execute(() -> stream(rc, body));
    } catch (RejectedExecutionException e) {
      throw new Problem(full, detail);
    }
  }

  private void stream(RoutingContext rc, Body body) {
    HttpServerResponse response = rc.response();
    try {
      body.write(bytes -> write(response, bytes));
      response.end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cut(rc, e);
    } catch (IOException | RuntimeException e) {
      if (response.headWritten() || response.closed()) {
        // Half a file must not look like a whole one.
        cut(rc, e);
      } else {
        rc.vertx().runOnContext(v -> rc.fail(e));
      }
    }
  }

  private static void cut(RoutingContext rc, Exception why) {
    if (why instanceof ClientGoneException || why instanceof InterruptedException) {
      LOG.debug("A body was not sent to its end: {}", why.getMessage());
    } else {
      LOG.error("A body was not sent to its end", why);
    }
    rc.request().connection().close();
  }

  private static final class ClientGoneException extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    ClientGoneException(String message) {
      super(new IOException(message));
    }
  }

  private static void write(HttpServerResponse response, byte[] bytes) throws InterruptedException {
    if (response.closed()) {
      throw new ClientGoneException("the client has gone");
    }
    if (!response.headWritten() && !response.isChunked()) {
      // Not before there is something: a fault until then is answered with a problem.
      response.setChunked(true);
    }
    try {
      response
          .write(Buffer.buffer(bytes))
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new ClientGoneException("the client takes nothing");
    }
  }

  @Override
  public void close() {
    senders.shutdownNow();
  }
}
