// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A set of analyses as a table, one row each, with the columns of {@link ExportColumn}: CSV by RFC
 * 4180 or JSON. Numbers are in full precision with a point; what was not measured is empty ({@code
 * null}), with the reason in a column beside. Rows are written as they come, so a set may be of any
 * size. The stream is flushed, not closed.
 */
public final class ResearchExport {

  /** Whether rows say whose images they are. */
  public enum Identity {
    /** Patient ID, name, birth date and accession number are left out. */
    WITHOUT_PATIENT,
    WITH_PATIENT
  }

  private ResearchExport() {}

  /** Names of the columns in order; they never change their meaning. */
  public static List<String> columns(Identity identity) {
    return ExportColumn.of(identity).stream().map(ExportColumn::name).toList();
  }

  /**
   * CSV by RFC 4180, UTF-8 without a byte order mark, lines ended with CR LF, with a header line.
   * Text that a spreadsheet would run as a formula has an apostrophe before it.
   */
  public static void csv(Iterable<? extends ExportRow> rows, Identity identity, OutputStream out)
      throws IOException {
    List<ExportColumn> columns = ExportColumn.of(identity);
    Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    line(writer, columns.stream().map(column -> (Object) column.name()).toList());
    for (ExportRow row : rows) {
      line(writer, columns.stream().map(column -> column.value(row)).toList());
    }
    writer.flush();
  }

  private static void line(Writer writer, List<Object> values) throws IOException {
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        writer.write(',');
      }
      Object value = values.get(i);
      if (value instanceof BigDecimal number) {
        writer.write(number.toPlainString());
      } else if (value instanceof Integer number) {
        writer.write(number.toString());
      } else if (value != null) {
        writer.write(cell(value.toString()));
      }
    }
    writer.write("\r\n");
  }

  /** Text as a field: harmless to spreadsheets, in quotes where it must be. */
  static String cell(String text) {
    String safe = !text.isEmpty() && "=+-@\t\r\n".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    return safe.matches("(?s).*[\",\r\n].*") ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
  }

  /** A JSON array of objects with the columns' names; numbers are numbers. */
  public static void json(Iterable<? extends ExportRow> rows, Identity identity, OutputStream out)
      throws IOException {
    List<ExportColumn> columns = ExportColumn.of(identity);
    JsonGenerator json =
        new JsonFactory()
            .createGenerator(out)
            .configure(JsonGenerator.Feature.AUTO_CLOSE_TARGET, false)
            .useDefaultPrettyPrinter();
    try (json) {
      json.writeStartArray();
      for (ExportRow row : rows) {
        json.writeStartObject();
        for (ExportColumn column : columns) {
          json.writeFieldName(column.name());
          Object value = column.value(row);
          if (value == null) {
            json.writeNull();
          } else if (value instanceof BigDecimal number) {
            json.writeNumber(number);
          } else if (value instanceof Integer number) {
            json.writeNumber(number);
          } else {
            json.writeString(value.toString());
          }
        }
        json.writeEndObject();
      }
      json.writeEndArray();
    }
  }
}
