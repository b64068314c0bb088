// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import io.hounsfield.delivery.DeliveryService;
import io.hounsfield.delivery.Destination;
import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.delivery.Outbox.Backlog;
import io.hounsfield.dicomweb.DicomWebMeter;
import io.hounsfield.domain.Timings;
import io.hounsfield.listener.NodeStatistics;
import io.hounsfield.listener.Spool;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import io.hounsfield.service.pipeline.SeriesCoordinator;
import io.hounsfield.service.pipeline.SpoolRetention;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What {@code /metrics} shows. Nothing of a patient or a study is a label. */
final class ServiceMetrics implements AutoCloseable {

  private static final Duration[] BUCKETS = {
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(200),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(2),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30),
    Duration.ofMinutes(2)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();

  /** The registry refers weakly to what it watches; only this keeps suppliers alive. */
  private final List<Object> watched = new ArrayList<>();

  ServiceMetrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  /** Shows the DICOM node's counters. */
  void watchNode(Supplier<NodeStatistics> node) {
    watched.add(node);
    gauge(
        "hounsfield.dicom.connections",
        "TCP connections open",
        node,
        NodeStatistics::connectionsOpen);
    gauge(
        "hounsfield.dicom.associations",
        "Associations open",
        node,
        NodeStatistics::associationsOpen);
    gauge(
        "hounsfield.dicom.pending.bytes",
        "Received and not yet written",
        node,
        NodeStatistics::pendingBytes);
    counter(
        "hounsfield.dicom.associations.accepted",
        "Associations accepted",
        node,
        NodeStatistics::associationsAccepted);
    counter(
        "hounsfield.dicom.associations.rejected",
        "Associations rejected",
        node,
        NodeStatistics::associationsRejected);
    counter(
        "hounsfield.dicom.associations.aborted",
        "Associations aborted",
        node,
        NodeStatistics::associationsAborted);
    counter(
        "hounsfield.dicom.instances.stored",
        "Instances stored",
        node,
        NodeStatistics::instancesStored);
    counter(
        "hounsfield.dicom.instances.duplicate",
        "Instances held already",
        node,
        NodeStatistics::instancesDuplicate);
    counter(
        "hounsfield.dicom.instances.refused",
        "C-STORE answered with a failure",
        node,
        NodeStatistics::instancesRefused);
    counter(
        "hounsfield.dicom.instances.conflicting",
        "Instances that came under a UID held with other content",
        node,
        NodeStatistics::instancesConflicting);
    gauge(
        "hounsfield.dicom.commitments.pending",
        "Storage commitment requests whose report is not delivered",
        node,
        NodeStatistics::commitmentsPending);
    counter(
        "hounsfield.dicom.commitments.reported",
        "Storage commitment reports delivered",
        node,
        NodeStatistics::commitmentsReported);
    counter(
        "hounsfield.dicom.commitments.given.up",
        "Storage commitment reports that nobody took",
        node,
        NodeStatistics::commitmentsGivenUp);
    counter(
        "hounsfield.dicom.received.bytes", "Bytes received", node, NodeStatistics::bytesReceived);
  }

  /** Shows what the spool holds and lets go of. */
  void watchSpool(Spool spool, SpoolRetention retention) {
    watched.add(spool);
    watched.add(retention);
    Gauge.builder("hounsfield.spool.bytes", spool, Spool::heldBytes)
        .description("What received instances take on disk")
        .register(registry);
    Gauge.builder("hounsfield.spool.usable.bytes", spool, ServiceMetrics::usable)
        .description("What can still be taken before C-STORE answers A700H")
        .register(registry);
    FunctionCounter.builder(
            "hounsfield.spool.deleted.series", retention, SpoolRetention::deletedSeries)
        .description("Finished series deleted from the spool")
        .register(registry);
  }

  private static double usable(Spool spool) {
    try {
      return spool.usableBytes();
    } catch (IOException e) {
      return Double.NaN; // the disk does not answer; /health/ready says so
    }
  }

  /** A DICOMweb request is over: a {@code DicomWebMeter}. */
  void dicomWebAnswered(
      DicomWebMeter.Operation operation, String outcome, long received, long sent) {
    String key = operation.key();
    registry
        .counter("hounsfield.dicomweb.requests", "operation", key, "outcome", outcome)
        .increment();
    registry.counter("hounsfield.dicomweb.received.bytes", "operation", key).increment(received);
    registry.counter("hounsfield.dicomweb.sent.bytes", "operation", key).increment(sent);
  }

