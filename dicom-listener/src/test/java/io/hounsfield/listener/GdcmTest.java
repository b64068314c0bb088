// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.peers.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GDCM's gdcmscu as the client, with files that gdcmconv wrote. Skipped where they are missing. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GdcmTest {
  @TempDir Path temp;

  @BeforeAll
  static void needsGdcm() {
    Programs.needs("gdcmscu");
    Programs.needs("gdcmconv");
  }

  private Path log;

  private int run(List<String> command) throws Exception {
    log = temp.resolve(command.get(0) + ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), command.get(0) + " hangs");
    return process.exitValue();
  }

  /**
   * Returns when it has released its association. Its exit code says nothing: version 3.0.21 ends
   * with an exception of its own afterwards, whomever it called, storescp too.
   */
  private void gdcmscu(TestNode node, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("gdcmscu", "--call", "HOUNSFIELD"));
    command.addAll(List.of("--aetitle", "GDCM", "127.0.0.1", "" + node.port()));
    command.addAll(List.of(arguments));
    int exit = run(command);
    String said = Files.readString(log);
    assertTrue(exit == 0 || said.contains("ProtocolStream as nullptr is invalid"), said);
  }

  @Test
  void gdcmscuIsAnswered() throws Exception {
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      gdcmscu(node, "--echo");
      AssociationSummary end = node.listener.nextEnd();
      assertTrue(!end.aborted());
      assertEquals("GDCM", end.callingAeTitle());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--raw, EXPLICIT_VR_LITTLE_ENDIAN",
    "--implicit, IMPLICIT_VR_LITTLE_ENDIAN",
    "--rle, RLE_LOSSLESS",
    "--jpeg, JPEG_LOSSLESS_SV1",
    "--jpegls, JPEG_LS_LOSSLESS",
    "--j2k, JPEG_2000_LOSSLESS"
  })
  void gdcmscuStoresWhatGdcmWrote(String form, TransferSyntax syntax) throws Exception {
    List<Path> plain = TestInstances.files(temp.resolve("in"), "gdcm", 3, 128);
    Path folder = Files.createDirectory(temp.resolve("gdcm"));
    for (Path file : plain) {
      Path converted = folder.resolve(file.getFileName());
      assertEquals(0, run(List.of("gdcmconv", form, file.toString(), converted.toString())));
    }
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      gdcmscu(node, "--store", "-i", folder.toString());
      List<ReceivedInstance> received = node.listener.await(3);
      assertTrue(received.stream().allMatch(i -> i.transferSyntax() == syntax), "" + received);
      DcmtkTest.assertSamePixels(plain, received);
      assertTrue(!node.listener.nextEnd().aborted());
    }
  }
}
