// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import io.hounsfield.listener.ul.PduTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Whole conversations with a node over TCP: association, C-ECHO, C-STORE into a spool, storage
 * commitment, release. The input is what the peer sends.
 */
public final class AssociationTarget {
  /** Then a new node begins with an empty spool. */
  private static final int CONVERSATIONS_A_NODE = 2000;

  private static final int LOOK_FOR_LEFTOVERS = 100;

  private static FuzzedNode node;
  private static int conversations;

  private AssociationTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    try {
      if (node == null) {
        node = new FuzzedNode();
      }
      node.converse(bytes);
      if (++conversations % LOOK_FOR_LEFTOVERS == 0 && !node.leftovers().isEmpty()) {
        throw new AssertionError("left in the spool: " + node.leftovers());
      }
      if (conversations >= CONVERSATIONS_A_NODE) {
        fuzzerTearDown();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the node, if there is one. */
  public static void fuzzerTearDown() throws IOException {
    if (node != null) {
      node.close();
      node = null;
      conversations = 0;
    }
  }

  /** What our own requesters send, and DCMTK's where they are installed. */
  public static List<byte[]> seeds() throws IOException {
    Path folder = Files.createTempDirectory("fuzz-seeds");
    try (FuzzedNode peer = new FuzzedNode();
        Relay relay = new Relay(peer.port())) {
      Path explicit = instance(folder, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
      Path implicit = instance(folder, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
      Path deflated = instance(folder, TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN);
      ScuOptions scu =
          ScuOptions.of("HOUNSFIELD", "127.0.0.1", relay.port()).withCallingAeTitle("SEED");
      Echo.echo(scu);
      StorageScu.send(scu, List.of(explicit, implicit), ProgressListener.NONE);
      StorageScu.send(scu, List.of(deflated), ProgressListener.NONE);
      StorageCommitmentScu.request(
          scu,
          "1.2.3.4.5",
          List.of(new InstanceReference(SopClass.CT_IMAGE_STORAGE, "2.25.1")),
          Duration.ZERO);
      String port = Integer.toString(relay.port());
      List<String> common = List.of("-aec", "HOUNSFIELD", "127.0.0.1", port);
      dcmtk("echoscu", common, List.of());
      dcmtk("echoscu", join(List.of("--abort"), common), List.of());
      dcmtk("storescu", join(List.of("-xi"), common), List.of(implicit.toString()));
      dcmtk("storescu", common, List.of(explicit.toString(), implicit.toString()));
      return relay.finish();
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static List<String> join(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private static void dcmtk(String tool, List<String> options, List<String> files)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(tool));
    command.addAll(options);
    command.addAll(files);
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return; // not installed: fewer seeds
    }
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Path instance(Path folder, TransferSyntax syntax) throws IOException {
    DataSet dataSet =
        new DataSet()
            .put(Tag.SOPClassUID, VR.UI, SopClass.CT_IMAGE_STORAGE)
            .put(Tag.SOPInstanceUID, VR.UI, "2.25." + (1 + syntax.ordinal()))
            .put(Tag.Modality, VR.CS, "CT")
            .put(Tag.PatientName, VR.PN, "Phantom^Seed")
            .put(Tag.StudyInstanceUID, VR.UI, "2.25.100")
            .put(Tag.SeriesInstanceUID, VR.UI, "2.25.101")
            .putInts(Tag.SamplesPerPixel, VR.US, 1)
            .put(Tag.PhotometricInterpretation, VR.CS, "MONOCHROME2")
            .putInts(Tag.Rows, VR.US, 4)
            .putInts(Tag.Columns, VR.US, 4)
            .putInts(Tag.BitsAllocated, VR.US, 16)
            .putInts(Tag.BitsStored, VR.US, 16)
            .putInts(Tag.HighBit, VR.US, 15)
            .putInts(Tag.PixelRepresentation, VR.US, 1)
            .putShorts(Tag.PixelData, VR.OW, new short[16]);
    Path file = folder.resolve(syntax.name() + ".dcm");
    DicomFiles.write(file, DicomFile.of(syntax, dataSet));
    return file;
  }

  /** Words of both layers. */
  public static List<byte[]> dictionary() {
    List<byte[]> words = new ArrayList<>(PduTarget.dictionary());
    words.addAll(DimseTarget.dictionary());
    return words.stream().distinct().toList();
  }
}
