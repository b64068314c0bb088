// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.page;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.service.store.AnalysisStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;

/** A long work list, as after months of work: lines of series whose images are gone. */
final class WorkListFiller {

  private static final Instant NEWEST = Instant.parse("2026-01-31T08:00:00Z");
  private static final String[] SURNAMES = {"Phantom", "Torso", "Thorax", "Water", "Acrylic"};

  private WorkListFiller() {}

  /** Writes that many series into the database of a data folder that no service uses yet. */
  static void fill(Path data, int count) throws IOException {
    Random random = new Random(1);
    try (AnalysisStore store = AnalysisStore.open(data.resolve("hounsfield.db"))) {
      for (int n = 0; n < count; n++) {
        Analysis analysis = analysis(n, random);
        AnalysisStore.Entry entry = new AnalysisStore.Entry(analysis, "0".repeat(64));
        if (analysis.status() == AnalysisStatus.REPORTED) {
          store.saveReport(entry, "{}".getBytes(StandardCharsets.UTF_8));
        } else {
          store.save(entry);
        }
      }
    }
  }

  private static Analysis analysis(int n, Random random) {
    boolean refused = n % 20 == 0;
    Instant time = NEWEST.minusSeconds(600L * n);
    double opacity = random.nextInt(3) == 0 ? 0 : 80 * Math.pow(random.nextDouble(), 3);
    return new Analysis(
        new UUID(random.nextLong(), random.nextLong()).toString(),
        "2.25.1" + n,
        "2.25.2" + n,
        1,
        refused ? AnalysisStatus.REFUSED : AnalysisStatus.REPORTED,
        refused ? 5 : 300,
        time,
        time.plusSeconds(30),
        refused
            ? new Analysis.Refusal(
                "too-few-slices", "The series has 5 slices; a chest needs 20 or more.")
            : null,
        refused ? null : opacity,
        random.nextInt(4) == 0 ? 1 : 0,
        SURNAMES[n % SURNAMES.length] + "^Number " + n,
        "PH-%05d".formatted(n),
        "2026%02d%02d".formatted(1 + n % 12, 1 + n % 28),
        "CT chest without contrast",
        "Lung 1.0 mm");
  }
}
