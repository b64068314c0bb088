// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.fhir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.Warning;
import io.hounsfield.results.ReportSamples;
import io.hounsfield.results.ResultCodes;
import io.hounsfield.results.fhir.FhirBundle.Kind;
import io.hounsfield.results.text.Language;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.Collectors;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.DiagnosticReport;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Resource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bundle is valid R4 by HAPI's validator and holds each number of the report. */
class FhirBundleTest {

  private static final FhirContext R4 = FhirContext.forR4Cached();
  private static FhirValidator validator;

  @BeforeAll
  static void startValidator() {
    ValidationSupportChain support =
        new ValidationSupportChain(
            new DefaultProfileValidationSupport(R4),
            new CommonCodeSystemsTerminologyService(R4),
            new InMemoryTerminologyServerValidationSupport(R4));
    validator = R4.newValidator().registerValidatorModule(new FhirInstanceValidator(support));
  }

  private static List<String> errors(byte[] json) {
    return validator
        .validateWithResult(new String(json, StandardCharsets.UTF_8))
        .getMessages()
        .stream()
        .filter(m -> m.getSeverity().compareTo(ResultSeverityEnum.ERROR) >= 0)
        .map(FhirBundleTest::describe)
        .collect(Collectors.toList());
  }

  private static String describe(SingleValidationMessage message) {
    return message.getLocationString() + ": " + message.getMessage();
  }

  private static Bundle parse(byte[] json) {
    return R4.newJsonParser().parseResource(Bundle.class, new String(json, StandardCharsets.UTF_8));
  }

  private static <T extends Resource> List<T> all(Bundle bundle, Class<T> type) {
    return bundle.getEntry().stream()
        .map(Bundle.BundleEntryComponent::getResource)
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  private static Observation observation(Bundle bundle, Region region, Quantity quantity) {
    return all(bundle, Observation.class).stream()
        .filter(
            o ->
                o.getCode().getCodingFirstRep().getCode().equals(ResultCodes.own(quantity).value())
                    && o.getBodySite()
                        .getCodingFirstRep()
                        .getCode()
                        .equals(ResultCodes.site(region).value()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void validatorFindsNoErrorInAnyKindAndLanguage() {
    byte[] pdf = {37, 80, 68, 70};
    QuantificationReport one = ReportSamples.oneLung();
    QuantificationReport hostile =
        ReportSamples.report(
            ReportSamples.series("\u0001^ ^", " \n<b>&\"", "\u0000\u202e"),
            one.regions(),
            one.confidence(),
            List.of(new Warning("x-new", "\u0007<script>\n")));
    for (byte[] json :
        List.of(
            FhirBundle.encode(
                ReportSamples.rightSided(), Language.SIMPLIFIED_CHINESE, Kind.COLLECTION, pdf),
            FhirBundle.encode(hostile, Language.ENGLISH, Kind.TRANSACTION, null))) {
      assertEquals(List.of(), errors(json));
    }
  }

  /** The validator would say so if something were wrong. */
  @Test
  void validatorRefusesAReportWithoutStatus() {
    Bundle bundle =
        parse(
            FhirBundle.encode(ReportSamples.rightSided(), Language.ENGLISH, Kind.COLLECTION, null));
    DiagnosticReport report = all(bundle, DiagnosticReport.class).get(0);
    report.setStatus(null);
    String json = R4.newJsonParser().encodeResourceToString(report);
    assertFalse(errors(json.getBytes(StandardCharsets.UTF_8)).isEmpty());
  }

  @Test
  void everyNumberIsThereInFullPrecisionOrSaysWhyNot() {
    QuantificationReport report = ReportSamples.rightSided();
    Bundle bundle = parse(FhirBundle.encode(report, Language.ENGLISH, Kind.COLLECTION, null));
    for (Region region : Region.values()) {
      for (Quantity quantity : Quantity.values()) {
        Observation observation = observation(bundle, region, quantity);
        Measurement measurement = report.regions().get(region).get(quantity);
        if (measurement instanceof Measurement.Value value) {
          assertEquals(value.value(), observation.getValueQuantity().getValue().doubleValue());
          assertEquals(
              ResultCodes.unit(quantity).value(), observation.getValueQuantity().getCode());
          assertFalse(observation.hasDataAbsentReason());
        } else {
          assertFalse(observation.hasValue());
          assertEquals(
              ((Measurement.NotMeasured) measurement).reason(),
              observation.getDataAbsentReason().getText());
          assertEquals(
              "not-applicable", observation.getDataAbsentReason().getCodingFirstRep().getCode());
        }
      }
    }
  }

  @Test
  void theReportNamesPatientOrderStudyAndAllResults() {
    Bundle bundle =
        parse(
            FhirBundle.encode(
                ReportSamples.rightSided(), Language.ENGLISH, Kind.TRANSACTION, null));
    DiagnosticReport report = all(bundle, DiagnosticReport.class).get(0);
    assertEquals("PH-1", report.getSubject().getIdentifier().getValue());
    assertEquals("Chen, Wei (陈伟)", report.getSubject().getDisplay());
    assertEquals("A2026-17", report.getBasedOnFirstRep().getIdentifier().getValue());
    assertEquals(
        "urn:oid:1.2.826.0.1.3680043.8.498.1001",
        report.getImagingStudyFirstRep().getIdentifier().getValue());
    assertEquals("2026-01-31", report.getEffectiveDateTimeType().getValueAsString());
    assertTrue(report.getConclusion().startsWith("The lungs measure 4210 mL"));
    Set<String> urls =
        bundle.getEntry().stream()
            .map(Bundle.BundleEntryComponent::getFullUrl)
            .collect(Collectors.toCollection(HashSet::new));
    assertEquals(bundle.getEntry().size(), urls.size());
    assertEquals(Region.values().length * Quantity.values().length + 2, report.getResult().size());
    report.getResult().forEach(r -> assertTrue(urls.contains(r.getReference()), r.getReference()));
  }

  @Test
  void theTimeZoneOfTheMachineChangesNothing() {
    byte[] pdf = {37, 80, 68, 70};
    TimeZone zone = TimeZone.getDefault();
    List<byte[]> encoded = new ArrayList<>();
    try {
      for (String id : List.of("UTC", "Asia/Shanghai")) {
        TimeZone.setDefault(TimeZone.getTimeZone(id));
        encoded.add(
            FhirBundle.encode(ReportSamples.rightSided(), Language.ENGLISH, Kind.TRANSACTION, pdf));
      }
    } finally {
      TimeZone.setDefault(zone);
    }
    assertArrayEquals(encoded.get(0), encoded.get(1));
    assertTrue(
        new String(encoded.get(0), StandardCharsets.UTF_8)
            .contains("\"issued\": \"2026-01-31T08:15:46.480+00:00\""));
  }

  @Test
  void aNewVersionUpdatesTheSameResources() {
    byte[] one =
        FhirBundle.encode(ReportSamples.rightSided(), Language.ENGLISH, Kind.TRANSACTION, null);
    byte[] again =
        FhirBundle.encode(ReportSamples.rightSided(), Language.ENGLISH, Kind.TRANSACTION, null);
    byte[] other =
        FhirBundle.encode(ReportSamples.oneLung(), Language.ENGLISH, Kind.TRANSACTION, null);
    assertArrayEquals(one, again);
    List<String> urls =
        parse(one).getEntry().stream().map(e -> e.getRequest().getUrl()).sorted().toList();
    assertEquals(
        urls, parse(other).getEntry().stream().map(e -> e.getRequest().getUrl()).sorted().toList());
    assertNotEquals(one.length, other.length);
  }
}
