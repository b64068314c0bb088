// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Reviews in memory. What the numbers are without some lesions is up to the test: {@link
 * #components} is how many there are, {@link #recompute} measures without some of them.
 */
final class MemoryReviews implements ReviewCatalog {

  private record Report(Map<Region, RegionMeasurements> measured, List<Review> reviews) {}

  private final Map<String, SortedMap<Integer, Report>> reports = new ConcurrentHashMap<>();
  private final List<Consumer<Added>> listeners = new CopyOnWriteArrayList<>();
  volatile int components;
  volatile Function<Set<Integer>, Map<Region, RegionMeasurements>> recompute;
  volatile String calledOnEventLoop;

  /** A report with an empty history. */
  void putReport(String id, int version, Map<Region, RegionMeasurements> measured) {
    reports
        .computeIfAbsent(id, key -> new TreeMap<>())
        .put(version, new Report(measured, new ArrayList<>()));
  }

  private void called() {
    if (Thread.currentThread().getName().contains("eventloop")) {
      calledOnEventLoop = Thread.currentThread().getName();
    }
  }

  @Override
  public synchronized Optional<ReviewHistory> history(String id, Integer version) {
    called();
    SortedMap<Integer, Report> all = reports.get(id);
    if (all == null || version != null && !all.containsKey(version)) {
      return Optional.empty();
    }
    int wanted = version == null ? all.lastKey() : version;
    return Optional.of(
        new ReviewHistory(
            id,
            wanted,
            all.entrySet().stream()
                .map(e -> new ReviewHistory.Version(e.getKey(), e.getValue().reviews().size()))
                .toList(),
            all.get(wanted).measured(),
            List.copyOf(all.get(wanted).reviews())));
  }

  @Override
  public synchronized Optional<Measured> measure(String id, Set<Integer> excluded)
      throws MisfitException, NoComponentsException {
    called();
    SortedMap<Integer, Report> all = reports.get(id);
    if (all == null) {
      return Optional.empty();
    }
    if (recompute == null) {
      throw new NoComponentsException("The components of this report are not there.");
    }
    for (int number : excluded) {
      if (number > components) {
        throw new MisfitException("There is no component " + number + ".");
      }
    }
    return Optional.of(
        new Measured(
            all.lastKey(), List.copyOf(new TreeSet<>(excluded)), recompute.apply(excluded)));
  }

  @Override
  public Optional<ReviewHistory> add(
      String id, NewReview review, Predicate<ReviewHistory.State> seen)
      throws IOException, StaleException, MisfitException, NoComponentsException, FullException {
    Added added;
    synchronized (this) {
      Optional<ReviewHistory> now = history(id, null);
      if (now.isEmpty()) {
        return Optional.empty();
      }
      ReviewHistory history = now.get();
      if (review.version() != history.newestVersion() || !seen.test(history.state())) {
        throw new StaleException(history);
      }
      if (history.items().size() >= ReviewHistory.MOST) {
        throw new FullException();
      }
      Map<Region, RegionMeasurements> recomputed =
          review.excludedComponents().isEmpty()
              ? null
              : measure(id, Set.copyOf(review.excludedComponents())).orElseThrow().regions();
      Review entry =
          new Review(
              history.items().size() + 1,
              review.verdict(),
              review.reviewer(),
              TestAnalyses.NOW.plusSeconds(60L * history.items().size()),
              review.comment(),
              review.edits(),
              review.excludedComponents(),
              recomputed);
      reports.get(id).get(review.version()).reviews().add(entry);
      added = new Added(id, review.version(), entry.number(), entry.verdict(), entry.createdAt());
    }
    listeners.forEach(listener -> listener.accept(added));
    return history(id, null);
  }

  @Override
  public AnalysisCatalog.Subscription subscribe(Consumer<Added> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
