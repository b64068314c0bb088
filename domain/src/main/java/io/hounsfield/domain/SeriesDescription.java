// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

/**
 * What the images say about the series, as text; {@code null} where they say nothing. Names of the
 * components are the DICOM keywords.
 */
public record SeriesDescription(
    String studyInstanceUid,
    String seriesInstanceUid,
    String frameOfReferenceUid,
    String patientName,
    String patientId,
    String patientBirthDate,
    String patientSex,
    String accessionNumber,
    String studyDate,
    String studyTime,
    String studyDescription,
    String seriesDescription,
    String seriesNumber,
    String manufacturer,
    String manufacturerModelName,
    String convolutionKernel,
    String contrastBolusAgent,
    Double sliceThicknessMm,
    Double kvp) {}
