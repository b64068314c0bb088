// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A catalogue in memory; notes when it is called on an event loop, which it must not be. */
final class MemoryCatalog implements AnalysisCatalog {

  private final Map<String, Analysis> analyses = new ConcurrentHashMap<>();
  private final Map<String, byte[]> reports = new ConcurrentHashMap<>();
  private final Map<String, Map<Artifact, Path>> artifacts = new ConcurrentHashMap<>();
  private final List<Consumer<Analysis>> listeners = new CopyOnWriteArrayList<>();
  private final Map<String, CtImages> volumes = new ConcurrentHashMap<>();

  /** Whom images are of, by identifier; without an entry they say the name alone. */
  final Map<String, PatientIdentity> patients = new ConcurrentHashMap<>();

  volatile boolean broken;
  volatile boolean imagesGone;
  volatile String calledOnEventLoop;

  void put(Analysis analysis) {
    analyses.put(analysis.id(), analysis);
    listeners.forEach(listener -> listener.accept(analysis));
  }

  void putReport(String id, byte[] json) {
    reports.put(id, json);
  }

  void putArtifact(String id, Artifact artifact, Path file) {
    artifacts.computeIfAbsent(id, key -> new EnumMap<>(Artifact.class)).put(artifact, file);
  }

  void putImages(String id, CtImages images) {
    volumes.put(id, images);
  }

  private void called() throws IOException {
    if (Thread.currentThread().getName().contains("eventloop")) {
      calledOnEventLoop = Thread.currentThread().getName();
    }
    if (broken) {
      throw new IOException("database disk image is malformed: /secret/path");
    }
  }

  @Override
  public Page list(AnalysisFilter filter) throws IOException {
    called();
    List<Analysis> matching =
        analyses.values().stream().filter(filter::matches).sorted(Page.NEWEST_FIRST).toList();
    Page.Cursor after = filter.after();
    List<Analysis> rest =
        matching.stream()
            .filter(
                a ->
                    after == null
                        || a.createdAt().isBefore(after.createdAt())
                        || (a.createdAt().equals(after.createdAt())
                            && a.id().compareTo(after.id()) < 0))
            .toList();
    List<Analysis> items = rest.subList(0, Math.min(filter.limit(), rest.size()));
    Page.Cursor next =
        rest.size() > items.size() ? Page.Cursor.behind(items.get(items.size() - 1)) : null;
    return new Page(items, next, matching.size());
  }

  @Override
  public Optional<Analysis> find(String id) throws IOException {
    called();
    return Optional.ofNullable(analyses.get(id));
  }

  @Override
  public Optional<byte[]> reportJson(String id) throws IOException {
    called();
    return Optional.ofNullable(reports.get(id));
  }

  @Override
  public Optional<Path> artifact(String id, Artifact artifact) throws IOException {
    called();
    return Optional.ofNullable(artifacts.getOrDefault(id, Map.of()).get(artifact));
  }

  @Override
  public Optional<CtImages> images(String id) throws IOException, CtImages.NotHeldException {
    called();
    if (imagesGone) {
      throw new CtImages.NotHeldException("The images of this series are not held any more.");
    }
    return Optional.ofNullable(volumes.get(id));
  }

  @Override
  public List<RelatedAnalysis> ofSamePatientId(String id, int limit) throws IOException {
    called();
    String patient = analyses.get(id).patientId();
    return analyses.values().stream()
        .filter(a -> !a.id().equals(id) && a.status() == AnalysisStatus.REPORTED)
        .filter(a -> patient != null && patient.equals(a.patientId()))
        .sorted(Page.NEWEST_FIRST)
        .limit(limit)
        .map(a -> RelatedAnalysis.to(patient(analyses.get(id)), a, patient(a)))
        .toList();
  }

  private PatientIdentity patient(Analysis a) {
    PatientIdentity known = patients.get(a.id());
    return known == null ? new PatientIdentity(a.patientName(), null, null) : known;
  }

  @Override
  public Subscription subscribe(Consumer<Analysis> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
