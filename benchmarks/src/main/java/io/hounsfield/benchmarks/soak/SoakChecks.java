// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.soak;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisFilter;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.api.Artifact;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.listener.Spool;
import io.hounsfield.listener.SpooledInstance;
import io.hounsfield.report.ReportJson;
import io.hounsfield.service.store.AnalysisStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is left in the data folder when the service has ended, against what was sent.
 *
 * @param instancesHeld instances that were answered with success and are there, byte for byte
 * @param reports series with exactly one report on all instances, with the right numbers
 * @param partialReports reports on fewer instances, given out before the others came
 * @param versions versions of all analyses, refused ones too
 * @param faults what is wrong, in words; empty: nothing
 */
record SoakChecks(
    int instancesHeld, int reports, int partialReports, int versions, List<String> faults) {

  static SoakChecks of(Path data, List<SoakSeries> all, Set<String> acknowledged)
      throws IOException {
    List<String> faults = new ArrayList<>();
    int held = 0;
    try (Spool spool = Spool.open(data.resolve("spool"))) {
      for (SoakSeries series : all) {
        held += held(spool, series, acknowledged, faults);
      }
    }
    int reports = 0;
    int partial = 0;
    int versions = 0;
    try (AnalysisStore store = AnalysisStore.open(data.resolve("hounsfield.db"))) {
      long total = store.list(AnalysisFilter.NEWEST).total();
      if (total != all.size()) {
        faults.add("%d analyses of %d series".formatted(total, all.size()));
      }
      for (SoakSeries series : all) {
        Optional<AnalysisStore.Entry> entry = store.ofSeries(series.seriesInstanceUid());
        if (entry.isEmpty()) {
          faults.add("no analysis of series " + series.seriesInstanceUid());
          continue;
        }
        Analysis analysis = entry.get().analysis();
        versions += analysis.version();
        int whole = 0;
        for (int version = 1; version <= analysis.version(); version++) {
          Optional<byte[]> json = store.reportJson(analysis.id(), version);
          if (json.isEmpty()) {
            continue;
          }
          QuantificationReport report = ReportJson.decode(json.get());
          if (report.geometry().slices() < series.instances().size()) {
            partial++;
          } else if (report.regions().equals(series.expected())) {
            whole++;
          } else {
            faults.add("version %d of %s has other numbers".formatted(version, analysis.id()));
          }
        }
        if (analysis.status() != AnalysisStatus.REPORTED || whole != 1) {
          faults.add(
              "%s is %s in version %d (%s) and has %d reports on all instances"
                  .formatted(
                      analysis.id(),
                      analysis.status().key(),
                      analysis.version(),
                      analysis.refusal() == null ? "-" : analysis.refusal().code(),
                      whole));
        } else {
          reports++;
        }
        checkFiles(data.resolve("results").resolve(analysis.id()), faults);
      }
    }
    return new SoakChecks(held, reports, partial, versions, faults);
  }

  private static int held(
      Spool spool, SoakSeries series, Set<String> acknowledged, List<String> faults)
      throws IOException {
    Map<String, SpooledInstance> found = new HashMap<>();
    for (SpooledInstance instance : spool.instances(series.seriesInstanceUid())) {
      found.put(instance.sopInstanceUid(), instance);
    }
    int held = 0;
    for (SoakInstance sent : series.instances()) {
      SpooledInstance instance = found.get(sent.sopInstanceUid());
      if (!acknowledged.contains(sent.sopInstanceUid())) {
        continue;
      }
      if (instance == null) {
        faults.add("answered with success and not there: " + sent.sopInstanceUid());
      } else if (!Arrays.equals(dataSet(instance), sent.dataSet())) {
        faults.add("there with other content: " + sent.sopInstanceUid());
      } else {
        held++;
      }
    }
    return held;
  }

  private static byte[] dataSet(SpooledInstance instance) throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(instance.file().toFile(), "r")) {
      byte[] bytes = new byte[(int) instance.bytes()];
      in.seek(in.length() - bytes.length);
      in.readFully(bytes);
      return bytes;
    }
  }

  private static void checkFiles(Path results, List<String> faults) {
    for (Artifact artifact : Artifact.values()) {
      if (!Files.isRegularFile(results.resolve(artifact.fileName()))) {
        faults.add("%s is missing in %s".formatted(artifact.fileName(), results.getFileName()));
      }
    }
  }
}
