// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between what changes and the event stream: an analysis is told with the counts of its deliveries,
 * whether it changed itself, one of them did, or a review was added. The counts are asked from the
 * store on a worker thread, once for all that changed meanwhile, so that nobody who changes
 * something waits for it; of several changes of one analysis meanwhile the newest is told. Many
 * changes at once are told some at a time, so that clients keep up with them.
 */
final class AnalysisNews implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AnalysisNews.class);

  /** Most that is told at once; a client that reads takes as many without being late. */
  private static final int AT_ONCE = 64;

  /** How long after that many the next are told, ms. */
  private static final long PAUSE_MS = 50;

  /** How long after a fault of the store it is asked again, ms. */
  private static final long AGAIN_MS = 1000;

  private final Vertx vertx;
  private final WorkerExecutor workers;
  private final AnalysisCatalog catalog;
  private final ResultCatalog results;
  private final EventHub events;

  // Guarded by this.
  /** What is to be told, by identifier; empty where it is to be looked up. */
  private final Map<String, Optional<Analysis>> waiting = new LinkedHashMap<>();

  private boolean busy;
  private boolean closed;

  AnalysisNews(
      Vertx vertx,
      WorkerExecutor workers,
      AnalysisCatalog catalog,
      ResultCatalog results,
      EventHub events) {
    this.vertx = vertx;
    this.workers = workers;
    this.catalog = catalog;
    this.results = results;
    this.events = events;
  }

  /** Takes a change of an analysis; any thread, returns at once. */
  void changed(Analysis analysis) {
    synchronized (this) {
      waiting.put(analysis.id(), Optional.of(analysis));
    }
    tellSoon();
  }

  /** Takes a change of a delivery; any thread, returns at once. */
  void changed(DeliveryStatus delivery) {
    events.publish(delivery);
    synchronized (this) {
      waiting.putIfAbsent(delivery.analysisId(), Optional.empty());
    }
    tellSoon();
  }

  /** Takes a review that was added; any thread, returns at once. */
  void changed(ReviewCatalog.Added review) {
    events.publish(review);
    synchronized (this) {
      // What waits may have been read before the review.
      waiting.put(review.analysisId(), Optional.empty());
    }
    tellSoon();
  }

  private void tellSoon() {
    synchronized (this) {
      if (busy || closed || waiting.isEmpty()) {
        return;
      }
      busy = true;
    }
    workers
        .executeBlocking(this::tell, false)
        .onComplete(
            told -> {
              if (told < AT_ONCE) {
                goOn();
              } else {
                vertx.setTimer(PAUSE_MS, timer -> goOn());
              }
            },
            fault -> {
              LOG.error("Changes cannot be told now; tried again", fault);
              vertx.setTimer(AGAIN_MS, timer -> goOn());
            });
  }

  private void goOn() {
    synchronized (this) {
      busy = false;
    }
    tellSoon();
  }

  /** Tells some; how many. */
  private int tell() throws IOException {
    Map<String, Optional<Analysis>> taken = new LinkedHashMap<>();
    synchronized (this) {
      Iterator<Map.Entry<String, Optional<Analysis>>> first = waiting.entrySet().iterator();
      while (first.hasNext() && taken.size() < AT_ONCE) {
        Map.Entry<String, Optional<Analysis>> change = first.next();
        taken.put(change.getKey(), change.getValue());
        first.remove();
      }
    }
    try {
      Map<String, DeliveryCounts> counts = results.deliveryCounts(taken.keySet());
      for (Map.Entry<String, Optional<Analysis>> change : taken.entrySet()) {
        String id = change.getKey();
        Optional<Analysis> analysis =
            change.getValue().isPresent() ? change.getValue() : catalog.find(id);
        analysis.ifPresent(a -> events.publish(a, counts.getOrDefault(id, DeliveryCounts.NONE)));
      }
      return taken.size();
    } catch (IOException | RuntimeException e) {
      synchronized (this) {
        // What came meanwhile is newer.
        waiting.forEach(
            (id, analysis) -> {
              if (analysis.isPresent() || !taken.containsKey(id)) {
                taken.put(id, analysis);
              }
            });
        waiting.clear();
        waiting.putAll(taken);
      }
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
  }
}
