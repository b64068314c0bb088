// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.hl7;

import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.HapiContext;
import ca.uhn.hl7v2.model.v251.datatype.CE;
import ca.uhn.hl7v2.model.v251.datatype.CWE;
import ca.uhn.hl7v2.model.v251.datatype.CX;
import ca.uhn.hl7v2.model.v251.datatype.ED;
import ca.uhn.hl7v2.model.v251.datatype.NM;
import ca.uhn.hl7v2.model.v251.datatype.ST;
import ca.uhn.hl7v2.model.v251.datatype.XPN;
import ca.uhn.hl7v2.model.v251.group.ORU_R01_OBSERVATION;
import ca.uhn.hl7v2.model.v251.group.ORU_R01_ORDER_OBSERVATION;
import ca.uhn.hl7v2.model.v251.message.ORU_R01;
import ca.uhn.hl7v2.model.v251.segment.MSH;
import ca.uhn.hl7v2.model.v251.segment.NTE;
import ca.uhn.hl7v2.model.v251.segment.OBR;
import ca.uhn.hl7v2.model.v251.segment.OBX;
import ca.uhn.hl7v2.model.v251.segment.PID;
import ca.uhn.hl7v2.validation.impl.ValidationContextFactory;
import io.hounsfield.domain.CodedConcept;
import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.Warning;
import io.hounsfield.results.ResultCodes;
import io.hounsfield.results.text.Findings;
import io.hounsfield.results.text.Findings.Sentence;
import io.hounsfield.results.text.Language;
import io.hounsfield.results.text.PersonName;
import io.hounsfield.results.text.PlainText;
import io.hounsfield.results.text.Texts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * The report as an ORU^R01 message of HL7 v2.5.1, UTF-8, segments ended with a carriage return: one
 * OBX for each quantity of each region, with the region in the identifier, since many receivers key
 * by OBX-3 alone. What was not measured has status X, no value, and the reason in an NTE behind it.
 * Findings are NTE segments behind the OBR. Everything is preliminary (P), also in a later version,
 * which has the same filler order number (OBR-3). The receiver (MSH-5, MSH-6) and the framing of
 * MLLP are not part of it.
 */
public final class OruMessage {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmssZ", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final String SENDER = "HOUNSFIELD";
  private static final int NM_LENGTH = 16;

  private final QuantificationReport report;
  private final Texts texts;
  private final ORU_R01 message = new ORU_R01();
  private final ORU_R01_ORDER_OBSERVATION order;
  private int observations;

  private OruMessage(QuantificationReport report, Texts texts) {
    this.report = report;
    this.texts = texts;
    this.order = message.getPATIENT_RESULT().getORDER_OBSERVATION();
  }

  /**
   * @param pdf the report for people, to be sent within the message (OBX of type ED); {@code null}
   *     for none
   * @return the message; the same bytes for the same arguments
   */
  public static byte[] encode(QuantificationReport report, Language language, byte[] pdf) {
    OruMessage oru = new OruMessage(report, Texts.in(language));
    // Lengths and formats of the receiver's site are the receiver's to judge: nothing is cut here.
    try (HapiContext context = new DefaultHapiContext(ValidationContextFactory.noValidation())) {
      oru.header();
      oru.patient();
      oru.order();
      oru.measurements();
      oru.confidence();
      oru.warnings();
      oru.references();
      if (pdf != null) {
        oru.document(pdf);
      }
      return context.getPipeParser().encode(oru.message).getBytes(StandardCharsets.UTF_8);
    } catch (HL7Exception e) {
      throw new IllegalStateException("a message of plain values cannot fail to be encoded", e);
    } catch (IOException e) {
      throw new UncheckedIOException("closing a context that opened nothing", e);
    }
  }

  private void header() throws HL7Exception {
    MSH msh = message.getMSH();
    msh.getFieldSeparator().setValue("|");
    msh.getEncodingCharacters().setValue("^~\\&");
    msh.getSendingApplication().getNamespaceID().setValue(SENDER);
    msh.getDateTimeOfMessage().getTime().setValue(time(report.createdAt()));
    msh.getMessageType().getMessageCode().setValue("ORU");
    msh.getMessageType().getTriggerEvent().setValue("R01");
    msh.getMessageType().getMessageStructure().setValue("ORU_R01");
    msh.getMessageControlID().setValue(controlId());
    msh.getProcessingID().getProcessingID().setValue("P");
    msh.getVersionID().getVersionID().setValue("2.5.1");
    msh.getCharacterSet(0).setValue("UNICODE UTF-8");
  }

