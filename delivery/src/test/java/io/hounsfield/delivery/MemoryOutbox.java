// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** An outbox that keeps every revision of every row, to be looked at afterwards. */
final class MemoryOutbox implements Outbox {
  private final TreeMap<Long, Delivery> rows = new TreeMap<>();
  private final Set<String> added = new HashSet<>();

  /** Every row that was ever written, in order. */
  final List<Delivery> history = new ArrayList<>();

  @Override
  public synchronized void add(String analysisId, int version, List<Delivery> deliveries) {
    for (Delivery d : deliveries) {
      boolean known =
          rows.values().stream()
              .anyMatch(
                  r ->
                      r.analysisId().equals(d.analysisId())
                          && r.version() == d.version()
                          && r.destination().equals(d.destination())
                          && r.object().file().equals(d.object().file()));
      if (!known) {
        put(withId(d, rows.size() + 1L));
      }
    }
    added.add(analysisId + "/" + version);
  }

  private static Delivery withId(Delivery d, long id) {
    return new Delivery(
        id,
        d.analysisId(),
        d.version(),
        d.destination(),
        d.object(),
        d.state(),
        d.attempts(),
        d.failures(),
        d.createdAt(),
        d.since(),
        d.updatedAt(),
        d.nextAttemptAt(),
        d.lastError(),
        d.note(),
        d.withdrawn(),
        d.transactionUid(),
        d.requests(),
        d.revision());
  }

  private void put(Delivery d) {
    rows.put(d.id(), d);
    history.add(d);
  }

  /** States that a row went through. */
  synchronized List<DeliveryState> states(long id) {
    return history.stream().filter(d -> d.id() == id).map(Delivery::state).toList();
  }

  @Override
  public synchronized boolean isAdded(String analysisId, int version) {
    return added.contains(analysisId + "/" + version);
  }

  @Override
  public synchronized Optional<Delivery> find(long id) {
    return Optional.ofNullable(rows.get(id));
  }

  @Override
  public synchronized List<Delivery> ofAnalysis(String analysisId) {
    return rows.values().stream().filter(d -> d.analysisId().equals(analysisId)).toList();
  }

  @Override
  public synchronized List<Delivery> due(String destination, Instant now, int limit) {
    return rows.values().stream()
        .filter(d -> d.destination().equals(destination) && d.state().isOpen())
        .filter(d -> d.nextAttemptAt() != null && !d.nextAttemptAt().isAfter(now))
        .sorted(
            Comparator.comparing((Delivery d) -> d.state() == DeliveryState.COMMITTING)
                .thenComparing(Delivery::nextAttemptAt)
                .thenComparing(Delivery::id))
        .limit(limit)
        .toList();
  }

  @Override
  public List<Delivery> dueCommitments(String destination, Instant now, int limit) {
    return due(destination, now, Integer.MAX_VALUE).stream()
        .filter(d -> d.state() == DeliveryState.COMMITTING)
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized Optional<Instant> nextDue(Collection<String> destinations) {
    return rows.values().stream()
        .filter(d -> destinations.contains(d.destination()) && d.state().isOpen())
        .map(Delivery::nextAttemptAt)
        .filter(Objects::nonNull)
        .min(Instant::compareTo);
  }

  @Override
  public synchronized List<Delivery> underWay() {
    return rows.values().stream()
        .filter(d -> d.state().isOpen() && d.nextAttemptAt() == null)
        .toList();
  }

  @Override
  public synchronized List<Delivery> ofTransaction(String uid) {
    List<Long> asked =
        history.stream().filter(d -> uid.equals(d.transactionUid())).map(Delivery::id).toList();
    return rows.values().stream()
        .filter(d -> asked.contains(d.id()))
        .filter(d -> d.state() != DeliveryState.SENT && d.state() != DeliveryState.CANCELLED)
        .toList();
  }

  /** So many changes to "sent" to come fail, as on a full disk. */
  int failures;

  @Override
  public synchronized boolean replace(Delivery next) throws IOException {
    if (next.state() == DeliveryState.SENT && failures-- > 0) {
      throw new IOException("no space left");
    }
    if (rows.get(next.id()).revision() != next.revision() - 1) {
      return false;
    }
    put(next);
    return true;
  }

  @Override
  public synchronized Map<String, Tally> tallies(Collection<String> analysisIds) {
    Map<String, Tally> found = new TreeMap<>();
    for (String id : analysisIds) {
      List<Delivery> all = ofAnalysis(id);
      all.stream()
          .mapToInt(Delivery::version)
          .max()
          .ifPresent(
              newest ->
                  found.put(id, tally(all.stream().filter(d -> d.version() == newest).toList())));
    }
    return found;
  }

  private static Tally tally(List<Delivery> deliveries) {
    int sent = 0;
    int waiting = 0;
    int failed = 0;
    for (Delivery d : deliveries) {
      switch (d.state()) {
        case SENT -> sent++;
        case QUEUED, SENDING, COMMITTING -> waiting++;
        case FAILING, GIVEN_UP -> failed++;
        case CANCELLED -> {
          // Left out.
        }
      }
    }
    return new Tally(sent, waiting, failed);
  }

  @Override
  public synchronized List<Backlog> backlog() {
    Map<String, List<Delivery>> open =
        rows.values().stream()
            .filter(d -> d.state().isOpen())
            .collect(
                Collectors.groupingBy(Delivery::destination, TreeMap::new, Collectors.toList()));
    return open.entrySet().stream()
        .map(
            e ->
                new Backlog(
                    e.getKey(),
                    e.getValue().size(),
                    (int) e.getValue().stream().filter(d -> d.failures() > 0).count(),
                    e.getValue().get(0).createdAt()))
        .toList();
  }
}
