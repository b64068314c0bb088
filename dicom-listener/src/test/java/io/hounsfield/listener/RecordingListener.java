// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what the node told; tests wait on it instead of sleeping. */
final class RecordingListener implements DicomNodeListener {
  private static final long PATIENCE_SECONDS = 30;

  private final List<ReceivedInstance> instances = new ArrayList<>();
  private final Map<String, CommitmentReport> commitments = new HashMap<>();
  private final BlockingQueue<AssociationSummary> ends = new LinkedBlockingQueue<>();

  /** What {@link #refusal()} says. */
  volatile Optional<String> refusal = Optional.empty();

  /** Thrown by {@link #refusal()} if there is one: a fault of this side. */
  volatile RuntimeException fault;

  /** As long as it is closed, {@link #instanceStored} stands still, as behind a stalled disk. */
  volatile CountDownLatch gate = new CountDownLatch(0);

  @Override
  public Optional<String> refusal() {
    if (fault != null) {
      throw fault;
    }
    return refusal;
  }

  @Override
  public void instanceStored(ReceivedInstance instance) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      instances.add(instance);
      notifyAll();
    }
  }

  @Override
  public void associationClosed(AssociationSummary association) {
    ends.add(association);
  }

  @Override
  public synchronized void commitmentReported(String archiveAeTitle, CommitmentReport report) {
    commitments.put(report.transactionUid(), report);
    notifyAll();
  }

  /** Waits for the report on this storage commitment request. */
  synchronized CommitmentReport awaitCommitment(String transactionUid) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!commitments.containsKey(transactionUid)) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        throw new AssertionError("no storage commitment report");
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return commitments.get(transactionUid);
  }

  synchronized List<ReceivedInstance> instances() {
    return List.copyOf(instances);
  }

  /** The next association that ended. */
  AssociationSummary nextEnd() throws InterruptedException {
    AssociationSummary end = ends.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (end == null) {
      throw new AssertionError("no association ended within " + PATIENCE_SECONDS + " s");
    }
    return end;
  }

  /** Waits until so many instances were told of. */
  synchronized List<ReceivedInstance> await(int count) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (instances.size() < count) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        throw new AssertionError(instances.size() + " instances instead of " + count);
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return List.copyOf(instances);
  }
}
