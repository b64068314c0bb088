// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import io.hounsfield.domain.QuantificationReport;
import java.io.IOException;

/** {@code report.json}: the report as JSON, as the schema {@code Report} in openapi.yaml says. */
public final class ReportJson {
  private ReportJson() {}

  /** UTF-8, indented, keys always in the same order. */
  public static byte[] encode(QuantificationReport report) {
    throw new UnsupportedOperationException();
  }

  /**
   * @throws IOException if the bytes are not such a report; says what is wrong
   */
  public static QuantificationReport decode(byte[] json) throws IOException {
    throw new IOException();
  }
}
