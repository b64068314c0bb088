// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.hl7;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.model.v251.datatype.ED;
import ca.uhn.hl7v2.model.v251.group.ORU_R01_OBSERVATION;
import ca.uhn.hl7v2.model.v251.group.ORU_R01_ORDER_OBSERVATION;
import ca.uhn.hl7v2.model.v251.message.ORU_R01;
import ca.uhn.hl7v2.model.v251.segment.OBX;
import ca.uhn.hl7v2.model.v251.segment.PID;
import ca.uhn.hl7v2.validation.impl.ValidationContextFactory;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.results.ReportSamples;
import io.hounsfield.results.text.Language;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A message parses back, by HAPI with its default rules, to what the report says. */
class OruMessageTest {

  private static byte[] encode(QuantificationReport report, Language language) {
    return OruMessage.encode(report, language, null);
  }

  private static ORU_R01 parse(byte[] message) throws HL7Exception, IOException {
    try (DefaultHapiContext context =
        new DefaultHapiContext(ValidationContextFactory.defaultValidation())) {
      return (ORU_R01) context.getPipeParser().parse(new String(message, StandardCharsets.UTF_8));
    }
  }

  private static ORU_R01_ORDER_OBSERVATION order(ORU_R01 message) {
    return message.getPATIENT_RESULT().getORDER_OBSERVATION();
  }

  private static Map<String, ORU_R01_OBSERVATION> byCode(ORU_R01 message) throws HL7Exception {
    Map<String, ORU_R01_OBSERVATION> byCode = new HashMap<>();
    for (ORU_R01_OBSERVATION o : order(message).getOBSERVATIONAll()) {
      String code = o.getOBX().getObservationIdentifier().getIdentifier().getValue();
      assertEquals(null, byCode.put(code, o), "twice: " + code);
    }
    return byCode;
  }

  @Test
  void everyMeasurementParsesBack() throws Exception {
    for (QuantificationReport report :
        List.of(
            ReportSamples.rightSided(), ReportSamples.oneLung(), ReportSamples.withoutOpacity())) {
      Map<String, ORU_R01_OBSERVATION> byCode = byCode(parse(encode(report, Language.ENGLISH)));
      Map<Region, String> sides =
          Map.of(Region.BOTH_LUNGS, "BOTH", Region.RIGHT_LUNG, "RIGHT", Region.LEFT_LUNG, "LEFT");
      String[] codes = {
        "LUNG_VOL",
        "OPACITY_VOL",
        "OPACITY_PCT",
        "HIGH_OPACITY_VOL",
        "HIGH_OPACITY_PCT",
        "LUNG_MEAN",
        "LUNG_SD",
        "OPACITY_MEAN",
        "OPACITY_SD"
      };
      for (Region region : Region.values()) {
        for (Quantity quantity : Quantity.values()) {
          ORU_R01_OBSERVATION o = byCode.get(codes[quantity.ordinal()] + "-" + sides.get(region));
          OBX obx = o.getOBX();
          Measurement measurement = report.regions().get(region).get(quantity);
          if (measurement instanceof Measurement.Value value) {
            assertEquals("NM", obx.getValueType().getValue());
            assertEquals(value.value(), Double.parseDouble(obx.getObservationValue(0).encode()));
            assertEquals("UCUM", obx.getUnits().getNameOfCodingSystem().getValue());
            assertEquals("P", obx.getObservationResultStatus().getValue());
          } else {
            assertEquals("X", obx.getObservationResultStatus().getValue());
            assertEquals(0, obx.getObservationValueReps());
            assertTrue(
                o.getNTE()
                    .getComment(0)
                    .getValue()
                    .endsWith(((Measurement.NotMeasured) measurement).reason()));
          }
        }
      }
    }
  }

