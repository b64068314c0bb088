// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.SopClass;
import io.hounsfield.peers.Orthanc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Orthanc as the archive: takes what our SCU sends and pushes it on to our node. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OrthancTest {
  @TempDir Path temp;

  private static String series(Orthanc orthanc) throws Exception {
    return orthanc.text("/series").replaceAll("[^0-9a-f-]", "");
  }

  private void throughOrthanc(List<Path> files) throws Exception {
    try (Orthanc orthanc = new Orthanc(temp.resolve("orthanc"));
        TestNode node = new TestNode(temp.resolve("spool"))) {
      orthanc.withDicom(node.port()).start();
      SendResult result =
          StorageScu.send(
              ScuOptions.of("ORTHANC", "127.0.0.1", orthanc.dicomPort()),
              files,
              ProgressListener.NONE);
      assertEquals(List.of(), result.failures());
      String series = series(orthanc);
      orthanc.post("/modalities/hounsfield/store", series);
      DcmtkTest.assertSamePixels(files, node.listener.await(files.size()));
      orthanc.post("/modalities/hounsfield/store", series);
      assertEquals(
          files.size(),
          node.listener.await(2 * files.size()).stream()
              .filter(instance -> instance.duplicate() && !instance.conflicting())
              .count(),
          "sent again, the same bytes");
    }
  }

  @Test
  void aSeriesGoesThroughOrthancUnchanged() throws Exception {
    throughOrthanc(TestInstances.files(temp.resolve("in"), "orthanc", 6, 128));
  }

  @Test
  void aRealCompressedSeriesGoesThroughOrthancUnchanged() throws Exception {
    throughOrthanc(DcmtkTest.firstFiles(DcmtkTest.shared("ricord-1a-covid"), 6));
  }

  // ---- storage commitment, PS3.4 annex J ----

  /** A value of a flat JSON answer. */
  private static String value(String json, String key) {
    Matcher matcher = Pattern.compile("\"" + key + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json);
    assertTrue(matcher.find(), json);
    return matcher.group(1);
  }

  @Test
  void orthancAsksUsForStorageCommitment() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "sc", 3, 64);
    Orthanc orthanc = new Orthanc(temp.resolve("orthanc"));
    DicomPeer peer = DicomPeer.of("ORTHANC", "127.0.0.1").withPort(orthanc.dicomPort());
    try (orthanc;
        TestNode node = new TestNode(temp.resolve("spool"), o -> o.peers(List.of(peer)))) {
      orthanc.withDicom(node.port()).start();
      StorageScu.send(
          ScuOptions.of("ORTHANC", "127.0.0.1", orthanc.dicomPort()), files, ProgressListener.NONE);
      String series = series(orthanc);
      orthanc.post("/modalities/hounsfield/store", series);
      node.listener.await(3);
      assertEquals("Success", commitment(orthanc, 0, 1, 2));
      assertEquals("Failure", commitment(orthanc, 0, 77), "of the second we hold nothing");
      CommitmentTest.awaitPending(node, 0); // Orthanc shows a report before it answers us
      assertEquals(2, node.node.statistics().commitmentsReported());
    }
  }

  private String commitment(Orthanc orthanc, int... numbers) throws Exception {
    String instances =
        Arrays.stream(numbers)
            .mapToObj(
                n ->
                    "{\"SOPClassUID\": \"%s\", \"SOPInstanceUID\": \"%s\"}"
                        .formatted(SopClass.CT_IMAGE_STORAGE, TestInstances.sopUid("sc", n)))
            .collect(Collectors.joining(",", "[", "]"));
    String asked =
        orthanc.post(
            "/modalities/hounsfield/storage-commitment", "{\"DicomInstances\": " + instances + "}");
    String path = value(asked, "Path");
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      String status = value(orthanc.text(path), "Status");
      if (!status.equals("Pending")) {
        return status;
      }
      assertTrue(System.nanoTime() < until, "no report reaches Orthanc");
      Thread.onSpinWait();
    }
  }

  @Test
  void weAskOrthancForStorageCommitment() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "sc", 3, 64);
    try (Orthanc orthanc = new Orthanc(temp.resolve("orthanc"));
        TestNode node = new TestNode(temp.resolve("spool"))) {
      orthanc.withDicom(node.port()).start();
      ScuOptions scu = ScuOptions.of("ORTHANC", "127.0.0.1", orthanc.dicomPort());
      StorageScu.send(scu, files, ProgressListener.NONE);
      List<InstanceReference> wanted = new ArrayList<>(StorageCommitmentScu.references(files));
      InstanceReference unknown = new InstanceReference(SopClass.CT_IMAGE_STORAGE, "1.2.3.4");
      wanted.add(unknown);
      // Orthanc reports on an association of its own, to our node.
      String transaction =
          StorageCommitmentScu.request(scu, wanted, Duration.ZERO).transactionUid();
      CommitmentReport report = node.listener.awaitCommitment(transaction);
      assertEquals(
          Set.copyOf(StorageCommitmentScu.references(files)), Set.copyOf(report.committed()));
      assertEquals(Map.of(unknown, 0x0112), report.failed());
    }
  }
}
