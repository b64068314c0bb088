// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What was done before asking for a flush is covered by one that began after asking. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedFlushTest {
  private static final Path FOLDER = Path.of("folder");

  private final ExecutorService pool = Executors.newCachedThreadPool();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger inside = new AtomicInteger();
  private final CountDownLatch firstBegan = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private volatile int covered;
  private volatile IOException fault;

  private final SharedFlush flush =
      new SharedFlush(
          directory -> {
            assertEquals(1, inside.incrementAndGet(), "one flush at a time");
            int seen = done.get();
            begun.incrementAndGet();
            firstBegan.countDown();
            await(goOn);
            covered = Math.max(covered, seen);
            inside.decrementAndGet();
            if (fault != null) {
              throw fault;
            }
          });

  @AfterEach
  void end() {
    pool.shutdownNow();
  }

  @Test
  void thoseWhoWaitShareTheNextFlush() throws Exception {
    Future<Void> first = pool.submit(asking());
    await(firstBegan);
    List<Thread> others = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      FutureTask<Void> task = new FutureTask<>(asking());
      others.add(new Thread(task));
      others.get(i).start();
    }
    while (others.stream().anyMatch(thread -> thread.getState() != Thread.State.WAITING)) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    first.get();
    for (Thread other : others) {
      other.join();
    }
    assertEquals(16, covered);
    assertEquals(2, begun.get(), "the one that was under way, and one for all who came later");
  }

  @Test
  void everyCallIsCoveredByAFlushThatBeganAfterIt() throws Exception {
    goOn.countDown();
    List<Future<Void>> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(pool.submit(asking()));
    }
    for (Future<Void> one : all) {
      one.get();
    }
    assertEquals(200, covered);
  }

  @Test
  void aFaultIsToldToAll() throws Exception {
    Future<Void> first = pool.submit(asking());
    await(firstBegan);
    Future<Void> second = pool.submit(asking());
    Future<Void> third = pool.submit(asking());
    fault = new IOException("the device is gone");
    goOn.countDown();
    for (Future<Void> one : List.of(first, second, third)) {
      ExecutionException e = assertThrows(ExecutionException.class, one::get);
      assertEquals("the device is gone", e.getCause().getMessage());
    }
    fault = null;
    flush.flush(FOLDER);
  }

  private Callable<Void> asking() {
    return () -> {
      int mine = done.incrementAndGet();
      flush.flush(FOLDER);
      assertTrue(covered >= mine, "a flush that began after the change has ended");
      return null;
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
