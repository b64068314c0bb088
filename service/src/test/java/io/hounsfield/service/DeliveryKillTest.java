// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.delivery.Delivery;
import io.hounsfield.delivery.DeliveryService;
import io.hounsfield.delivery.DeliveryState;
import io.hounsfield.delivery.Destination;
import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.delivery.Origin;
import io.hounsfield.delivery.ResultFileCheck;
import io.hounsfield.delivery.ResultObject;
import io.hounsfield.delivery.Retry;
import io.hounsfield.delivery.Target;
import io.hounsfield.listener.AssociationSummary;
import io.hounsfield.listener.DicomNode;
import io.hounsfield.listener.DicomNodeListener;
import io.hounsfield.listener.DicomNodeOptions;
import io.hounsfield.listener.ReceivedInstance;
import io.hounsfield.listener.Spool;
import io.hounsfield.listener.StorageCommitmentScu;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import io.hounsfield.service.store.AnalysisStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that delivers is killed (SIGKILL) again and again, when the archive just got an object:
 * what the outbox says is true each time, and in the end each object is there, once in effect.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeliveryKillTest {
  private static final String ANALYSIS = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";
  private static final int COUNT = 12;

  @TempDir Path temp;

  /** The process to be killed: delivers what is in the outbox. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      Path data = Path.of(arguments[0]);
      AnalysisStore store = AnalysisStore.open(data.resolve("hounsfield.db"));
      DeliveryService service =
          new DeliveryService(
              store.outbox(),
              List.of(
                  Destination.of(
                      "archive",
                      new Target.Dicom(
                          "ARCHIVE",
                          "127.0.0.1",
                          Integer.parseInt(arguments[1]),
                          "HOUNSFIELD",
                          Optional.empty(),
                          false))),
              data.resolve("results"),
              Retry.defaults());
      service.start();
      System.in.read(); // until the parent goes away
    }
  }

  /** Takes instances and kills whoever sent the one that it was told to wait for. */
  private static final class Archive implements DicomNodeListener {
    final Map<String, AtomicInteger> held = new ConcurrentHashMap<>();
    final AtomicInteger conflicting = new AtomicInteger();
    final AtomicInteger came = new AtomicInteger();
    volatile int killAt = Integer.MAX_VALUE;
    volatile Process victim;

    @Override
    public void instanceStored(ReceivedInstance instance) {
      held.computeIfAbsent(instance.sopInstanceUid(), uid -> new AtomicInteger()).incrementAndGet();
      if (instance.conflicting()) {
        conflicting.incrementAndGet();
      }
      if (came.incrementAndGet() == killAt) {
        victim.destroyForcibly();
      }
    }

    @Override
    public void associationClosed(AssociationSummary association) {}
  }

  private Process child(Path data, int port) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            data.toString(),
            Integer.toString(port))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(temp.resolve("child.log").toFile()))
        .start();
  }

  private static List<ResultObject> objects(Path results) throws IOException {
    List<ResultObject> objects = new ArrayList<>();
    try (Stream<Path> all = Files.list(results.resolve(ANALYSIS).resolve("v1"))) {
      for (Path file : all.sorted().limit(COUNT).toList()) {
        objects.add(
            new ResultObject(
                ObjectKind.KEY_IMAGES,
                results.relativize(file).toString(),
                ResultFileCheck.sha256(file)));
      }
    }
    return objects;
  }

  private static void prepare(Path data) throws IOException {
    Path results = data.resolve("results");
    PhantomWriter.writeSeries(
        Phantom.generate(PhantomOptions.builder().seed(7).matrix(64).slices(20).build()),
        results.resolve(ANALYSIS).resolve("v1"));
    Instant now = Instant.ofEpochMilli(1_780_000_000_000L);
    try (AnalysisStore store = AnalysisStore.open(data.resolve("hounsfield.db"));
        DeliveryService service =
            new DeliveryService(
                store.outbox(),
                List.of(
                    Destination.of(
                        "archive",
                        new Target.Dicom(
                            "ARCHIVE", "127.0.0.1", 1, "HOUNSFIELD", Optional.empty(), false))),
                results,
                Retry.defaults())) {
      store.save(
          new AnalysisStore.Entry(
              new Analysis(
                  ANALYSIS,
                  "1.2",
                  "1.2.3",
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
                  null),
              null));
      service.enqueue(ANALYSIS, 1, new Origin(null, null), objects(results));
      assertTrue(store.outbox().hasOpen("1.2.3"));
    }
  }

  @Test
  void whatTheOutboxSaysIsTrueWheneverTheProcessIsKilled() throws Exception {
    Path data = temp.resolve("data");
    prepare(data);
    Path results = data.resolve("results");
    Archive archive = new Archive();
    Vertx vertx = Vertx.vertx();
    try (Spool spool = Spool.open(temp.resolve("archive"));
        DicomNode node =
            DicomNode.start(
                vertx,
                DicomNodeOptions.builder().address("127.0.0.1", 0).aeTitle("ARCHIVE").build(),
                spool,
                archive)) {
      for (int more : new int[] {1, 3, 5}) {
        archive.killAt = archive.came.get() + more;
        Process child = child(data, node.port());
        archive.victim = child;
        // It may die between the archive's flush and its answer, or a little later.
        assertTrue(child.waitFor(120, TimeUnit.SECONDS), "it is killed");
        assertStatesAreTrue(data, results, archive.held.keySet());
      }
      archive.killAt = Integer.MAX_VALUE;
      Process child = child(data, node.port());
      try (AnalysisStore store = AnalysisStore.open(data.resolve("hounsfield.db"))) {
        while (store.outbox().hasOpen("1.2.3")) {
          assertTrue(child.isAlive());
          Thread.onSpinWait();
        }
        for (Delivery d : store.outbox().ofAnalysis(ANALYSIS)) {
          assertEquals(DeliveryState.SENT, d.state());
        }
      } finally {
        child.destroyForcibly();
        child.waitFor(30, TimeUnit.SECONDS);
      }
      assertEquals(COUNT, archive.held.size(), "each object is there");
      assertEquals(0, archive.conflicting.get(), "what came twice was the same, byte for byte");
      assertTrue(archive.came.get() <= COUNT + 3, "at most one again for each kill");
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  /** Nothing is "sent" that the archive does not hold; all it holds is sent, or perhaps sent. */
  private static void assertStatesAreTrue(Path data, Path results, Set<String> held)
      throws IOException {
    try (AnalysisStore store = AnalysisStore.open(data.resolve("hounsfield.db"))) {
      Set<String> said = new TreeSet<>();
      int sending = 0;
      int unknown = 0;
      for (Delivery d : store.outbox().ofAnalysis(ANALYSIS)) {
        String uid =
            StorageCommitmentScu.references(List.of(results.resolve(d.object().file())))
                .get(0)
                .sopInstanceUid();
        if (d.state() == DeliveryState.SENT) {
          said.add(uid);
          assertTrue(held.contains(uid), "sent means that it is there");
        } else if (d.state() == DeliveryState.SENDING) {
          sending++;
        } else if (d.state() == DeliveryState.FAILING) {
          unknown++;
          assertTrue(d.lastError().contains("not known"), d.lastError());
        } else {
          assertTrue(!held.contains(uid), d.state() + " means that nothing was tried yet");
        }
      }
      assertTrue(sending <= 1, "in order, one at a time");
      assertTrue(unknown <= 3, "one for each time it was killed");
      assertTrue(
          held.size() - said.size() <= sending + unknown, "what is not sent for certain is known");
    }
  }
}
