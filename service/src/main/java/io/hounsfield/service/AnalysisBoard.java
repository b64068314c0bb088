// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisCatalog;
import io.hounsfield.api.AnalysisFilter;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.api.Artifact;
import io.hounsfield.api.CtImages;
import io.hounsfield.api.Page;
import io.hounsfield.api.RelatedAnalysis;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.preprocess.RefusalReason;
import io.hounsfield.report.ReportJson;
import io.hounsfield.service.pipeline.AnalysisJournal;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import io.hounsfield.service.pipeline.ResultFiles;
import io.hounsfield.service.pipeline.SeriesInstances;
import io.hounsfield.service.results.ResultPublisher;
import io.hounsfield.service.store.AnalysisStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where every analysis stands: the pipeline writes here, the API reads here. What must survive is
 * in the store when a call returns; progress in between (slices received, "analysing") is held in
 * memory and told to subscribers, since after a restart it would be wrong anyway.
 */
final class AnalysisBoard implements AnalysisJournal, AnalysisCatalog {

  private static final Logger LOG = LoggerFactory.getLogger(AnalysisBoard.class);

  private final AnalysisStore store;
  private final Path results;
  private final ServiceMetrics metrics;
  private final SpoolImages images;
  private final ResultPublisher publisher;
  private final List<Consumer<Analysis>> subscribers = new CopyOnWriteArrayList<>();

  /** Analyses that are not finished, by series; newer than what the store says. */
  private final Map<String, AnalysisStore.Entry> open = new HashMap<>();

  /**
   * @param results folder of the result files, one folder an analysis
   * @param images the images that are held
   * @param publisher makes the results of a report and delivers them
   */
  AnalysisBoard(
      AnalysisStore store,
      Path results,
      SpoolImages images,
      ResultPublisher publisher,
      ServiceMetrics metrics) {
    this.store = store;
    this.results = results;
    this.images = images;
    this.publisher = publisher;
    this.metrics = metrics;
  }

  // What the pipeline writes.

  @Override
  public synchronized Optional<Entry> latest(String seriesInstanceUid) throws IOException {
    return store.ofSeries(seriesInstanceUid).map(this::journalEntry);
  }

  @Override
  public List<String> unfinished() throws IOException {
    return store.unfinished().stream().map(e -> e.analysis().seriesInstanceUid()).toList();
  }

  private Entry journalEntry(AnalysisStore.Entry entry) {
    Analysis a = entry.analysis();
    boolean reported = a.status() == AnalysisStatus.REPORTED;
    return new Entry(
        a.id(),
        a.version(),
        reported || a.status() == AnalysisStatus.REFUSED,
        SeriesInstances.parse(entry.instancesDigest(), entry.instances()),
        a.refusal() != null && a.refusal().code().equals(RefusalReason.INSTANCES_DELETED.code()),
        !reported || isComplete(a),
        entry.model());
  }

  @Override
  public synchronized Entry begin(
      String studyInstanceUid, String seriesInstanceUid, String model, String callingAeTitle)
      throws IOException {
    Optional<AnalysisStore.Entry> known = store.ofSeries(seriesInstanceUid);
    Instant now = now();
    Analysis begun;
    if (known.isEmpty()) {
      begun =
          new Analysis(
              UUID.randomUUID().toString(),
              studyInstanceUid,
              seriesInstanceUid,
              1,
              AnalysisStatus.RECEIVING,
              0,
              now,
              now,
              null,
              null,
              0,
              null,
              null,
              null,
              null,
              null);
    } else {
      Analysis a = known.get().analysis();
      boolean finished =
          a.status() == AnalysisStatus.REPORTED || a.status() == AnalysisStatus.REFUSED;
      begun = with(a, finished ? a.version() + 1 : a.version(), AnalysisStatus.RECEIVING, null);
    }
    AnalysisStore.Entry entry = new AnalysisStore.Entry(begun, null, model, null);
    store.save(entry, callingAeTitle);
    open.put(seriesInstanceUid, entry);
    publish(begun);
    return journalEntry(entry);
  }

  @Override
  public synchronized void receiving(String seriesInstanceUid, Received received) {
    AnalysisStore.Entry entry = open.get(seriesInstanceUid);
    if (entry == null || isTold(entry.analysis(), received)) {
      return;
    }
    update(described(entry.analysis(), received.instances(), received.description()));
  }

  private static boolean isTold(Analysis a, Received received) {
    SeriesDescription d = received.description();
    return a.slicesReceived() == received.instances()
        && (d == null
            || Objects.equals(a.patientName(), d.patientName())
                && Objects.equals(a.patientId(), d.patientId())
                && Objects.equals(a.studyDate(), d.studyDate())
                && Objects.equals(a.studyDescription(), d.studyDescription())
                && Objects.equals(a.seriesDescription(), d.seriesDescription()));
  }

