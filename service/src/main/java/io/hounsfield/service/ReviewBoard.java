// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import io.hounsfield.api.AnalysisCatalog;
import io.hounsfield.api.Artifact;
import io.hounsfield.api.NewReview;
import io.hounsfield.api.ReviewCatalog;
import io.hounsfield.api.ReviewHistory;
import io.hounsfield.domain.LesionComponents;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.quantify.Quantifier;
import io.hounsfield.report.ComponentsJson;
import io.hounsfield.report.ReportJson;
import io.hounsfield.service.store.ReviewStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sign-off of reports: what people said of them, and the numbers without some lesions. */
final class ReviewBoard implements ReviewCatalog {

  private static final Logger LOG = LoggerFactory.getLogger(ReviewBoard.class);

  /** A list of the most components there can be takes a fifth of it. */
  private static final int MAX_FILE_BYTES = 1 << 20;

  private final ReviewStore store;
  private final AnalysisBoard analyses;
  private final Path results;
  private final Clock clock;
  private final List<Consumer<Added>> subscribers = new CopyOnWriteArrayList<>();

  /**
   * @param analyses tells that an analysis has a review
   * @param results folder of the result files, one folder an analysis
   */
  ReviewBoard(ReviewStore store, AnalysisBoard analyses, Path results, Clock clock) {
    this.store = store;
    this.analyses = analyses;
    this.results = results;
    this.clock = clock;
  }

  @Override
  public Optional<ReviewHistory> history(String analysisId, Integer version) throws IOException {
    Optional<ReviewStore.Stored> stored = store.history(analysisId, version);
    return stored.isEmpty() ? Optional.empty() : Optional.of(of(analysisId, stored.get()));
  }

  private static ReviewHistory of(String analysisId, ReviewStore.Stored stored) throws IOException {
    return new ReviewHistory(
        analysisId,
        stored.version(),
        stored.versions(),
        ReportJson.decode(stored.reportJson()).regions(),
        stored.items());
  }

  @Override
  public Optional<Measured> measure(String analysisId, Set<Integer> excluded)
      throws IOException, MisfitException, NoComponentsException {
    Optional<byte[]> json = analyses.reportJson(analysisId);
    if (json.isEmpty()) {
      return Optional.empty();
    }
    QuantificationReport report = ReportJson.decode(json.get());
    return Optional.of(
        new Measured(
            report.version(),
            List.copyOf(new TreeSet<>(excluded)),
            without(analysisId, report.regions(), excluded)));
  }

  private Map<Region, RegionMeasurements> without(
      String analysisId, Map<Region, RegionMeasurements> measured, Set<Integer> excluded)
      throws IOException, MisfitException, NoComponentsException {
    LesionComponents components = components(analysisId);
    // Files of another version of the analysis would give other numbers.
    if (!Quantifier.measure(components, Set.of()).equals(measured)) {
      throw new NoComponentsException(
          "The components of this report are not there (yet): the files at hand are of another"
              + " report. Try again in a moment.");
    }
    try {
      return Quantifier.measure(components, excluded);
    } catch (IllegalArgumentException e) {
      throw new MisfitException(e.getMessage());
    }
  }

  private LesionComponents components(String analysisId) throws IOException, NoComponentsException {
    Path file = results.resolve(analysisId).resolve(Artifact.COMPONENTS.fileName());
    try (InputStream in = Files.newInputStream(file)) {
      byte[] json = in.readNBytes(MAX_FILE_BYTES + 1);
      if (json.length > MAX_FILE_BYTES) {
        throw new IOException(
            "components of analysis %s are larger than %d bytes"
                .formatted(analysisId, MAX_FILE_BYTES));
      }
      return ComponentsJson.decode(json);
    } catch (NoSuchFileException e) {
      throw new NoComponentsException(
          "The components of this report are not there: they are made some moments after the report,"
              + " and reports of earlier releases have none.");
    }
  }

  @Override
  public Optional<ReviewHistory> add(
      String analysisId, NewReview review, Predicate<ReviewHistory.State> seen)
      throws IOException, StaleException, MisfitException, NoComponentsException, FullException {
    Optional<ReviewHistory> before = history(analysisId, null);
    if (before.isEmpty()) {
      return Optional.empty();
    }
    if (review.version() != before.get().newestVersion() || !seen.test(before.get().state())) {
      throw new StaleException(before.get());
    }
    Map<Region, RegionMeasurements> recomputed =
        review.excludedComponents().isEmpty()
            ? null
            : without(analysisId, before.get().measured(), Set.copyOf(review.excludedComponents()));
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    // Looks again, with the database to itself.
    ReviewStore.Result result = store.add(analysisId, review, recomputed, now, seen);
    ReviewHistory after = history(analysisId, null).orElseThrow();
    switch (result.outcome()) {
      case STALE -> throw new StaleException(after);
      case FULL -> throw new FullException();
      case ADDED -> {}
    }
    int number = result.number();
    LOG.info(
        "Analysis {} version {}: review {} ({})",
        analysisId,
        review.version(),
        number,
        review.verdict().key());
    Added added = new Added(analysisId, review.version(), number, review.verdict(), now);
    subscribers.forEach(subscriber -> subscriber.accept(added));
    try {
      analyses.changed(analysisId);
    } catch (IOException e) {
      // It is on record; who looks next sees it.
      LOG.warn("The review of analysis {} cannot be told", analysisId, e);
    }
    return Optional.of(after);
  }

  @Override
  public AnalysisCatalog.Subscription subscribe(Consumer<Added> listener) {
    subscribers.add(listener);
    return () -> subscribers.remove(listener);
  }
}