  @Test
  void patientAndOrderParseBack() throws Exception {
    byte[] bytes = encode(ReportSamples.rightSided(), Language.SIMPLIFIED_CHINESE);
    ORU_R01 message = parse(bytes);
    assertEquals("UNICODE UTF-8", message.getMSH().getCharacterSet(0).getValue());
    assertEquals("ORU_R01", message.getMSH().getMessageType().getMessageStructure().getValue());
    assertEquals("20260131081546+0000", message.getMSH().getDateTimeOfMessage().encode());
    PID pid = message.getPATIENT_RESULT().getPATIENT().getPID();
    assertEquals("PH-1", pid.getPatientIdentifierList(0).getIDNumber().getValue());
    assertEquals("Chen", pid.getPatientName(0).getFamilyName().getSurname().getValue());
    assertEquals("陈", pid.getPatientName(1).getFamilyName().getSurname().getValue());
    assertEquals("伟", pid.getPatientName(1).getGivenName().getValue());
    assertEquals("I", pid.getPatientName(1).getNameRepresentationCode().getValue());
    assertEquals("19610504", pid.getDateTimeOfBirth().encode());
    assertEquals("A2026-17", order(message).getOBR().getPlacerField1().getValue());
    assertEquals(
        "24627-2",
        order(message).getOBR().getUniversalServiceIdentifier().getIdentifier().getValue());
    assertEquals("20260131081500", order(message).getOBR().getObservationDateTime().encode());
    assertTrue(order(message).getNTE(0).getComment(0).getValue().startsWith("肺容积4210 mL"));
    assertTrue(message.getMSH().getMessageControlID().getValue().matches("[0-9A-F]{20}"));
    assertArrayEquals(bytes, encode(ReportSamples.rightSided(), Language.SIMPLIFIED_CHINESE));
  }

  /** OBX-2, OBX-5, OBX-11 and OBX-19 of every observation; OBR-4, OBR-22, OBR-25 (v2.5.1, 7.4). */
  @Test
  void everyObservationIsComplete() throws Exception {
    ORU_R01 message = parse(encode(ReportSamples.oneLung(), Language.SIMPLIFIED_CHINESE));
    assertEquals("P", order(message).getOBR().getResultStatus().getValue());
    assertEquals(
        "20260131081546+0000", order(message).getOBR().getResultsRptStatusChngDateTime().encode());
    int number = 0;
    for (ORU_R01_OBSERVATION o : order(message).getOBSERVATIONAll()) {
      OBX obx = o.getOBX();
      assertEquals(Integer.toString(++number), obx.getSetIDOBX().getValue());
      assertEquals("20260131081546+0000", obx.getDateTimeOfTheAnalysis().encode());
      boolean absent = obx.getObservationResultStatus().getValue().equals("X");
      assertEquals(absent, obx.getValueType().getValue() == null, "OBX-2 where there is a value");
      assertEquals(absent, obx.getObservationValueReps() == 0);
      assertTrue(absent || obx.getObservationResultStatus().getValue().equals("P"));
      boolean numeric = "NM".equals(obx.getValueType().getValue());
      assertEquals(numeric, "UCUM".equals(obx.getUnits().getNameOfCodingSystem().getValue()));
    }
    String text =
        new String(
            encode(ReportSamples.rightSided(), Language.SIMPLIFIED_CHINESE),
            StandardCharsets.UTF_8);
    assertTrue(text.contains("陈^伟") && text.contains("|UNICODE UTF-8"), "as it is, not escaped");
    assertFalse(text.contains("\\X"), text);
  }

  /** NM has 16 characters at most, sign and point among them, and no exponent (v2.5.1, 2A.49). */
  @ParameterizedTest
  @CsvSource({
    "0.050668543279380716, 0.05066854327938",
    "-840.3333333333334, -840.33333333333",
    "4210.4375, 4210.4375",
    "33.333333333333336, 33.3333333333333",
    "12345678901234.56, 12345678901234.6",
    "99999999999999.99, 100000000000000",
    "0.1, 0.1",
    "0, 0.0",
    "-0.0000000000000000003, 0",
    "0.0000125, 0.0000125",
    "1.0E10, 10000000000"
  })
  void numbersHave16CharactersAtMost(double value, String written) {
    assertEquals(written, OruMessage.numeric(value));
    assertTrue(written.length() <= 16);
  }

