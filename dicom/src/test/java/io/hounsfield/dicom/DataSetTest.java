// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataSetTest {

  private static DataSet text(int tag, VR vr, String value) {
    return new DataSet().putBytes(tag, vr, value.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void attributesAreOrderedByTagAsUnsignedNumbers() {
    DataSet dataSet =
        new DataSet()
            .putBytes(Tag.DataSetTrailingPadding, VR.OB, new byte[2])
            .put(Tag.PatientID, VR.LO, "1")
            .put(Tag.SOPClassUID, VR.UI, "1.2");
    assertEquals(
        List.of(Tag.SOPClassUID, Tag.PatientID, Tag.DataSetTrailingPadding),
        List.copyOf(dataSet.tags()));
  }

  @Test
  void paddingIsNoPartOfAValue() {
    assertEquals(
        Optional.of("1.2.3"), text(Tag.SOPClassUID, VR.UI, "1.2.3\0").string(Tag.SOPClassUID));
    assertEquals(
        List.of("ORIGINAL", "", "AXIAL"),
        text(Tag.ImageType, VR.CS, "ORIGINAL \\\\ AXIAL ").strings(Tag.ImageType));
    assertEquals(
        List.of(" a \\ b"),
        text(Tag.PatientComments, VR.LT, " a \\ b ").strings(Tag.PatientComments));
  }

  @Test
  void anAttributeWithoutValueReadsAsAbsentButIsThere() throws DicomException {
    DataSet dataSet = new DataSet().put(Tag.SliceThickness, VR.DS).put(Tag.Rows, VR.IS, "");
    assertTrue(dataSet.contains(Tag.SliceThickness));
    assertEquals(Optional.empty(), dataSet.string(Tag.SliceThickness));
    assertEquals(OptionalInt.empty(), dataSet.integer(Tag.SliceThickness));
    assertEquals(0, dataSet.decimals(Tag.SliceThickness).length);
    assertEquals(OptionalInt.empty(), dataSet.integer(Tag.Rows));
    assertEquals(0, dataSet.decimals(Tag.ImagePositionPatient).length);
    assertEquals(List.of(), dataSet.items(Tag.ReferencedImageSequence));
    assertFalse(dataSet.contains(Tag.ImagePositionPatient));
  }

  @Test
  void numbersOfEveryVr() throws DicomException {
    DataSet dataSet =
        new DataSet()
            .putInts(Tag.Rows, VR.US, 0xFFFF)
            .putInts(Tag.SmallestImagePixelValue, VR.SS, -2048)
            .putInts(Tag.ReferencedContentItemIdentifier, VR.UL, 1, 2, Integer.MAX_VALUE)
            .putInts(Tag.FrameIncrementPointer, VR.AT, Tag.PixelData)
            .putInts(Tag.InstanceNumber, VR.IS, -7)
            .putDoubles(Tag.CTDIvol, VR.FD, Math.PI)
            .putDoubles(Tag.EnergyWeightingFactor, VR.FL, 0.5)
            .putDoubles(Tag.ImagePositionPatient, VR.DS, -175.5, 0, 1.0 / 3);
    assertEquals(0xFFFF, dataSet.integer(Tag.Rows).orElseThrow());
    assertEquals(-2048, dataSet.integer(Tag.SmallestImagePixelValue).orElseThrow());
    assertArrayEquals(
        new int[] {1, 2, Integer.MAX_VALUE}, dataSet.integers(Tag.ReferencedContentItemIdentifier));
    assertEquals(Tag.PixelData, dataSet.integer(Tag.FrameIncrementPointer).orElseThrow());
    assertEquals(List.of("(7FE0,0010)"), dataSet.strings(Tag.FrameIncrementPointer));
    assertEquals(-7, dataSet.integer(Tag.InstanceNumber).orElseThrow());
    assertEquals(Math.PI, dataSet.decimal(Tag.CTDIvol).orElseThrow());
    assertEquals(0.5, dataSet.decimal(Tag.EnergyWeightingFactor).orElseThrow());
    assertArrayEquals(
        new double[] {-175.5, 0, 1.0 / 3}, dataSet.decimals(Tag.ImagePositionPatient), 1e-13);
    assertEquals(-2048, dataSet.decimal(Tag.SmallestImagePixelValue).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "0x10", "1d", "1,5", "1e999", "--1", "1 2", ".", "e5"})
  void malformedDecimalsNameTheAttribute(String value) {
    DataSet dataSet = text(Tag.SliceThickness, VR.DS, value);
    DicomException e =
        assertThrows(DicomException.class, () -> dataSet.decimal(Tag.SliceThickness));
    assertTrue(e.getMessage().contains("SliceThickness (0018,0050)"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "9999999999", "x", "1\\\\3"})
  void malformedIntegersNameTheAttribute(String value) {
    DataSet dataSet = text(Tag.InstanceNumber, VR.IS, value);
    DicomException e =
        assertThrows(DicomException.class, () -> dataSet.integer(Tag.InstanceNumber));
    assertTrue(e.getMessage().contains("InstanceNumber (0020,0013)"), e.getMessage());
  }

  @Test
  void aBinaryNumberCutShortIsAnError() {
    DataSet dataSet = new DataSet();
    dataSet.put(new Element(Tag.Rows, VR.US, Element.Bytes.of(new byte[3])));
    assertThrows(DicomException.class, () -> dataSet.integer(Tag.Rows));
  }

  /** DS holds at most 16 characters: the nearest decimal that fits, PS3.5 section 6.2. */
  @Test
  void decimalStringsFitSixteenCharacters() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      double value = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(40) - 20);
      String text = Numbers.decimalString(value);
      assertTrue(text.length() <= 16, text);
      assertEquals(value, Double.parseDouble(text), Math.abs(value) * 1e-8, text);
    }
    assertEquals("0.9765625", Numbers.decimalString(0.9765625));
    assertEquals("-1024", Numbers.decimalString(-1024));
    assertEquals("0.1", Numbers.decimalString(0.1));
    assertEquals("-0.3333333333333", Numbers.decimalString(-1 / 3.0));
    assertTrue(Numbers.decimalString(-Double.MIN_VALUE).length() <= 16);
    assertTrue(Numbers.decimalString(-Double.MAX_VALUE).length() <= 16);
  }

  @Test
  void writingIsStrict() {
    DataSet dataSet = new DataSet();
    assertThrows(
        IllegalArgumentException.class, () -> dataSet.put(Tag.SOPInstanceUID, VR.UI, "1.02"));
    assertThrows(
        IllegalArgumentException.class, () -> dataSet.put(Tag.Modality, VR.CS, "lower case"));
    assertThrows(
        IllegalArgumentException.class, () -> dataSet.put(Tag.StudyDate, VR.DA, "2020-02-29"));
    assertThrows(
        IllegalArgumentException.class,
        () -> dataSet.put(Tag.SliceThickness, VR.DS, "0.12345678901234567"));
    assertThrows(
        IllegalArgumentException.class, () -> dataSet.put(Tag.AccessionNumber, VR.SH, "a\\b"));
    assertThrows(IllegalArgumentException.class, () -> dataSet.putInts(Tag.Rows, VR.US, 0x10000));
    assertThrows(
        IllegalArgumentException.class, () -> dataSet.putDoubles(Tag.CTDIvol, VR.FD, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> dataSet.putInts(Tag.CTDIvol, VR.FD, 1));
    assertThrows(
        IllegalArgumentException.class, () -> dataSet.putBytes(Tag.PixelData, VR.OW, new byte[3]));
    assertThrows(
        IllegalArgumentException.class,
        () -> dataSet.putItems(Tag.ReferencedImageSequence, dataSet));
    assertTrue(dataSet.isEmpty());
  }

  @Test
  void copyTakesAttributesAsTheyStandAndTextIntoTheOtherCharacterSet() throws DicomException {
    DataSet latin =
        new DataSet()
            .put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 100")
            .put(Tag.PatientName, VR.PN, "Müller")
            .putItems(
                Tag.ReferencedImageSequence,
                new DataSet().put(Tag.ReferencedSOPInstanceUID, VR.UI, "1.2"));
    DataSet received =
        DataSets.decode(
            DataSets.encode(latin, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN),
            TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    DataSet utf8 =
        new DataSet()
            .put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 192")
            .copy(received, Tag.PatientName, Tag.PatientID, Tag.ReferencedImageSequence);
    assertEquals(Optional.of("Müller"), utf8.string(Tag.PatientName));
    assertArrayEquals(
        "Müller".getBytes(StandardCharsets.UTF_8), utf8.bytes(Tag.PatientName).orElseThrow());
    assertFalse(utf8.contains(Tag.PatientID));
    assertEquals(
        Optional.of("1.2"),
        utf8.items(Tag.ReferencedImageSequence).get(0).string(Tag.ReferencedSOPInstanceUID));
  }
}
