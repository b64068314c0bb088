// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.listener.AssociationSummary;
import io.hounsfield.listener.CommitmentReport;
import io.hounsfield.listener.DicomNode;
import io.hounsfield.listener.DicomNodeListener;
import io.hounsfield.listener.DicomNodeOptions;
import io.hounsfield.listener.ReceivedInstance;
import io.hounsfield.listener.Spool;
import io.hounsfield.peers.Orthanc;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Orthanc as the archive: down at first, then it takes, commits, and gives back the same. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OrthancDeliveryTest {
  private static final String ANALYSIS = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";

  @TempDir Path temp;

  private final BlockingQueue<Delivery> changes = new LinkedBlockingQueue<>();

  /** The node that gets Orthanc's commitment reports. */
  private static final class Node implements DicomNodeListener {
    private volatile DeliveryService service;

    @Override
    public void instanceStored(ReceivedInstance instance) {}

    @Override
    public void associationClosed(AssociationSummary association) {}

    @Override
    public void commitmentReported(String archive, CommitmentReport report) {
      try {
        service.commitmentReported(archive, report);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void awaitSent(int count) throws InterruptedException {
    int sent = 0;
    while (sent < count) {
      Delivery change = changes.poll(60, TimeUnit.SECONDS);
      assertTrue(change != null, "only " + sent + " are sent");
      sent += change.state() == DeliveryState.SENT ? 1 : 0;
    }
  }

  @Test
  void orthancGetsCommitsToAndGivesBackEachObject() throws Exception {
    Orthanc orthanc = new Orthanc(temp.resolve("orthanc"));
    Path root = temp.resolve("results");
    ManualClock clock = new ManualClock();
    Target target =
        new Target.Dicom(
            "ORTHANC", "127.0.0.1", orthanc.dicomPort(), "HOUNSFIELD", Optional.empty(), true);
    Node listener = new Node();
    Vertx vertx = Vertx.vertx();
    try (orthanc;
        DeliveryService service =
            new DeliveryService(
                new MemoryOutbox(),
                List.of(Destination.of("orthanc", target)),
                root,
                Retry.defaults(),
                clock,
                new Random(1),
                Runnable::run);
        Spool spool = Spool.open(temp.resolve("spool"));
        DicomNode node =
            DicomNode.start(
                vertx,
                DicomNodeOptions.builder().address("127.0.0.1", 0).build(),
                spool,
                listener)) {
      listener.service = service;
      service.listen(changes::add);
      List<ResultObject> objects = new ArrayList<>();
      for (int number = 1; number <= 3; number++) {
        objects.add(TestObjects.picture(root, ANALYSIS, 1, number));
      }
      service.enqueue(ANALYSIS, 1, new Origin("CT1", "Lung"), objects);
      service.dispatch();
      assertEquals(DeliveryState.FAILING, service.find(1).orElseThrow().state(), "it is down");

      orthanc.withDicom(node.port()).start();
      clock.pass(Duration.ofSeconds(5));
      while (service.dispatch() > 0) {
        continue;
      }
      awaitSent(3);
      String all = orthanc.text("/instances");
      Matcher ids = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{8}){4}").matcher(all);
      int held = 0;
      while (ids.find()) {
        byte[] back = orthanc.get("/instances/" + ids.group() + "/file");
        String uid = DicomFiles.read(back).dataSet().string(Tag.SOPInstanceUID).orElseThrow();
        for (int number = 1; number <= 3; number++) {
          if (uid.equals(TestObjects.uid(ANALYSIS, 1, number))) {
            held++;
            Path sent = root.resolve(objects.get(number - 1).file());
            assertArrayEquals(
                DicomFiles.read(sent).dataSet().bytes(Tag.PixelData).orElseThrow(),
                DicomFiles.read(back).dataSet().bytes(Tag.PixelData).orElseThrow());
          }
        }
      }
      assertEquals(3, held);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
