// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.fhir;

import ca.uhn.fhir.context.FhirContext;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.results.ResultCodes;
import io.hounsfield.results.text.Findings;
import io.hounsfield.results.text.Language;
import io.hounsfield.results.text.Texts;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.hl7.fhir.r4.model.Attachment;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Bundle.BundleType;
import org.hl7.fhir.r4.model.Bundle.HTTPVerb;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Device;
import org.hl7.fhir.r4.model.DiagnosticReport;
import org.hl7.fhir.r4.model.DiagnosticReport.DiagnosticReportStatus;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;

/**
 * The report as a FHIR R4 Bundle: a DiagnosticReport with one Observation for each quantity of each
 * region, one for the confidence and one for the warnings, and the Device that made them. Patient,
 * order and ImagingStudy are named by their identifiers, since they are another system's resources.
 *
 * <p>Every resource is {@code preliminary}: nobody has reviewed it. Its identifier is derived from
 * the analysis alone, so a new version of an analysis updates the resources of the one before it,
 * and sending the same again changes nothing.
 */
public final class FhirBundle {

  /** What the bundle is for. */
  public enum Kind {
    /** To be read: answers of an API, files. */
    COLLECTION,
    /** To be posted to a server's root: every entry is an update by identifier. */
    TRANSACTION
  }

  private final Bundle bundle = new Bundle();
  private final QuantificationReport report;
  private final Kind kind;

  private FhirBundle(QuantificationReport report, Kind kind) {
    this.report = report;
    this.kind = kind;
  }

  /**
   * @param pdf the report for people, to be attached; {@code null} for none
   * @return JSON, UTF-8; the same bytes for the same report
   */
  public static byte[] encode(
      QuantificationReport report, Language language, Kind kind, byte[] pdf) {
    Bundle bundle = new FhirBundle(report, kind).build(Texts.in(language), pdf);
    return FhirContext.forR4Cached()
        .newJsonParser()
        .setPrettyPrint(true)
        .encodeResourceToString(bundle)
        .getBytes(StandardCharsets.UTF_8);
  }

  private Bundle build(Texts texts, byte[] pdf) {
    bundle.setIdentifier(identifier("bundle"));
    bundle.setType(kind == Kind.TRANSACTION ? BundleType.TRANSACTION : BundleType.COLLECTION);
    bundle.setTimestampElement(Subjects.createdAt(report));
    Device maker = Subjects.device(report);
    Reference device = add(maker, "Device", maker.getIdentifierFirstRep());
    DiagnosticReport document = document(texts, pdf);
    ObservationBuilder builder = new ObservationBuilder(report, texts, device);
    for (Region region : Region.values()) {
      for (Quantity quantity : Quantity.values()) {
        String what = region.key() + "." + quantity.key();
        result(document, builder.measurement(region, quantity), what);
      }
    }
    result(document, builder.confidence(), "confidence");
    result(document, builder.warnings(), "warnings");
    add(document, "DiagnosticReport", document.getIdentifierFirstRep());
    return bundle;
  }

  private DiagnosticReport document(Texts texts, byte[] pdf) {
    DiagnosticReport document = new DiagnosticReport();
    document.setLanguage(texts.language().tag());
    document.addIdentifier(identifier("report"));
    Subjects.order(report.series()).ifPresent(document::addBasedOn);
    document.setStatus(DiagnosticReportStatus.PRELIMINARY);
    document.addCategory(Concepts.of("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD"));
    document.setCode(Concepts.of(ResultCodes.procedure()).setText(texts.get("document.title")));
    document.setSubject(Subjects.patient(report.series()));
    Subjects.studyDate(report.series()).ifPresent(document::setEffective);
    document.setIssuedElement(Subjects.createdAt(report));
    document.addImagingStudy(Subjects.study(report.series()));
    document.setConclusion(Findings.text(report, texts.language()) + texts.get("notice") + "\n");
    document.getMeta().addTag(Concepts.coding(ResultCodes.own("RESEARCH", "Research use only")));
    if (pdf != null) {
      document.addPresentedForm(
          new Attachment()
              .setContentType("application/pdf")
              .setLanguage(texts.language().tag())
              .setTitle(texts.get("document.title"))
              .setCreationElement(new DateTimeType(Subjects.createdAt(report).getValueAsString()))
              .setData(pdf));
    }
    return document;
  }

  private void result(DiagnosticReport document, Observation observation, String what) {
    observation.addIdentifier(identifier(what));
    document.addResult(add(observation, "Observation", observation.getIdentifierFirstRep()));
  }

  /** Adds an entry; on a server it is the one with that identifier, new or updated. */
  private Reference add(Resource resource, String type, Identifier identifier) {
    String url = "urn:uuid:" + uuid(type + " " + identifier.getValue());
    Bundle.BundleEntryComponent entry = bundle.addEntry().setFullUrl(url).setResource(resource);
    if (kind == Kind.TRANSACTION) {
      entry
          .getRequest()
          .setMethod(HTTPVerb.PUT)
          .setUrl(type + "?identifier=" + identifier.getSystem() + "|" + identifier.getValue());
    }
    return new Reference(url).setType(type);
  }

  private Identifier identifier(String what) {
    return Subjects.uri("urn:uuid:" + uuid(report.analysisId() + " " + what));
  }

  static UUID uuid(String name) {
    return UUID.nameUUIDFromBytes(("hounsfield " + name).getBytes(StandardCharsets.UTF_8));
  }
}
