// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.RoleSelection;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Storage Commitment Push Model as SCP, PS3.4 annex J: takes requests, looks what is durably held,
 * and reports. Where the requestor is a configured peer with a port, on an association of our own;
 * otherwise on the requestor's, or on the next one that it makes for storage commitment. What is
 * not delivered stays on disk and is tried again with growing delays, also after a restart.
 */
final class CommitmentService {
  private static final Logger LOG = LoggerFactory.getLogger(CommitmentService.class);

  /** Requests that may wait for their delivery. */
  static final int MAX_PENDING = 10_000;

  /** Instances that these may name, all together: they are held in memory. */
  static final int MAX_REFERENCES = 250_000;

  /** Most of data sets that may be on their way to the disk at once, bytes. */
  static final long MAX_RESERVED = 64L << 20;

  /** A peer that does not answer must not hold up the reports for others. */
  private static final int THREADS = 4;

  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final int RESPONSE_TIMEOUT_MS = 30_000;

  /** An association of the requestor on which reports can be delivered. */
  interface Carrier {
    /**
     * Sends a report.
     *
     * @param delivered called once, with true when the peer answered with success
     */
    void report(CommitmentReport report, Consumer<Boolean> delivered);
  }

  private static final class Delivery {
    final CommitmentStore.Pending pending;
    int failures;
    boolean underWay;

    Delivery(CommitmentStore.Pending pending) {
      this.pending = pending;
    }
  }

  private final DicomNodeOptions options;
  private final Spool spool;
  private final CommitmentStore store;
  private final Counters counters;
  private final ScheduledExecutorService executor =
      Executors.newScheduledThreadPool(
          THREADS,
          task -> {
            Thread thread = new Thread(task, "dicom-commitment");
            thread.setDaemon(true);
            return thread;
          });

  // Guarded by this.
  private final Map<String, Delivery> deliveries = new LinkedHashMap<>();
  private long references;
  private final Map<String, List<Carrier>> carriers = new LinkedHashMap<>();

  /** Data sets being received or written down, bytes. */
  private final AtomicLong reserved = new AtomicLong();

  CommitmentService(DicomNodeOptions options, Spool spool, Counters counters) throws IOException {
    this.options = options;
    this.spool = spool;
    this.counters = counters;
    this.store = new CommitmentStore(spool);
  }

  /** Takes up what an earlier run left. */
  void start() throws IOException {
    for (CommitmentStore.Pending pending : store.all()) {
      Delivery delivery = new Delivery(pending);
      synchronized (this) {
        deliveries.put(pending.key(), delivery);
        references += pending.request().instances().size();
      }
      schedule(delivery);
    }
    counters.commitmentsPending.set(deliveries.size());
  }

