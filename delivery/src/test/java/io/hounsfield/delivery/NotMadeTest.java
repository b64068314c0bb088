// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A result that could not be made is never silently absent where somebody waits for it. */
class NotMadeTest {
  private static final String ANALYSIS = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";
  private static final Origin ORIGIN = new Origin("CT1", "Lung");

  @TempDir Path root;
  private final MemoryOutbox outbox = new MemoryOutbox();

  private DeliveryService service() throws IOException {
    Path all = Files.createDirectories(root.resolve("all"));
    Target tables = new Target.Folder(Files.createDirectories(root.resolve("tables")));
    return new DeliveryService(
        outbox,
        List.of(
            Destination.of("all", new Target.Folder(all)),
            new Destination(
                "tables",
                tables,
                Set.of(ObjectKind.CSV),
                Set.of(),
                List.of(),
                true,
                1,
                Duration.ofSeconds(5),
                Optional.empty())),
        root,
        Retry.defaults(),
        new ManualClock(),
        new Random(1),
        Runnable::run);
  }

  @Test
  void whoWantsItSeesThatItIsMissingAndTheOthersGo() throws Exception {
    List<Delivery> told = new ArrayList<>();
    try (DeliveryService service = service()) {
      service.listen(told::add);
      ResultObject csv = TestObjects.text(root, ANALYSIS, 1, ObjectKind.CSV, "report.csv", "a,b");
      service.enqueue(ANALYSIS, 1, ORIGIN, List.of(csv), Set.of(ObjectKind.PDF));
      while (service.dispatch() > 0) {
        continue;
      }
      List<Delivery> all = service.ofAnalysis(ANALYSIS);
      assertEquals(3, all.size(), "the table to both, the report to the one that wants it");
      Delivery missing =
          all.stream().filter(d -> d.object().kind() == ObjectKind.PDF).findFirst().orElseThrow();
      assertEquals("all", missing.destination());
      assertEquals(DeliveryState.GIVEN_UP, missing.state());
      assertTrue(missing.lastError().contains("could not be made"), missing.lastError());
      assertTrue(told.stream().anyMatch(d -> d.id() == missing.id()));
      assertEquals(2, all.stream().filter(d -> d.state() == DeliveryState.SENT).count(), "" + all);

      DeliveryConflictException conflict =
          assertThrows(DeliveryConflictException.class, () -> service.resend(missing.id()));
      assertEquals("It could not be made: there is nothing to send.", conflict.getMessage());
      assertEquals(DeliveryState.CANCELLED, service.cancel(missing.id()).state());
    }
  }

  @Test
  void whatWasMadeForADestinationIsNotMissingThere() throws Exception {
    try (DeliveryService service = service()) {
      ResultObject csv = TestObjects.text(root, ANALYSIS, 1, ObjectKind.CSV, "report.csv", "a,b");
      service.enqueue(ANALYSIS, 1, ORIGIN, List.of(csv), Set.of(ObjectKind.CSV));
      assertTrue(
          service.ofAnalysis(ANALYSIS).stream().allMatch(d -> d.state() == DeliveryState.QUEUED));
    }
  }
}
