// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** Runs one task an index on all processors; each thread gets a worker with its own buffers. */
final class Workers {

  private Workers() {}

  static void run(int count, Supplier<IntConsumer> workers) {
    run(count, Runtime.getRuntime().availableProcessors(), workers);
  }

  static void run(int count, int maxThreads, Supplier<IntConsumer> workers) {
    int threads = Math.max(1, Math.min(count, maxThreads));
    AtomicInteger next = new AtomicInteger();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Runnable loop =
        () -> {
          try {
            IntConsumer worker = workers.get();
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
              worker.accept(i);
            }
          } catch (RuntimeException | Error e) {
            // Kept for the caller's thread; the others stop at their next index.
            failure.compareAndSet(null, e);
            next.set(count);
          }
        };
    Thread[] others = new Thread[threads - 1];
    for (int t = 0; t < others.length; t++) {
      others[t] = new Thread(loop, "phantom-" + t);
      others[t].setDaemon(true);
      others[t].start();
    }
    loop.run();
    boolean interrupted = false;
    for (Thread t : others) {
      while (t.isAlive()) {
        try {
          t.join();
        } catch (InterruptedException e) {
          interrupted = true;
          next.set(count);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a phantom was being made");
    }
    if (failure.get() instanceof Error e) {
      throw e;
    }
    if (failure.get() instanceof RuntimeException e) {
      throw e;
    }
  }
}
