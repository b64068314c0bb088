// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import io.hounsfield.api.AnalysisCatalog;
import io.hounsfield.api.AnalysisFilter;
import io.hounsfield.api.DeliveryCounts;
import io.hounsfield.api.DeliveryStatus;
import io.hounsfield.api.ResultCatalog;
import io.hounsfield.delivery.Delivery;
import io.hounsfield.delivery.DeliveryConflictException;
import io.hounsfield.delivery.DeliveryService;
import io.hounsfield.delivery.Origin;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import io.hounsfield.service.store.AnalysisStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** From a report to files, to the outbox; and what the API shows of both. */
public final class ResultPublisher implements ResultCatalog {

  private final Path root;
  private final ResultMaker maker;
  private final DeidentifiedResults deidentified;
  private final DeliveryService delivery;
  private final CaseTable table;
  private final List<Consumer<DeliveryStatus>> subscribers = new CopyOnWriteArrayList<>();

  /**
   * @param root folder of all results, one folder an analysis
   * @param deidentified makes what destinations get that must not know the patient
   * @param store the analyses and their reports, for rows of many
   */
  public ResultPublisher(
      Path root,
      ResultMaker maker,
      DeidentifiedResults deidentified,
      DeliveryService delivery,
      AnalysisStore store) {
    this.root = root;
    this.maker = maker;
    this.deidentified = deidentified;
    this.delivery = delivery;
    this.table = new CaseTable(store);
    delivery.listen(
        changed -> subscribers.forEach(subscriber -> subscriber.accept(status(changed))));
  }

  /**
   * Makes the results of a report and puts them into the outbox, where that was not done before.
   * Durable when it returns.
   *
   * @param reportJson the report as it was given out
   * @param callingAeTitle who sent the series; {@code null} where that is not known
   * @return what was made; empty if it had been done before
   */
  public Optional<ResultMaker.Made> publish(
      QuantificationReport report,
      byte[] reportJson,
      AnalysisOutcome outcome,
      String callingAeTitle)
      throws IOException {
    if (isPublished(report.analysisId(), report.version())) {
      return Optional.empty();
    }
    Origin origin = new Origin(callingAeTitle, report.series().seriesDescription());
    ResultMaker.Made plain = maker.make(root, report, reportJson, outcome);
    ResultMaker.Made made =
        plain.and(
            deidentified.make(
                root,
                report,
                outcome,
                plain.objects(),
                delivery.wanted(report.analysisId(), report.version(), origin)));
    ResultMaker.noteNotMade(
        ResultMaker.folder(root.resolve(report.analysisId()), report.version()), plain.failed());
    delivery.enqueue(report.analysisId(), report.version(), origin, made.objects(), made.failed());
    return Optional.of(made);
  }

  /** Whether the results of that version were made and put into the outbox. */
  public boolean isPublished(String analysisId, int version) throws IOException {
    return delivery.isEnqueued(analysisId, version);
  }

  // What the API reads.

  @Override
  public List<Path> files(String analysisId) throws IOException {
    Optional<Path> folder = newest(analysisId);
    if (folder.isEmpty()) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder.get())) {
      return all.filter(path -> !path.getFileName().toString().startsWith("."))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  @Override
  public List<String> notMade(String analysisId) throws IOException {
    Optional<Path> folder = newest(analysisId);
    return folder.isEmpty() ? List.of() : ResultMaker.notMade(folder.get());
  }

  /** Folder of the newest version whose results are all made. */
  private Optional<Path> newest(String analysisId) throws IOException {
    List<Integer> versions = versions(analysisId);
    // A folder whose files are not all made yet counts as none.
    for (int i = versions.size() - 1; i >= 0; i--) {
      if (isPublished(analysisId, versions.get(i))) {
        return Optional.of(ResultMaker.folder(root.resolve(analysisId), versions.get(i)));
      }
    }
    return Optional.empty();
  }

  /** Versions that have a folder, in order. */
  private List<Integer> versions(String analysisId) throws IOException {
    Path analysis = root.resolve(analysisId);
    if (!Files.isDirectory(analysis)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(analysis)) {
      return all.filter(Files::isDirectory)
          .map(path -> path.getFileName().toString())
          .filter(name -> name.matches("v[1-9][0-9]{0,8}"))
          .map(name -> Integer.parseInt(name.substring(1)))
          .sorted()
          .toList();
    }
  }

  /**
   * Deletes the files of versions older than the newest one whose results are all made: nothing
   * sends them any more. Versions with a delivery that is open stay.
   */
  public void deleteOlder(String analysisId) throws IOException {
    Optional<Path> newest = newest(analysisId);
    if (newest.isEmpty()) {
      return;
    }
    Set<Integer> open =
        delivery.ofAnalysis(analysisId).stream()
            .filter(d -> d.state().isOpen())
            .map(Delivery::version)
            .collect(Collectors.toSet());
    for (int version : versions(analysisId)) {
      Path folder = ResultMaker.folder(root.resolve(analysisId), version);
      if (folder.equals(newest.get())) {
        return;
      }
      if (!open.contains(version)) {
        delete(folder);
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }

  @Override
  public List<DeliveryStatus> deliveries(String analysisId) throws IOException {
    return delivery.ofAnalysis(analysisId).stream().map(ResultPublisher::status).toList();
  }

  @Override
  public Map<String, DeliveryCounts> deliveryCounts(Collection<String> analysisIds)
      throws IOException {
    Map<String, DeliveryCounts> counts = new HashMap<>();
    delivery
        .tallies(analysisIds)
        .forEach((id, t) -> counts.put(id, new DeliveryCounts(t.sent(), t.waiting(), t.failed())));
    return counts;
  }

  @Override
  public Optional<DeliveryStatus> change(String analysisId, long number, Change change)
      throws IOException, ConflictException {
    Optional<Delivery> found = delivery.find(number).filter(d -> d.analysisId().equals(analysisId));
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          status(
              switch (change) {
                case RESEND -> delivery.resend(number);
                case CANCEL -> delivery.cancel(number);
              }));
    } catch (DeliveryConflictException e) {
      throw new ConflictException(e.getMessage());
    }
  }

  @Override
  public void export(
      AnalysisFilter which, ExportFormat format, boolean withPatient, OutputStream out)
      throws IOException {
    table.write(which, format, withPatient, out);
  }

  @Override
  public AnalysisCatalog.Subscription subscribe(Consumer<DeliveryStatus> listener) {
    subscribers.add(listener);
    return () -> subscribers.remove(listener);
  }

  private static DeliveryStatus status(Delivery d) {
    String file = d.object().file();
    return new DeliveryStatus(
        d.id(),
        d.analysisId(),
        d.version(),
        d.destination(),
        d.object().kind().key(),
        file.substring(file.lastIndexOf('/') + 1),
        d.state().key(),
        d.attempts(),
        d.createdAt(),
        d.updatedAt(),
        d.nextAttemptAt(),
        d.lastError(),
        d.note());
  }
}
