// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.listener.ul.Pdu;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values of the conformance statement that no other test needs. */
class ConformanceTest {
  @TempDir Path temp;

  @Test
  void theNodeSaysWhoItIsAndWhatItTakes() throws Exception {
    try (TestNode node = new TestNode(temp.resolve("spool"));
        RawPeer peer = new RawPeer(node.port())) {
      peer.send(RawPeer.request());
      Pdu.UserInformation said = ((Pdu.AssociateAc) peer.receive()).userInformation();
      assertEquals("2.25.191360416297410963062394872618431573621", said.implementationClassUid());
      assertEquals("HOUNSFIELD", said.implementationVersionName());
      assertEquals(262_144, said.maximumLength());
    }
  }

  /** PS3.8 9.3.2.2: identifiers are odd and below 256, so there are 128 at most. */
  @Test
  void moreThan128PresentationContextsMakeFurtherAssociations() throws Exception {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 65; i++) {
      DataSet set = TestInstances.ct("contexts", i, 16).put(Tag.SOPClassUID, VR.UI, "1.2.3." + i);
      Path file = temp.resolve(i + ".dcm");
      DicomFiles.write(file, DicomFile.of(TestInstances.EXPLICIT, set));
      files.add(file);
    }
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      SendResult result = StorageScu.send(node.scu(), files, ProgressListener.NONE);
      assertEquals(65, result.failures().size(), "no class that the node takes");
      assertEquals(2, node.node.statistics().associationsAccepted());
    }
  }
}
