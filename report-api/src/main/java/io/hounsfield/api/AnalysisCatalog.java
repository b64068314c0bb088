// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The analyses that the HTTP API shows. Calls may block (they run on worker threads) and come from
 * several threads at once.
 */
public interface AnalysisCatalog {

  /** The part of the list that the filter asks for, newest first. */
  Page list(AnalysisFilter filter) throws IOException;

  /** One analysis; empty if there is none with that identifier. */
  Optional<Analysis> find(String id) throws IOException;

  /**
   * The newest report of an analysis, as {@link io.hounsfield.report.ReportJson} encodes it; empty
   * if there is none (yet).
   */
  Optional<byte[]> reportJson(String id) throws IOException;

  /** A file of the newest report of an analysis; empty if there is none (yet). */
  Optional<Path> artifact(String id, Artifact artifact) throws IOException;

  /**
   * The CT volume that the newest report of an analysis is about; empty if there is no report.
   *
   * @throws CtImages.NotHeldException if the images, or some of them, are not held any more
   */
  Optional<CtImages> images(String id) throws IOException, CtImages.NotHeldException;

  /**
   * Other analyses with a report whose images carry the same Patient ID, at most {@code limit} of
   * them, the newest first; none where the images carry no Patient ID. Each says what speaks
   * against its being of the same patient.
   */
  List<RelatedAnalysis> ofSamePatientId(String id, int limit) throws IOException;

  /**
   * Tells of every change of an analysis from now on: a new analysis, a new status, more slices
   * received. The listener returns at once and never throws; changes of one analysis come in order.
   */
  Subscription subscribe(Consumer<Analysis> listener);

  /** Ends with {@link #close()}. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
