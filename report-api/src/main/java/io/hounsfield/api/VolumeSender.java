// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Sends CT volumes, whose slices are read side by side; a bounded number of volumes at once. */
final class VolumeSender implements AutoCloseable {

  /** Volumes on their way at once; each holds a few slices in memory. */
  static final int MOST = 8;

  private final int threads = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors()));
  private final ExecutorService readers =
      Executors.newFixedThreadPool(threads, StreamSender.names("ct-read-"));
  private final StreamSender senders =
      new StreamSender(
          "ct-send-",
          MOST,
          Problem.Code.TOO_MANY_VOLUMES,
          MOST + " volumes are being sent already; try again in some seconds.");

  /** Answers with the volume; called on the event loop, returns at once. */
  void send(RoutingContext rc, VolumeStream volume) {
    senders.send(rc, sink -> volume.write(readers, 2 * threads, sink));
  }

  @Override
  public void close() {
    senders.close();
    readers.shutdownNow();
  }
}