  @Override
  public synchronized void analysing(String seriesInstanceUid) {
    AnalysisStore.Entry entry = open.get(seriesInstanceUid);
    if (entry != null) {
      Analysis a = entry.analysis();
      update(with(a, a.version(), AnalysisStatus.ANALYSING, null));
    }
  }

  private void update(Analysis analysis) {
    open.put(analysis.seriesInstanceUid(), new AnalysisStore.Entry(analysis, null));
    publish(analysis);
  }

  @Override
  public Afterwards reported(
      String seriesInstanceUid,
      SeriesInstances instances,
      AnalysisOutcome outcome,
      Long releasedNanos)
      throws IOException {
    AnalysisStore.Entry entry = current(seriesInstanceUid);
    Analysis a = described(entry.analysis(), outcome.ct().geometry().slices(), outcome.series());
    Path folder = folder(a.id());
    // Older label maps must not stand beside a newer report.
    for (Artifact artifact : Artifact.values()) {
      Files.deleteIfExists(folder.resolve(artifact.fileName()));
    }
    ResultFiles.writeOverview(folder, outcome);
    Double latency = releasedNanos == null ? null : (System.nanoTime() - releasedNanos) / 1e6;
    QuantificationReport report = outcome.report(a.id(), a.version(), now(), latency);
    Measurement opacity = outcome.regions().get(Region.BOTH_LUNGS).get(Quantity.OPACITY_PERCENT);
    Analysis reported =
        new Analysis(
            a.id(),
            a.studyInstanceUid(),
            a.seriesInstanceUid(),
            a.version(),
            AnalysisStatus.REPORTED,
            a.slicesReceived(),
            a.createdAt(),
            now(),
            null,
            opacity instanceof Measurement.Value value ? value.value() : null,
            outcome.warnings().size(),
            a.patientName(),
            a.patientId(),
            a.studyDate(),
            a.studyDescription(),
            a.seriesDescription());
    byte[] json = ReportJson.encode(report);
    synchronized (this) {
      store.saveReport(
          new AnalysisStore.Entry(reported, instances.digest(), null, instances.text()), json);
      open.remove(seriesInstanceUid);
      publish(reported);
    }
    metrics.reported(outcome, releasedNanos == null ? null : System.nanoTime() - releasedNanos);
    LOG.info(
        "Analysis {} version {} reported: {} slices, {} warning(s), {} ms after the release",
        reported.id(),
        reported.version(),
        reported.slicesReceived(),
        reported.warningCount(),
        latency == null ? "-" : Math.round(latency));
    return () -> {
      ResultFiles.writeLabelMaps(folder, outcome);
      publishResults(report, json, outcome);
    };
  }

  /**
   * Files for others, and their delivery. A fault here changes nothing of the report: what is
   * missing is made at the next start.
   */
  private void publishResults(QuantificationReport report, byte[] json, AnalysisOutcome outcome) {
    try {
      long start = System.nanoTime();
      String sender = store.callingAeTitle(report.analysisId()).orElse(null);
      publisher
          .publish(report, json, outcome, sender)
          .ifPresent(made -> metrics.results(made.failed(), System.nanoTime() - start));
    } catch (IOException | RuntimeException e) {
      LOG.error(
          "Results of analysis {} version {} cannot be made now",
          report.analysisId(),
          report.version(),
          e);
    }
  }

  private boolean isComplete(Analysis a) {
    try {
      return ResultFiles.complete(folder(a.id())) && publisher.isPublished(a.id(), a.version());
    } catch (IOException e) {
      LOG.error("The outbox cannot be read", e);
      return false;
    }
  }

  @Override
  public Afterwards completeResults(
      String seriesInstanceUid, SeriesInstances instances, AnalysisOutcome outcome)
      throws IOException {
    Analysis a = current(seriesInstanceUid).analysis();
    Optional<byte[]> json = store.reportJson(a.id());
    if (json.isPresent() && ReportJson.decode(json.get()).regions().equals(outcome.regions())) {
      return () -> {
        ResultFiles.writeOverview(folder(a.id()), outcome);
        ResultFiles.writeLabelMaps(folder(a.id()), outcome);
        publishResults(ReportJson.decode(json.get()), json.get(), outcome);
      };
    }
    // Another model or version of the software by now: its maps do not belong to that report.
    Entry unused = begin(a.studyInstanceUid(), seriesInstanceUid, null);
    return reported(seriesInstanceUid, instances, outcome, null);
  }

