// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What people say of reports. Calls may block (they run on worker threads) and come from several
 * threads at once.
 */
public interface ReviewCatalog {

  /** No reports, so no reviews. */
  ReviewCatalog NONE =
      new ReviewCatalog() {
        @Override
        public Optional<ReviewHistory> history(String analysisId, Integer version) {
          return Optional.empty();
        }

        @Override
        public Optional<Measured> measure(String analysisId, Set<Integer> excluded) {
          return Optional.empty();
        }

        @Override
        public Optional<ReviewHistory> add(
            String analysisId, NewReview review, Predicate<ReviewHistory.State> seen) {
          return Optional.empty();
        }

        @Override
        public AnalysisCatalog.Subscription subscribe(Consumer<Added> listener) {
          return () -> {};
        }
      };

  /**
   * Numbers of a report without some lesions.
   *
   * @param version version of the report
   * @param excluded numbers of the components that do not count, in ascending order
   */
  record Measured(int version, List<Integer> excluded, Map<Region, RegionMeasurements> regions) {}

  /** A review was added. */
  record Added(
      String analysisId, int version, int number, Review.Verdict verdict, Instant createdAt) {}

  /** What was looked at is not the newest any more. */
  final class StaleException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient ReviewHistory now;

    public StaleException(ReviewHistory now) {
      super("a review or a report came in between");
      this.now = now;
    }

    /** The history of the newest report. */
    public ReviewHistory now() {
      return now;
    }
  }

  /** A review that does not fit the report; the message says why. */
  final class MisfitException extends Exception {
    private static final long serialVersionUID = 1L;

    public MisfitException(String message) {
      super(message);
    }
  }

  /** The components of the report are not there; the message says why. */
  final class NoComponentsException extends Exception {
    private static final long serialVersionUID = 1L;

    public NoComponentsException(String message) {
      super(message);
    }
  }

  /** There are {@link ReviewHistory#MOST} already. */
  final class FullException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The history of a report.
   *
   * @param version version of the report, or {@code null} for the newest one there is
   * @return empty if there is no such report
   */
  Optional<ReviewHistory> history(String analysisId, Integer version) throws IOException;

  /**
   * Measures the newest report without some lesions; stores nothing.
   *
   * @return empty if there is no report
   * @throws MisfitException if there is no such component
   */
  Optional<Measured> measure(String analysisId, Set<Integer> excluded)
      throws IOException, MisfitException, NoComponentsException;

  /**
   * Adds a review to the newest report, unless something came in between; durable when it returns.
   *
   * @param seen says whether a state of the history is the one that the reviewer has seen
   * @return the history with it; empty if there is no report
   * @throws StaleException if it is another state, or the report is not the newest one
   */
  Optional<ReviewHistory> add(
      String analysisId, NewReview review, Predicate<ReviewHistory.State> seen)
      throws IOException, StaleException, MisfitException, NoComponentsException, FullException;

  /** Tells of every review from now on. The listener returns at once and never throws. */
  AnalysisCatalog.Subscription subscribe(Consumer<Added> listener);
}
