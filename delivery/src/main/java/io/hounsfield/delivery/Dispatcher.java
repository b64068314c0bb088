// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks what is due, and begins it where its destination has room. */
final class Dispatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private static final int CLOSE_SECONDS = 10;

  /** Longest sleep of the thread that looks what is due. */
  private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);

  private final DeliveryRows rows;
  private final Collection<Lane> lanes;
  private final AttemptRunner attempts;
  private final Executor executor;
  private ThreadPoolExecutor pool;
  private Thread thread;

  /** Whether some attempt ended without being written down. */
  private final AtomicBoolean lost = new AtomicBoolean();

  // Guarded by this.
  private boolean woken;
  private boolean closed;

  /**
   * @param executor runs the attempts; {@code null} for threads of its own
   */
  Dispatcher(DeliveryRows rows, Collection<Lane> lanes, AttemptRunner attempts, Executor executor) {
    this.rows = rows;
    this.lanes = lanes;
    this.attempts = attempts;
    this.executor = executor == null ? ownThreads() : executor;
  }

  /** A slot for each object that may be in flight, so that no destination waits for another. */
  private Executor ownThreads() {
    int most = Math.max(1, lanes.stream().mapToInt(l -> l.destination.inFlight()).sum());
    AtomicInteger number = new AtomicInteger();
    pool =
        new ThreadPoolExecutor(
            most,
            most,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // holds at most what may be in flight
            task -> new Thread(task, "delivery-" + number.incrementAndGet()));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Begins to look. */
  void start() {
    thread = new Thread(this::dispatchForEver, "delivery-dispatcher");
    thread.start();
  }

  /** Looks now. */
  synchronized void wake() {
    woken = true;
    notifyAll();
  }

  /** Makes true again what a process that ended, or an attempt that was lost, left behind. */
  void recover() throws IOException {
    for (Delivery left : rows.outbox().underWay()) {
      if (lanes.stream().noneMatch(lane -> lane.inFlight.contains(left.id()))) {
        rows.change(left.id(), this::recovered);
      }
    }
  }

  private Delivery recovered(Delivery d) {
    if (d.state() == DeliveryState.SENDING) {
      return d.withdrawn() == null
          ? d.interrupted(rows.now())
          : d.cancelled(rows.now(), d.withdrawn());
    }
    return d.state() == DeliveryState.COMMITTING && d.nextAttemptAt() == null
        ? d.askAgain(rows.now())
        : null;
  }

  private void dispatchForEver() {
    while (true) {
      Duration sleep;
      try {
        if (lost.getAndSet(false)) {
          recover();
        }
        dispatch();
        sleep = untilNext();
      } catch (IOException | RuntimeException e) {
        lost.set(true); // looked for when the outbox answers again
        // The outbox does not answer; nothing is lost, and it may answer later.
        LOG.error("The outbox cannot be read", e);
        sleep = LONGEST_SLEEP;
      }
      if (!sleep(sleep)) {
        return;
      }
    }
  }

  /** Sleeps until woken; false when this ends. */
  private synchronized boolean sleep(Duration longest) {
    try {
      long millis = Math.max(1, Math.min(longest.toMillis(), LONGEST_SLEEP.toMillis()));
      long until = System.nanoTime() + millis * 1_000_000;
      while (!woken && !closed && System.nanoTime() < until) {
        wait(Math.max(1, (until - System.nanoTime()) / 1_000_000));
      }
    } catch (InterruptedException e) {
      return false; // closing
    }
    woken = false;
    return !closed;
  }

  /** Begins everything that is due and has room; how many attempts it began. */
  int dispatch() throws IOException {
    int begun = 0;
    for (Lane lane : lanes) {
      int room = lane.room(rows.now());
      if (room == 0) {
        continue;
      }
      List<Delivery> due =
          rows.outbox().due(lane.destination.name(), rows.now(), room + lane.inFlight.size());
      for (Delivery delivery : due) {
        if (room > 0 && lane.inFlight.add(delivery.id())) {
          room--;
          begun++;
          try {
            executor.execute(() -> attempt(lane, delivery));
          } catch (RejectedExecutionException e) {
            lane.inFlight.remove(delivery.id());
            throw e;
          }
        }
      }
    }
    return begun;
  }

  private void attempt(Lane lane, Delivery due) {
    try {
      attempts.run(lane, due);
    } catch (IOException | RuntimeException e) {
      // What became of it cannot be written down: it is made again when the outbox answers.
      LOG.error("Delivery {} cannot be kept track of", due.id(), e);
      lost.set(true);
    } finally {
      lane.inFlight.remove(due.id());
      wake();
    }
  }

  private Duration untilNext() throws IOException {
    Instant now = rows.now();
    Duration shortest = LONGEST_SLEEP;
    for (Lane lane : lanes) {
      if (!lane.destination.enabled() || !lane.inFlight.isEmpty()) {
        continue; // the end of an attempt wakes
      }
      Optional<Instant> next = rows.outbox().nextDue(List.of(lane.destination.name()));
      if (next.isPresent()) {
        Instant at = next.get().isBefore(lane.pausedUntil()) ? lane.pausedUntil() : next.get();
        Duration left = Duration.between(now, at);
        shortest = left.compareTo(shortest) < 0 ? left : shortest;
      }
    }
    return shortest;
  }

  /** Ends; attempts under way get some time, then are cut off and made again at the next start. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      if (thread != null) {
        thread.join();
      }
      if (pool != null) {
        pool.shutdown();
        if (!pool.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
          LOG.info("Deliveries under way are cut off; they are made again at the next start");
          pool.shutdownNow();
          pool.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
