// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.inference.ModelException;
import io.hounsfield.listener.AssociationSummary;
import io.hounsfield.listener.DicomNodeListener;
import io.hounsfield.listener.ReceivedInstance;
import io.hounsfield.listener.Spool;
import io.hounsfield.listener.SpooledInstance;
import io.hounsfield.listener.SpooledSeries;
import io.hounsfield.preprocess.RefusalReason;
import io.hounsfield.preprocess.SeriesRefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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

  private final SegmentationStages segmentation;
  private final Spool spool;
  private final AnalysisJournal journal;
  private final CoordinatorOptions options;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition workChanged = lock.newCondition();
  private final Map<String, SeriesState> series = new LinkedHashMap<>();
  private boolean closed;

  private final List<Thread> decoders = new ArrayList<>();
  private final ExecutorService intake;
  private final ExecutorService finisher;
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
    // Events are as many as instances on disk: the disk bounds this queue, not the network's speed.
    this.intake = Executors.newSingleThreadExecutor(task -> new Thread(task, "intake"));
    this.finisher = Executors.newSingleThreadExecutor(task -> new Thread(task, "finisher"));
    this.ticker =
        Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "series-clock"));
  }

  /** Takes up what an earlier run left, then starts to work. */
  public void start() throws IOException {
    for (SpooledSeries held : spool.recover()) {
      recover(held);
    }
    for (int i = 0; i < options.decodeThreads(); i++) {
      Thread decoder = new Thread(this::decode, "decoder-" + i);
      decoders.add(decoder);
      decoder.start();
    }
    ticker.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  private void recover(SpooledSeries held) throws IOException {
    String uid = held.seriesInstanceUid();
    List<Path> files = held.instances().stream().map(SpooledInstance::file).toList();
    Optional<AnalysisJournal.Entry> entry = journal.latest(uid);
    boolean same =
        entry.isPresent()
            && entry.get().finished()
            && InstancesDigest.of(files).equals(entry.get().instancesDigest());
    if (same && entry.get().resultsComplete()) {
      return;
    }
    String model = entry.map(AnalysisJournal.Entry::model).orElse(null);
    SeriesState state = new SeriesState(uid, model, same);
    if (!same) {
      journal.begin(held.instances().get(0).studyInstanceUid(), uid, model);
    }
    state.addAll(files);
    state.released = true;
    lock.lock();
    try {
      series.put(uid, state);
    } finally {
      lock.unlock();
    }
    LOG.info("Going on with a series of {} instances that is not finished", files.size());
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
    if (!instance.duplicate()) {
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
      List<SpooledInstance> held = spool.instances(uid);
      if (!held.isEmpty()) {
        recover(new SpooledSeries(uid, held, Instant.now()));
        lock.lock();
        try {
          workChanged.signalAll();
        } finally {
          lock.unlock();
        }
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
    if (add(instance, List.of(instance.file()), false)) {
      return;
    }
    // Not in memory: perhaps new, perhaps finished before. What the disk holds belongs to it. Only
    // this thread adds series, so none appears in between.
    List<Path> held = spool.instances(uid).stream().map(SpooledInstance::file).toList();
    journal.begin(
        instance.studyInstanceUid(), uid, segmentation.modelFor(instance.calledAeTitle()));
    add(instance, held, true);
  }

  private boolean add(ReceivedInstance instance, Collection<Path> files, boolean create) {
    lock.lock();
    try {
      String uid = instance.seriesInstanceUid();
      SeriesState state = series.get(uid);
      if (state == null) {
        if (!create) {
          return false;
        }
        state = new SeriesState(uid, segmentation.modelFor(instance.calledAeTitle()), false);
        series.put(uid, state);
      }
      state.addAll(files);
      state.lastInstanceNanos = instance.receivedNanos();
      state.associations.merge(instance.associationId(), 1, Integer::sum);
      workChanged.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
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
          journal.receiving(state.uid, state.files.size(), state.analysis.description());
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
    if (complete || idle) {
      state.phase = SeriesState.Phase.FINISHING;
      Long released = open ? null : state.releasedNanos;
      String digest = InstancesDigest.of(state.files);
      finisher.execute(() -> finish(state, digest, released));
    }
  }

  private void decode() {
    try {
      while (true) {
        SeriesState state;
        Path file;
        SeriesAnalysis analysis;
        lock.lockInterruptibly();
        try {
          while ((state = nextSeries()) == null && !closed) {
            workChanged.await();
          }
          if (closed) {
            return;
          }
          file = state.pending.poll();
          analysis = state.analysis;
          state.decoding++;
        } finally {
          lock.unlock();
        }
        decode(state, file, analysis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void decode(SeriesState state, Path file, SeriesAnalysis analysis)
      throws InterruptedException {
    String fault = null;
    try {
      analysis.accept(file);
    } catch (IOException e) {
      LOG.error("An instance in the spool cannot be read", e);
      fault = "An instance in the spool cannot be read: " + e.getClass().getSimpleName();
    } catch (RuntimeException | OutOfMemoryError e) {
      // A decoder must not take the process or the decoding thread with it.
      LOG.error("Decoding an instance failed", e);
      fault = "Decoding an instance failed: " + e.getClass().getSimpleName();
    }
    lock.lock();
    try {
      state.decoding--;
      if (fault != null && state.phase == SeriesState.Phase.RECEIVING) {
        String text = fault;
        state.phase = SeriesState.Phase.FINISHING;
        finisher.execute(() -> end(state, () -> journal.failed(state.uid, "internal", text)));
      }
      finishIfComplete(state);
      workChanged.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The series whose next instance is decoded, in memory already or now; {@code null} when there is
   * nothing to do. Under the lock.
   */
  private SeriesState nextSeries() {
    long held = series.values().stream().mapToLong(SeriesState::voxels).sum();
    long inMemory = series.values().stream().filter(s -> s.analysis != null).count();
    for (SeriesState state : series.values()) {
      if (state.phase != SeriesState.Phase.RECEIVING || state.pending.isEmpty()) {
        continue;
      }
      if (held >= options.maxVoxels() && !makeRoomFor(state)) {
        continue;
      }
      if (state.analysis != null) {
        return state;
      }
      if (inMemory < options.maxSeriesInMemory()) {
        state.analysis = new SeriesAnalysis(segmentation.of(state.model));
        return state;
      }
    }
    return null;
  }

  /**
   * Takes the voxels of the youngest other series that is not being decoded; if there is no other,
   * the series itself is too large.
   */
  private boolean makeRoomFor(SeriesState state) {
    if (state.analysis == null) {
      return false;
    }
    SeriesState youngest = null;
    boolean others = false;
    for (SeriesState other : series.values()) {
      if (other != state && other.analysis != null) {
        others = true;
        if (other.decoding == 0 && other.phase == SeriesState.Phase.RECEIVING) {
          youngest = other;
        }
      }
    }
    boolean first =
        series.values().stream().filter(s -> s.analysis != null).findFirst().get() == state;
    if (youngest != null && first) {
      youngest.restart();
      return true;
    }
    if (!others && state.decoding == 0) {
      state.phase = SeriesState.Phase.FINISHING;
      String text =
          "The series has %d instances; after %d slices the memory of this service (%d million voxels) is full. Give it a larger heap."
              .formatted(
                  state.files.size(), state.analysis.sliceCount(), options.maxVoxels() / 1_000_000);
      String digest = InstancesDigest.of(state.files);
      finisher.execute(
          () ->
              end(
                  state,
                  () -> journal.refused(state.uid, digest, RefusalReason.TOO_LARGE.code(), text)));
    }
    return false;
  }

  private void finish(SeriesState state, String digest, Long releasedNanos) {
    end(
        state,
        () -> {
          journal.analysing(state.uid);
          try {
            AnalysisOutcome outcome = state.analysis.finish();
            if (state.resultsOnly) {
              journal.completeResults(state.uid, digest, outcome);
            } else {
              journal.reported(state.uid, digest, outcome, releasedNanos);
            }
          } catch (SeriesRefusedException e) {
            if (state.resultsOnly) {
              // The report stands: another model refuses what an earlier one measured.
              LOG.warn("Files of a report cannot be made again: {}", e.reason().code());
            } else {
              journal.refused(state.uid, digest, e.reason().code(), e.getMessage());
            }
          } catch (ModelException e) {
            LOG.error("Segmentation failed", e);
            if (!state.resultsOnly) {
              journal.failed(state.uid, "model", e.getMessage());
            }
          }
        });
  }

  private interface Ending {
    void run() throws IOException, InterruptedException;
  }

  /** Runs the last step of a version; whatever it throws, the series is let go of. */
  private void end(SeriesState state, Ending ending) {
    try {
      ending.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // The last resort: the series stays in the spool and is tried again after a restart.
      LOG.error("An analysis failed", e);
      if (!state.resultsOnly) {
        guarded(
            () ->
                journal.failed(
                    state.uid, "internal", "Internal fault: " + e.getClass().getSimpleName()));
      }
    }
    letGo(state);
  }

  private void letGo(SeriesState state) {
    boolean more;
    lock.lock();
    try {
      more = !state.pending.isEmpty();
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
      guarded(() -> journal.begin(null, state.uid, state.model));
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
    for (Thread decoder : decoders) {
      decoder.interrupt();
    }
    finisher.shutdown();
    try {
      for (Thread decoder : decoders) {
        decoder.join();
      }
      boolean ended = intake.awaitTermination(5, TimeUnit.SECONDS);
      ended &= finisher.awaitTermination(30, TimeUnit.SECONDS);
      if (!ended) {
        LOG.warn("An analysis was still running at shutdown; it starts again at the next start");
        finisher.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
