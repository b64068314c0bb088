// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.time.Instant;
import java.util.Objects;

/**
 * One line of the work list: a series and what became of it.
 *
 * @param id identifier, a UUID in lower-case text form; all that ever appears in an address
 * @param studyInstanceUid Study Instance UID
 * @param seriesInstanceUid Series Instance UID
 * @param version version of the report that {@code status} speaks of, from 1
 * @param status where it stands
 * @param slicesReceived slices received so far
 * @param createdAt when the first slice came
 * @param updatedAt when this line last changed
 * @param refusal why there is no report; present if and only if the status is {@link
 *     AnalysisStatus#REFUSED} or {@link AnalysisStatus#FAILED}, otherwise {@code null}
 * @param opacityPercent opacity of both lungs, % of their volume; {@code null} where not (yet)
 *     measured
 * @param warningCount warnings in the report
 * @param patientName Patient's Name as in the images (PN form, {@code ^} between components), or
 *     {@code null}
 * @param patientId Patient ID, or {@code null}
 * @param studyDate Study Date as in the images (DA, YYYYMMDD), or {@code null}
 * @param studyDescription Study Description, or {@code null}
 * @param seriesDescription Series Description, or {@code null}
 * @param review what people said of the report of this version; {@code null} where nobody did
 * @param numbersChanged the report was accepted with values that were set by hand or without some
 *     lesions, so that what was accepted is not what was measured
 */
public record Analysis(
    String id,
    String studyInstanceUid,
    String seriesInstanceUid,
    int version,
    AnalysisStatus status,
    int slicesReceived,
    Instant createdAt,
    Instant updatedAt,
    Refusal refusal,
    Double opacityPercent,
    int warningCount,
    String patientName,
    String patientId,
    String studyDate,
    String studyDescription,
    String seriesDescription,
    ReviewState review,
    boolean numbersChanged) {

  /** One that nobody reviewed. */
  public Analysis(
      String id,
      String studyInstanceUid,
      String seriesInstanceUid,
      int version,
      AnalysisStatus status,
      int slicesReceived,
      Instant createdAt,
      Instant updatedAt,
      Refusal refusal,
      Double opacityPercent,
      int warningCount,
      String patientName,
      String patientId,
      String studyDate,
      String studyDescription,
      String seriesDescription) {
    this(
        id,
        studyInstanceUid,
        seriesInstanceUid,
        version,
        status,
        slicesReceived,
        createdAt,
        updatedAt,
        refusal,
        opacityPercent,
        warningCount,
        patientName,
        patientId,
        studyDate,
        studyDescription,
        seriesDescription,
        null,
        false);
  }

  /**
   * Why there is no report.
   *
   * @param code stable name, lower case with hyphens, such as {@code gantry-tilt}
   * @param text one or two sentences with the numbers, English, without patient data
   */
  public record Refusal(String code, String text) {
    public Refusal {
      Objects.requireNonNull(code, "code");
      Objects.requireNonNull(text, "text");
    }
  }

  public Analysis {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(studyInstanceUid, "studyInstanceUid");
    Objects.requireNonNull(seriesInstanceUid, "seriesInstanceUid");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(createdAt, "createdAt");
    Objects.requireNonNull(updatedAt, "updatedAt");
    boolean without = status == AnalysisStatus.REFUSED || status == AnalysisStatus.FAILED;
    if (without != (refusal != null)) {
      throw new IllegalArgumentException(
          "status " + status.key() + (without ? " needs a refusal" : " must have no refusal"));
    }
    if (version < 1 || slicesReceived < 0 || warningCount < 0) {
      throw new IllegalArgumentException(
          "version %d must be 1 or more, slicesReceived %d and warningCount %d not negative"
              .formatted(version, slicesReceived, warningCount));
    }
    if (numbersChanged && review != ReviewState.ACCEPTED) {
      throw new IllegalArgumentException("only numbers of an accepted report can be changed");
    }
    if (opacityPercent != null && !Double.isFinite(opacityPercent)) {
      throw new IllegalArgumentException("opacityPercent is not a finite number");
    }
  }
}
