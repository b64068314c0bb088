// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.inference.ModelException;
import io.hounsfield.preprocess.RefusalReason;
import io.hounsfield.preprocess.SeriesRefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a version of a series ends: with a report, a refusal, or a fault of the service. Whatever
 * happens is written down; nothing is thrown.
 */
final class SeriesEnding {

  private static final Logger LOG = LoggerFactory.getLogger(SeriesEnding.class);

  private interface Step {
    AnalysisJournal.Afterwards run() throws IOException, InterruptedException;
  }

  private final AnalysisJournal journal;

  SeriesEnding(AnalysisJournal journal) {
    this.journal = journal;
  }

  /**
   * Measures and reports.
   *
   * @param instances what the version is about
   * @param received what came of it
   * @param conflicting what was kept aside of it
   * @param releasedNanos when the last association was released, or {@code null}
   * @return what is left to do when the report is out
   */
  AnalysisJournal.Afterwards finish(
      SeriesState state,
      SeriesInstances instances,
      AnalysisJournal.Received received,
      List<Path> conflicting,
      Long releasedNanos) {
    return guarded(
        state,
        received,
        () -> {
          journal.analysing(state.uid);
          try {
            AnalysisOutcome outcome = state.analysis.finish(conflicting);
            return state.resultsOnly
                ? journal.completeResults(state.uid, instances, outcome)
                : journal.reported(state.uid, instances, outcome, releasedNanos);
          } catch (SeriesRefusedException e) {
            if (state.resultsOnly) {
              // The report stands: another model refuses what an earlier one measured.
              LOG.warn("Files of a report cannot be made again: {}", e.reason().code());
            } else {
              journal.refused(state.uid, instances, received, e.reason().code(), e.getMessage());
            }
          } catch (ModelException e) {
            LOG.error("Segmentation failed", e);
            if (!state.resultsOnly) {
              journal.failed(state.uid, received, "model", e.getMessage());
            }
          }
          return AnalysisJournal.Afterwards.NOTHING;
        });
  }

  /** Refuses without measuring. */
  AnalysisJournal.Afterwards refuse(
      SeriesState state,
      SeriesInstances instances,
      AnalysisJournal.Received received,
      RefusalReason reason,
      String text) {
    return guarded(
        state,
        received,
        () -> {
          journal.refused(state.uid, instances, received, reason.code(), text);
          return AnalysisJournal.Afterwards.NOTHING;
        });
  }

  /** A fault of the service. */
  AnalysisJournal.Afterwards fail(
      SeriesState state, AnalysisJournal.Received received, String text) {
    return guarded(
        state,
        received,
        () -> {
          journal.failed(state.uid, received, "internal", text);
          return AnalysisJournal.Afterwards.NOTHING;
        });
  }

  /** Does what is left when the report is out. */
  void afterwards(AnalysisJournal.Afterwards left) {
    try {
      left.run();
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // The report stands, and what is missing is seen and made at the next start.
      LOG.error("The files of a report cannot be made now", e);
    }
  }

  private AnalysisJournal.Afterwards guarded(
      SeriesState state, AnalysisJournal.Received received, Step step) {
    try {
      return step.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // The last resort: the series stays in the spool and is tried again after a restart.
      LOG.error("An analysis failed", e);
      if (!state.resultsOnly) {
        try {
          journal.failed(
              state.uid, received, "internal", "Internal fault: " + e.getClass().getSimpleName());
        } catch (IOException | RuntimeException unwritten) {
          LOG.error("A failed analysis cannot be written down", unwritten);
        }
      }
    }
    return AnalysisJournal.Afterwards.NOTHING;
  }
}
