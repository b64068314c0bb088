// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import static io.hounsfield.preprocess.CtInstances.ct;
import static io.hounsfield.preprocess.CtInstances.enhanced;
import static io.hounsfield.preprocess.CtInstances.file;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.Vec3;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SliceReaderTest {

  private static final short[] STORED = {0, 1, 1024, 2047, -1, -475, -476, -477};

  @Test
  void storedValuesBecomeHuBySlopeAndIntercept() throws Exception {
    Slice slice =
        only(ct((short) 0, (short) 1, (short) 1024, (short) 4095, (short) 24, s(-1), s(9), s(8)));
    assertArrayEquals(new short[] {-1024, -1023, 0, 3071, -1000, -1025, -1015, -1016}, slice.hu());
  }

  @Test
  void theHeaderSaysWhereTheSliceIs() throws Exception {
    SliceHeader h = only(ct(STORED)).header();
    assertEquals("1.2.3.17", h.sopInstanceUid());
    assertEquals(17, h.instanceNumber());
    assertEquals(2, h.acquisitionNumber());
    assertEquals(new Vec3(-180, -170.5, -33.75), h.position());
    // Pixel Spacing is row spacing first, then column spacing (PS3.3 10.7.1.3).
    assertEquals(0.7, h.rowSpacingMm());
    assertEquals(0.8, h.columnSpacingMm());
    assertEquals(1.25, h.sliceThicknessMm());
    assertEquals(2, h.rows());
    assertEquals(4, h.columns());
    assertEquals(List.of("ORIGINAL", "PRIMARY", "AXIAL"), h.imageType());
  }

  @Test
  void fractionsAreRoundedToTheNearestHu() throws Exception {
    DataSet d = ct(s(0), s(1), s(2), s(3), s(4), s(-1), s(-2), s(-3));
    d.put(Tag.RescaleSlope, VR.DS, "0.3").put(Tag.RescaleIntercept, VR.DS, "-10.25");
    // -10.25, -9.95, -9.65, -9.35, -9.05, -10.55, -10.85, -11.15
    assertArrayEquals(new short[] {-10, -10, -10, -9, -9, -11, -11, -11}, only(d).hu());
  }

  @Test
  void unsignedStoredValuesReachAboveTheSignedRange() throws Exception {
    DataSet d = ct(s(40000), s(65535), s(32768), s(0), s(1), s(2), s(3), s(4));
    d.putInts(Tag.PixelRepresentation, VR.US, 0);
    d.put(Tag.RescaleIntercept, VR.DS, "-32768");
    assertArrayEquals(
        new short[] {7232, 32767, 0, -1024, -1024, -1024, -1024, -1024}, only(d).hu());
    d.put(Tag.RescaleIntercept, VR.DS, "0");
    assertEquals(Short.MAX_VALUE, only(d).hu()[0], "clamped, not wrapped round");
  }

  @Test
  void valuesOutsideTheReconstructionCircleBecomeAirNoiseAroundAirStays() throws Exception {
    // -2000, the filler of many scanners, is -3024 HU here; -476 is -1500 HU, still noise.
    DataSet d = ct(s(-2000), s(-477), s(-476), s(-30), s(0), s(24), s(1024), s(-32768));
    assertArrayEquals(
        new short[] {-1024, -1024, -1500, -1054, -1024, -1000, 0, -1024}, only(d).hu());
  }

  @Test
  void pixelPaddingBecomesAir() throws Exception {
    DataSet d = ct(s(100), s(101), s(102), s(103), s(104), s(105), s(106), s(99));
    d.putInts(Tag.PixelPaddingValue, VR.SS, 101);
    assertArrayEquals(new short[] {-924, -1024, -922, -921, -920, -919, -918, -925}, only(d).hu());
    d.putInts(Tag.PixelPaddingRangeLimit, VR.SS, 104);
    assertArrayEquals(
        new short[] {-924, -1024, -1024, -1024, -1024, -919, -918, -925}, only(d).hu());
    // The limit may lie below the value (PS3.3 C.7.5.1.1.2).
    d.putInts(Tag.PixelPaddingRangeLimit, VR.SS, 99);
    assertArrayEquals(
        new short[] {-1024, -1024, -922, -921, -920, -919, -918, -1024}, only(d).hu());
  }

  @Test
  void paddingWrittenWithTheWrongSignIsStillPadding() throws Exception {
    DataSet d = ct(s(-100), s(-99), s(0), s(0), s(0), s(0), s(0), s(0));
    d.putInts(Tag.PixelPaddingValue, VR.US, 65536 - 100);
    assertArrayEquals(
        new short[] {-1024, -1123, -1024, -1024, -1024, -1024, -1024, -1024}, only(d).hu());
  }

  @Test
  void everyStoredValueOfEveryConversionAgreesWithTheFormula() {
    Random random = new Random(11);
    for (int trial = 0; trial < 30; trial++) {
      double slope = trial % 3 == 0 ? 1 : 0.01 + 3 * random.nextDouble();
      double intercept = trial % 2 == 0 ? random.nextInt(4000) - 2000 : random.nextGaussian() * 999;
      boolean signed = random.nextBoolean();
      int low = random.nextInt(60000) - 30000;
      int high = low + random.nextInt(50) - 1;
      short[] pixels = new short[65536];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (short) i;
      }
      HuTable.of(new HuTable.Key(slope, intercept, signed, low, high)).apply(pixels);
      for (int i = 0; i < pixels.length; i++) {
        int stored = signed ? (short) i : i;
        double hu = Math.rint(slope * stored + intercept);
        boolean none = (stored >= low && stored <= high) || hu < -1500;
        assertEquals(none ? -1024 : (int) Math.min(hu, 32767), pixels[i]);
      }
    }
  }

  @Test
  void eachFrameOfAnEnhancedInstanceHasItsOwnPlaceAndRescale() throws Exception {
    short[] stored = new short[2 * CtInstances.ROWS * CtInstances.COLUMNS];
    stored[0] = 1;
    stored[8] = 2;
    List<Slice> slices = SliceReader.read(file(enhanced(stored)));
    assertEquals(2, slices.size());
    assertEquals(-1023, slices.get(0).hu()[0]);
    assertEquals(-998, slices.get(1).hu()[0]);
    assertEquals(new Vec3(-180, -170, 5), slices.get(0).header().position());
    assertEquals(new Vec3(-180, -170, 2), slices.get(1).header().position());
    assertEquals(3.0, slices.get(1).header().sliceThicknessMm());
    assertEquals(1, slices.get(1).header().frame());
    assertEquals("VOLUME", slices.get(1).header().imageType().get(2));
  }

  @Test
  void anEnhancedInstanceThatDescribesFewerFramesThanItHasIsRefused() {
    DataSet d = enhanced(new short[16]).put(Tag.NumberOfFrames, VR.IS, "3");
    SeriesRefusedException e = refused(d);
    assertEquals(RefusalReason.NO_GEOMETRY, e.reason());
    assertTrue(e.getMessage().contains("3 frames but describes 2"), e.getMessage());
  }

  @Test
  void framesInASingleFrameClassHaveNoPlace() {
    assertEquals(
        RefusalReason.NO_GEOMETRY,
        refused(ct(new short[16]).put(Tag.NumberOfFrames, VR.IS, "2")).reason());
  }

  @Test
  void missingOrInvalidGeometryIsRefusedByName() {
    assertNoGeometry(
        ct(STORED).remove(Tag.ImagePositionPatient),
        "Instance 17 has no Image Position (Patient) (0020,0032).");
    assertNoGeometry(
        ct(STORED).put(Tag.ImagePositionPatient, VR.DS, "1", "2"),
        "Instance 17 has no valid Image Position (Patient) (0020,0032): it needs 3 finite numbers,"
            + " found 2.");
    assertNoGeometry(
        ct(STORED).remove(Tag.ImageOrientationPatient),
        "Instance 17 has no Image Orientation (Patient) (0020,0037).");
    assertNoGeometry(
        ct(STORED).put(Tag.ImageOrientationPatient, VR.DS, "1", "0", "0", "1", "0", "0"),
        "Instance 17 has an invalid Image Orientation (Patient): its directions have the lengths"
            + " 1.0000 and 1.0000 and the cosine 1.0000, where 1, 1 and 0 are due (tolerance"
            + " 0.001).");
    assertNoGeometry(
        ct(STORED).put(Tag.PixelSpacing, VR.DS, "0", "0.7"),
        "Instance 17 has a pixel spacing of 0.0 x 0.7 mm.");
    assertNoGeometry(ct(STORED).remove(Tag.Rows), "Instance 17 has no valid number of Rows.");
  }

  @Test
  void malformedOptionalAttributesReadAsAbsent() throws Exception {
    DataSet d = ct(STORED);
    d.putBytes(
        Tag.SliceThickness, VR.DS, "thin".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    d.remove(Tag.InstanceNumber);
    SliceHeader h = only(d).header();
    assertNull(h.sliceThicknessMm());
    assertNull(h.instanceNumber());
  }

  @Test
  void directionsRoundedByTheScannerAreMadeARightAngle() throws Exception {
    DataSet d =
        ct(STORED)
            .put(
                Tag.ImageOrientationPatient,
                VR.DS,
                "0.9999",
                "0.0140",
                "0",
                "-0.0141",
                "0.9999",
                "0");
    SliceHeader h = only(d).header();
    assertEquals(1, h.rowDirection().length(), 1e-12);
    assertEquals(1, h.columnDirection().length(), 1e-12);
    assertEquals(0, h.rowDirection().dot(h.columnDirection()), 1e-12);
  }

  @Test
  void aTruncatedInstanceIsUndecodableWithTheDecodersReason() {
    SeriesRefusedException e = refused(ct(s(1), s(2), s(3)));
    assertEquals(RefusalReason.UNDECODABLE, e.reason());
    assertTrue(e.getMessage().startsWith("Instance 17 cannot be decoded: "), e.getMessage());
    assertInstanceOf(DicomException.class, e.getCause());
  }

  private static void assertNoGeometry(DataSet d, String text) {
    SeriesRefusedException e =
        assertThrows(SeriesRefusedException.class, () -> SliceReader.headers(d));
    assertEquals(RefusalReason.NO_GEOMETRY, e.reason());
    assertEquals(text, e.getMessage());
  }

  private static SeriesRefusedException refused(DataSet d) {
    return assertThrows(SeriesRefusedException.class, () -> SliceReader.read(file(d)));
  }

  private static Slice only(DataSet d) throws SeriesRefusedException {
    List<Slice> slices = SliceReader.read(file(d));
    assertEquals(1, slices.size());
    return slices.get(0);
  }

  private static short s(int value) {
    return (short) value;
  }
}
