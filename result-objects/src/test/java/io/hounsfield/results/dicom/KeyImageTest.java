// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.results.ResultCase;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pictures for any viewer, and the PDF. */
class KeyImageTest {

  private static DataSet write(ResultCase result, int number) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new KeyImageWriter(result).write(number, out);
    return DicomFiles.read(out.toByteArray()).dataSet();
  }

  static List<VolumeGeometry> geometries() {
    return List.of(TestCases.headFirst(), TestCases.feetFirst(), TestCases.oblique());
  }

  /** The lesions of the test cases are in the right lung: on the left of a radiological picture. */
  @ParameterizedTest
  @MethodSource("geometries")
  void thePatientsRightIsOnTheLeft(VolumeGeometry geometry) throws Exception {
    ResultCase result = new TestCases().geometry(geometry).build();
    int count = new KeyImageWriter(result).count();
    assertTrue(count > 1, "pictures of slices");
    for (int number = 2; number <= count; number++) {
      DataSet object = write(result, number);
      int columns = object.integer(Tag.Columns).orElseThrow();
      int rows = object.integer(Tag.Rows).orElseThrow();
      byte[] pixels = object.bytes(Tag.PixelData).orElseThrow();
      long outline = 0;
      // Without the bands of text and their colour keys.
      for (int y = 40; y < rows - 40; y++) {
        for (int x = 0; x < columns; x++) {
          int at = 3 * (y * columns + x);
          int rgb = (pixels[at] & 255) << 16 | (pixels[at + 1] & 255) << 8 | (pixels[at + 2] & 255);
          if (rgb == ResultSegment.GROUND_GLASS.rgb() || rgb == ResultSegment.CONSOLIDATION.rgb()) {
            outline++;
            assertTrue(x < columns / 2, "lesion at column " + x + " of " + columns);
          }
        }
      }
      assertTrue(outline > 20, "outline of " + outline + " pixels");
      assertTrue(object.strings(Tag.PatientOrientation).get(0).startsWith("L"));
      assertTrue(object.strings(Tag.PatientOrientation).get(1).startsWith("P"));
    }
  }

  @Test
  void theSlicesWithMostDiseaseAreChosenApartFromEachOther() throws Exception {
    ResultCase result = TestCases.simple();
    int count = new KeyImageWriter(result).count();
    assertTrue(count >= 3 && count <= 5, "overview and " + (count - 1) + " slices");
    int most = 0;
    int mostSlice = 0;
    for (int k = 0; k < result.ct().geometry().slices(); k++) {
      int voxels = 0;
      for (byte label : result.lesions().slice(k)) {
        voxels += label == 0 ? 0 : 1;
      }
      if (voxels > most) {
        most = voxels;
        mostSlice = k;
      }
    }
    String wanted = result.source().frames().get(mostSlice).sopInstanceUid();
    boolean found = false;
    for (int number = 2; number <= count; number++) {
      DataSet source = write(result, number).items(Tag.SourceImageSequence).get(0);
      found |= source.string(Tag.ReferencedSOPInstanceUID).orElseThrow().equals(wanted);
    }
    assertTrue(found, "the slice with most disease");
  }

  @Test
  void withoutDiseaseThereIsTheOverviewAlone() throws Exception {
    ResultCase result = new TestCases().healthy().build();
    assertEquals(1, new KeyImageWriter(result).count());
    DataSet overview = write(result, 1);
    assertEquals(14, overview.items(Tag.SourceImageSequence).size());
    assertEquals("NO", overview.string(Tag.BurnedInAnnotation).orElseThrow());
    assertEquals(320, overview.integer(Tag.Columns).orElseThrow());
    assertEquals(230, overview.integer(Tag.Rows).orElseThrow(), "and a band of text");
  }

  @Test
  void directionsHaveTheStandardsLetters() {
    assertEquals("L", SlicePicture.letters(new Vec3(1, 0, 0)));
    assertEquals("A", SlicePicture.letters(new Vec3(0, -1, 0)));
    assertEquals("HR", SlicePicture.letters(new Vec3(-0.6, 0.05, 0.8)));
  }

  @Test
  void onlyAPdfIsEncapsulatedAsOne() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EncapsulatedPdfWriter.write(TestCases.simple(), TestCases.PDF, out);
    DataSet object = DicomFiles.read(out.toByteArray()).dataSet();
    assertEquals(
        TestCases.PDF.length, object.integer(Tag.EncapsulatedDocumentLength).orElseThrow());
    assertEquals(
        TestCases.PDF.length + TestCases.PDF.length % 2,
        object.bytes(Tag.EncapsulatedDocument).orElseThrow().length);
    assertThrows(
        IllegalArgumentException.class,
        () -> EncapsulatedPdfWriter.write(TestCases.simple(), new byte[] {1, 2, 3}, out));
  }
}
