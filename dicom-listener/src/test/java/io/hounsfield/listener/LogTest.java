// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What the log says at its default level: who called, never a patient or an instance. */
class LogTest {
  @TempDir Path temp;

  private Path file(String name, DataSet set) throws Exception {
    Path file = temp.resolve(name);
    DicomFiles.write(file, DicomFile.of(TestInstances.EXPLICIT, set));
    return file;
  }

  private static DataSet slice(int side) {
    return TestInstances.ct("log", 0, side)
        .put(Tag.PatientName, VR.PN, "Secret^Patient")
        .put(Tag.PatientID, VR.LO, "ID-4711");
  }

  @Test
  void logsNamePeersAndNobodyElse() throws Exception {
    Path good = file("good.dcm", slice(16));
    Path conflicting = file("conflicting.dcm", slice(20));
    Path incomplete = file("incomplete.dcm", slice(16).remove(Tag.StudyInstanceUID));
    Path otherClass =
        file("mr.dcm", slice(16).put(Tag.SOPClassUID, VR.UI, "1.2.840.10008.5.1.4.1.1.4"));
    Logger root = (Logger) LoggerFactory.getLogger("io.hounsfield");
    Level before = root.getLevel();
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root.addAppender(log);
    root.setLevel(Level.INFO);
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      SendResult result =
          StorageScu.send(
              node.scu(),
              List.of(good, conflicting, good, incomplete, otherClass),
              ProgressListener.NONE);
      assertEquals(3, result.stored());
      node.listener.nextEnd();
      try (RawPeer peer = RawPeer.associated(node.port())) {
        peer.sendAll(RawPeer.store(1, "1.2.3.4711", TestInstances.encoded(slice(16)), 16000));
        assertEquals(0xA900, peer.response().status());
      }
      node.listener.nextEnd();
    } finally {
      root.detachAppender(log);
      root.setLevel(before);
    }
    String text =
        List.copyOf(log.list).stream()
            .map(event -> event.getFormattedMessage() + " " + event.getThrowableProxy())
            .collect(Collectors.joining("\n"));
    assertTrue(text.contains("TESTSCU"), text);
    assertTrue(text.contains("127.0.0.1"), text);
    for (String secret :
        List.of("Secret", "4711", TestInstances.sopUid("log", 0), TestInstances.seriesUid("log"))) {
      assertFalse(text.contains(secret), secret + " in: " + text);
    }
  }
}
