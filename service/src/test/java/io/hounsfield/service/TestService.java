// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisCatalog;
import io.hounsfield.api.AnalysisFilter;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.listener.ProgressListener;
import io.hounsfield.listener.ScuOptions;
import io.hounsfield.listener.SendResult;
import io.hounsfield.listener.StorageScu;
import io.hounsfield.report.ReportJson;
import io.hounsfield.service.config.ConfigLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A service on free ports with a data folder of its own, and what it tells of its analyses. */
final class TestService implements AutoCloseable {

  private static final int WAIT_SECONDS = 120;

  final HounsfieldService service;
  private final BlockingQueue<Analysis> changes = new LinkedBlockingQueue<>();
  private final AnalysisCatalog.Subscription subscription;

  TestService(Path data, int idleSeconds) throws Exception {
    this(data, idleSeconds, Map.of());
  }

  /**
   * @param options more options, as environment variables
   */
  TestService(Path data, int idleSeconds, Map<String, String> options) throws Exception {
    Map<String, String> environment = new HashMap<>(options);
    environment.put("HOUNSFIELD_DATA_DIRECTORY", data.toString());
    environment.put("HOUNSFIELD_DICOM_PORT", "0");
    environment.put("HOUNSFIELD_HTTP_PORT", "0");
    environment.put("HOUNSFIELD_SERIES_IDLE_SECONDS", Integer.toString(idleSeconds));
    service = HounsfieldService.start(ConfigLoader.load(null, environment, root()));
    subscription = service.catalog().subscribe(changes::add);
  }

  static Path root() {
    return Path.of(System.getProperty("hounsfield.root", ".."));
  }

  /** Sends over one association; every instance must be stored. */
  void send(List<Path> files) throws IOException {
    send("HOUNSFIELD", files);
  }

  /** Sends over one association to that AE title; every instance must be stored. */
  void send(String calledAeTitle, List<Path> files) throws IOException {
    SendResult result =
        StorageScu.send(
            ScuOptions.of(calledAeTitle, "127.0.0.1", service.dicomPort()),
            files,
            ProgressListener.NONE);
    assertEquals(List.of(), result.failures());
  }

  /** The next analysis that is reported, refused or failed. */
  /** Waits until so many slices are told; nothing may have ended before. */
  void awaitSlices(int slices) throws InterruptedException {
    Analysis analysis;
    do {
      analysis = changes.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      assertNotNull(analysis, slices + " slices were not told within " + WAIT_SECONDS + " s");
      assertEquals(AnalysisStatus.RECEIVING, analysis.status());
    } while (analysis.slicesReceived() < slices);
  }

  Analysis awaitEnd() throws InterruptedException {
    while (true) {
      Analysis analysis = changes.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      assertNotNull(analysis, "no analysis ended within " + WAIT_SECONDS + " s");
      if (analysis.status() != AnalysisStatus.RECEIVING
          && analysis.status() != AnalysisStatus.ANALYSING) {
        return analysis;
      }
    }
  }

  QuantificationReport report(Analysis analysis) throws IOException {
    return ReportJson.decode(service.catalog().reportJson(analysis.id()).orElseThrow());
  }

  /** Every analysis there is. */
  List<Analysis> all() throws IOException {
    return service.catalog().list(AnalysisFilter.NEWEST).items();
  }

  @Override
  public void close() {
    subscription.close();
    service.close();
  }
}
