// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.inference.ModelException;
import io.hounsfield.preprocess.SeriesRefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Measures all cases, several at once: as many as were asked for, and as many as fit into the heap.
 * A case that fails does not stop the others.
 */
final class AccuracyRun {

  /**
   * Heap that a voxel takes at most: HU (2), labels of the network (1), lungs and lesions (2),
   * masks (1), and then, instead of the labels, a distance transform (4).
   */
  private static final int BYTES_PER_VOXEL = 8;

  /** Share of the heap that cases may fill together. */
  private static final double HEAP_SHARE = 0.85;

  private static final int MIB = 1 << 20;

  /**
   * A case without result.
   *
   * @param code stable name of the reason
   * @param reason for people
   */
  record Failure(String name, String code, String reason) {}

  /**
   * What the run gave; both lists by name.
   *
   * @param kept cases that were finished before
   */
  record Outcome(List<CaseResult> results, List<Failure> failures, int kept) {}

  private record Measured(CaseResult result, Optional<byte[]> picture) {}

  private record Done(CaseResult result, Failure failure, boolean kept) {}

  private final CaseReader reader;
  private final CaseStore store;
  private final double tolerance;
  private final int parallel;
  private final int budgetMib;
  private final Semaphore memory;

  /**
   * @param tolerance of the surface Dice, in the layout's unit
   * @param parallel most cases at once
   */
  AccuracyRun(CaseReader reader, CaseStore store, double tolerance, int parallel) {
    this.reader = reader;
    this.store = store;
    this.tolerance = tolerance;
    this.parallel = parallel;
    this.budgetMib = (int) Math.max(1, Runtime.getRuntime().maxMemory() * HEAP_SHARE / MIB);
    this.memory = new Semaphore(budgetMib, true);
  }

  /**
   * @param folders a folder a case, each with a name of its own
   * @throws ModelException if the network fails; finished cases are kept
   */
  Outcome run(List<Path> folders, CaseProgress progress)
      throws IOException, ModelException, InterruptedException {
    List<CaseResult> results = new ArrayList<>();
    List<Failure> failures = new ArrayList<>();
    int kept = 0;
    ExecutorService workers = Executors.newFixedThreadPool(parallel);
    try {
      ExecutorCompletionService<Done> queue = new ExecutorCompletionService<>(workers);
      for (Path folder : folders) {
        queue.submit(() -> one(folder));
      }
      for (int i = 0; i < folders.size(); i++) {
        Done done = result(queue.take());
        if (done.failure() != null) {
          failures.add(done.failure());
          progress.failed(done.failure());
        } else {
          results.add(done.result());
          kept += done.kept() ? 1 : 0;
          progress.finished(done.result(), done.kept());
        }
      }
    } finally {
      workers.shutdownNow();
    }
    results.sort(Comparator.comparing(CaseResult::name));
    failures.sort(Comparator.comparing(Failure::name));
    return new Outcome(results, failures, kept);
  }

  private static Done result(Future<Done> future)
      throws IOException, ModelException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ModelException fault) {
        throw fault;
      }
      if (e.getCause() instanceof IOException fault) {
        throw fault;
      }
      if (e.getCause() instanceof InterruptedException) {
        throw new InterruptedException();
      }
      if (e.getCause() instanceof Error fault) {
        throw fault;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private Done one(Path folder) throws IOException, ModelException, InterruptedException {
    String name = folder.getFileName().toString();
    Failure failure;
    Measured measured = null;
    try {
      String digest = CaseStore.digest(folder, reader.files(folder));
      Optional<CaseResult> before = store.find(name, digest);
      if (before.isPresent()) {
        return new Done(before.get(), null, true);
      }
      measured = measure(folder, name, digest);
      failure = null;
    } catch (CaseException e) {
      failure = new Failure(name, e.code(), e.getMessage());
    } catch (SeriesRefusedException e) {
      failure = new Failure(name, e.reason().code(), e.getMessage());
    } catch (IOException e) {
      failure =
          new Failure(
              name,
              "unreadable",
              "It cannot be read: " + e.getClass().getSimpleName() + " " + e.getMessage());
    } catch (RuntimeException e) {
      // A fault of this program with one case must not take away the results of all others.
      failure = new Failure(name, "internal", "A fault of this program: " + e);
    }
    // Faults of writing are not the case's: they end the run.
    if (failure != null) {
      store.forget(name);
      return new Done(null, failure, false);
    }
    store.keep(measured.result(), measured.picture());
    return new Done(measured.result(), null, false);
  }

  private Measured measure(Path folder, String name, String digest)
      throws IOException,
          CaseException,
          SeriesRefusedException,
          ModelException,
          InterruptedException {
    long mib = Math.max(1, reader.voxels(folder) * BYTES_PER_VOXEL / MIB);
    if (mib > budgetMib) {
      throw new CaseException(
          "too-large",
          String.format(
              Locale.ROOT,
              "It needs about %d MiB of heap, there are %d for cases. Give more:"
                  + " HOUNSFIELD_JAVA_OPTS=-Xmx%dg.",
              mib,
              budgetMib,
              (long) Math.ceil(mib / HEAP_SHARE / 1024 + 0.5)));
    }
    memory.acquire((int) mib);
    try {
      SegmentedCase segmented = reader.segment(folder);
      List<CaseResult.WorstSlice> worst = ErrorPicture.worst(segmented);
      CaseResult result =
          new CaseResult(
              name,
              segmented.slices(),
              digest,
              CaseMetrics.of(segmented, tolerance),
              segmented.warnings(),
              worst);
      return new Measured(
          result,
          worst.isEmpty() ? Optional.empty() : Optional.of(ErrorPicture.draw(segmented, worst)));
    } finally {
      memory.release((int) mib);
    }
  }
}
