// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import io.hounsfield.peers.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DCMTK's tools as peers. Skipped where they are not installed. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DcmtkTest {
  @TempDir Path temp;

  static Path shared(String folder) {
    Path root = Path.of(System.getProperty("hounsfield.root", ".."));
    Path path = root.resolve("../shared/data/dicom").resolve(folder).normalize();
    assumeTrue(Files.isDirectory(path), path + " is absent");
    return path;
  }

  private Process launch(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(temp.resolve(command.get(0) + ".log").toFile())
        .start();
  }

  /** Runs a tool to its end; its exit code. */
  private int run(String... command) throws Exception {
    Programs.needs(command[0]);
    Process process = launch(List.of(command));
    assertTrue(process.waitFor(90, TimeUnit.SECONDS), command[0] + " hangs");
    return process.exitValue();
  }

  private int storescu(TestNode node, List<String> options, List<Path> files) throws Exception {
    List<String> command = new ArrayList<>(List.of("storescu"));
    command.addAll(options);
    command.addAll(List.of("-aec", "HOUNSFIELD", "127.0.0.1", "" + node.port()));
    files.forEach(file -> command.add(file.toString()));
    return run(command.toArray(new String[0]));
  }

  private TestNode node() throws IOException {
    return new TestNode(temp.resolve("spool"));
  }

  static List<Path> firstFiles(Path directory, int count) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(path -> path.toString().endsWith(".dcm")).sorted().limit(count).toList();
    }
  }

  /** The instances received show the pixels that the files hold. */
  static void assertSamePixels(List<Path> files, List<ReceivedInstance> received)
      throws IOException {
    assertEquals(files.size(), received.size());
    Map<String, Path> byUid = new HashMap<>();
    for (ReceivedInstance instance : received) {
      byUid.put(instance.sopInstanceUid(), instance.file());
    }
    for (Path file : files) {
      DicomFile sent = DicomFiles.read(file);
      DicomFile got = DicomFiles.read(byUid.get(sent.dataSet().string(Tag.SOPInstanceUID).get()));
      assertArrayEquals(
          PixelDecoders.decode(sent, 0).samples(), PixelDecoders.decode(got, 0).samples());
    }
  }

  @Test
  void echoscuIsAnswered() throws Exception {
    try (TestNode node = node()) {
      assertEquals(
          0, run("echoscu", "-aec", "HOUNSFIELD", "--repeat", "5", "127.0.0.1", "" + node.port()));
      assertTrue(!node.listener.nextEnd().aborted());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-x=,EXPLICIT_VR_LITTLE_ENDIAN",
    "-xe,EXPLICIT_VR_LITTLE_ENDIAN",
    "-xi,IMPLICIT_VR_LITTLE_ENDIAN",
    "-xd,DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN",
    "-xb,EXPLICIT_VR_LITTLE_ENDIAN",
    "-R,EXPLICIT_VR_LITTLE_ENDIAN",
    "+C,EXPLICIT_VR_LITTLE_ENDIAN"
  })
  void storescuSendsUncompressed(String option, TransferSyntax expected) throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "u", 4, 200);
    try (TestNode node = node()) {
      assertEquals(0, storescu(node, List.of(option), files));
      List<ReceivedInstance> received = node.listener.await(4);
      assertSamePixels(files, received);
      for (ReceivedInstance instance : received) {
        assertEquals(expected, instance.transferSyntax());
      }
      assertTrue(!node.listener.nextEnd().aborted());
    }
  }

  /** Offered together with little endian, big endian is not taken; alone it is. */
  @Test
  void bigEndianAloneIsTaken() throws Exception {
    Programs.needs("dcmconv");
    Path little = TestInstances.files(temp.resolve("in"), "be", 1, 100).get(0);
    Path big = temp.resolve("be.dcm");
    assertEquals(0, run("dcmconv", "+tb", little.toString(), big.toString()));
    try (TestNode node = node()) {
      SendResult sent = StorageScu.send(node.scu(), List.of(big), ProgressListener.NONE);
      assertEquals(List.of(), sent.failures());
      List<ReceivedInstance> received = node.listener.await(1);
      assertEquals(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN, received.get(0).transferSyntax());
      assertSamePixels(List.of(big), received);
      assertArrayEquals(
          PixelDecoders.decode(DicomFiles.read(little), 0).samples(),
          PixelDecoders.decode(DicomFiles.read(received.get(0).file()), 0).samples());
    }
  }

  @Test
  void combinedContextsWithJpegLosslessOfARealSeries() throws Exception {
    Programs.needs("storescu");
    List<Path> files = firstFiles(shared("ricord-1a-covid"), 2);
    try (TestNode node = node()) {
      assertEquals(0, storescu(node, List.of("+C", "-xs"), files));
      assertSamePixels(files, node.listener.await(2));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 5556, 16384, 33334, 131072})
  void storescuWithAnyPduLength(int length) throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "l", 3, 300);
    try (TestNode node = node()) {
      assertEquals(
          0, storescu(node, List.of("--max-pdu", "4096", "--max-send-pdu", "" + length), files));
      assertSamePixels(files, node.listener.await(3));
    }
  }

  @Test
  void storescuWithRle() throws Exception {
    Programs.needs("dcmcrle");
    List<Path> files = new ArrayList<>();
    for (Path plain : TestInstances.files(temp.resolve("in"), "rle", 2, 100)) {
      Path rle = temp.resolve("rle-" + files.size() + ".dcm");
      assertEquals(0, run("dcmcrle", plain.toString(), rle.toString()));
      files.add(rle);
    }
    try (TestNode node = node()) {
      assertEquals(0, storescu(node, List.of("-xr"), files));
      List<ReceivedInstance> received = node.listener.await(2);
      assertEquals(TransferSyntax.RLE_LOSSLESS, received.get(0).transferSyntax());
      assertSamePixels(files, received);
    }
  }

  @Test
  void storescuWithJpegLosslessOfARealSeries() throws Exception {
    Programs.needs("storescu");
    List<Path> files = firstFiles(shared("ricord-1a-covid"), 12);
    try (TestNode node = node()) {
      assertEquals(0, storescu(node, List.of("-xs"), files));
      List<ReceivedInstance> received = node.listener.await(12);
      assertEquals(TransferSyntax.JPEG_LOSSLESS_SV1, received.get(0).transferSyntax());
      assertSamePixels(files, received);
    }
  }

  /** What storescu can propose besides; encoded by DCMTK's and GDCM's own tools. */
  @ParameterizedTest
  @CsvSource({
    "-xy, 8, dcmcjpeg +eb, JPEG_BASELINE",
    "-xx, 12, dcmcjpeg +ee, JPEG_EXTENDED",
    "-xs, 12, dcmcjpeg +e1, JPEG_LOSSLESS_SV1",
    "-xt, 12, dcmcjpls, JPEG_LS_LOSSLESS",
    "-xu, 12, dcmcjpls +en +md 2, JPEG_LS_NEAR_LOSSLESS",
    "-xv, 12, gdcmconv --j2k, JPEG_2000_LOSSLESS",
    "-xw, 12, gdcmconv --j2k --lossy -r 4 --irreversible, JPEG_2000"
  })
  void storescuWithEachCompression(String option, int bits, String encoder, TransferSyntax expected)
      throws Exception {
    int bytes = bits == 8 ? 1 : 2;
    byte[] pixels = new byte[64 * 64 * bytes];
    for (int i = 0; i < 64 * 64; i++) {
      int value = (int) ((Math.sin(i / 300.0) + 1) * ((1 << bits - 1) - 1));
      pixels[i * bytes] = (byte) value;
      if (bytes == 2) {
        pixels[2 * i + 1] = (byte) (value >> 8);
      }
    }
    DataSet image =
        TestInstances.ct("each", 0, 64)
            .putInts(Tag.BitsAllocated, VR.US, 8 * bytes)
            .putInts(Tag.BitsStored, VR.US, bits)
            .putInts(Tag.HighBit, VR.US, bits - 1)
            .putInts(Tag.PixelRepresentation, VR.US, 0)
            .putBytes(Tag.PixelData, VR.OW, pixels);
    Path plain = temp.resolve("plain.dcm");
    DicomFiles.write(plain, DicomFile.of(TestInstances.EXPLICIT, image));
    Path encoded = temp.resolve("encoded.dcm");
    List<String> command = new ArrayList<>(List.of(encoder.split(" ")));
    command.addAll(List.of(plain.toString(), encoded.toString()));
    assertEquals(0, run(command.toArray(new String[0])));
    try (TestNode node = node()) {
      assertEquals(0, storescu(node, List.of(option), List.of(encoded)));
      List<ReceivedInstance> received = node.listener.await(1);
      assertEquals(expected, received.get(0).transferSyntax());
      assertSamePixels(List.of(encoded), received);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-xd", "-xe", "-xi"})
  void storescuWithADeflatedRealSeries(String option) throws Exception {
    Programs.needs("storescu");
    List<Path> files = firstFiles(shared("lungfcp-partial-chest"), 8);
    try (TestNode node = node()) {
      assertEquals(0, storescu(node, List.of(option), files));
      assertSamePixels(files, node.listener.await(8));
    }
  }

  @Test
  void storescuOfAnEnhancedCt() throws Exception {
    Programs.needs("storescu");
    Path file = shared("enhanced").resolve("eCT_Supplemental.dcm");
    try (TestNode node = node()) {
      assertEquals(0, storescu(node, List.of("-xe"), List.of(file)));
      assertSamePixels(List.of(file), node.listener.await(1));
    }
  }

  @Test
  void storescuThatAbortsInsteadOfReleasing() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "a", 3, 100);
    try (TestNode node = node()) {
      storescu(node, List.of("--abort"), files);
      AssociationSummary end = node.listener.nextEnd();
      assertTrue(end.aborted());
      assertEquals(3, end.instances(), "what was acknowledged before stays");
    }
  }

  @Test
  void storescuKilledInTheMiddle() throws Exception {
    Programs.needs("storescu");
    List<Path> files = TestInstances.files(temp.resolve("in"), "k", 40, 512);
    try (TestNode node = node()) {
      List<String> command =
          new ArrayList<>(List.of("storescu", "-aec", "HOUNSFIELD", "--repeat", "50", "127.0.0.1"));
      command.add("" + node.port());
      files.forEach(file -> command.add(file.toString()));
      Process sender = launch(command);
      node.listener.await(10);
      sender.destroyForcibly();
      AssociationSummary end = node.listener.nextEnd();
      assertTrue(end.aborted());
      assertTrue(end.instances() >= 10);
      for (SpooledInstance instance : node.spool.instances(TestInstances.seriesUid("k"))) {
        DicomFiles.read(instance.file());
      }
      Echo.echo(node.scu());
    }
  }

  @Test
  void severalStorescuAtOnce() throws Exception {
    Programs.needs("storescu");
    List<Path> files = TestInstances.files(temp.resolve("in"), "s", 40, 128);
    try (TestNode node = node()) {
      List<Process> senders = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        List<String> command = new ArrayList<>(List.of("storescu", "-aec", "HOUNSFIELD"));
        command.addAll(List.of("127.0.0.1", "" + node.port()));
        files.subList(10 * i, 10 * i + 10).forEach(file -> command.add(file.toString()));
        senders.add(launch(command));
      }
      for (Process sender : senders) {
        assertTrue(sender.waitFor(90, TimeUnit.SECONDS));
        assertEquals(0, sender.exitValue());
      }
      assertSamePixels(files, node.listener.await(40));
    }
  }

  // ---- DCMTK as the receiver ----

  /** A storescp on a port that was free a moment ago, up when this returns. */
  private Process storescp(int port, Path out, String... options) throws Exception {
    Programs.needs("storescp");
    Files.createDirectories(out);
    List<String> command = new ArrayList<>(List.of("storescp", "-aet", "DCMTK"));
    command.addAll(List.of("-od", out.toString()));
    command.addAll(List.of(options));
    command.add("" + port);
    Process process = launch(command);
    ScuOptions scu = ScuOptions.of("DCMTK", "127.0.0.1", port);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      try {
        Echo.echo(scu);
        return process;
      } catch (AssociationException e) {
        if (!e.getMessage().contains("cannot connect")) {
          return process; // it is there, and refuses
        }
        assertTrue(process.isAlive() && System.nanoTime() < until, "storescp does not start");
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void storescpGetsOurFilesByteForByte() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "o", 5, 256);
    int port = Programs.freePort();
    Path out = temp.resolve("out");
    Process storescp = storescp(port, out, "+B", "+xa", "--max-pdu", "12345");
    try {
      SendResult result =
          StorageScu.send(ScuOptions.of("DCMTK", "127.0.0.1", port), files, ProgressListener.NONE);
      assertEquals(List.of(), result.failures());
      for (int i = 0; i < files.size(); i++) {
        Path got = out.resolve("CT." + TestInstances.sopUid("o", i));
        assertArrayEquals(
            TestInstances.dataSetBytes(files.get(i)), TestInstances.dataSetBytes(got));
      }
    } finally {
      storescp.destroy();
    }
  }

  @Test
  void whereTheSyntaxIsRefusedWeDecode() throws Exception {
    Programs.needs("dcmcrle");
    Path plain = TestInstances.files(temp.resolve("in"), "dec", 1, 128).get(0);
    Path rle = temp.resolve("rle.dcm");
    assertEquals(0, run("dcmcrle", plain.toString(), rle.toString()));
    for (String preference : List.of("+xe", "+xi")) {
      int port = Programs.freePort();
      Path out = temp.resolve("out" + preference);
      Process storescp = storescp(port, out, preference);
      try {
        SendResult result =
            StorageScu.send(
                ScuOptions.of("DCMTK", "127.0.0.1", port), List.of(rle), ProgressListener.NONE);
        assertEquals(List.of(), result.failures());
        DicomFile got = DicomFiles.read(out.resolve("CT." + TestInstances.sopUid("dec", 0)));
        assertArrayEquals(
            PixelDecoders.decode(DicomFiles.read(plain), 0).samples(),
            PixelDecoders.decode(got, 0).samples());
        assertNotEquals(TransferSyntax.RLE_LOSSLESS, got.transferSyntax());
      } finally {
        storescp.destroy();
      }
    }
  }

  @Test
  void storescpThatRefuses() throws Exception {
    int port = Programs.freePort();
    Process storescp = storescp(port, temp.resolve("out"), "--refuse");
    try {
      assertThrows(
          AssociationException.class, () -> Echo.echo(ScuOptions.of("DCMTK", "127.0.0.1", port)));
    } finally {
      storescp.destroy();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--abort-during", "--abort-after"})
  void storescpThatAborts(String option) throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "ab", 3, 256);
    int port = Programs.freePort();
    Process storescp = storescp(port, temp.resolve("out"), option);
    try {
      SendResult result =
          StorageScu.send(ScuOptions.of("DCMTK", "127.0.0.1", port), files, ProgressListener.NONE);
      assertEquals(0, result.stored());
      assertEquals(3, result.failures().size());
    } finally {
      storescp.destroy();
    }
  }
}