  @Override
  public void refused(
      String seriesInstanceUid,
      SeriesInstances instances,
      Received received,
      String code,
      String text)
      throws IOException {
    end(seriesInstanceUid, instances, received, AnalysisStatus.REFUSED, code, text);
    metrics.refused(code);
  }

  @Override
  public void failed(String seriesInstanceUid, Received received, String code, String text)
      throws IOException {
    end(seriesInstanceUid, SeriesInstances.NONE, received, AnalysisStatus.FAILED, code, text);
    metrics.failed();
  }

  private synchronized void end(
      String seriesInstanceUid,
      SeriesInstances instances,
      Received received,
      AnalysisStatus status,
      String code,
      String text)
      throws IOException {
    Analysis a =
        described(
            current(seriesInstanceUid).analysis(), received.instances(), received.description());
    Analysis ended = with(a, a.version(), status, new Analysis.Refusal(code, text));
    store.save(new AnalysisStore.Entry(ended, instances.digest(), null, instances.text()));
    open.remove(seriesInstanceUid);
    publish(ended);
    LOG.info("Analysis {} version {} {}: {}", ended.id(), ended.version(), status.key(), code);
  }

  private synchronized AnalysisStore.Entry current(String seriesInstanceUid) throws IOException {
    AnalysisStore.Entry entry = open.get(seriesInstanceUid);
    return entry != null
        ? entry
        : store
            .ofSeries(seriesInstanceUid)
            .orElseThrow(() -> new IllegalStateException("no analysis was begun for the series"));
  }

  private static Analysis with(
      Analysis a, int version, AnalysisStatus status, Analysis.Refusal refusal) {
    return new Analysis(
        a.id(),
        a.studyInstanceUid(),
        a.seriesInstanceUid(),
        version,
        status,
        a.slicesReceived(),
        a.createdAt(),
        now(),
        refusal,
        null,
        0,
        a.patientName(),
        a.patientId(),
        a.studyDate(),
        a.studyDescription(),
        a.seriesDescription());
  }

  private static Analysis described(Analysis a, int slices, SeriesDescription d) {
    return new Analysis(
        a.id(),
        a.studyInstanceUid(),
        a.seriesInstanceUid(),
        a.version(),
        a.status(),
        slices,
        a.createdAt(),
        now(),
        a.refusal(),
        a.opacityPercent(),
        a.warningCount(),
        d == null ? a.patientName() : d.patientName(),
        d == null ? a.patientId() : d.patientId(),
        d == null ? a.studyDate() : d.studyDate(),
        d == null ? a.studyDescription() : d.studyDescription(),
        d == null ? a.seriesDescription() : d.seriesDescription());
  }

  /** The store keeps milliseconds; the same everywhere, so that pages and cursors agree. */
  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  private Path folder(String analysisId) {
    return results.resolve(analysisId);
  }

  // What the API reads.

  @Override
  public Page list(AnalysisFilter filter) throws IOException {
    Page stored = store.list(filter);
    List<Analysis> items = stored.items().stream().map(this::newest).toList();
    return new Page(items, stored.next(), stored.total());
  }

  @Override
  public Optional<Analysis> find(String id) throws IOException {
    return store.find(id).map(entry -> newest(entry.analysis()));
  }

  private synchronized Analysis newest(Analysis stored) {
    AnalysisStore.Entry entry = open.get(stored.seriesInstanceUid());
    return entry == null ? stored : entry.analysis();
  }

  @Override
  public Optional<byte[]> reportJson(String id) throws IOException {
    return store.reportJson(id);
  }

  @Override
  public Optional<Path> artifact(String id, Artifact artifact) throws IOException {
    return store
        .find(id)
        .map(entry -> folder(entry.analysis().id()).resolve(artifact.fileName()))
        .filter(Files::isRegularFile);
  }

  @Override
  public Optional<CtImages> images(String id) throws IOException, CtImages.NotHeldException {
    Optional<byte[]> report = store.reportJson(id);
    return report.isEmpty()
        ? Optional.empty()
        : Optional.of(images.of(ReportJson.decode(report.get())));
  }

  @Override
  public List<RelatedAnalysis> ofSamePatientId(String id, int limit) throws IOException {
    return store.ofSamePatientId(id, limit);
  }

  @Override
  public Subscription subscribe(Consumer<Analysis> listener) {
    subscribers.add(listener);
    return () -> subscribers.remove(listener);
  }

  /** Tells what is on record of an analysis: something came to it from outside of the pipeline. */
  synchronized void changed(String id) throws IOException {
    find(id).ifPresent(this::publish);
  }

  private void publish(Analysis analysis) {
    subscribers.forEach(subscriber -> subscriber.accept(analysis));
  }
}
