// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.time.Instant;

/** An analysis like another one, but for what is changed. */
final class ChangedAnalysis {
  private final Analysis from;
  private int version;
  private Instant updatedAt;
  private String patientName;
  private String patientId;
  private String studyDate;
  private String studyDescription;
  private String seriesDescription;
  private ReviewState review;
  private boolean numbersChanged;

  ChangedAnalysis(Analysis from) {
    this.from = from;
    version = from.version();
    updatedAt = from.updatedAt();
    patientName = from.patientName();
    patientId = from.patientId();
    studyDate = from.studyDate();
    studyDescription = from.studyDescription();
    seriesDescription = from.seriesDescription();
    review = from.review();
    numbersChanged = from.numbersChanged();
  }

  ChangedAnalysis version(int value) {
    version = value;
    return this;
  }

  ChangedAnalysis updatedLater(long seconds) {
    updatedAt = updatedAt.plusSeconds(seconds);
    return this;
  }

  ChangedAnalysis patientName(String value) {
    patientName = value;
    return this;
  }

  ChangedAnalysis patientId(String value) {
    patientId = value;
    return this;
  }

  ChangedAnalysis studyDate(String value) {
    studyDate = value;
    return this;
  }

  ChangedAnalysis descriptions(String study, String series) {
    studyDescription = study;
    seriesDescription = series;
    return this;
  }

  ChangedAnalysis review(ReviewState state, boolean changed) {
    review = state;
    numbersChanged = changed;
    return this;
  }

  Analysis get() {
    return new Analysis(
        from.id(),
        from.studyInstanceUid(),
        from.seriesInstanceUid(),
        version,
        from.status(),
        from.slicesReceived(),
        from.createdAt(),
        updatedAt,
        from.refusal(),
        from.opacityPercent(),
        from.warningCount(),
        patientName,
        patientId,
        studyDate,
        studyDescription,
        seriesDescription,
        review,
        numbersChanged);
  }
}
