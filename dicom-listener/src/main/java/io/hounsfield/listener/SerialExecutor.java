// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * Runs tasks one after the other, in order, on a shared pool; between two tasks other users of the
 * pool get their turn.
 */
final class SerialExecutor implements Executor {
  private final Executor pool;
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private boolean running;

  SerialExecutor(Executor pool) {
    this.pool = pool;
  }

  @Override
  public void execute(Runnable task) {
    synchronized (tasks) {
      tasks.add(task);
      if (running) {
        return;
      }
      running = true;
    }
    pool.execute(this::runOne);
  }

  private void runOne() {
    Runnable task;
    synchronized (tasks) {
      task = tasks.remove();
    }
    try {
      task.run();
    } finally {
      boolean more;
      synchronized (tasks) {
        more = !tasks.isEmpty();
        running = more;
      }
      if (more) {
        pool.execute(this::runOne);
      }
    }
  }
}
