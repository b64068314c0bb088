// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;

/** What the connections of a node share. Fields without a thread-safe type: event loop only. */
final class NodeContext {
  final Vertx vertx;
  final Context eventLoop;
  final DicomNodeOptions options;
  final Spool spool;
  final DicomNodeListener listener;
  final ExecutorService pool;
  final Counters counters;
  final CommitmentService commitments;

  /** Checks of callers, one after the other: wrong passcodes cannot take all threads. */
  final Executor guard;

  /** Open connections, oldest first. */
  final Map<Long, Connection> connections = new LinkedHashMap<>();

  /** Connections that are not read for now. */
  private final Set<Connection> paused = new LinkedHashSet<>();

  /** Their number, for other threads: as long as it is 0 they need not wake the event loop. */
  private volatile int pausedCount;

  private final AtomicBoolean regulating = new AtomicBoolean();

  NodeContext(
      Vertx vertx,
      Context eventLoop,
      DicomNodeOptions options,
      Spool spool,
      DicomNodeListener listener,
      ExecutorService pool,
      Counters counters,
      CommitmentService commitments) {
    this.vertx = vertx;
    this.eventLoop = eventLoop;
    this.options = options;
    this.spool = spool;
    this.listener = listener;
    this.pool = pool;
    this.counters = counters;
    this.commitments = commitments;
    this.guard = new SerialExecutor(pool);
  }

  void onEventLoop(Runnable task) {
    eventLoop.runOnContext(v -> task.run());
  }

  /**
   * The disk caught up a little: lets paused connections see whether they may go on. Any thread.
   */
  void regulatePaused() {
    if (pausedCount > 0 && regulating.compareAndSet(false, true)) {
      onEventLoop(
          () -> {
            regulating.set(false);
            List<Connection> all = new ArrayList<>(paused);
            all.forEach(Connection::regulate);
          });
    }
  }

  void paused(Connection connection) {
    paused.add(connection);
    pausedCount = paused.size();
  }

  void resumed(Connection connection) {
    paused.remove(connection);
    pausedCount = paused.size();
  }

  void closed(Connection connection) {
    resumed(connection);
    if (connections.remove(connection.id) != null) {
      counters.connectionsOpen.decrementAndGet();
    }
  }
}
