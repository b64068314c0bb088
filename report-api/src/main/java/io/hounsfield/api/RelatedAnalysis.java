// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.util.List;
import java.util.Objects;

/**
 * Another analysis whose images carry the same Patient ID.
 *
 * @param analysis the other analysis
 * @param patient whom its images are of
 * @param differs what speaks against that being the same patient; empty where nothing does
 */
public record RelatedAnalysis(
    Analysis analysis, PatientIdentity patient, List<PatientIdentity.Attribute> differs) {

  public RelatedAnalysis {
    Objects.requireNonNull(analysis, "analysis");
    Objects.requireNonNull(patient, "patient");
    differs = List.copyOf(differs);
  }

  /** One beside the analysis whose patient is {@code own}. */
  public static RelatedAnalysis to(
      PatientIdentity own, Analysis analysis, PatientIdentity patient) {
    return new RelatedAnalysis(analysis, patient, own.contradictions(patient));
  }
}
