// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A service that is driven by hand, with an archive to send to. Time is told to pass. */
abstract class DeliveryFixture {
  static final String ANALYSIS = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";
  static final String OTHER = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a11";
  static final Origin ORIGIN = new Origin("CT1", "Lung 1.0");

  @TempDir Path root;

  final ManualClock clock = new ManualClock();
  final MemoryOutbox outbox = new MemoryOutbox();
  StubScp archive;

  @BeforeEach
  void start() throws IOException {
    archive = new StubScp();
  }

  @AfterEach
  void stop() throws Exception {
    archive.close();
  }

  Target.Dicom target(boolean commitment) {
    return new Target.Dicom(
        "ARCHIVE", "127.0.0.1", archive.port(), "HOUNSFIELD", Optional.empty(), commitment);
  }

  DeliveryService service(Destination... destinations) throws IOException {
    return new DeliveryService(
        outbox,
        List.of(destinations),
        root,
        Retry.defaults(),
        clock,
        new Random(1),
        Runnable::run); // attempts are made where they are dispatched
  }

  DeliveryService service(boolean commitment) throws IOException {
    return service(Destination.of("pacs", target(commitment)));
  }

  void enqueue(DeliveryService service, int version, int... numbers) throws IOException {
    List<ResultObject> objects = new ArrayList<>();
    for (int number : numbers) {
      objects.add(TestObjects.picture(root, ANALYSIS, version, number));
    }
    service.enqueue(ANALYSIS, version, ORIGIN, objects);
  }

  /** Everything that is due at this time. */
  static void run(DeliveryService service) throws IOException {
    while (service.dispatch() > 0) {
      continue;
    }
  }

  /** Lets time pass until nothing is open, at most so often; how often it took. */
  int runToTheEnd(DeliveryService service, int most) throws IOException {
    for (int i = 0; i < most; i++) {
      run(service);
      if (outbox.backlog().isEmpty()) {
        return i;
      }
      clock.pass(Duration.ofMinutes(20));
    }
    throw new AssertionError("still open: " + outbox.ofAnalysis(ANALYSIS));
  }

  Delivery delivery(long id) {
    return outbox.find(id).orElseThrow();
  }

  static String uid(int version, int number) {
    return TestObjects.uid(ANALYSIS, version, number);
  }
}
