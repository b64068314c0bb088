// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.time.Instant;

/** Analyses for tests: number n is n seconds old at a fixed time. */
final class TestAnalyses {

  static final Instant NOW = Instant.parse("2026-01-31T09:00:00Z");

  private TestAnalyses() {}

  static String id(int n) {
    return "0b6f2f9e-6f0a-4d34-9a53-%012x".formatted(n);
  }

  static Analysis receiving(int n, int slices) {
    return analysis(n, AnalysisStatus.RECEIVING, slices, null, null, 0);
  }

  static Analysis analysing(int n) {
    return analysis(n, AnalysisStatus.ANALYSING, 300, null, null, 0);
  }

  static Analysis reported(int n, Double opacityPercent, int warnings) {
    return analysis(n, AnalysisStatus.REPORTED, 300, null, opacityPercent, warnings);
  }

  static Analysis refused(int n, String code, String text) {
    return analysis(n, AnalysisStatus.REFUSED, 5, new Analysis.Refusal(code, text), null, 0);
  }

  /** The second version of an analysis. */
  static Analysis second(Analysis a) {
    return new ChangedAnalysis(a).version(2).updatedLater(60).get();
  }

  /** The same, reviewed. */
  static Analysis reviewed(Analysis a, ReviewState review) {
    return new ChangedAnalysis(a).updatedLater(60).review(review, false).get();
  }

  /** The same of another patient, of 5 January 2026. */
  static Analysis withPatient(Analysis a, String patientName, String patientId) {
    return new ChangedAnalysis(a)
        .patientName(patientName)
        .patientId(patientId)
        .studyDate("20260105")
        .get();
  }

  static Analysis analysis(
      int n,
      AnalysisStatus status,
      int slices,
      Analysis.Refusal refusal,
      Double opacityPercent,
      int warnings) {
    Instant created = NOW.minusSeconds(n);
    return new Analysis(
        id(n),
        "2.25.1" + n,
        "2.25.2" + n,
        1,
        status,
        slices,
        created,
        created.plusMillis(1500),
        refusal,
        opacityPercent,
        warnings,
        "Phantom^Number " + n,
        "PH-" + n,
        "20260131",
        "CT Chest",
        "Lung 1.25");
  }
}
