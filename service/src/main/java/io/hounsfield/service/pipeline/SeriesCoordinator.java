// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.listener.AssociationSummary;
import io.hounsfield.listener.DicomNodeListener;
import io.hounsfield.listener.ReceivedInstance;
import io.hounsfield.listener.Spool;
import io.hounsfield.listener.SpooledSeries;
import io.hounsfield.preprocess.RefusalReason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when which series is worked on. Instances are decoded and segmented while they arrive; a
 * series is finished when its association was released and its slices form a gap-free grid, or when
 * nothing came for a while; instances that come later start a new version.
 *
 * <p>What waits, waits on disk: this class holds a path for each instance not yet decoded and the
 * voxels of {@link CoordinatorOptions#maxSeriesInMemory()} series, bounded by {@link
 * CoordinatorOptions#maxVoxels()}. When a series needs more, younger ones give theirs up and are
 * decoded again later.
 */
public final class SeriesCoordinator implements DicomNodeListener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SeriesCoordinator.class);

  /** How often idle series are looked for and progress is told, ms. */
  private static final long TICK_MS = 250;

  /** How long what is under way may take to end. */
  private static final long CLOSE_SECONDS = 30;

  private final SegmentationStages segmentation;
  private final Spool spool;
  private final AnalysisJournal journal;
  private final CoordinatorOptions options;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition workChanged = lock.newCondition();
  private final Map<String, SeriesState> series = new LinkedHashMap<>();
  private final VoxelBudget budget;
  private final SeriesEnding ending;
  private boolean closed;

  private final DecodeWorkers decoders;
  private final ExecutorService intake;
  private final ExecutorService finisher;
  private final ExecutorService results;
  private final ScheduledExecutorService ticker;

  public SeriesCoordinator(
      SegmentationStages segmentation,
      Spool spool,
      AnalysisJournal journal,
      CoordinatorOptions options) {
    this.segmentation = segmentation;
    this.spool = spool;
    this.journal = journal;
    this.options = options;
    this.budget = new VoxelBudget(series.values(), segmentation, options);
    this.ending = new SeriesEnding(journal);
    this.decoders = new DecodeWorkers(new Work());
    // Events are as many as instances on disk: the disk bounds this queue, not the network's speed.
    this.intake = Executors.newSingleThreadExecutor(task -> new Thread(task, "intake"));
    this.finisher = Executors.newSingleThreadExecutor(task -> new Thread(task, "finisher"));
    // Holds no more than the series in memory: each keeps its slices until its files are made.
    this.results = Executors.newSingleThreadExecutor(task -> new Thread(task, "results"));
    this.ticker =
        Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "series-clock"));
  }

  /** Takes up what an earlier run left, then starts to work. */
  public void start() throws IOException {
    Set<String> lost = new LinkedHashSet<>(journal.unfinished());
    for (SpooledSeries held : spool.recover()) {
      lost.remove(held.seriesInstanceUid());
      recover(held.seriesInstanceUid(), held.instances().get(0).studyInstanceUid());
    }
    for (String uid : lost) {
      recoverUnreadable(uid);
    }
    decoders.start(options.decodeThreads());
    ticker.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  /**
   * Begun, and of none of its instances the beginning can be read now: it must end all the same.
   */
  private void recoverUnreadable(String uid) throws IOException {
    if (spool.files(uid).isEmpty()) {
      journal.failed(
          uid,
          new AnalysisJournal.Received(0, null),
          "internal",
          "No instance of the series is held any more. Send the series again.");
    } else {
      recover(uid, null);
    }
  }

  /**
   * @param study its Study Instance UID; {@code null} for the one on record
   */
  private void recover(String uid, String study) throws IOException {
    // Also those that cannot be read: they refuse the series, which without them would be another.
    List<Path> files = spool.files(uid);
    List<Path> conflicting = spool.conflicting(uid);
    List<Path> all = both(files, conflicting);
    Optional<AnalysisJournal.Entry> entry = journal.latest(uid);
    boolean same = entry.isPresent() && entry.get().isAbout(all);
    boolean nothingNew = entry.isPresent() && entry.get().covers(all);
    // Of a part of its instances the results of a version cannot be made again.
    if (nothingNew && (!same || entry.get().resultsComplete())) {
      return;
    }
    String model = entry.map(AnalysisJournal.Entry::model).orElse(null);
    SeriesState state = new SeriesState(uid, model, same, earlier(entry));
    if (!same) {
      journal.begin(study, uid, model);
    }
    state.addAll(files, conflicting);
    state.released = true;
    lock.lock();
    try {
      series.put(uid, state);
      workChanged.signalAll();
    } finally {
      lock.unlock();
    }
    LOG.info("Going on with a series of {} instances that is not finished", files.size());
  }

  private static List<Path> both(Collection<Path> files, Collection<Path> conflicting) {
    List<Path> all = new ArrayList<>(files);
    all.addAll(conflicting);
    return all;
  }

  private static SeriesInstances earlier(Optional<AnalysisJournal.Entry> entry) {
    return entry.map(AnalysisJournal.Entry::instances).orElse(SeriesInstances.NONE);
  }

  /** Series received or worked on and not finished. */
  public int openSeries() {
    lock.lock();
    try {
      return series.size();
    } finally {
      lock.unlock();
    }
  }

  /** Instances on disk that wait to be decoded. */
  public int waitingInstances() {
    lock.lock();
    try {
      return series.values().stream().mapToInt(s -> s.pending.size()).sum();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void instanceStored(ReceivedInstance instance) {
    if (!instance.duplicate() || instance.conflicting()) {
      intake.execute(() -> guarded(() -> take(instance)));
    }
  }

  /** The sender keeps what would only lengthen the queue. */
  @Override
  public Optional<String> refusal() {
    int waiting = waitingInstances();
    return waiting < options.maxWaitingInstances()
        ? Optional.empty()
        : Optional.of("the analysis is behind: " + waiting + " instances wait");
  }

  @Override
  public void associationClosed(AssociationSummary association) {
    intake.execute(
        () ->
            guarded(
                () -> {
                  release(association);
                  if (!association.aborted()) {
                    retryFailed(association);
                  }
                }));
  }

  /** A series that failed and was sent again gets another try, though its instances are known. */
  private void retryFailed(AssociationSummary association) throws IOException {
    for (String uid : association.seriesInstanceUids()) {
      if (isOpen(uid)) {
        continue;
      }
      Optional<AnalysisJournal.Entry> entry = journal.latest(uid);
      if (entry.isEmpty() || entry.get().finished()) {
        continue;
      }
      if (!spool.files(uid).isEmpty()) {
        recover(uid, null);
      }
    }
  }

  /** Whether a series is received or worked on, and not finished. */
  public boolean isOpen(String seriesInstanceUid) {
    lock.lock();
    try {
      return series.containsKey(seriesInstanceUid);
    } finally {
      lock.unlock();
    }
  }

  private void take(ReceivedInstance instance) throws IOException {
    String uid = instance.seriesInstanceUid();
    List<Path> own = List.of(instance.file());
    lock.lock();
    try {
      SeriesState state = series.get(uid);
      if (state != null) {
        add(
            state,
            instance,
            instance.conflicting() ? List.of() : own,
            instance.conflicting() ? own : List.of());
        return;
      }
    } finally {
      lock.unlock();
    }
    // Not in memory: perhaps new, perhaps finished before. Only this thread adds series, so none
    // appears in between.
    Optional<AnalysisJournal.Entry> entry = journal.latest(uid);
    if (entry.isPresent() && entry.get().covers(own)) {
      // Sent again after its instances were deleted, or conflicting as before: what was reported or
      // refused stands.
      return;
    }
    // What the disk holds belongs to it.
    List<Path> held = spool.files(uid);
    List<Path> conflicting = spool.conflicting(uid);
    String model = segmentation.modelFor(instance.calledAeTitle());
    journal.begin(instance.studyInstanceUid(), uid, model, instance.callingAeTitle());
    lock.lock();
    try {
      SeriesState state = new SeriesState(uid, model, false, earlier(entry));
      series.put(uid, state);
      add(state, instance, held, conflicting);
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private void add(
      SeriesState state,
      ReceivedInstance instance,
      Collection<Path> files,
      Collection<Path> conflicting) {
    state.addAll(files, conflicting);
    state.lastInstanceNanos = instance.receivedNanos();
    state.associations.merge(instance.associationId(), 1, Integer::sum);
    workChanged.signalAll();
  }

  private void release(AssociationSummary association) {
    lock.lock();
    try {
      for (String uid : association.seriesInstanceUids()) {
        SeriesState state = series.get(uid);
        if (state == null) {
          continue;
        }
        Integer brought = state.associations.remove(association.id());
        if (brought == null || association.aborted()) {
          continue;
        }
        // An association a slice, as some senders do: its release says nothing about the series.
        if (brought > 1) {
          state.released = true;
        }
        state.releasedNanos = association.releasedNanos();
        finishIfComplete(state);
      }
    } finally {
      lock.unlock();
    }
  }

  private void tick() {
    lock.lock();
    try {
      for (SeriesState state : List.copyOf(series.values())) {
        finishIfComplete(state);
        if (state.phase == SeriesState.Phase.RECEIVING && state.analysis != null) {
          journal.receiving(state.uid, state.received());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private void finishIfComplete(SeriesState state) {
    if (state.phase != SeriesState.Phase.RECEIVING
        || state.analysis == null
        || !state.pending.isEmpty()
        || state.decoding > 0) {
      return;
    }
    boolean open = !state.associations.isEmpty();
    // One instance says nothing about the series, unless it has many frames.
    boolean sent = state.released || (state.releasedNanos != null && state.analysis.multiFrame());
    boolean complete = !open && sent && state.analysis.gapFree();
    boolean idle = System.nanoTime() - state.lastInstanceNanos >= options.idle().toNanos();
    if (!complete && !idle) {
      return;
    }
    int missing = state.missing();
    if (missing > 0 && !idle) {
      return; // the rest of what an earlier version was made from may be on its way
    }
    if (missing > 0) {
      refuseWithoutEarlier(state, missing);
      return;
    }
    Long released = open ? null : state.releasedNanos;
    SeriesInstances instances = state.instances();
    List<Path> conflicting = List.copyOf(state.conflicting);
    AnalysisJournal.Received received = state.received();
    end(state, () -> ending.finish(state, instances, received, conflicting, released));
  }

  /**
   * Measured from what is left, the series would have less than its last report. Under the lock.
   */
  private void refuseWithoutEarlier(SeriesState state, int missing) {
    SeriesInstances instances = state.instances().with(state.earlier.known());
    String text =
        ("%d instances of the series that an earlier version was made from are not held any more"
                + " (data.retentionDays, data.spoolMaxMiB); %d are. An earlier report stands. Send"
                + " the whole series again to have all of it measured.")
            .formatted(missing, state.files.size());
    AnalysisJournal.Received received = state.received();
    end(
        state,
        () -> ending.refuse(state, instances, received, RefusalReason.INSTANCES_DELETED, text));
  }

  /**
   * The last step of a version, on the finisher's thread; files are made on another, so that the
   * next report does not wait for them. Under the lock.
   */
  private void end(SeriesState state, Supplier<AnalysisJournal.Afterwards> step) {
    state.phase = SeriesState.Phase.FINISHING;
    state.changed = false;
    finisher.execute(
        () -> {
          AnalysisJournal.Afterwards left = step.get();
          if (left == AnalysisJournal.Afterwards.NOTHING) {
            letGo(state);
            return;
          }
          try {
            results.execute(
                () -> {
                  ending.afterwards(left);
                  letGo(state);
                });
          } catch (RejectedExecutionException e) {
            // Closing, and this report came later than it was waited for.
            LOG.info("The files of a report are made at the next start");
            letGo(state);
          }
        });
  }

  /** The next series to decode an instance of; {@code null} when this ends. Under the lock. */
  private SeriesState awaitWork() throws InterruptedException {
    while (!closed) {
      Optional<SeriesState> next = budget.next();
      if (next.isPresent()) {
        return next.get();
      }
      budget.tooLarge().ifPresent(this::refuseTooLarge);
      workChanged.await();
    }
    return null;
  }

  private void refuseTooLarge(SeriesState state) {
    SeriesInstances instances = state.instances();
    String text = budget.tooLargeText(state);
    AnalysisJournal.Received received = state.received();
    end(state, () -> ending.refuse(state, instances, received, RefusalReason.TOO_LARGE, text));
  }

  /** What the decoders are given, and what they say of it. */
  private final class Work implements DecodeWorkers.Work {
    @Override
    public DecodeWorkers.Job next() throws InterruptedException {
      lock.lockInterruptibly();
      try {
        SeriesState state = awaitWork();
        if (state == null) {
          return null;
        }
        state.decoding++;
        return new DecodeWorkers.Job(state, state.pending.poll(), state.analysis);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void done(DecodeWorkers.Job job, boolean again, String fault) {
      SeriesState state = job.state();
      lock.lock();
      try {
        state.decoding--;
        if (again && state.phase == SeriesState.Phase.RECEIVING) {
          state.pending.addFirst(job.file());
        }
        if (fault != null && state.phase == SeriesState.Phase.RECEIVING) {
          AnalysisJournal.Received received = state.received();
          end(state, () -> ending.fail(state, received, fault));
        }
        finishIfComplete(state);
        workChanged.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public boolean reserve(SeriesState state, long voxels) {
      lock.lock();
      try {
        return budget.reserve(state, voxels);
      } finally {
        lock.unlock();
      }
    }
  }

  private void letGo(SeriesState state) {
    boolean more;
    lock.lock();
    try {
      // Also what was not decoded when the version ended early: it is part of that version.
      more = state.changed;
      if (!more) {
        series.remove(state.uid);
        state.analysis = null;
        workChanged.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (more) {
      // Instances came while the report was made: the next version starts over with all of them.
      guarded(() -> journal.begin(null, state.uid, state.model, null));
      lock.lock();
      try {
        state.restart();
        state.resultsOnly = false;
        workChanged.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private interface Guarded {
    void run() throws IOException;
  }

  private static void guarded(Guarded task) {
    try {
      task.run();
    } catch (IOException | RuntimeException e) {
      // Runs on an executor that nobody waits for: the log is the only place for the fault.
      LOG.error("Keeping track of a series failed", e);
    }
  }

  /** Stops working. What is unfinished goes on after the next start. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      workChanged.signalAll();
    } finally {
      lock.unlock();
    }
    ticker.shutdownNow();
    intake.shutdown();
    decoders.interrupt();
    finisher.shutdown();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
    try {
      decoders.join();
      boolean ended = intake.awaitTermination(5, TimeUnit.SECONDS);
      ended &= finisher.awaitTermination(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (!ended) {
        LOG.warn("An analysis was still running at shutdown; it starts again at the next start");
        finisher.shutdownNow();
      }
      results.shutdown(); // after the finisher, which hands over to it
      if (!results.awaitTermination(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        LOG.warn("The files of a report were being made at shutdown; the next start makes them");
        results.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