  /** Shows what the pipeline has before it. */
  void watchCoordinator(SeriesCoordinator coordinator) {
    watched.add(coordinator);
    Gauge.builder("hounsfield.open.series", coordinator, SeriesCoordinator::openSeries)
        .description("Series received or worked on and not finished")
        .register(registry);
    Gauge.builder("hounsfield.waiting.instances", coordinator, SeriesCoordinator::waitingInstances)
        .description("Instances on disk that wait to be decoded")
        .register(registry);
  }

  private void gauge(
      String name, String text, Supplier<NodeStatistics> node, ToDoubleFunction<NodeStatistics> f) {
    Gauge.builder(name, node, n -> f.applyAsDouble(n.get())).description(text).register(registry);
  }

  private void counter(
      String name, String text, Supplier<NodeStatistics> node, ToDoubleFunction<NodeStatistics> f) {
    FunctionCounter.builder(name, node, n -> f.applyAsDouble(n.get()))
        .description(text)
        .register(registry);
  }

  void reported(AnalysisOutcome outcome, Long latencyNanos) {
    finished("reported", "none");
    Timings timings = outcome.timings();
    timings
        .stagesMs()
        .forEach(
            (stage, ms) ->
                timer("hounsfield.stage", "Time of a stage, summed over the slices of a series")
                    .tag("stage", stage.replaceFirst("Ms$", ""))
                    .register(registry)
                    .record((long) (ms * 1e6), TimeUnit.NANOSECONDS));
    if (latencyNanos != null) {
      timer("hounsfield.report.latency", "From the association's release to the report")
          .register(registry)
          .record(latencyNanos, TimeUnit.NANOSECONDS);
    }
  }

  private static Timer.Builder timer(String name, String text) {
    return Timer.builder(name).description(text).serviceLevelObjectives(BUCKETS);
  }

  /**
   * Results of a report were made.
   *
   * @param failed kinds that could not be made
   */
  void results(Set<ObjectKind> failed, long nanos) {
    timer("hounsfield.stage", "Time of a stage, summed over the slices of a series")
        .tag("stage", "results")
        .register(registry)
        .record(nanos, TimeUnit.NANOSECONDS);
    failed.forEach(
        kind -> registry.counter("hounsfield.results.failed", "kind", kind.key()).increment());
  }

  /** Shows where deliveries stand, for each destination. */
  void watchDeliveries(DeliveryService deliveries, List<Destination> destinations, Clock clock) {
    watched.add(deliveries);
    for (Destination destination : destinations) {
      String name = destination.name();
      delivery(deliveries, name, "hounsfield.deliveries.open", "Objects to be sent", Backlog::open);
      delivery(
          deliveries,
          name,
          "hounsfield.deliveries.failing",
          "Objects to be sent whose last attempt failed",
          Backlog::failing);
      delivery(
          deliveries,
          name,
          "hounsfield.deliveries.oldest.age.seconds",
          "Age of the oldest object to be sent",
          b -> Duration.between(b.oldest(), clock.instant()).toMillis() / 1e3);
      total(
          deliveries,
          name,
          "hounsfield.deliveries.sent",
          "Objects sent",
          DeliveryService.Totals::sent);
      total(
          deliveries,
          name,
          "hounsfield.deliveries.failed.attempts",
          "Attempts that failed",
          DeliveryService.Totals::failedAttempts);
    }
  }

  private void delivery(
      DeliveryService deliveries,
      String name,
      String metric,
      String text,
      ToDoubleFunction<Backlog> f) {
    Gauge.builder(
            metric,
            deliveries,
            d -> {
              try {
                return d.backlog().stream()
                    .filter(b -> b.destination().equals(name))
                    .mapToDouble(f)
                    .findFirst()
                    .orElse(0);
              } catch (IOException e) {
                return Double.NaN; // the database does not answer; /health/ready says so
              }
            })
        .tag("destination", name)
        .description(text)
        .register(registry);
  }

  private void total(
      DeliveryService deliveries,
      String name,
      String metric,
      String text,
      ToDoubleFunction<DeliveryService.Totals> f) {
    FunctionCounter.builder(
            metric,
            deliveries,
            d ->
                d.totals().stream()
                    .filter(t -> t.destination().equals(name))
                    .mapToDouble(f)
                    .findFirst()
                    .orElse(0))
        .tag("destination", name)
        .description(text)
        .register(registry);
  }

  /**
   * @param code one of the catalogue of refusals
   */
  void refused(String code) {
    finished("refused", code);
  }

  void failed() {
    finished("failed", "none");
  }

  private void finished(String outcome, String reason) {
    registry.counter("hounsfield.analyses", "outcome", outcome, "reason", reason).increment();
  }

  /** Prometheus text format 0.0.4. */
  String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
