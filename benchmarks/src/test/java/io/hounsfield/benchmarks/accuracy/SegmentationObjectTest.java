// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.VolumeGeometry;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** DICOM Segmentations (PS3.3 A.51): segments by code or label, bits across byte borders. */
class SegmentationObjectTest {

  private static final VolumeGeometry GRID = TestNifti.grid(5, 3, 4);
  private static final String[] LUNG = {"SCT", "39607008", "Lung"};
  private static final String[] OPACITY = {"DCM", "112001", "Opacity"};
  private static final String[] OTHER = {"SCT", "123", "Something"};

  @Test
  void framesAreReadAcrossByteBorders() throws Exception {
    // 15 pixels a frame: every frame but the first starts within a byte.
    Mask lung = Masks.random(3, 4, 3, 5, 0.5);
    Mask lesion = Masks.random(4, 4, 3, 5, 0.5);
    SegmentationObject read =
        read(
            new TestSegmentation(GRID)
                .dataSet(
                    List.of(
                        new TestSegmentation.Segment("a", LUNG, lung),
                        new TestSegmentation.Segment("b", OPACITY, lesion))));
    assertEquals(8, read.frames().size());
    for (SegmentationObject.Frame frame : read.frames()) {
      boolean isLung = frame.meaning() == SegmentMeaning.LUNG;
      int k = (int) Math.rint((frame.position().z() + 100) / 2);
      for (int i = 0; i < 15; i++) {
        assertEquals(
            (isLung ? lung : lesion).planes()[k].get(i),
            read.get(frame.number(), i),
            frame + " " + i);
      }
    }
  }

  @Test
  void segmentsAreKnownByCodeThenByLabel() {
    assertEquals(SegmentMeaning.LUNG, meaning("anything", LUNG));
    assertEquals(SegmentMeaning.LESION, meaning("anything", OPACITY));
    assertEquals(SegmentMeaning.LUNG, meaning("Left_Lung", OTHER));
    assertEquals(SegmentMeaning.LUNG, meaning("Right upper lobe", OTHER));
    assertEquals(SegmentMeaning.LESION, meaning("Lung lesion", OTHER));
    assertEquals(SegmentMeaning.LESION, meaning("GGO", OTHER));
    assertEquals(SegmentMeaning.LESION, meaning("Ground-glass", OTHER));
    assertEquals(SegmentMeaning.OTHER, meaning("Lung nodule", OTHER));
    assertEquals(SegmentMeaning.OTHER, meaning("Lung vessels", OTHER));
    assertEquals(SegmentMeaning.OTHER, meaning("Liver", OTHER));
    assertEquals(
        SegmentMeaning.LESION, meaning("1", new String[] {"99X", "7", "Pulmonary consolidation"}));
  }

  private static SegmentMeaning meaning(String label, String[] code) {
    DataSet root =
        new TestSegmentation(GRID)
            .dataSet(List.of(new TestSegmentation.Segment(label, code, Mask.empty(3, 5, 4))));
    return SegmentMeaning.of(root.items(Tag.SegmentSequence).get(0));
  }

  @Test
  void whatIsNotBinaryOrDamagedIsRefused() {
    refused(r -> r.put(Tag.SegmentationType, VR.CS, "FRACTIONAL"), "FRACTIONAL");
    refused(r -> r.put(Tag.SegmentationType, VR.CS, "LABELMAP"), "not BINARY");
    refused(r -> r.putInts(Tag.BitsAllocated, VR.US, 8), "1 bit a pixel");
    refused(r -> r.putInts(Tag.NumberOfFrames, VR.IS, 999999999), "describes 4");
    refused(r -> r.putInts(Tag.Rows, VR.US, 30000), "bytes, there are");
    refused(r -> r.putBytes(Tag.PixelData, VR.OB, new byte[2]), "bytes, there are 2");
    refused(r -> r.remove(Tag.SegmentSequence), "none of its segments");
    refused(
        r ->
            r.items(Tag.PerFrameFunctionalGroupsSequence)
                .get(0)
                .items(Tag.SegmentIdentificationSequence)
                .get(0)
                .putInts(Tag.ReferencedSegmentNumber, VR.US, 9),
        "segment 9");
    refused(
        r -> r.items(Tag.PerFrameFunctionalGroupsSequence).get(1).remove(Tag.PlanePositionSequence),
        "frame 2 says neither");
  }

  private static void refused(Consumer<DataSet> edit, String text) {
    TestSegmentation segmentation = new TestSegmentation(GRID);
    segmentation.edit = edit;
    CaseException fault = assertThrows(CaseException.class, () -> read(lungs(segmentation)));
    assertTrue(
        fault.getMessage().startsWith("x.dcm: ") && fault.getMessage().contains(text),
        fault.getMessage());
  }

  private static DataSet lungs(TestSegmentation segmentation) {
    return segmentation.dataSet(
        List.of(new TestSegmentation.Segment("Lung", LUNG, Masks.of(4, 3, 5, (k, r, c) -> c > 1))));
  }

  private static SegmentationObject read(DataSet root) throws CaseException {
    return SegmentationObject.read(
        DicomFile.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, root), "x.dcm");
  }

  /** Whatever stands in the file: an object or a reason. */
  @Test
  void damagedFilesNeverEscape() throws Exception {
    byte[] whole =
        DicomFiles.encode(
            DicomFile.of(
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, lungs(new TestSegmentation(GRID))));
    Random random = new Random(5);
    int understood = 0;
    for (int trial = 0; trial < 3000; trial++) {
      byte[] bytes = whole.clone();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        bytes[132 + random.nextInt(bytes.length - 132)] = (byte) random.nextInt();
      }
      try {
        SegmentationObject object = SegmentationObject.read(DicomFiles.read(bytes), "x.dcm");
        for (SegmentationObject.Frame frame : object.frames()) {
          object.get(frame.number(), object.rows() * object.columns() - 1);
        }
        understood++;
      } catch (DicomException | CaseException e) {
        assertTrue(e.getMessage() != null, "a reason");
      }
    }
    assertTrue(understood > 100, "some damage does not matter: " + understood);
  }
}
