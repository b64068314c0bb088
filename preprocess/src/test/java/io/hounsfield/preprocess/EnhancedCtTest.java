// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import static io.hounsfield.preprocess.CtInstances.enhanced;
import static io.hounsfield.preprocess.CtInstances.file;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.Warning;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Enhanced CT and Legacy Converted Enhanced CT: functional groups, PS3.3 C.7.6.16 and A.38. */
class EnhancedCtTest {

  private static DataSet shared(DataSet d) {
    return d.items(Tag.SharedFunctionalGroupsSequence).get(0);
  }

  private static DataSet frame(DataSet d, int index) {
    return d.items(Tag.PerFrameFunctionalGroupsSequence).get(index);
  }

  private static DataSet twoFrames() {
    return enhanced(new short[16]);
  }

  private static SeriesRefusedException refused(DataSet d) {
    return assertThrows(SeriesRefusedException.class, () -> SliceReader.read(file(d)));
  }

  /** What a frame says itself counts more than what is shared. */
  @Test
  void functionalGroupsOfAFrameComeBeforeSharedOnes() throws Exception {
    DataSet d = twoFrames();
    frame(d, 1)
        .putItems(
            Tag.PixelMeasuresSequence,
            new DataSet()
                .put(Tag.PixelSpacing, VR.DS, "0.5", "0.6")
                .put(Tag.SliceThickness, VR.DS, "2"))
        .putItems(
            Tag.PlaneOrientationSequence,
            new DataSet().put(Tag.ImageOrientationPatient, VR.DS, "-1", "0", "0", "0", "-1", "0"));
    List<Slice> slices = SliceReader.read(file(d));
    assertEquals(0.7, slices.get(0).header().rowSpacingMm());
    assertEquals(0.5, slices.get(1).header().rowSpacingMm());
    assertEquals(0.6, slices.get(1).header().columnSpacingMm());
    assertEquals(2.0, slices.get(1).header().sliceThicknessMm());
    assertEquals(new Vec3(-1, 0, 0), slices.get(1).header().rowDirection());
  }

  @Test
  void frameContentSaysStackTimeAndAcquisition() throws Exception {
    DataSet d = twoFrames();
    frame(d, 1)
        .putItems(
            Tag.FrameContentSequence,
            new DataSet()
                .put(Tag.StackID, VR.SH, "B")
                .putInts(Tag.TemporalPositionIndex, VR.UL, 3)
                .putInts(Tag.FrameAcquisitionNumber, VR.US, 7));
    SliceHeader header = SliceReader.headers(d).get(1);
    assertEquals("B", header.stackId());
    assertEquals(3, header.temporalPosition());
    assertEquals(7, header.acquisitionNumber());
    assertEquals(null, SliceReader.headers(d).get(0).stackId());
  }

  /** A localizer among the frames is left out, whatever it lacks of a slice. */
  @Test
  void localizerFramesAreLeftOut() throws Exception {
    DataSet d = twoFrames();
    frame(d, 0)
        .remove(Tag.PlanePositionSequence)
        .remove(Tag.PixelValueTransformationSequence)
        .putItems(
            Tag.CTImageFrameTypeSequence,
            new DataSet().put(Tag.FrameType, VR.CS, "ORIGINAL", "PRIMARY", "LOCALIZER", "NONE"));
    List<Slice> slices = new ArrayList<>();
    assertEquals(1, SliceReader.read(file(d), slices::add));
    assertEquals(List.of(1), slices.stream().map(s -> s.header().frame()).toList());
    frame(d, 1).copy(frame(d, 0), Tag.CTImageFrameTypeSequence);
    assertEquals(RefusalReason.LOCALIZER, refused(d).reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"MAX_IP", "MIN_IP", "VOLUME_RENDER", "SURFACE_RENDER", "CURVED_MPR"})
  void framesCalculatedFromAVolumeAreNoSlices(String technique) {
    DataSet d = twoFrames();
    shared(d)
        .items(Tag.CTImageFrameTypeSequence)
        .get(0)
        .put(Tag.VolumeBasedCalculationTechnique, VR.CS, technique);
    assertEquals(RefusalReason.PROJECTION, refused(d).reason());
    DataSet atTheRoot = twoFrames().put(Tag.VolumeBasedCalculationTechnique, VR.CS, technique);
    assertEquals(RefusalReason.PROJECTION, refused(atTheRoot).reason());
  }

  @Test
  void distortedFramesAreNoSlices() {
    DataSet d = twoFrames().put(Tag.VolumetricProperties, VR.CS, "DISTORTED");
    assertEquals(RefusalReason.PROJECTION, refused(d).reason());
  }

  @Test
  void reformattedFramesAreSaidToBe() throws Exception {
    DataSet d = twoFrames().put(Tag.VolumeBasedCalculationTechnique, VR.CS, "MPR");
    assertTrue(Suitability.isReformatted(SliceReader.read(file(d)).get(0).header()));
  }

  /** Legacy converted images keep the tilt among what has no functional group. */
  @Test
  void theTiltOfALegacyConvertedImageIsFound() {
    for (boolean perFrame : new boolean[] {false, true}) {
      DataSet d = twoFrames();
      d.put(Tag.SOPClassUID, VR.UI, SopClass.LEGACY_CONVERTED_ENHANCED_CT_IMAGE_STORAGE);
      shared(d).remove(Tag.CTAcquisitionDetailsSequence);
      DataSet tilted = new DataSet().put(Tag.GantryDetectorTilt, VR.DS, "12.5");
      if (perFrame) {
        frame(d, 1).putItems(Tag.UnassignedPerFrameConvertedAttributesSequence, tilted);
      } else {
        shared(d).putItems(Tag.UnassignedSharedConvertedAttributesSequence, tilted);
      }
      SeriesRefusedException e = refused(d);
      assertEquals(RefusalReason.GANTRY_TILT, e.reason());
      assertTrue(e.getMessage().contains("12.5 degrees"), e.getMessage());
    }
  }

  @Test
  void anInstanceWithMoreVoxelsThanCanBeHeldIsRefusedBeforeDecoding() {
    DataSet d = twoFrames();
    List<DataSet> groups = new ArrayList<>();
    for (int i = 0; i < 1300; i++) {
      groups.add(frame(twoFrames(), 0));
    }
    d.putItems(Tag.PerFrameFunctionalGroupsSequence, groups);
    d.put(Tag.NumberOfFrames, VR.IS, "1300").putInts(Tag.Rows, VR.US, 512);
    d.putInts(Tag.Columns, VR.US, 512);
    SeriesRefusedException e = refused(d);
    assertEquals(RefusalReason.TOO_LARGE, e.reason());
    assertTrue(e.getMessage().contains("1300 slices of 512 x 512"), e.getMessage());
  }

  @Test
  void unitsAreReadFromTheFunctionalGroups() {
    DataSet d = twoFrames();
    frame(d, 0)
        .items(Tag.PixelValueTransformationSequence)
        .get(0)
        .put(Tag.RescaleType, VR.LO, "US");
    assertEquals(
        List.of("unit-unspecified"),
        SeriesAttributes.warnings(file(d)).stream().map(Warning::code).toList());
  }
}
