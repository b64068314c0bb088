// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import io.hounsfield.domain.QuantificationReport;

/** The report as a table for a terminal. */
public final class ReportTable {
  private ReportTable() {}

  /**
   * @param ansi whether to use colours and bold (ANSI escape sequences)
   */
  public static String render(QuantificationReport report, boolean ansi) {
    throw new UnsupportedOperationException();
  }
}
