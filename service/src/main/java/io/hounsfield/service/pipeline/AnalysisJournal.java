// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.domain.SeriesDescription;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Where the coordinator writes down what becomes of each series, so that a restart goes on where it
 * was. Implementations are durable when a call returns, except where said otherwise.
 */
public interface AnalysisJournal {

  /**
   * What is on record of a series.
   *
   * @param analysisId identifier of the analysis, a UUID
   * @param version version that the record speaks of
   * @param finished whether that version was reported or refused
   * @param instances what it was made from; while a version is not finished, without digest, and
   *     what the newest finished one is known to have
   * @param incomplete whether it was refused because instances of the series were deleted
   * @param resultsComplete whether every file of its results is on disk (true where it has none)
   * @param model the model that measures that version, {@code name@version}; {@code null} where
   *     none was written down
   */
  record Entry(
      String analysisId,
      int version,
      boolean finished,
      SeriesInstances instances,
      boolean incomplete,
      boolean resultsComplete,
      String model) {

    /** Whether it was made from exactly these instances and stands. */
    boolean isAbout(Collection<Path> files) {
      return finished && instances.areExactly(files);
    }

    /**
     * Whether there is nothing to do about these instances: it was made from them, or from them and
     * others that were deleted since.
     */
    boolean covers(Collection<Path> files) {
      return isAbout(files) || (finished && !incomplete && instances.include(files));
    }
  }

  /**
   * What came of a series so far.
   *
   * @param instances how many instances
   * @param description what the images say; {@code null} before the first that could be read
   */
  record Received(int instances, SeriesDescription description) {}

  /**
   * What is left to do when a report is out: files for others, made of its outcome. Nobody waits
   * for it, and a fault changes nothing of the report; what is missing is made at the next start.
   */
  @FunctionalInterface
  interface Afterwards {
    /** Nothing is left. */
    Afterwards NOTHING = () -> {};

    void run() throws IOException;
  }

  /** The newest version on record. */
  Optional<Entry> latest(String seriesInstanceUid) throws IOException;

  /** Series Instance UIDs of what was begun and neither reported nor refused, oldest first. */
  List<String> unfinished() throws IOException;

  /**
   * Begins version 1 of a series, or its next version when the latest is finished.
   *
   * @param model the model that measures it, {@code name@version}; {@code null} for the one on
   *     record
   * @param callingAeTitle who sends it; {@code null} for who is on record
   */
  Entry begin(
      String studyInstanceUid, String seriesInstanceUid, String model, String callingAeTitle)
      throws IOException;

  /** The same, by whoever sent it before. */
  default Entry begin(String studyInstanceUid, String seriesInstanceUid, String model)
      throws IOException {
    return begin(studyInstanceUid, seriesInstanceUid, model, null);
  }

  /** What was received so far; may be written late or be lost with the process. */
  void receiving(String seriesInstanceUid, Received received);

  /** The series is complete and is being put together; may be lost with the process. */
  void analysing(String seriesInstanceUid);

  /**
   * The report on the current version.
   *
   * @param releasedNanos {@link System#nanoTime()} of the association's release, or {@code null}
   * @return what is left to do
   */
  Afterwards reported(
      String seriesInstanceUid,
      SeriesInstances instances,
      AnalysisOutcome outcome,
      Long releasedNanos)
      throws IOException;

  /**
   * Writes the files of a report that exists already, from the same instances; where the outcome is
   * not that of the report any more, makes a new version.
   *
   * @return what is left to do
   */
  Afterwards completeResults(
      String seriesInstanceUid, SeriesInstances instances, AnalysisOutcome outcome)
      throws IOException;

  /** The current version cannot be measured. */
  void refused(
      String seriesInstanceUid,
      SeriesInstances instances,
      Received received,
      String code,
      String text)
      throws IOException;

  /** A fault of the service stopped the current version; it is tried again after a restart. */
  void failed(String seriesInstanceUid, Received received, String code, String text)
      throws IOException;
}
