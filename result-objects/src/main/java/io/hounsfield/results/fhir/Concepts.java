// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.fhir;

import io.hounsfield.domain.CodedConcept;
import io.hounsfield.results.ResultCodes;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;

/** Codes in the systems' names that FHIR has for them. */
final class Concepts {

  static final String UCUM = "http://unitsofmeasure.org";

  private Concepts() {}

  static CodeableConcept of(CodedConcept concept) {
    return new CodeableConcept().addCoding(coding(concept));
  }

  static CodeableConcept of(String system, String code) {
    return new CodeableConcept().addCoding(new Coding().setSystem(system).setCode(code));
  }

  static Coding coding(CodedConcept concept) {
    return new Coding(system(concept.scheme()), concept.value(), concept.meaning());
  }

  private static String system(String scheme) {
    return switch (scheme) {
      case "SCT" -> "http://snomed.info/sct";
      case "DCM" -> "http://dicom.nema.org/resources/ontology/DCM";
      case "LN" -> "http://loinc.org";
      case "UCUM" -> UCUM;
      case ResultCodes.SCHEME -> "urn:oid:" + ResultCodes.schemeUid();
      default -> throw new IllegalArgumentException("no URI for coding scheme " + scheme);
    };
  }
}
