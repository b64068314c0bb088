// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
        public Optional<DeliveryStatus> change(String analysisId, long number, Change change) {
          return Optional.empty();
        }

        @Override
        public AnalysisCatalog.Subscription subscribe(Consumer<DeliveryStatus> listener) {
          return () -> {};
        }
      };

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

  /** Deliveries of an analysis, in the order of their numbers. */
  List<DeliveryStatus> deliveries(String analysisId) throws IOException;

  /**
   * Changes a delivery.
   *
   * @return how it stands then; empty if the analysis has no delivery of that number
   */
  Optional<DeliveryStatus> change(String analysisId, long number, Change change)
      throws IOException, ConflictException;

  /**
   * Tells of every change of a delivery from now on. The listener returns at once and never throws.
   */
  AnalysisCatalog.Subscription subscribe(Consumer<DeliveryStatus> listener);
}
