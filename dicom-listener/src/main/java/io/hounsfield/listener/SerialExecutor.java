// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

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
    boolean more = true;
    while (more) {
      Runnable task;
      synchronized (tasks) {
        task = tasks.remove();
      }
      try {
        task.run();
      } finally {
        synchronized (tasks) {
          more = !tasks.isEmpty();
          running = more;
        }
        more = more && !handedOn();
      }
    }
  }

  /** Lets others have the thread; false when the pool is shutting down and there are no others. */
  private boolean handedOn() {
    try {
      pool.execute(this::runOne);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }
}
