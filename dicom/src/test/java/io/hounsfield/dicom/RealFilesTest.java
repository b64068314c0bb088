// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of scanners and archives from ../shared/data/dicom; skipped where they are absent. */
class RealFilesTest {

  @ParameterizedTest
  @CsvSource({
    "CT1, RLE", "CT1, JPLL", "CT1, JLSL", "CT1, J2KR",
    "CT2, RLE", "CT2, JPLL", "CT2, JLSL", "CT2, J2KR"
  })
  void losslessVariantsEqualTheUncompressedSlice(String slice, String variant) throws IOException {
    Path folder = TestFiles.shared("compressed");
    DicomFile expected = DicomFiles.read(folder.resolve(slice + "_UNC.dcm"));
    DicomFile actual = DicomFiles.read(folder.resolve(slice + "_" + variant + ".dcm"));
    assertArrayEquals(
        PixelDecoders.decode(expected, 0).samples(), PixelDecoders.decode(actual, 0).samples());
  }

  @Test
  void enhancedCt() throws IOException {
    DicomFile file = DicomFiles.read(TestFiles.shared("enhanced/eCT_Supplemental.dcm"));
    DataSet dataSet = file.dataSet();
    assertEquals(SopClass.ENHANCED_CT_IMAGE_STORAGE, dataSet.string(Tag.SOPClassUID).orElseThrow());
    assertEquals(2, PixelDecoders.frameCount(dataSet));
    List<DataSet> groups = dataSet.items(Tag.PerFrameFunctionalGroupsSequence);
    assertEquals(2, groups.size());
    for (DataSet group : groups) {
      DataSet position = group.items(Tag.PlanePositionSequence).get(0);
      assertEquals(3, position.decimals(Tag.ImagePositionPatient).length);
    }
    List<short[]> frames = TestFiles.frames(file);
    assertEquals(2, frames.size());
    assertEquals(512 * 512, frames.get(1).length);
  }

  /** Every file is read, its header alone is the same, and it survives being written again. */
  @Test
  void everyFileSurvivesReadingAndWriting() throws IOException {
    Path root = TestFiles.shared("");
    int count = 0;
    for (Path path : files(root)) {
      DicomFile file = DicomFiles.read(path);
      DataSet header = DicomFiles.readHeader(path).dataSet();
      for (int tag : header.tags()) {
        assertEquals(file.dataSet().strings(tag), header.strings(tag), path + Tag.toString(tag));
      }
      assertTrue(header.contains(Tag.Rows), path.toString());
      DicomFile again = DicomFiles.read(DicomFiles.encode(file));
      RoundTripTest.assertSame(file.dataSet().copy().remove(0x00080000), again.dataSet());
      if (PixelDecoders.supports(file.transferSyntax())) {
        PixelFrame frame = PixelDecoders.decode(again, 0);
        assertEquals(frame.rows() * frame.columns(), frame.samples().length);
      }
      count++;
    }
    assertTrue(count > 30, "files: " + count);
  }

  /** A tenth of the long series is enough here. */
  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths
          .filter(path -> path.toString().endsWith(".dcm"))
          .filter(path -> !path.toString().contains("-0") || path.toString().endsWith("0.dcm"))
          .sorted()
          .toList();
    }
  }
}
