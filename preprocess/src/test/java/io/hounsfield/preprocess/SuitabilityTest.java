// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import static io.hounsfield.preprocess.CtInstances.ct;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.Warning;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SuitabilityTest {

  private static DataSet slice() {
    return ct(new short[8]);
  }

  @Test
  void anAxialCtSliceIsSuitable() throws Exception {
    Suitability.check(slice());
    Suitability.check(slice().remove(Tag.Modality));
  }

  @Test
  void otherModalitiesAndClassesAreNotCt() {
    assertRefused(
        RefusalReason.NOT_CT,
        "The modality is MR, not CT.",
        slice()
            .put(Tag.Modality, VR.CS, "MR")
            .put(Tag.SOPClassUID, VR.UI, SopClass.MR_IMAGE_STORAGE));
    assertRefused(
        RefusalReason.NOT_CT,
        "The instance is not a CT image (SOP class 1.2.840.10008.5.1.4.1.1.7).",
        slice().put(Tag.SOPClassUID, VR.UI, SopClass.SECONDARY_CAPTURE_IMAGE_STORAGE));
    assertRefused(
        RefusalReason.NOT_CT,
        "The instance does not say what it is (no SOP Class UID).",
        slice().remove(Tag.SOPClassUID));
  }

  /** A result that came back as a CT image must not be measured: that would never end. */
  @Test
  void whatThisProductMadeIsNotMeasured() {
    assertRefused(
        RefusalReason.NOT_CT,
        "The images are results of this product, not those of a scanner.",
        slice()
            .put(Tag.Manufacturer, VR.LO, "Hounsfield")
            .put(Tag.ManufacturerModelName, VR.LO, "Hounsfield lung CT quantification"));
  }

  @Test
  void aLocalizerIsCalledALocalizerThoughItsPlaneIsNotAxialEither() {
    assertRefused(
        RefusalReason.LOCALIZER,
        "Instance 17 is a localizer (Image Type LOCALIZER).",
        slice()
            .put(Tag.ImageType, VR.CS, "ORIGINAL", "PRIMARY", "LOCALIZER")
            .put(Tag.ImageOrientationPatient, VR.DS, "1", "0", "0", "0", "0", "-1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"MIP", "MINIP", "min_ip", "VRT", "CPR"})
  void projectionsHaveNoHu(String type) {
    SeriesRefusedException e =
        assertThrows(
            SeriesRefusedException.class,
            () ->
                Suitability.check(
                    Stacks.typed(Stacks.axial(1, 0), "DERIVED", "SECONDARY", "AXIAL", type)));
    assertEquals(RefusalReason.PROJECTION, e.reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HU", "hu", "Hounsfield Unit", "Houndsfield Unit"})
  void hounsfieldUnitsComeInManySpellings(String type) throws Exception {
    Suitability.check(slice().put(Tag.RescaleType, VR.LO, type));
  }

  @Test
  void valuesInOtherUnitsAreNotHounsfield() {
    assertRefused(
        RefusalReason.NOT_HOUNSFIELD,
        "Instance 17 holds values of the Rescale Type 'Z_EFF', not Hounsfield units.",
        slice().put(Tag.RescaleType, VR.LO, "Z_EFF"));
    assertRefused(
        RefusalReason.NOT_HOUNSFIELD,
        "Instance 17 has no Rescale Intercept (0028,1052): its values cannot be converted to HU.",
        slice().remove(Tag.RescaleIntercept));
    assertRefused(
        RefusalReason.NOT_HOUNSFIELD,
        "Instance 17 has a Rescale Slope of 0.0; it must be positive.",
        slice().put(Tag.RescaleSlope, VR.DS, "0"));
  }

  @Test
  void anUnnamedUnitIsTakenAsHuOnlyOfOriginalImagesAndWithAWarning() throws Exception {
    DataSet original = slice().put(Tag.RescaleType, VR.LO, "US");
    Suitability.check(original);
    assertEquals(List.of("unit-unspecified"), codes(original));
    assertRefused(
        RefusalReason.NOT_HOUNSFIELD,
        "Instance 17 holds values of the Rescale Type 'US', not Hounsfield units, and is not an"
            + " original image.",
        slice()
            .put(Tag.RescaleType, VR.LO, "US")
            .put(Tag.ImageType, VR.CS, "DERIVED", "PRIMARY", "PERFUSION"));
  }

  @Test
  void aTransferSyntaxThatCannotBeDecodedIsNamed() {
    SeriesRefusedException e =
        assertThrows(
            SeriesRefusedException.class,
            () -> Suitability.check(DicomFile.of(TransferSyntax.JPEG_XL, slice())));
    assertEquals(RefusalReason.UNSUPPORTED_TRANSFER_SYNTAX, e.reason());
    assertTrue(e.getMessage().contains("1.2.840.10008.1.2.4.112"), e.getMessage());
  }

  @Test
  void textsOfRefusalsDoNotRepeatWhateverTheSenderWrote() {
    SeriesRefusedException e =
        assertThrows(
            SeriesRefusedException.class,
            () ->
                Suitability.check(
                    slice().put(Tag.RescaleType, VR.LO, "<script>Doe^John</script>")));
    assertTrue(e.getMessage().contains("'unreadable'"), e.getMessage());
  }

  @Test
  void contrastAgentAndLossyCompressionAreWarnings() {
    assertEquals(List.of(), codes(slice()));
    assertEquals(List.of(), codes(slice().put(Tag.ContrastBolusAgent, VR.LO, "NONE")));
    assertEquals(List.of(), codes(slice().put(Tag.ContrastBolusAgent, VR.LO)));
    assertEquals(
        List.of("contrast-agent"),
        codes(slice().put(Tag.ContrastBolusAgent, VR.LO, "ISOVUE300/100")));
    assertEquals(
        List.of("contrast-agent"),
        codes(
            slice()
                .putItems(
                    Tag.ContrastBolusAgentSequence,
                    new DataSet().put(Tag.CodeMeaning, VR.LO, "Iodine"))));
    assertEquals(
        List.of("lossy-compression"),
        codes(
            slice()
                .put(Tag.LossyImageCompression, VR.CS, "01")
                .put(Tag.LossyImageCompressionRatio, VR.DS, "10")));
  }

  /**
   * The attribute may be missing where the transfer syntax says that detail was, or may be, lost.
   */
  @Test
  void lossyTransferSyntaxesAreWarnings() {
    List<String> warned = List.of("lossy-compression");
    for (TransferSyntax syntax :
        List.of(TransferSyntax.JPEG_BASELINE, TransferSyntax.JPEG_EXTENDED)) {
      assertEquals(warned, codes(slice(), syntax));
      assertEquals(warned, codes(slice().put(Tag.LossyImageCompression, VR.CS, "00"), syntax));
    }
    for (TransferSyntax syntax :
        List.of(
            TransferSyntax.JPEG_LS_NEAR_LOSSLESS, TransferSyntax.JPEG_2000, TransferSyntax.HTJ2K)) {
      assertEquals(warned, codes(slice(), syntax));
      assertEquals(warned, codes(slice().put(Tag.LossyImageCompression, VR.CS, "01"), syntax));
      // JPEG 2000 and the others may be without loss: the sender says so.
      assertEquals(List.of(), codes(slice().put(Tag.LossyImageCompression, VR.CS, "00"), syntax));
    }
    for (TransferSyntax syntax :
        List.of(
            TransferSyntax.JPEG_LOSSLESS_SV1,
            TransferSyntax.JPEG_LS_LOSSLESS,
            TransferSyntax.JPEG_2000_LOSSLESS,
            TransferSyntax.HTJ2K_LOSSLESS,
            TransferSyntax.HTJ2K_LOSSLESS_RPCL,
            TransferSyntax.RLE_LOSSLESS)) {
      assertEquals(List.of(), codes(slice(), syntax));
    }
  }

  @Test
  void everyReasonHasItsOwnStableCode() {
    assertEquals(
        RefusalReason.values().length,
        List.of(RefusalReason.values()).stream().map(RefusalReason::code).distinct().count());
    for (RefusalReason reason : RefusalReason.values()) {
      assertTrue(reason.code().matches("[a-z]+(-[a-z]+)*"), reason.code());
    }
  }

  private static List<String> codes(DataSet d) {
    return codes(d, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
  }

  private static List<String> codes(DataSet d, TransferSyntax syntax) {
    return SeriesAttributes.warnings(DicomFile.of(syntax, d)).stream().map(Warning::code).toList();
  }

  private static void assertRefused(RefusalReason reason, String text, DataSet d) {
    SeriesRefusedException e =
        assertThrows(SeriesRefusedException.class, () -> Suitability.check(d));
    assertEquals(text, e.getMessage());
    assertEquals(reason, e.reason());
  }
}