  /** What was asked stays on disk. */
  void close() {
    executor.shutdownNow();
    try {
      if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("a storage commitment report is still being sent; it is sent again later");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Takes memory for a part of a data set, of what there is for all of them.
   *
   * @return false when there is not so much left; then nothing was taken
   */
  boolean reserve(long bytes) {
    if (reserved.addAndGet(bytes) > MAX_RESERVED) {
      reserved.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  /** Gives back what was reserved. */
  void release(long bytes) {
    reserved.addAndGet(-bytes);
  }

  /**
   * Takes a request: durable when this returns with success.
   *
   * @return the status of the N-ACTION
   */
  DimseStatus accept(String callingAeTitle, String calledAeTitle, Commitments.Request request) {
    CommitmentStore.Pending pending =
        new CommitmentStore.Pending(callingAeTitle, calledAeTitle, Instant.now(), request);
    synchronized (this) {
      Delivery before = deliveries.get(pending.key());
      int more = request.instances().size();
      int less = before == null ? 0 : before.pending.request().instances().size();
      if (before == null && deliveries.size() >= MAX_PENDING
          || references + more - less > MAX_REFERENCES) {
        return DimseStatus.RESOURCE_LIMITATION;
      }
      references += more - less;
      deliveries.put(pending.key(), new Delivery(pending));
      counters.commitmentsPending.set(deliveries.size());
    }
    try {
      store.put(pending);
      return DimseStatus.SUCCESS;
    } catch (IOException e) {
      LOG.error("storage commitment: a request cannot be kept, so it is refused", e);
      forget(pending);
      return DimseStatus.PROCESSING_FAILURE;
    }
  }

  /** The request's N-ACTION was answered: the report may go. */
  void answered(String callingAeTitle, Commitments.Request request) {
    Delivery delivery;
    synchronized (this) {
      delivery =
          deliveries.get(
              new CommitmentStore.Pending(callingAeTitle, "", Instant.EPOCH, request).key());
    }
    if (delivery != null) {
      schedule(delivery);
    }
  }

  /** An association came on which its peer takes reports. */
  void opened(String aeTitle, Carrier carrier) {
    List<Delivery> waiting = new ArrayList<>();
    synchronized (this) {
      carriers.computeIfAbsent(aeTitle, a -> new ArrayList<>()).add(carrier);
      for (Delivery delivery : deliveries.values()) {
        if (delivery.pending.callingAeTitle().equals(aeTitle)) {
          waiting.add(delivery);
        }
      }
    }
    waiting.forEach(delivery -> execute(() -> attempt(delivery)));
  }

  /** That association ended. */
  synchronized void closed(String aeTitle, Carrier carrier) {
    List<Carrier> open = carriers.get(aeTitle);
    if (open != null) {
      open.remove(carrier);
      if (open.isEmpty()) {
        carriers.remove(aeTitle);
      }
    }
  }

  private Optional<DicomPeer> callable(String aeTitle) {
    return options.peers().stream()
        .filter(peer -> peer.aeTitle().equals(aeTitle) && peer.port().isPresent())
        .findFirst();
  }

  private void schedule(Delivery delivery) {
    boolean own = callable(delivery.pending.callingAeTitle()).isPresent();
    Duration delay =
        delivery.failures == 0 && !own
            ? Duration.ZERO // the requestor's own association keeps the order
            : options.commitment().delayAfter(delivery.failures);
    schedule(delivery, delay);
  }

  private void schedule(Delivery delivery, Duration delay) {
    try {
      executor.schedule(() -> guarded(delivery), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The node is closing; the request is on disk.
    }
  }

  private void execute(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      // The node is closing; the request is on disk.
    }
  }

  private void guarded(Delivery delivery) {
    try {
      attempt(delivery);
    } catch (RuntimeException e) {
      // An executor would swallow it, and the report would never come.
      LOG.error("storage commitment: a report failed", e);
      ended(delivery, false, "a fault of this node");
    }
  }

  private void attempt(Delivery delivery) {
    CommitmentStore.Pending pending = delivery.pending;
    Optional<DicomPeer> peer = callable(pending.callingAeTitle());
    Carrier carrier = null;
    synchronized (this) {
      if (delivery.underWay || deliveries.get(pending.key()) != delivery) {
        return;
      }
      List<Carrier> open = carriers.getOrDefault(pending.callingAeTitle(), List.of());
      if (!open.isEmpty() && (peer.isEmpty() || delivery.failures > 0)) {
        carrier = open.get(open.size() - 1);
      }
      delivery.underWay = true;
    }
    if (Duration.between(pending.requested(), Instant.now())
            .compareTo(options.commitment().giveUpAfter())
        > 0) {
      LOG.error(
          "storage commitment: nobody takes the report for {}; it is given up after {}",
          AeTitles.forLog(pending.callingAeTitle()),
          options.commitment().giveUpAfter());
      counters.commitmentsGivenUp.increment();
      forget(pending);
      return;
    }
    CommitmentReport report = evaluate(pending.request());
    if (Thread.currentThread().isInterrupted()) {
      return; // the node is closing in the middle: what was found out is not to be told
    }
    if (carrier != null) {
      carrier.report(
          report,
          delivered ->
              execute(() -> ended(delivery, delivered, "not answered on its own association")));
    } else if (peer.isPresent()) {
      String fault = call(peer.get(), pending, report);
      ended(delivery, fault == null, fault);
    } else {
      // Its next association for storage commitment brings it up again.
      synchronized (this) {
        delivery.underWay = false;
      }
      schedule(delivery, options.commitment().longestDelay());
    }
  }

  private void ended(Delivery delivery, boolean delivered, String fault) {
    if (delivered) {
      counters.commitmentsReported.increment();
      forget(delivery.pending);
      return;
    }
    synchronized (this) {
      delivery.underWay = false;
      delivery.failures++;
    }
    LOG.warn(
        "storage commitment: the report for {} was not delivered (try {}): {}",
        AeTitles.forLog(delivery.pending.callingAeTitle()),
        delivery.failures,
        fault);
    schedule(delivery);
  }

  private void forget(CommitmentStore.Pending pending) {
    synchronized (this) {
      Delivery gone = deliveries.remove(pending.key());
      references -= gone == null ? 0 : gone.pending.request().instances().size();
      counters.commitmentsPending.set(deliveries.size());
    }
    try {
      store.remove(pending);
    } catch (IOException e) {
      LOG.warn("storage commitment: a report is sent again after the next start: {}", e.toString());
    }
  }

  /** What is held now, on the device. */
  private CommitmentReport evaluate(Commitments.Request request) {
    List<InstanceReference> committed = new ArrayList<>();
    Map<InstanceReference, Integer> failed = new LinkedHashMap<>();
    spool
        .commit(request.instances())
        .forEach(
            (reference, status) -> {
              if (status == DimseStatus.SUCCESS) {
                committed.add(reference);
              } else {
                failed.put(reference, status.code());
              }
            });
    return new CommitmentReport(request.transactionUid(), committed, failed);
  }

  /** Delivers on an association of our own; null, or what went wrong. */
  private String call(DicomPeer peer, CommitmentStore.Pending pending, CommitmentReport report) {
    ScuOptions to =
        ScuOptions.of(peer.aeTitle(), peer.address(), peer.port().getAsInt())
            .withCallingAeTitle(options.aeTitle())
            .withTimeouts(CONNECT_TIMEOUT_MS, RESPONSE_TIMEOUT_MS);
    if (options.tls().isPresent()) {
      to = to.withTls(options.tls().get());
    }
    String sopClass = SopClass.STORAGE_COMMITMENT_PUSH_MODEL;
    // PS3.4 J.3.4: who reports on an association of its own negotiates the role of SCP.
    List<Pdu.SubItem> role = List.of(new RoleSelection(sopClass, false, true).toItem());
    try (ScuAssociation association = ScuAssociation.open(to, Commitments.CONTEXTS, role)) {
      String syntax = association.accepted(1);
      if (syntax == null) {
        return to.peer() + " does not accept Storage Commitment Push Model";
      }
      byte[] dataSet = dataSet(report, TransferSyntax.of(syntax).orElseThrow());
      DimseCommand answer =
          association.call(
              1,
              event(association.nextMessageId(), report),
              ScuAssociation.channelOf(dataSet),
              dataSet.length);
      association.release();
      return isTaken(answer.status()) ? null : "answered " + DimseStatus.describe(answer.status());
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  static boolean isTaken(int status) {
    return status == DimseStatus.SUCCESS.code() || (status & 0xF000) == 0xB000;
  }

  static DimseCommand event(int messageId, CommitmentReport report) {
    return DimseCommand.nEventReportRq(
        messageId,
        SopClass.STORAGE_COMMITMENT_PUSH_MODEL,
        Commitments.INSTANCE,
        report.failed().isEmpty() ? Commitments.ALL_COMMITTED : Commitments.FAILURES_EXIST);
  }

  static byte[] dataSet(CommitmentReport report, TransferSyntax syntax) {
    try {
      return DataSets.encode(Commitments.encode(report), syntax);
    } catch (DicomException e) {
      throw new IllegalStateException("a report of checked UIDs must be encodable", e);
    }
  }
}
