// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.inference.SegmentationModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The network's queue: slices of any series come in, whole batches go to the model. One thread owns
 * the model. A batch that is not full waits a little for companions, since it would cost as much as
 * a full one, unless somebody {@linkplain #flush() says} that no more will come.
 *
 * <p>The queue is bounded: {@link #submit} blocks while it is full, which holds back decoding,
 * never the association (what is not decoded yet waits on disk).
 */
public final class SegmentationStage implements AutoCloseable {

  /** Longest time that the first slice of an incomplete batch waits for companions, ms. */
  private static final long MAX_WAIT_MS = 250;

  /** Slices that may wait, in batches; bounds the memory in flight. */
  private static final int QUEUED_BATCHES = 4;

  private record Task(
      short[] hu,
      int rows,
      int columns,
      StageClock clock,
      CompletableFuture<byte[]> result,
      long queuedNanos) {}

  private final SegmentationModel model;
  private final int capacity;
  private final Deque<Task> queue = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread;
  private boolean flush;
  private boolean closed;

  /**
   * @param model taken over: closed with this stage
   */
  public SegmentationStage(SegmentationModel model) {
    this.model = model;
    this.capacity = QUEUED_BATCHES * model.batch();
    this.thread = new Thread(this::run, "segmentation");
    this.thread.setDaemon(true);
    this.thread.start();
  }

  /** The network and where it runs. */
  public ModelIdentity identity() {
    return model.identity();
  }

  /**
   * Queues one slice; blocks while the queue is full.
   *
   * @param hu HU, {@code [row * columns + column]}, not changed, read until the result is there
   * @return labels 0 background, 1 lung, 2 lesion in the same order; completed on the model's
   *     thread
   */
  CompletableFuture<byte[]> submit(short[] hu, int rows, int columns, StageClock clock)
      throws InterruptedException {
    Task task = new Task(hu, rows, columns, clock, new CompletableFuture<>(), System.nanoTime());
    lock.lockInterruptibly();
    try {
      while (queue.size() >= capacity && !closed) {
        changed.await();
      }
      if (closed) {
        throw new IllegalStateException("the segmentation stage is closed");
      }
      flush = false;
      queue.add(task);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return task.result();
  }

  /** Says that no slice will follow soon: what waits is segmented at once. */
  void flush() {
    lock.lock();
    try {
      flush = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (true) {
        List<Task> batch = take();
        if (batch.isEmpty()) {
          return;
        }
        segment(batch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      model.close();
    }
  }

  /** The next batch: slices of one size. Empty when the stage is closed. */
  private List<Task> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        if (closed) {
          return List.of();
        }
        Task first = queue.peek();
        if (first == null) {
          changed.await();
          continue;
        }
        long left =
            TimeUnit.MILLISECONDS.toNanos(MAX_WAIT_MS) - (System.nanoTime() - first.queuedNanos());
        if (queue.size() >= model.batch() || flush || left <= 0) {
          return poll(first);
        }
        long unused = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private List<Task> poll(Task first) {
    List<Task> batch = new ArrayList<>(model.batch());
    while (batch.size() < model.batch()
        && !queue.isEmpty()
        && queue.peek().rows() == first.rows()
        && queue.peek().columns() == first.columns()) {
      batch.add(queue.remove());
    }
    changed.signalAll();
    return batch;
  }

  private void segment(List<Task> batch) {
    Task first = batch.get(0);
    long start = System.nanoTime();
    byte[][] labels;
    try {
      short[][] hu = batch.stream().map(Task::hu).toArray(short[][]::new);
      labels = model.segment(hu, first.rows(), first.columns());
    } catch (RuntimeException | io.hounsfield.inference.ModelException e) {
      // The model's fault is the fault of every slice in the batch, not of this thread.
      batch.forEach(task -> task.result().completeExceptionally(e));
      return;
    }
    long each = (System.nanoTime() - start) / batch.size();
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).clock().addNanos(StageClock.Stage.SEGMENT, each);
      batch.get(i).result().complete(labels[i]);
    }
  }

  /** Ends the thread and closes the model; slices still queued fail. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    queue.forEach(
        task ->
            task.result()
                .completeExceptionally(new IllegalStateException("the segmentation stage closed")));
  }
}
