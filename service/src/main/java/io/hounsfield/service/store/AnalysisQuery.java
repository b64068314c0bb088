// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.store;

import io.hounsfield.api.AnalysisFilter;
import io.hounsfield.api.AnalysisStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** An {@link AnalysisFilter} as SQL. Values are bound, never written into the text. */
final class AnalysisQuery {

  private final List<String> conditions = new ArrayList<>();
  private final List<Object> values = new ArrayList<>();
  private String tail = "";

  private AnalysisQuery() {}

  /** All that match, whatever the page. */
  static AnalysisQuery matching(AnalysisFilter filter) {
    AnalysisQuery query = new AnalysisQuery();
    if (!filter.statuses().isEmpty()) {
      query.conditions.add(
          filter.statuses().stream()
              .map(s -> "?")
              .collect(Collectors.joining(", ", "status IN (", ")")));
      filter.statuses().stream().map(AnalysisStatus::key).forEach(query.values::add);
    }
    if (!filter.ids().isEmpty()) {
      query.conditions.add(
          filter.ids().stream().map(id -> "?").collect(Collectors.joining(", ", "id IN (", ")")));
      query.values.addAll(filter.ids());
    }
    if (filter.seriesInstanceUid() != null) {
      query.add("series_instance_uid = ?", filter.seriesInstanceUid());
    }
    if (filter.since() != null) {
      query.add("updated_at >= ?", millisCeiling(filter.since()));
    }
    return query;
  }

  /** One page, newest first, with one row more to tell whether there is another page. */
  static AnalysisQuery page(AnalysisFilter filter) {
    AnalysisQuery query = matching(filter);
    if (filter.after() != null) {
      // Times on record are whole milliseconds, so rounding up keeps those below the cursor's.
      query.conditions.add("(created_at < ? OR (created_at = ? AND id < ?))");
      long millis = millisCeiling(filter.after().createdAt());
      boolean whole = Instant.ofEpochMilli(millis).equals(filter.after().createdAt());
      query.values.add(millis);
      query.values.add(whole ? millis : Long.MIN_VALUE);
      query.values.add(filter.after().id());
    }
    query.tail = " ORDER BY created_at DESC, id DESC LIMIT " + (filter.limit() + 1);
    return query;
  }

  PreparedStatement prepare(Connection connection, String select) throws SQLException {
    String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    PreparedStatement statement = connection.prepareStatement(select + where + tail);
    try {
      for (int i = 0; i < values.size(); i++) {
        statement.setObject(i + 1, values.get(i));
      }
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }

  private void add(String condition, Object value) {
    conditions.add(condition);
    values.add(value);
  }

  /** The first whole millisecond at or after an instant, within what can be on record. */
  private static long millisCeiling(Instant instant) {
    try {
      long millis = instant.toEpochMilli();
      return Instant.ofEpochMilli(millis).isBefore(instant) ? millis + 1 : millis;
    } catch (ArithmeticException e) {
      // Times far beyond any calendar are legal input: nothing, or everything, is after them.
      return instant.isBefore(Instant.EPOCH) ? Long.MIN_VALUE / 2 : Long.MAX_VALUE / 2;
    }
  }
}
