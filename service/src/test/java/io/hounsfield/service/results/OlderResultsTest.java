// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hounsfield.delivery.Delivery;
import io.hounsfield.delivery.DeliveryService;
import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.delivery.ResultObject;
import io.hounsfield.delivery.Retry;
import io.hounsfield.service.store.AnalysisStore;
import io.hounsfield.service.store.StoredAnalyses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of results that a newer version took the place of, and that nothing sends any more. */
class OlderResultsTest {
  private static final String ID = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";
  private static final Instant NOW = Instant.parse("2026-01-31T00:00:00Z");

  @TempDir Path temp;

  private void folder(int version) throws IOException {
    Path variant = temp.resolve(ID).resolve("v" + version).resolve("variant");
    Files.createDirectories(variant);
    Files.writeString(variant.resolve("report.csv"), "a");
    Files.writeString(variant.resolveSibling("report.csv"), "a");
  }

  private Set<String> kept() throws IOException {
    try (Stream<Path> all = Files.list(temp.resolve(ID))) {
      return all.map(p -> p.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void theyGoUnlessADeliveryIsOpenAndTheNewestThatIsMadeStays() throws Exception {
    try (AnalysisStore store = AnalysisStore.open(temp.resolve("hounsfield.db"));
        DeliveryService delivery =
            new DeliveryService(store.outbox(), List.of(), temp, Retry.defaults())) {
      StoredAnalyses.receiving(store, ID, NOW);
      ResultPublisher publisher =
          new ResultPublisher(
              temp,
              new ResultMaker(List.of()),
              new DeidentifiedResults(List.of(), Map.of()),
              delivery,
              store);
      publisher.deleteOlder(ID); // nothing is there
      for (int version = 1; version <= 4; version++) {
        folder(version);
      }
      Files.writeString(temp.resolve(ID).resolve("lungs.nii.gz"), "a");
      ResultObject object =
          new ResultObject(ObjectKind.CSV, ID + "/v2/report.csv", "ab".repeat(32));
      store.outbox().add(ID, 1, List.of());
      store.outbox().add(ID, 2, List.of(Delivery.queued(ID, 2, "study", object, NOW)));
      store.outbox().add(ID, 3, List.of());
      publisher.deleteOlder(ID);
      assertEquals(
          Set.of("lungs.nii.gz", "v2", "v3", "v4"),
          kept(),
          "version 2 is on its way, version 3 the newest that is made whole");
      delivery.cancel(store.outbox().ofAnalysis(ID).get(0).id());
      publisher.deleteOlder(ID);
      assertEquals(Set.of("lungs.nii.gz", "v3", "v4"), kept());
      assertEquals(List.of("report.csv"), names(publisher));
    }
  }

  private static List<String> names(ResultPublisher publisher) throws IOException {
    return publisher.files(ID).stream().map(p -> p.getFileName().toString()).toList();
  }
}
