// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.domain.ConfidenceCalibration;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.inference.ModelManifest;
import io.hounsfield.inference.SegmentationModel;
import io.hounsfield.inference.SegmentedSlice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The network's queue: slices of any series come in and go to the model in the order they came. One
 * thread for each of the model's {@linkplain SegmentationModel#lanes() lanes} takes what is there,
 * up to what one run of the network takes, and hands the labels on; it waits for nothing, so the
 * last slice of a series is on its way as soon as a lane is free.
 *
 * <p>The queue is bounded: {@link #submit} blocks while it is full, which holds back decoding,
 * never the association (what is not decoded yet waits on disk).
 */
public final class SegmentationStage implements AutoCloseable {

  /** Slices that may wait, in runs of all lanes; bounds the memory in flight. */
  private static final int QUEUED_RUNS = 4;

  private record Task(
      short[] hu,
      int rows,
      int columns,
      StageClock clock,
      CompletableFuture<SegmentedSlice> result) {}

  private final SegmentationModel model;
  private final int capacity;
  private final Deque<Task> queue = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Thread> lanes = new ArrayList<>();
  private boolean closed;

  /**
   * @param model taken over: closed with this stage
   */
  public SegmentationStage(SegmentationModel model) {
    this.model = model;
    this.capacity = QUEUED_RUNS * model.lanes() * model.slicesAtOnce();
    for (int i = 0; i < model.lanes(); i++) {
      Thread lane = new Thread(this::run, "segmentation-" + i);
      lane.setDaemon(true);
      lanes.add(lane);
      lane.start();
    }
  }

  /** What the model says of itself. */
  public ModelManifest manifest() {
    return model.manifest();
  }

  /** The network and where it runs. */
  public ModelIdentity identity() {
    return model.identity();
  }

  /** How far the network's opacity percentage may be off, if its manifest says so. */
  Optional<ConfidenceCalibration> calibration() {
    return model.manifest().confidence();
  }

  /**
   * Queues one slice; blocks while the queue is full.
   *
   * @param hu HU, {@code [row * columns + column]}, not changed, read until the result is there
   * @return what was found, labels in the same order; completed on the model's thread
   */
  CompletableFuture<SegmentedSlice> submit(short[] hu, int rows, int columns, StageClock clock)
      throws InterruptedException {
    Task task = new Task(hu, rows, columns, clock, new CompletableFuture<>());
    lock.lockInterruptibly();
    try {
      while (queue.size() >= capacity && !closed) {
        changed.await();
      }
      if (closed) {
        throw new IllegalStateException("the segmentation stage is closed");
      }
      queue.add(task);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return task.result();
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
    }
  }

  /** The next slices, all of one size. Empty when the stage is closed. */
  private List<Task> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && !closed) {
        changed.await();
      }
      if (closed) {
        return List.of();
      }
      Task first = queue.remove();
      List<Task> run = new ArrayList<>(List.of(first));
      while (run.size() < model.slicesAtOnce()
          && !queue.isEmpty()
          && queue.peek().rows() == first.rows()
          && queue.peek().columns() == first.columns()) {
        run.add(queue.remove());
      }
      changed.signalAll();
      return run;
    } finally {
      lock.unlock();
    }
  }

  private void segment(List<Task> batch) {
    Task first = batch.get(0);
    long start = System.nanoTime();
    List<SegmentedSlice> segmented;
    try {
      short[][] hu = batch.stream().map(Task::hu).toArray(short[][]::new);
      segmented = model.segment(hu, first.rows(), first.columns());
    } catch (RuntimeException | io.hounsfield.inference.ModelException e) {
      // The model's fault is the fault of every slice in the batch, not of this thread.
      batch.forEach(task -> task.result().completeExceptionally(e));
      return;
    }
    long each = (System.nanoTime() - start) / batch.size();
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).clock().addNanos(StageClock.Stage.SEGMENT, each);
      batch.get(i).result().complete(segmented.get(i));
    }
  }

  /** Ends the lanes and closes the model; slices still queued fail. */
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
      for (Thread lane : lanes) {
        lane.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    queue.forEach(
        task ->
            task.result()
                .completeExceptionally(new IllegalStateException("the segmentation stage closed")));
    model.close();
  }
}
