// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.peers.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that pydicom wrote, sent to the node: each in its own transfer syntax, read as written. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PydicomFilesTest {
  private static final int SIDE = 40;
  private static final int FRAMES = 3;

  private static final String SCRIPT =
      """
      import struct, sys
      from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
      from pydicom.encaps import encapsulate_extended, generate_pixel_data_frame
      from pydicom.sequence import Sequence
      from pydicom import uid

      SIDE, FRAMES = 40, 3
      folder = sys.argv[1]

      def pixels(frames, order="<"):
          values = [(x * 37 + y * 101 + k * 1009) % 4000 - 1000
                    for k in range(frames) for y in range(SIDE) for x in range(SIDE)]
          return struct.pack(order + "%dh" % len(values), *values)

      def image(number, syntax, frames=1, order="<"):
          d = FileDataset("", {}, file_meta=FileMetaDataset(), preamble=b"\\0" * 128)
          d.file_meta.TransferSyntaxUID = syntax
          d.is_little_endian = order == "<"
          d.is_implicit_VR = syntax == uid.ImplicitVRLittleEndian
          d.SpecificCharacterSet = "ISO_IR 100"
          d.SOPClassUID = uid.CTImageStorage if frames == 1 else uid.EnhancedCTImageStorage
          d.SOPInstanceUID = "2.25.4711.%d" % number
          d.StudyInstanceUID, d.SeriesInstanceUID = "2.25.1", "2.25.2"
          d.Modality, d.PatientName, d.PatientID = "CT", "M\\u00fcller^J\\u00f6rg", "P"
          d.Rows = d.Columns = SIDE
          d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
          d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 16, 15, 1
          if frames > 1:
              d.NumberOfFrames = frames
          d.PixelData = pixels(frames, order)
          d["PixelData"].VR = "OW"
          return d

      def save(d, name, like_original=False):
          d.save_as(folder + "/" + name, write_like_original=like_original)

      save(image(1, uid.ImplicitVRLittleEndian), "1-implicit.dcm")
      save(image(2, uid.ExplicitVRLittleEndian), "2-explicit.dcm")
      save(image(3, uid.ExplicitVRBigEndian, order=">"), "3-big.dcm")
      save(image(4, uid.DeflatedExplicitVRLittleEndian), "4-deflated.dcm")

      d = image(5, uid.ExplicitVRLittleEndian)
      inner = Dataset()
      inner.add_new(0x00091002, "UN", b"\\1\\2\\3\\4")
      outer = Dataset()
      outer.add_new(0x00091003, "SQ", Sequence([inner, Dataset()]))
      outer.is_undefined_length_sequence_item = True
      d.private_block(0x0009, "PYDICOM TEST", create=True).add_new(0x01, "SQ", Sequence([outer]))
      d[0x00091001].is_undefined_length = True
      d.add_new(0x00081140, "SQ", Sequence([]))
      save(d, "5-private.dcm")

      d = image(6, uid.ExplicitVRLittleEndian)
      d.compress(uid.RLELossless, encoding_plugin="pydicom")
      save(d, "6-rle.dcm")

      d = image(7, uid.ExplicitVRLittleEndian, FRAMES)
      d.compress(uid.RLELossless, encoding_plugin="pydicom")
      save(d, "7-rle-frames.dcm")

      frames = list(generate_pixel_data_frame(d.PixelData, FRAMES))
      d = image(8, uid.RLELossless, FRAMES)
      d.PixelData, d.ExtendedOffsetTable, d.ExtendedOffsetTableLengths = encapsulate_extended(frames)
      d["PixelData"].is_undefined_length = True
      d["PixelData"].VR = "OB"
      save(d, "8-extended-offset-table.dcm")

      d = image(9, uid.ImplicitVRLittleEndian)
      d.file_meta, d.preamble = FileMetaDataset(), None
      save(d, "9-nothing-before-the-data-set.dcm", True)
      """;

  private static final Map<String, TransferSyntax> SYNTAXES =
      Map.of(
          "2.25.4711.1", TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
          "2.25.4711.2", TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
          "2.25.4711.3", TransferSyntax.EXPLICIT_VR_BIG_ENDIAN,
          "2.25.4711.4", TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
          "2.25.4711.5", TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
          "2.25.4711.6", TransferSyntax.RLE_LOSSLESS,
          "2.25.4711.7", TransferSyntax.RLE_LOSSLESS,
          "2.25.4711.8", TransferSyntax.RLE_LOSSLESS,
          "2.25.4711.9", TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);

  @TempDir Path temp;

  private List<Path> written() throws Exception {
    String python = Programs.python("pydicom");
    Path script = Files.writeString(temp.resolve("write.py"), SCRIPT);
    Path folder = Files.createDirectory(temp.resolve("in"));
    Path log = temp.resolve("log");
    Process process =
        new ProcessBuilder(python, script.toString(), folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "python hangs");
    assertEquals(0, process.exitValue(), Files.readString(log));
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Test
  void eachArrivesAsItWasWritten() throws Exception {
    List<Path> files = written();
    assertEquals(SYNTAXES.size(), files.size());
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      SendResult result = StorageScu.send(node.scu(), files, ProgressListener.NONE);
      assertEquals(List.of(), result.failures());
      Map<String, TransferSyntax> received = new HashMap<>();
      for (ReceivedInstance instance : node.listener.await(files.size())) {
        received.put(instance.sopInstanceUid(), instance.transferSyntax());
        check(instance);
      }
      assertEquals(SYNTAXES, received);
    }
  }

  private static void check(ReceivedInstance instance) throws IOException {
    DicomFile file = DicomFiles.read(instance.file());
    DataSet set = file.dataSet();
    assertEquals("Müller^Jörg", set.string(Tag.PatientName).orElseThrow());
    int frames = PixelDecoders.frameCount(set);
    assertEquals(set.contains(Tag.NumberOfFrames) ? FRAMES : 1, frames);
    for (int k = 0; k < frames; k++) {
      short[] expected = new short[SIDE * SIDE];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = (short) ((i % SIDE * 37 + i / SIDE * 101 + k * 1009) % 4000 - 1000);
      }
      assertArrayEquals(
          expected, PixelDecoders.decode(file, k).samples(), instance.sopInstanceUid());
    }
    if (instance.sopInstanceUid().endsWith(".5")) {
      DataSet outer = set.items(0x00091001).get(0);
      DataSet inner = outer.items(0x00091003).get(0);
      assertArrayEquals(new byte[] {1, 2, 3, 4}, inner.bytes(0x00091002).orElseThrow());
      assertEquals(List.of(), set.items(Tag.ReferencedImageSequence));
    }
  }
}
