// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.listener.Spool;
import io.hounsfield.listener.SpooledInstance;
import io.hounsfield.listener.SpooledSeries;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes instances from the spool: by age, and, where the spool has a budget, the oldest ones when
 * the budget or the disk runs out. Only a series whose newest version is about all instances held,
 * was reported or refused, and whose results are all on disk, is deleted; everything else stays,
 * whatever its age.
 */
public final class SpoolRetention implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SpoolRetention.class);
  private static final long INTERVAL_SECONDS = 60;

  /** The files of results that a newer version took the place of. */
  @FunctionalInterface
  public interface OlderResults {
    void delete(String analysisId) throws IOException;
  }

  /** Room that is made when there is none: deleting starts before the sender is refused. */
  private final long lowBytes;

  private final Spool spool;
  private final AnalysisJournal journal;
  private final Predicate<String> isOpen;
  private final Optional<Duration> age;
  private final boolean bySize;
  private final OlderResults older;
  private final LongAdder deletedSeries = new LongAdder();
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "spool-retention"));

  /**
   * @param isOpen whether a series, by its Series Instance UID, is received or worked on
   * @param age how long after its last instance a finished series is kept; empty: for ever
   * @param maxBytes the spool's budget, bytes; {@link Long#MAX_VALUE} for none, and then nothing is
   *     deleted for want of room
   * @param older deletes what else goes with a series
   */
  public SpoolRetention(
      Spool spool,
      AnalysisJournal journal,
      Predicate<String> isOpen,
      Optional<Duration> age,
      long maxBytes,
      OlderResults older) {
    this.spool = spool;
    this.journal = journal;
    this.isOpen = isOpen;
    this.age = age;
    this.older = older;
    this.bySize = maxBytes != Long.MAX_VALUE;
    this.lowBytes = bySize ? Math.max(1, maxBytes / 10) : 0;
  }

  /** Looks every minute, if there is anything that it may delete. */
  public void start() {
    if (age.isPresent() || bySize) {
      executor.scheduleWithFixedDelay(this::guarded, 0, INTERVAL_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Series deleted so far. */
  public long deletedSeries() {
    return deletedSeries.sum();
  }

  private void guarded() {
    try {
      run(Instant.now());
    } catch (IOException | RuntimeException e) {
      // Nobody waits for this task, and it must run again: the log is the only place.
      LOG.error("Deleting from the spool failed", e);
    }
  }

  /** Deletes what may be deleted at this time. */
  void run(Instant now) throws IOException {
    for (Spool.Held held : spool.held()) {
      boolean old =
          age.isPresent() && Duration.between(held.lastStored(), now).compareTo(age.get()) > 0;
      boolean room = !bySize || spool.usableBytes() >= lowBytes;
      if (!old && room) {
        return; // the others are younger
      }
      for (SpooledSeries series : spool.series(held)) {
        List<Path> conflicting = spool.conflicting(series.seriesInstanceUid());
        Optional<AnalysisJournal.Entry> entry = delivered(series, conflicting);
        if (entry.isPresent()) {
          // First, so that they go even if this process ends in between.
          older.delete(entry.get().analysisId());
          long freed = spool.remove(series, conflicting);
          if (freed > 0) {
            deletedSeries.increment();
            LOG.info(
                "A finished series of {} instances was deleted from the spool ({}): {} MiB",
                series.instances().size(),
                old ? "its age" : "room was needed",
                freed >> 20);
          }
        }
      }
    }
  }

  /** What is on record of a series that may be deleted; empty for one that may not. */
  private Optional<AnalysisJournal.Entry> delivered(SpooledSeries series, List<Path> conflicting)
      throws IOException {
    String uid = series.seriesInstanceUid();
    if (isOpen.test(uid)) {
      return Optional.empty();
    }
    Optional<AnalysisJournal.Entry> entry = journal.latest(uid);
    List<Path> files = new ArrayList<>(conflicting);
    series.instances().stream().map(SpooledInstance::file).forEach(files::add);
    return entry.filter(e -> e.resultsComplete() && e.covers(files));
  }

  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("Deleting from the spool still goes on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