  /** At most 20 characters; the same for the same version of the analysis, so a resend is known. */
  private String controlId() {
    String key = "hl7 " + report.analysisId() + " " + report.version();
    return UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8))
        .toString()
        .replace("-", "")
        .substring(0, 20)
        .toUpperCase(Locale.ROOT);
  }

  /**
   * What stands for a Patient ID where the images have none, in the 15 characters of CX-1: PID-3 is
   * required. The same for one study alone, so that a receiver makes nobody of two people.
   */
  private String substituteId() {
    String study =
        Objects.requireNonNullElse(report.series().studyInstanceUid(), report.analysisId());
    long bits =
        UUID.nameUUIDFromBytes(("patient of study " + study).getBytes(StandardCharsets.UTF_8))
            .getLeastSignificantBits();
    String digits = Long.toUnsignedString(bits, 36).toUpperCase(Locale.ROOT);
    return "NOID-" + digits.substring(digits.length() - 10);
  }

  private void patient() throws HL7Exception {
    SeriesDescription series = report.series();
    PID pid = message.getPATIENT_RESULT().getPATIENT().getPID();
    pid.getSetIDPID().setValue("1");
    CX id = pid.getPatientIdentifierList(0);
    if (present(series.patientId())) {
      id.getIDNumber().setValue(PlainText.of(series.patientId()));
      id.getIdentifierTypeCode().setValue("MR");
    } else {
      id.getIDNumber().setValue(substituteId());
      id.getAssigningAuthority().getNamespaceID().setValue(SENDER);
      id.getIdentifierTypeCode().setValue("U");
    }
    PersonName name = PersonName.of(series.patientName());
    int repetition = 0;
    if (name.isEmpty()) {
      // How v2.5.1 (3.4.2.5) writes that there is no name: no legal one, and one of no known type.
      pid.getPatientName(repetition++);
      pid.getPatientName(repetition).getNameTypeCode().setValue("U");
      if (!present(series.patientId())) {
        pid.getIdentityUnknownIndicator().setValue("Y");
      }
    }
    if (!name.alphabetic().isEmpty()) {
      name(pid.getPatientName(repetition++), name.alphabetic(), "A");
    }
    if (!name.ideographic().isEmpty()) {
      name(pid.getPatientName(repetition++), name.ideographic(), "I");
    }
    if (!name.phonetic().isEmpty()) {
      name(pid.getPatientName(repetition), name.phonetic(), "P");
    }
    Optional<LocalDate> birth = PlainText.date(series.patientBirthDate());
    if (birth.isPresent()) {
      pid.getDateTimeOfBirth()
          .getTime()
          .setValue(birth.get().format(DateTimeFormatter.BASIC_ISO_DATE));
    }
    if (series.patientSex() != null && List.of("M", "F", "O").contains(series.patientSex())) {
      pid.getAdministrativeSex().setValue(series.patientSex());
    }
  }

  private static void name(XPN xpn, PersonName.Group group, String representation)
      throws HL7Exception {
    xpn.getFamilyName().getSurname().setValue(group.family());
    xpn.getGivenName().setValue(group.given());
    xpn.getSecondAndFurtherGivenNamesOrInitialsThereof().setValue(group.middle());
    xpn.getSuffixEgJRorIII().setValue(group.suffix());
    xpn.getPrefixEgDR().setValue(group.prefix());
    xpn.getNameTypeCode().setValue("L");
    xpn.getNameRepresentationCode().setValue(representation);
  }

  private void order() throws HL7Exception {
    SeriesDescription series = report.series();
    order.getORC().getOrderControl().setValue("RE");
    order.getORC().getFillerOrderNumber().getEntityIdentifier().setValue(report.analysisId());
    order.getORC().getFillerOrderNumber().getNamespaceID().setValue(SENDER);
    OBR obr = order.getOBR();
    obr.getSetIDOBR().setValue("1");
    obr.getFillerOrderNumber().getEntityIdentifier().setValue(report.analysisId());
    obr.getFillerOrderNumber().getNamespaceID().setValue(SENDER);
    code(obr.getUniversalServiceIdentifier(), ResultCodes.procedure());
    if (present(series.studyDescription())) {
      obr.getUniversalServiceIdentifier()
          .getAlternateText()
          .setValue(PlainText.of(series.studyDescription()));
    }
    Optional<LocalDate> date = PlainText.date(series.studyDate());
    if (date.isPresent()) {
      Optional<LocalTime> time = PlainText.time(series.studyTime());
      obr.getObservationDateTime()
          .getTime()
          .setValue(
              date.get().format(DateTimeFormatter.BASIC_ISO_DATE)
                  + time.map(t -> t.format(DateTimeFormatter.ofPattern("HHmmss"))).orElse(""));
    }
    if (present(series.accessionNumber())) {
      obr.getPlacerField1().setValue(PlainText.of(series.accessionNumber()));
    }
    obr.getResultsRptStatusChngDateTime().getTime().setValue(time(report.createdAt()));
    obr.getDiagnosticServSectID().setValue("CT");
    obr.getResultStatus().setValue("P");
    int line = 0;
    for (Sentence sentence : Findings.of(report, texts.language())) {
      note(order.getNTE(line), ++line, sentence.text());
    }
    note(order.getNTE(line), ++line, texts.get("notice"));
  }

  private void measurements() throws HL7Exception {
    for (Region region : Region.values()) {
      for (Quantity quantity : Quantity.values()) {
        ORU_R01_OBSERVATION observation = next();
        OBX obx = observation.getOBX();
        CodedConcept own = ResultCodes.own(quantity);
        CE identifier = obx.getObservationIdentifier();
        identifier.getIdentifier().setValue(own.value() + "-" + side(region));
        identifier.getText().setValue(texts.region(region) + ": " + texts.quantity(quantity));
        identifier.getNameOfCodingSystem().setValue(ResultCodes.SCHEME);
        Optional<CodedConcept> standard = ResultCodes.standard(quantity);
        if (standard.isPresent()) {
          identifier.getAlternateIdentifier().setValue(standard.get().value());
          identifier.getAlternateText().setValue(standard.get().meaning());
          identifier.getNameOfAlternateCodingSystem().setValue(standard.get().scheme());
        }
        obx.getObservationSubID().setValue(Integer.toString(region.ordinal() + 1));
        Measurement measurement = report.regions().get(region).get(quantity);
        if (measurement instanceof Measurement.Value value) {
          number(obx, value.value(), ResultCodes.unit(quantity));
        } else {
          absent(observation, ((Measurement.NotMeasured) measurement).reason());
        }
      }
    }
  }

  private void confidence() throws HL7Exception {
    ORU_R01_OBSERVATION observation = next();
    code(observation.getOBX().getObservationIdentifier(), ResultCodes.errorBound());
    if (report.confidence() instanceof Confidence.Stated stated) {
      number(
          observation.getOBX(),
          stated.opacityPercentErrorBound(),
          ResultCodes.unit(Quantity.OPACITY_PERCENT));
      note(observation.getNTE(0), 1, texts.sentence(stated.basis()));
      coded(
          ResultCodes.confidence(),
          ResultCodes.own(
              "CONF_" + stated.level().key().toUpperCase(Locale.ROOT),
              texts.get("confidence." + stated.level().key())));
    } else {
      absent(observation, ((Confidence.NotStated) report.confidence()).reason());
    }
  }

  private void warnings() throws HL7Exception {
    for (Warning warning : report.warnings()) {
      text(
          ResultCodes.own(warning.code(), texts.warningTitle(warning.code())),
          texts.warning(warning));
    }
  }

  /** The images, the network and the program, by their identifiers. */
  private void references() throws HL7Exception {
    text(
        new CodedConcept("DCM", "110180", "Study Instance UID"),
        report.series().studyInstanceUid());
    text(
        new CodedConcept("DCM", "112002", "Series Instance UID"),
        report.series().seriesInstanceUid());
    text(
        new CodedConcept("DCM", "111001", "Algorithm Name"),
        report.model().name() + " (SHA-256 " + report.model().sha256() + ")");
    text(new CodedConcept("DCM", "111003", "Algorithm Version"), report.model().version());
    text(ResultCodes.own("SOFTWARE", "Software"), "Hounsfield " + report.softwareVersion());
  }

  private void document(byte[] pdf) throws HL7Exception {
    OBX obx = next().getOBX();
    code(obx.getObservationIdentifier(), new CodedConcept("LN", "18747-6", "CT Report"));
    obx.getValueType().setValue("ED");
    ED value = new ED(message);
    value.getTypeOfData().setValue("application");
    value.getDataSubtype().setValue("pdf");
    value.getEncoding().setValue("Base64");
    value.getData().setValue(Base64.getEncoder().encodeToString(pdf));
    obx.getObservationValue(0).setData(value);
    obx.getObservationResultStatus().setValue("P");
  }

  private void text(CodedConcept code, String value) throws HL7Exception {
    if (!present(value)) {
      return;
    }
    OBX obx = next().getOBX();
    code(obx.getObservationIdentifier(), code);
    obx.getValueType().setValue("ST");
    ST text = new ST(message);
    text.setValue(PlainText.of(value));
    obx.getObservationValue(0).setData(text);
    obx.getObservationResultStatus().setValue("P");
  }

  private void coded(CodedConcept code, CodedConcept value) throws HL7Exception {
    OBX obx = next().getOBX();
    code(obx.getObservationIdentifier(), code);
    obx.getValueType().setValue("CWE");
    CWE coded = new CWE(message);
    coded.getIdentifier().setValue(value.value());
    coded.getText().setValue(value.meaning());
    coded.getNameOfCodingSystem().setValue(value.scheme());
    obx.getObservationValue(0).setData(coded);
    obx.getObservationResultStatus().setValue("P");
  }

  private void number(OBX obx, double value, CodedConcept unit) throws HL7Exception {
    obx.getValueType().setValue("NM");
    NM number = new NM(message);
    number.setValue(numeric(value));
    obx.getObservationValue(0).setData(number);
    code(obx.getUnits(), unit);
    obx.getObservationResultStatus().setValue("P");
  }

  /**
   * As NM: at most 16 characters with sign and point, and no exponent (v2.5.1, chapter 2A); the
   * nearest number that fits. No quantity has more digits before the point.
   */
  static String numeric(double value) {
    BigDecimal exact = BigDecimal.valueOf(value);
    String plain = exact.toPlainString();
    int point = plain.indexOf('.');
    return plain.length() <= NM_LENGTH || point < 0
        ? plain
        : exact
            .setScale(Math.max(0, NM_LENGTH - 1 - point), RoundingMode.HALF_EVEN)
            .stripTrailingZeros()
            .toPlainString();
  }

  private void absent(ORU_R01_OBSERVATION observation, String reason) throws HL7Exception {
    observation.getOBX().getObservationResultStatus().setValue("X");
    note(observation.getNTE(0), 1, texts.get("notMeasured") + ": " + texts.sentence(reason));
  }

  private ORU_R01_OBSERVATION next() throws HL7Exception {
    ORU_R01_OBSERVATION observation = order.getOBSERVATION(observations++);
    observation.getOBX().getSetIDOBX().setValue(Integer.toString(observations));
    observation.getOBX().getDateTimeOfTheAnalysis().getTime().setValue(time(report.createdAt()));
    return observation;
  }

  private static void note(NTE nte, int number, String text) throws HL7Exception {
    nte.getSetIDNTE().setValue(Integer.toString(number));
    nte.getSourceOfComment().setValue("L");
    nte.getComment(0).setValue(PlainText.of(text));
  }

  private static void code(CE ce, CodedConcept concept) throws HL7Exception {
    ce.getIdentifier().setValue(concept.value());
    ce.getText().setValue(concept.meaning());
    ce.getNameOfCodingSystem().setValue(concept.scheme());
  }

  private static String side(Region region) {
    return switch (region) {
      case BOTH_LUNGS -> "BOTH";
      case RIGHT_LUNG -> "RIGHT";
      case LEFT_LUNG -> "LEFT";
    };
  }

  private static String time(Instant instant) {
    return TIME.format(instant);
  }

  private static boolean present(String value) {
    return value != null && !PlainText.of(value).isBlank();
  }
}
