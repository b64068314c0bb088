// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
 * Sends CT volumes, each from a thread of its own that waits for its client, a bounded number at
 * once. A client that takes nothing for {@value #PATIENCE_SECONDS} s is cut off.
 */
final class VolumeSender implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(VolumeSender.class);

  /** Volumes on their way at once; each holds a few slices in memory. */
  static final int MOST = 8;

  static final int PATIENCE_SECONDS = 30;

  private final int threads = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors()));
  private final ExecutorService readers = Executors.newFixedThreadPool(threads, names("ct-read-"));
  private final ExecutorService senders =
      new ThreadPoolExecutor(
          0, MOST, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), names("ct-send-"));

  private static ThreadFactory names(String prefix) {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, prefix + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Answers with the volume; called on the event loop, returns at once. */
  void send(RoutingContext rc, VolumeStream volume) {
    try {
      senders.execute(() -> stream(rc, volume));
    } catch (RejectedExecutionException e) {
      throw new Problem(
          Problem.Code.TOO_MANY_VOLUMES,
          MOST + " volumes are being sent already; try again in some seconds.");
    }
  }

  private void stream(RoutingContext rc, VolumeStream volume) {
    HttpServerResponse response = rc.response();
    try {
      response.setChunked(true);
      volume.write(readers, 2 * threads, bytes -> write(response, bytes));
      response.end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cut(rc, "the server ends");
    } catch (IOException | RuntimeException e) {
      if (response.headWritten() || response.closed()) {
        // Half a file must not look like a whole one.
        cut(rc, e.getMessage());
      } else {
        rc.vertx().runOnContext(v -> rc.fail(e));
      }
    }
  }

  private static void cut(RoutingContext rc, String why) {
    LOG.debug("A CT volume was not sent to its end: {}", why);
    rc.request().connection().close();
  }

  private static void write(HttpServerResponse response, byte[] bytes)
      throws IOException, InterruptedException {
    if (response.closed()) {
      throw new IOException("the client has gone");
    }
    try {
      response
          .write(Buffer.buffer(bytes))
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the client takes nothing", e);
    }
  }

  @Override
  public void close() {
    senders.shutdownNow();
    readers.shutdownNow();
  }
}
