// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.export;

import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.SeriesDescription;
import java.util.Objects;

/** What stands in one row: a report, or why there is none. */
public sealed interface ExportRow {

  /** What the images say. */
  SeriesDescription series();

  /**
   * What people said of a report; who they are stays out of rows.
   *
   * @param state such as {@code accepted}
   * @param opacityPercent opacity of both lungs that a person stands for, %; {@code null} where
   *     nobody accepted the report, or there is none
   * @param basis whether that is the {@code measured} value, one {@code recomputed} without some
   *     lesions or one {@code edited} by the person; {@code null} where nobody accepted the report
   */
  record Reviewed(String state, Double opacityPercent, String basis) {
    public Reviewed {
      Objects.requireNonNull(state, "state");
    }
  }

  /**
   * A series that was measured.
   *
   * @param review {@code null} where nobody reviewed the report
   */
  record Measured(QuantificationReport report, Reviewed review) implements ExportRow {
    public Measured {
      Objects.requireNonNull(report, "report");
    }

    /** One that nobody reviewed. */
    public Measured(QuantificationReport report) {
      this(report, null);
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
