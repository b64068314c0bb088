// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.benchmarks.ServiceProcess;
import io.hounsfield.listener.ProgressListener;
import io.hounsfield.listener.ScuOptions;
import io.hounsfield.listener.SendResult;
import io.hounsfield.listener.StorageScu;
import io.hounsfield.phantom.Fault;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A phantom that is pushed to a service. */
record PhantomPush(PhantomOptions options) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> ENDED = Set.of("reported", "refused", "failed");
  private static final int PATIENCE_SECONDS = 600;
  private static final int POLL_MS = 100;

  static PhantomPush plain(long seed, int slices) {
    return new PhantomPush(PhantomOptions.builder().seed(seed).slices(slices).build());
  }

  /** What the documentation shows; the last one is the study that is opened. */
  static List<PhantomPush> forPictures() {
    return List.of(
        small(11, 0, Fault.NONE),
        small(12, 46, Fault.NONE),
        small(13, 20, Fault.MISSING_SLICE),
        small(14, 4, Fault.NONE),
        plain(7, 300));
  }

  private static PhantomPush small(long seed, double opacityPercent, Fault fault) {
    return new PhantomPush(
        PhantomOptions.builder()
            .seed(seed)
            .slices(60)
            .matrix(256)
            .opacityPercent(opacityPercent)
            .fault(fault)
            .build());
  }

  /**
   * Makes it, sends it, and waits for its end: a refusal, or report, label maps and results.
   *
   * @return identifier of the analysis
   */
  String into(ServiceProcess service, Path work) throws IOException, InterruptedException {
    Phantom phantom = Phantom.generate(options);
    List<Path> files = PhantomWriter.writeSeries(phantom, work.resolve("seed-" + options.seed()));
    int before = newest(service).get("total").asInt();
    SendResult sent =
        StorageScu.send(
            ScuOptions.of("HOUNSFIELD", "127.0.0.1", service.dicomPort()),
            files,
            ProgressListener.NONE);
    if (!sent.failures().isEmpty()) {
      throw new IOException("not stored: " + sent.failures().get(0).reason());
    }
    for (Path file : files) {
      Files.delete(file);
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (newest(service).get("total").asInt() == before
        || !ENDED.contains(newest(service).at("/items/0/status").asText())) {
      pause(end, "report");
    }
    String id = newest(service).at("/items/0/id").asText();
    String analysis = "/api/v1/analyses/" + id;
    boolean measured = newest(service).at("/items/0/status").asText().equals("reported");
    while (measured
        && (service.get(analysis + "/profile") == null
            || JSON.readTree(service.get(analysis + "/results")).get("items").isEmpty())) {
      pause(end, "results");
    }
    return id;
  }

  private static JsonNode newest(ServiceProcess service) throws IOException, InterruptedException {
    return JSON.readTree(service.get("/api/v1/analyses?limit=1"));
  }

  private static void pause(long end, String what) throws IOException, InterruptedException {
    if (System.nanoTime() > end) {
      throw new IOException("no " + what + " after " + PATIENCE_SECONDS + " s");
    }
    TimeUnit.MILLISECONDS.sleep(POLL_MS);
  }
}
