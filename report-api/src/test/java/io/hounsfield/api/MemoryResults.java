// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Deliveries in memory; counts how often it is asked for their counts. */
final class MemoryResults implements ResultCatalog {

  private final Map<Long, DeliveryStatus> deliveries = new ConcurrentSkipListMap<>();
  private final List<Consumer<DeliveryStatus>> listeners = new CopyOnWriteArrayList<>();
  final AtomicInteger exports = new AtomicInteger();

  /** Identifiers of the analyses that have a row, in order. */
  volatile List<String> rows = List.of();

  final AtomicInteger countQueries = new AtomicInteger();

  /** So many questions for counts to come fail, as while the disk is full. */
  final AtomicInteger faults = new AtomicInteger();

  /** A delivery of the first version of analysis n; one of the same number is replaced. */
  void put(long number, int n, String state) {
    put(number, n, "pacs", state);
  }

  void put(long number, int n, String destination, String state) {
    DeliveryStatus delivery =
        new DeliveryStatus(
            number,
            TestAnalyses.id(n),
            1,
            destination,
            "sr",
            "sr-" + number + ".dcm",
            state,
            1,
            TestAnalyses.NOW,
            TestAnalyses.NOW,
            null,
            null,
            null);
    deliveries.put(number, delivery);
    listeners.forEach(listener -> listener.accept(delivery));
  }

  @Override
  public List<Path> files(String analysisId) {
    return List.of();
  }

  /** Deliveries that cannot be changed any more. */
  final Set<Long> superseded = ConcurrentHashMap.newKeySet();

  /** Kinds that could not be made, of every analysis. */
  volatile List<String> notMade = List.of();

  @Override
  public List<String> notMade(String analysisId) {
    return notMade;
  }

  @Override
  public List<DeliveryStatus> deliveries(String analysisId) {
    return deliveries.values().stream().filter(d -> d.analysisId().equals(analysisId)).toList();
  }

  @Override
  public Map<String, DeliveryCounts> deliveryCounts(Collection<String> analysisIds)
      throws IOException {
    countQueries.incrementAndGet();
    if (faults.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      throw new IOException("database or disk is full");
    }
    Map<String, DeliveryCounts> counts = new HashMap<>();
    for (DeliveryStatus d : deliveries.values()) {
      if (analysisIds.contains(d.analysisId())) {
        DeliveryCounts one =
            switch (d.state()) {
              case "sent" -> new DeliveryCounts(1, 0, 0);
              case "queued", "sending", "committing" -> new DeliveryCounts(0, 1, 0);
              case "failing", "given-up" -> new DeliveryCounts(0, 0, 1);
              default -> DeliveryCounts.NONE;
            };
        counts.merge(
            d.analysisId(),
            one,
            (a, b) ->
                new DeliveryCounts(
                    a.sent() + b.sent(), a.waiting() + b.waiting(), a.failed() + b.failed()));
      }
    }
    return counts;
  }

  @Override
  public Optional<DeliveryStatus> change(String analysisId, long number, Change change)
      throws ConflictException {
    DeliveryStatus delivery = deliveries.get(number);
    if (delivery == null || !delivery.analysisId().equals(analysisId)) {
      return Optional.empty();
    }
    if (superseded.contains(number)) {
      throw new ConflictException("A newer version took its place.");
    }
    int n = Integer.parseInt(analysisId.substring(analysisId.length() - 4), 16);
    put(number, n, delivery.destination(), change == Change.RESEND ? "queued" : "cancelled");
    return Optional.of(deliveries.get(number));
  }

  @Override
  public void export(
      AnalysisFilter which, ExportFormat format, boolean withPatient, OutputStream out)
      throws IOException {
    exports.incrementAndGet();
    StringBuilder text = new StringBuilder(format == ExportFormat.CSV ? "id,identity\r\n" : "[");
    for (String id : rows) {
      if (which.ids().isEmpty() || which.ids().contains(id)) {
        if (format == ExportFormat.CSV) {
          text.append(id).append(',').append(withPatient).append("\r\n");
        } else {
          text.append(text.length() > 1 ? "," : "").append("{\"id\":\"" + id + "\"}");
        }
      }
    }
    text.append(format == ExportFormat.CSV ? "" : "]");
    out.write(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public AnalysisCatalog.Subscription subscribe(Consumer<DeliveryStatus> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
