// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.fhir;

import io.hounsfield.domain.CodedConcept;
import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.Warning;
import io.hounsfield.results.ResultCodes;
import io.hounsfield.results.text.PlainText;
import io.hounsfield.results.text.Texts;
import java.math.BigDecimal;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationStatus;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.StringType;

/** The Observations of a report, without identifiers. */
final class ObservationBuilder {

  private static final String ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason";

  private final QuantificationReport report;
  private final Texts texts;
  private final Reference device;

  ObservationBuilder(QuantificationReport report, Texts texts, Reference device) {
    this.report = report;
    this.texts = texts;
    this.device = device;
  }

  /** One quantity of one region: a number in full precision, or the reason why there is none. */
  Observation measurement(Region region, Quantity quantity) {
    CodeableConcept code = Concepts.of(ResultCodes.own(quantity));
    ResultCodes.standard(quantity).map(Concepts::coding).ifPresent(code::addCoding);
    code.setText(texts.region(region) + ": " + texts.quantity(quantity));
    Observation observation = observation(code);
    observation.setBodySite(Concepts.of(ResultCodes.site(region)).setText(texts.region(region)));
    if (report.regions().get(region).get(quantity) instanceof Measurement.Value value) {
      observation.setValue(quantity(value.value(), ResultCodes.unit(quantity), quantity.unit()));
    } else {
      String reason =
          ((Measurement.NotMeasured) report.regions().get(region).get(quantity)).reason();
      observation.setDataAbsentReason(absent(region, quantity, reason));
    }
    return observation;
  }

  /** The error bound of the opacity percentage, with its level. */
  Observation confidence() {
    CodeableConcept code = Concepts.of(ResultCodes.errorBound());
    Observation observation = observation(code);
    observation.setBodySite(Concepts.of(ResultCodes.site(Region.BOTH_LUNGS)));
    if (report.confidence() instanceof Confidence.Stated stated) {
      observation.setValue(
          quantity(
              stated.opacityPercentErrorBound(),
              ResultCodes.unit(Quantity.OPACITY_PERCENT),
              Quantity.OPACITY_PERCENT.unit()));
      observation
          .addComponent()
          .setCode(Concepts.of(ResultCodes.confidence()))
          .setValue(new CodeableConcept().setText(texts.get("confidence." + stated.level().key())));
      observation.addNote().setText(PlainText.of(texts.sentence(stated.basis())));
    } else {
      String reason = ((Confidence.NotStated) report.confidence()).reason();
      observation.setDataAbsentReason(
          Concepts.of(ABSENT, "unknown").setText(PlainText.of(texts.sentence(reason))));
    }
    return observation;
  }

  /** How many warnings there are, each as a component; zero is said too. */
  Observation warnings() {
    Observation observation =
        observation(Concepts.of(ResultCodes.own("WARNINGS", "Number of warnings")));
    observation.setValue(new IntegerType(report.warnings().size()));
    for (Warning warning : report.warnings()) {
      observation
          .addComponent()
          .setCode(Concepts.of(ResultCodes.own(warning.code(), texts.warningTitle(warning.code()))))
          .setValue(new StringType(PlainText.of(texts.warning(warning))));
    }
    return observation;
  }

  private Observation observation(CodeableConcept code) {
    Observation observation = new Observation();
    observation.setStatus(ObservationStatus.PRELIMINARY);
    observation.addCategory(
        Concepts.of("http://terminology.hl7.org/CodeSystem/observation-category", "imaging"));
    observation.setCode(code);
    observation.setSubject(Subjects.patient(report.series()));
    Subjects.studyDate(report.series()).ifPresent(observation::setEffective);
    observation.setIssuedElement(Subjects.createdAt(report));
    observation.setDevice(device.copy());
    observation.addDerivedFrom(Subjects.study(report.series()));
    return observation;
  }

  /** Statistics of an opacity that is not there do not apply; anything else is unknown. */
  private CodeableConcept absent(Region region, Quantity quantity, String reason) {
    boolean none =
        (quantity == Quantity.MEAN_HU_OPACITY || quantity == Quantity.SD_HU_OPACITY)
            && report.regions().get(region).get(Quantity.OPACITY_VOLUME)
                instanceof Measurement.Value value
            && value.value() == 0;
    return Concepts.of(ABSENT, none ? "not-applicable" : "unknown")
        .setText(PlainText.of(texts.sentence(reason)));
  }

  private static org.hl7.fhir.r4.model.Quantity quantity(
      double value, CodedConcept unit, String shown) {
    return new org.hl7.fhir.r4.model.Quantity()
        .setValue(BigDecimal.valueOf(value))
        .setUnit(shown)
        .setSystem(Concepts.UCUM)
        .setCode(unit.value());
  }
}
