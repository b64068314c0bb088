// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.fhir;

import ca.uhn.fhir.model.api.TemporalPrecisionEnum;
import io.hounsfield.domain.CodedConcept;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.results.text.Language;
import io.hounsfield.results.text.PersonName;
import io.hounsfield.results.text.PlainText;
import java.util.Date;
import java.util.Optional;
import java.util.TimeZone;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Device;
import org.hl7.fhir.r4.model.Device.DeviceNameType;
import org.hl7.fhir.r4.model.Device.FHIRDeviceStatus;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.InstantType;
import org.hl7.fhir.r4.model.Reference;

/** What the resources are about: patient, order, study by their identifiers; and the device. */
final class Subjects {

  private static final String IDENTIFIER_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0203";

  private Subjects() {}

  /** The patient by Patient ID; a name alone where there is no ID. */
  static Reference patient(SeriesDescription series) {
    Reference patient = new Reference().setType("Patient");
    text(series.patientId())
        .ifPresent(
            id ->
                patient.setIdentifier(
                    new Identifier().setType(Concepts.of(IDENTIFIER_TYPE, "MR")).setValue(id)));
    String name = PersonName.of(series.patientName()).display(Language.ENGLISH);
    if (!name.isBlank()) {
      patient.setDisplay(name.strip());
    }
    if (!patient.hasIdentifier() && !patient.hasDisplay()) {
      patient.setDisplay("unknown");
    }
    return patient;
  }

  /** The order by Accession Number. */
  static Optional<Reference> order(SeriesDescription series) {
    return text(series.accessionNumber())
        .map(
            number ->
                new Reference()
                    .setType("ServiceRequest")
                    .setIdentifier(
                        new Identifier()
                            .setType(Concepts.of(IDENTIFIER_TYPE, "ACSN"))
                            .setValue(number)));
  }

  /** The study by Study Instance UID. */
  static Reference study(SeriesDescription series) {
    Reference study = new Reference().setType("ImagingStudy");
    text(series.studyInstanceUid())
        .ifPresent(
            uid ->
                study.setIdentifier(
                    new Identifier()
                        .setType(
                            Concepts.of(new CodedConcept("DCM", "110180", "Study Instance UID")))
                        .setSystem("urn:dicom:uid")
                        .setValue("urn:oid:" + uid)));
    study.setDisplay(text(series.studyDescription()).orElse("CT"));
    return study;
  }

  /** Study Date; without its time, since images do not name a time zone and FHIR wants one. */
  static Optional<DateTimeType> studyDate(SeriesDescription series) {
    return PlainText.date(series.studyDate()).map(date -> new DateTimeType(date.toString()));
  }

  /** When the report was made, in UTC whatever the time zone of the machine. */
  static InstantType createdAt(QuantificationReport report) {
    return new InstantType(
        Date.from(report.createdAt()), TemporalPrecisionEnum.MILLI, TimeZone.getTimeZone("UTC"));
  }

  /** The program of this version with this network. */
  static Device device(QuantificationReport report) {
    ModelIdentity model = report.model();
    Device device = new Device();
    String key = "device %s %s".formatted(report.softwareVersion(), model.sha256());
    device.addIdentifier(uri("urn:uuid:" + FhirBundle.uuid(key)));
    device.setStatus(FHIRDeviceStatus.ACTIVE);
    device.addDeviceName().setName("Hounsfield").setType(DeviceNameType.USERFRIENDLYNAME);
    device.setType(new CodeableConcept().setText("Software for lung CT quantification"));
    version(device, "Software", report.softwareVersion());
    version(device, "Model " + model.name(), model.version());
    version(device, "Weights", model.variant());
    version(device, "Weights SHA-256", model.sha256());
    device.addNote().setText("For research use; not a medical device");
    return device;
  }

  private static void version(Device device, String what, String version) {
    text(version)
        .ifPresent(
            value ->
                device.addVersion().setType(new CodeableConcept().setText(what)).setValue(value));
  }

  static Identifier uri(String uri) {
    return new Identifier().setSystem("urn:ietf:rfc:3986").setValue(uri);
  }

  /** What FHIR takes as a string: without control characters, not blank. */
  static Optional<String> text(String value) {
    return Optional.ofNullable(PlainText.of(value))
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }
}
