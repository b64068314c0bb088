// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.peers.Orthanc;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** STOW-RS to Orthanc's DICOMweb plugin: down at first, then it takes each object whole. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OrthancStowTest {
  private static final String ANALYSIS = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a11";
  @TempDir Path temp;

  private final BlockingQueue<Delivery> changes = new LinkedBlockingQueue<>();

  /** What it holds, by SOP Instance UID. */
  private Map<String, DicomFile> held(Orthanc orthanc) throws Exception {
    Map<String, DicomFile> all = new TreeMap<>();
    String list = orthanc.text("/instances");
    Matcher ids = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{8}){4}").matcher(list);
    while (ids.find()) {
      DicomFile file = DicomFiles.read(orthanc.get("/instances/" + ids.group() + "/file"));
      all.put(file.dataSet().string(Tag.SOPInstanceUID).orElseThrow(), file);
    }
    return all;
  }

  private void await(DeliveryState state, int count) throws InterruptedException {
    int reached = 0;
    while (reached < count) {
      Delivery change = changes.poll(60, TimeUnit.SECONDS);
      assertTrue(change != null, "only " + reached + " are " + state);
      reached += change.state() == state ? 1 : 0;
    }
  }

  @Test
  void orthancTakesEachObjectWholeAndWhatIsNoObjectIsNotSent() throws Exception {
    Orthanc orthanc = new Orthanc(temp.resolve("orthanc")).withDicomWeb(Optional.empty());
    Path root = temp.resolve("results");
    ManualClock clock = new ManualClock();
    Target target =
        new Target.Stow(
            URI.create("http://127.0.0.1:" + orthanc.httpPort() + "/dicom-web"), Optional.empty());
    try (orthanc;
        DeliveryService service =
            new DeliveryService(
                new MemoryOutbox(),
                List.of(Destination.of("orthanc", target)),
                root,
                Retry.defaults(),
                clock,
                new Random(1),
                Runnable::run)) {
      service.listen(changes::add);
      List<ResultObject> objects = new ArrayList<>();
      for (int number = 1; number <= 3; number++) {
        objects.add(TestObjects.picture(root, ANALYSIS, 1, number));
      }
      service.enqueue(ANALYSIS, 1, new Origin("CT1", "Lung"), objects);
      service.dispatch();
      assertEquals(DeliveryState.FAILING, service.find(1).orElseThrow().state(), "it is down");

      orthanc.start();
      clock.pass(Duration.ofSeconds(5));
      while (service.dispatch() > 0) {
        continue;
      }
      await(DeliveryState.SENT, 3);
      Map<String, DicomFile> held = held(orthanc);
      assertEquals(3, held.size());
      for (int number = 1; number <= 3; number++) {
        DicomFile sent = DicomFiles.read(root.resolve(objects.get(number - 1).file()));
        TransferSyntax plain = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        assertArrayEquals(
            DataSets.encode(sent.dataSet(), plain),
            DataSets.encode(held.get(TestObjects.uid(ANALYSIS, 1, number)).dataSet(), plain));
      }

      ResultObject none =
          TestObjects.text(root, ANALYSIS, 2, ObjectKind.PDF, "report-pdf.dcm", "no DICOM file");
      service.enqueue(ANALYSIS, 2, new Origin("CT1", "Lung"), List.of(none));
      service.dispatch();
      await(DeliveryState.FAILING, 1);
      assertEquals(3, held(orthanc).size());
    }
  }
}
