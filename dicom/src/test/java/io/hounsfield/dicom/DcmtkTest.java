// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DCMTK and GDCM as judges; skipped where their tools are not installed. */
class DcmtkTest {
  private static final int ROWS = 61;
  private static final int COLUMNS = 67;
  private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

  @TempDir Path folder;

  private Path write(String name, DataSet image, TransferSyntax syntax) throws IOException {
    Path path = folder.resolve(name);
    DicomFiles.write(path, DicomFile.of(syntax, image));
    return path;
  }

  /** dcmdump reads what was written, in each transfer syntax, without a warning. */
  @Test
  void dcmdumpReadsWhatIsWritten() throws Exception {
    for (TransferSyntax syntax :
        List.of(
            EXPLICIT,
            TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
            TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
            TransferSyntax.EXPLICIT_VR_BIG_ENDIAN,
            TransferSyntax.RLE_LOSSLESS)) {
      DataSet image = Samples.random(new Random(7), 0);
      image.copy(Samples.image(4, 4, 16, 16, true), Tag.SOPClassUID, Tag.SOPInstanceUID, Tag.Rows);
      image.put(Tag.PatientName, VR.PN, "Phantom^Chest");
      image.putItems(
          Tag.AnatomicRegionSequence, new DataSet().put(Tag.CodeValue, VR.SH, "T-28000"));
      if (syntax.encapsulated()) {
        image.putFragments(
            Tag.PixelData, new byte[0], List.of(RleEncoder.encode(new short[16], 1, 2)));
      } else {
        image.putShorts(Tag.PixelData, VR.OW, new short[16]);
      }
      Path path = write(syntax.name() + ".dcm", image, syntax);
      String dump = TestFiles.run("dcmdump", path.toString());
      assertTrue(dump.contains("[Phantom^Chest]"), dump);
      assertTrue(dump.contains("[T-28000]"), dump);
      assertTrue(dump.contains(Samples.SOP_INSTANCE), dump);
      assertTrue(!dump.contains("W: ") && !dump.contains("E: "), dump);
    }
  }

  /** Frames that start with padding, of every depth and sign, by each predictor. */
  @ParameterizedTest
  @CsvSource({
    "8, 8, false",
    "16, 12, false",
    "16, 12, true",
    "16, 16, false",
    "16, 16, true",
    "16, 10, false"
  })
  void decodesWhatDcmtkEncodes(int allocated, int stored, boolean signed) throws Exception {
    short[] pixels = Samples.pixels(new Random(8), ROWS, COLUMNS, stored, signed);
    DataSet image = Samples.image(ROWS, COLUMNS, allocated, stored, signed);
    byte[] cells = Samples.cells(pixels, allocated);
    image.putBytes(
        Tag.PixelData,
        allocated == 8 ? VR.OB : VR.OW,
        java.util.Arrays.copyOf(cells, cells.length + cells.length % 2));
    Path plain = write("plain.dcm", image, EXPLICIT);
    Path encoded = folder.resolve("encoded.dcm");

    TestFiles.run("dcmcrle", plain.toString(), encoded.toString());
    assertDecodes(TransferSyntax.RLE_LOSSLESS, pixels, encoded);

    TestFiles.run("dcmcjpeg", "+e1", plain.toString(), encoded.toString());
    assertDecodes(TransferSyntax.JPEG_LOSSLESS_SV1, pixels, encoded);

    for (int predictor = 1; predictor <= 7; predictor++) {
      TestFiles.run("dcmcjpeg", "+el", "+sv", "" + predictor, plain.toString(), encoded.toString());
      assertDecodes(TransferSyntax.JPEG_LOSSLESS, pixels, encoded);
    }
    TestFiles.run("dcmconv", "+td", plain.toString(), encoded.toString());
    assertDecodes(TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, pixels, encoded);
    TestFiles.run("dcmconv", "+tb", plain.toString(), encoded.toString());
    assertDecodes(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN, pixels, encoded);
    TestFiles.run("dcmconv", "+ti", "-e", plain.toString(), encoded.toString());
    assertDecodes(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN, pixels, encoded);
  }

  /** GDCM encodes with code of its own. */
  @Test
  void decodesWhatGdcmEncodes() throws Exception {
    short[] pixels = Samples.pixels(new Random(9), ROWS, COLUMNS, 16, true);
    DataSet image = Samples.image(ROWS, COLUMNS, 16, 16, true);
    image.putShorts(Tag.PixelData, VR.OW, pixels);
    Path plain = write("plain.dcm", image, EXPLICIT);
    Path encoded = folder.resolve("encoded.dcm");
    TestFiles.run("gdcmconv", "--rle", plain.toString(), encoded.toString());
    assertDecodes(TransferSyntax.RLE_LOSSLESS, pixels, encoded);
    TestFiles.run("gdcmconv", "--jpeg", plain.toString(), encoded.toString());
    assertDecodes(TransferSyntax.JPEG_LOSSLESS_SV1, pixels, encoded);
  }

  /** What was decompressed here equals what DCMTK makes of it. */
  @Test
  void decompressesLikeDcmtk() throws Exception {
    Path source = TestFiles.shared("compressed/CT2_JPLL.dcm");
    Path judged = folder.resolve("judged.dcm");
    TestFiles.run("dcmdjpeg", source.toString(), judged.toString());
    byte[] expected = DicomFiles.read(judged).dataSet().bytes(Tag.PixelData).orElseThrow();
    DicomFile plain = PixelDecoders.decompress(DicomFiles.read(source), EXPLICIT);
    assertArrayEquals(expected, plain.dataSet().bytes(Tag.PixelData).orElseThrow());
  }

  private static void assertDecodes(TransferSyntax syntax, short[] pixels, Path path)
      throws IOException {
    DicomFile file = DicomFiles.read(path);
    assertEquals(syntax, file.transferSyntax());
    assertArrayEquals(pixels, PixelDecoders.decode(file, 0).samples(), syntax.title());
  }
}