  /** PID-3 and PID-5 are required (v2.5.1, 3.4.2), and nobody may become somebody else. */
  @Test
  void whoHasNoPatientIdGetsAnIdentifierOfTheStudyAlone() throws Exception {
    for (String none : new String[] {null, "", "  "}) {
      byte[] bytes =
          encode(
              ReportSamples.rightSided(ReportSamples.series("Chen^Wei", none, "A-7")),
              Language.ENGLISH);
      PID pid = parse(bytes).getPATIENT_RESULT().getPATIENT().getPID();
      assertTrue(
          pid.getPatientIdentifierList(0)
              .encode()
              .matches("NOID-[0-9A-Z]{10}\\^\\^\\^HOUNSFIELD\\^U"),
          pid.encode());
      assertEquals(null, pid.getIdentityUnknownIndicator().getValue());
    }
    QuantificationReport one = ReportSamples.rightSided(ReportSamples.series("", null, null));
    SeriesDescription s = one.series();
    PID nobody = parse(encode(one, Language.ENGLISH)).getPATIENT_RESULT().getPATIENT().getPID();
    assertEquals("Y", nobody.getIdentityUnknownIndicator().getValue());
    assertTrue(
        new String(encode(one, Language.ENGLISH), StandardCharsets.UTF_8)
            .contains("^^^HOUNSFIELD^U||~^^^^^^U|"),
        nobody.encode());
    QuantificationReport other =
        ReportSamples.rightSided(
            new SeriesDescription(
                s.studyInstanceUid() + ".1",
                s.seriesInstanceUid(),
                s.frameOfReferenceUid(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null));
    assertNotEquals(
        nobody.getPatientIdentifierList(0).encode(),
        parse(encode(other, Language.ENGLISH))
            .getPATIENT_RESULT()
            .getPATIENT()
            .getPID()
            .getPatientIdentifierList(0)
            .encode());
  }

  /** Delimiters and line ends in what the images say cannot make fields or segments. */
  @Test
  void delimitersAreEscaped() throws Exception {
    String id = "a|b^c~d\\e&f\rOBX|9|NM|x\n\u000b\u001c";
    ORU_R01 message =
        parse(
            encode(
                ReportSamples.rightSided(ReportSamples.series("Do|e^Ja&ne", id, id)),
                Language.ENGLISH));
    PID pid = message.getPATIENT_RESULT().getPATIENT().getPID();
    assertEquals(
        "a|b^c~d\\e&f OBX|9|NM|x   ", pid.getPatientIdentifierList(0).getIDNumber().getValue());
    assertEquals("Do|e", pid.getPatientName(0).getFamilyName().getSurname().getValue());
    assertEquals("Ja&ne", pid.getPatientName(0).getGivenName().getValue());
    assertEquals(1, message.getPATIENT_RESULT().getORDER_OBSERVATIONReps());
  }

  @Test
  void warningsConfidenceAndReferencesAreObservations() throws Exception {
    Map<String, ORU_R01_OBSERVATION> byCode =
        byCode(parse(encode(ReportSamples.rightSided(), Language.ENGLISH)));
    assertEquals(
        ReportSamples.CUT_OFF.text(),
        byCode.get("lungs-cut-off").getOBX().getObservationValue(0).encode());
    assertEquals("2.375", byCode.get("OPACITY_PCT_ERR").getOBX().getObservationValue(0).encode());
    OBX level = byCode.get("CONFIDENCE").getOBX();
    assertEquals("CWE", level.getValueType().getValue());
    assertEquals("CONF_MEDIUM^medium^99HOUNSFIELD", level.getObservationValue(0).encode());
    assertEquals(
        "1.2.826.0.1.3680043.8.498.1001",
        byCode.get("110180").getOBX().getObservationValue(0).encode());
    Map<String, ORU_R01_OBSERVATION> without =
        byCode(parse(encode(ReportSamples.oneLung(), Language.ENGLISH)));
    assertFalse(without.containsKey("CONFIDENCE"));
    assertEquals(
        "X", without.get("OPACITY_PCT_ERR").getOBX().getObservationResultStatus().getValue());
  }

  @Test
  void aDocumentGoesWithinTheMessage() throws Exception {
    byte[] pdf = "%PDF-1.6 not really".getBytes(StandardCharsets.US_ASCII);
    ORU_R01 message = parse(OruMessage.encode(ReportSamples.rightSided(), Language.ENGLISH, pdf));
    ED value = (ED) byCode(message).get("18747-6").getOBX().getObservationValue(0).getData();
    assertEquals("pdf", value.getDataSubtype().getValue());
    assertArrayEquals(pdf, Base64.getDecoder().decode(value.getData().getValue()));
  }
}
