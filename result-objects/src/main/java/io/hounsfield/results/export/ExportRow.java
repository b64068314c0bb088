// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.export;

import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.SeriesDescription;
import java.util.Objects;

/** What stands in one row: a report, or why there is none. */
public sealed interface ExportRow {

  /** What the images say. */
  SeriesDescription series();

  /** A series that was measured. */
  record Measured(QuantificationReport report) implements ExportRow {
    public Measured {
      Objects.requireNonNull(report, "report");
    }

    @Override
    public SeriesDescription series() {
      return report.series();
    }
  }

  /**
   * A series without a report.
   *
   * @param analysisId identifier of the analysis; {@code null} outside a service
   * @param version version of the analysis; {@code null} outside a service
   * @param status such as {@code refused}
   * @param code stable name of the reason; {@code null} where there is none (yet)
   * @param reason the reason in words, without patient data; {@code null} where there is none (yet)
   */
  record NotMeasured(
      String analysisId,
      Integer version,
      String status,
      SeriesDescription series,
      String code,
      String reason)
      implements ExportRow {
    public NotMeasured {
      Objects.requireNonNull(status, "status");
      Objects.requireNonNull(series, "series");
    }
  }
}
