// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The results of analyses in the standards' forms, and their deliveries. Calls may block (they run
 * on worker threads) and come from several threads at once.
 */
public interface ResultCatalog {

  /** Nothing at all. */
  ResultCatalog NONE =
      new ResultCatalog() {
        @Override
        public List<Path> files(String analysisId) {
          return List.of();
        }

        @Override
        public List<DeliveryStatus> deliveries(String analysisId) {
          return List.of();
        }

        @Override
        public Map<String, DeliveryCounts> deliveryCounts(Collection<String> analysisIds) {
          return Map.of();
        }

        @Override
        public Optional<DeliveryStatus> change(String analysisId, long number, Change change) {
          return Optional.empty();
        }

        @Override
        public void export(
            AnalysisFilter which, ExportFormat format, boolean withPatient, OutputStream out)
            throws IOException {
          throw new IOException("there are no rows");
        }

        @Override
        public AnalysisCatalog.Subscription subscribe(Consumer<DeliveryStatus> listener) {
          return () -> {};
        }
      };

  /** How rows are written. */
  enum ExportFormat {
    /** RFC 4180, UTF-8, with a header line. */
    CSV,
    /** An array of objects. */
    JSON
  }

  /** What can be asked for. */
  enum Change {
    /** Send it (again) now. */
    RESEND,
    /** Do not send it. */
    CANCEL
  }

  /** A change that cannot be made as the delivery stands; the message says why. */
  final class ConflictException extends Exception {
    private static final long serialVersionUID = 1L;

    public ConflictException(String message) {
      super(message);
    }
  }

  /** Result files of the newest version of an analysis that has any, by name. */
  List<Path> files(String analysisId) throws IOException;

  /** Kinds of results that could not be made for that version, by their keys. */
  default List<String> notMade(String analysisId) throws IOException {
    return List.of();
  }

  /** Deliveries of an analysis, in the order of their numbers. */
  List<DeliveryStatus> deliveries(String analysisId) throws IOException;

  /** Counts of the deliveries of several analyses at once; an analysis without any has no entry. */
  Map<String, DeliveryCounts> deliveryCounts(Collection<String> analysisIds) throws IOException;

  /**
   * Changes a delivery.
   *
   * @return how it stands then; empty if the analysis has no delivery of that number
   */
  Optional<DeliveryStatus> change(String analysisId, long number, Change change)
      throws IOException, ConflictException;

  /**
   * Writes a row for each analysis of a list, newest first, while they are read from the store; the
   * stream is flushed, not closed. A row of an analysis whose newest version has no report says why
   * instead of numbers.
   *
   * @param which the analyses; place and limit are those of the pages that are read
   * @param withPatient whether rows say who the patient is
   */
  void export(AnalysisFilter which, ExportFormat format, boolean withPatient, OutputStream out)
      throws IOException;

  /**
   * Tells of every change of a delivery from now on. The listener returns at once and never throws.
   */
  AnalysisCatalog.Subscription subscribe(Consumer<DeliveryStatus> listener);
}
