// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A chest in one instance with many frames is measured like one in many instances. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EnhancedCtPushTest {

  private static final int SLICES = 30;

  @TempDir Path folder;

  /**
   * The idle time is a minute: the report comes because the association was released, although it
   * brought a single instance.
   */
  @Test
  void oneInstanceWithManyFramesGivesTheSameDigits() throws Exception {
    Phantom phantom =
        Phantom.generate(
            PhantomOptions.builder().seed(9).matrix(128).slices(SLICES).opacityPercent(10).build());
    List<Path> single = PhantomWriter.writeSeries(phantom, folder.resolve("single"));
    Path enhanced = folder.resolve("enhanced.dcm");
    DicomFiles.write(enhanced, enhanced(single));

    QuantificationReport expected = report(folder.resolve("a"), single);
    QuantificationReport actual = report(folder.resolve("b"), List.of(enhanced));
    assertEquals(expected.regions(), actual.regions());
    assertEquals(expected.geometry(), actual.geometry());
    assertNotNull(actual.latencyAfterReleaseMs());
  }

  private static QuantificationReport report(Path data, List<Path> files) throws Exception {
    try (TestService s = new TestService(data, 60)) {
      s.send(files);
      Analysis end = s.awaitEnd();
      assertEquals(AnalysisStatus.REPORTED, end.status());
      assertEquals(SLICES, end.slicesReceived());
      return s.report(end);
    }
  }

  /** The slices as frames; geometry in functional groups, rescale of each frame its own. */
  private static DicomFile enhanced(List<Path> files) throws IOException {
    List<DataSet> perFrame = new ArrayList<>();
    DataSet root = null;
    ByteBuffer pixels = null;
    for (Path path : files) {
      DicomFile file = DicomFiles.read(path);
      DataSet slice = file.dataSet();
      short[] samples = PixelDecoders.decode(file, 0).samples();
      if (root == null) {
        root = slice.copy();
        pixels =
            ByteBuffer.allocate(files.size() * samples.length * 2).order(ByteOrder.LITTLE_ENDIAN);
      }
      for (short sample : samples) {
        pixels.putShort(sample);
      }
      perFrame.add(
          new DataSet()
              .putItems(
                  Tag.PlanePositionSequence, new DataSet().copy(slice, Tag.ImagePositionPatient))
              .putItems(
                  Tag.PixelValueTransformationSequence,
                  new DataSet()
                      .copy(slice, Tag.RescaleSlope, Tag.RescaleIntercept, Tag.RescaleType)));
    }
    DataSet shared =
        new DataSet()
            .putItems(
                Tag.PlaneOrientationSequence, new DataSet().copy(root, Tag.ImageOrientationPatient))
            .putItems(
                Tag.PixelMeasuresSequence,
                new DataSet().copy(root, Tag.PixelSpacing, Tag.SliceThickness));
    for (int tag :
        new int[] {
          Tag.ImagePositionPatient,
          Tag.ImageOrientationPatient,
          Tag.PixelSpacing,
          Tag.SliceThickness,
          Tag.RescaleSlope,
          Tag.RescaleIntercept,
          Tag.RescaleType
        }) {
      root.remove(tag);
    }
    root.put(Tag.SOPClassUID, VR.UI, SopClass.ENHANCED_CT_IMAGE_STORAGE)
        .put(Tag.SOPInstanceUID, VR.UI, Uid.derive("enhanced phantom"))
        .put(Tag.NumberOfFrames, VR.IS, Integer.toString(files.size()))
        .putItems(Tag.SharedFunctionalGroupsSequence, shared)
        .putItems(Tag.PerFrameFunctionalGroupsSequence, perFrame)
        .putBytes(Tag.PixelData, VR.OW, pixels.array());
    return DicomFile.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, root);
  }
}
