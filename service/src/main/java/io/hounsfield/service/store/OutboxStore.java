// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.store;

import io.hounsfield.delivery.Delivery;
import io.hounsfield.delivery.DeliveryState;
import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.delivery.Outbox;
import io.hounsfield.delivery.ResultObject;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The outbox in the database of the analyses. */
public final class OutboxStore implements Outbox {
  private static final String CONTENT =
      "analysis_id, version, destination, kind, file, sha256, state, attempts, failures, created_at,"
          + " asked_at, updated_at, next_attempt_at, last_error, note, withdrawn, transaction_uid,"
          + " requests, revision";
  private static final String SELECT = "SELECT id, " + CONTENT + " FROM deliveries WHERE ";
  private static final String OPEN = "state IN ('queued', 'sending', 'committing', 'failing')";

  /** Most identifiers in one query. */
  private static final int MAX_IDS = 500;

  private final Database database;

  OutboxStore(Database database) {
    this.database = database;
  }

  @Override
  public void add(String analysisId, int version, List<Delivery> deliveries) throws IOException {
    database.write(
        connection -> {
          String row =
              "INSERT INTO deliveries ("
                  + CONTENT
                  + ") VALUES ("
                  + String.join(", ", Collections.nCopies(19, "?"))
                  + ") ON CONFLICT (analysis_id, version, destination, file) DO NOTHING";
          try (PreparedStatement insert = connection.prepareStatement(row)) {
            for (Delivery d : deliveries) {
              insert.setString(1, d.analysisId());
              insert.setInt(2, d.version());
              insert.setString(3, d.destination());
              insert.setString(4, d.object().kind().key());
              insert.setString(5, d.object().file());
              insert.setString(6, d.object().sha256());
              bindProgress(insert, 7, d);
              insert.executeUpdate();
            }
          }
          try (PreparedStatement mark =
              connection.prepareStatement(
                  "INSERT INTO result_sets (analysis_id, version) VALUES (?, ?)"
                      + " ON CONFLICT (analysis_id, version) DO NOTHING")) {
            mark.setString(1, analysisId);
            mark.setInt(2, version);
            mark.executeUpdate();
          }
          return null;
        });
  }

  /** Binds what changes over the life of a row: 13 values. */
  private static void bindProgress(PreparedStatement statement, int at, Delivery d)
      throws SQLException {
    statement.setString(at, d.state().key());
    statement.setInt(at + 1, d.attempts());
    statement.setInt(at + 2, d.failures());
    statement.setLong(at + 3, d.createdAt().toEpochMilli());
    statement.setLong(at + 4, d.since().toEpochMilli());
    statement.setLong(at + 5, d.updatedAt().toEpochMilli());
    if (d.nextAttemptAt() == null) {
      statement.setNull(at + 6, Types.BIGINT);
    } else {
      statement.setLong(at + 6, d.nextAttemptAt().toEpochMilli());
    }
    statement.setString(at + 7, d.lastError());
    statement.setString(at + 8, d.note());
    statement.setString(at + 9, d.withdrawn());
    statement.setString(at + 10, d.transactionUid());
    statement.setInt(at + 11, d.requests());
    statement.setInt(at + 12, d.revision());
  }

  @Override
  public boolean isAdded(String analysisId, int version) throws IOException {
    return database.read(
        connection -> {
          try (PreparedStatement query =
              connection.prepareStatement(
                  "SELECT 1 FROM result_sets WHERE analysis_id = ? AND version = ?")) {
            query.setString(1, analysisId);
            query.setInt(2, version);
            try (ResultSet rows = query.executeQuery()) {
              return rows.next();
            }
          }
        });
  }

  @Override
  public Optional<Delivery> find(long id) throws IOException {
    return list("id = ?", query -> query.setLong(1, id)).stream().findFirst();
  }

  @Override
  public List<Delivery> ofAnalysis(String analysisId) throws IOException {
    return list("analysis_id = ? ORDER BY id", query -> query.setString(1, analysisId));
  }

  @Override
  public List<Delivery> due(String destination, Instant now, int limit) throws IOException {
    return due(OPEN, destination, now, limit);
  }

  @Override
  public List<Delivery> dueCommitments(String destination, Instant now, int limit)
      throws IOException {
    return due("state = 'committing'", destination, now, limit);
  }

  private List<Delivery> due(String states, String destination, Instant now, int limit)
      throws IOException {
    return list(
        "destination = ? AND next_attempt_at <= ? AND "
            + states
            + " ORDER BY state = 'committing', next_attempt_at, id LIMIT ?",
        query -> {
          query.setString(1, destination);
          query.setLong(2, now.toEpochMilli());
          query.setInt(3, limit);
        });
  }

  @Override
  public Optional<Instant> nextDue(Collection<String> destinations) throws IOException {
    return database.read(
        connection -> {
          String names = String.join(", ", Collections.nCopies(destinations.size(), "?"));
          try (PreparedStatement query =
              connection.prepareStatement(
                  "SELECT MIN(next_attempt_at) AS next FROM deliveries WHERE destination IN ("
                      + names
                      + ") AND "
                      + OPEN)) {
            int at = 1;
            for (String name : destinations) {
              query.setString(at++, name);
            }
            try (ResultSet rows = query.executeQuery()) {
              return rows.next() ? Optional.ofNullable(time(rows, "next")) : Optional.empty();
            }
          }
        });
  }

  @Override
  public List<Delivery> underWay() throws IOException {
    return list("next_attempt_at IS NULL AND " + OPEN + " ORDER BY id", query -> {});
  }

  @Override
  public List<Delivery> ofTransaction(String transactionUid) throws IOException {
    return list(
        "id IN (SELECT delivery_id FROM commitment_requests WHERE transaction_uid = ?) ORDER BY id",
        query -> query.setString(1, transactionUid));
  }

  @Override
  public boolean replace(Delivery next) throws IOException {
    return database.write(
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE deliveries SET state = ?, attempts = ?, failures = ?, created_at = ?,"
                      + " asked_at = ?, updated_at = ?, next_attempt_at = ?, last_error = ?,"
                      + " note = ?, withdrawn = ?, transaction_uid = ?,"
                      + " requests = ?, revision = ?"
                      + " WHERE id = ? AND revision = ?")) {
            bindProgress(update, 1, next);
            update.setLong(14, next.id());
            update.setInt(15, next.revision() - 1);
            if (update.executeUpdate() == 0) {
              return false;
            }
          }
          rememberRequest(connection, next);
          return true;
        });
  }

  private static void rememberRequest(Connection connection, Delivery d) throws SQLException {
    boolean over = d.state() == DeliveryState.SENT || d.state() == DeliveryState.CANCELLED;
    if (!over && d.transactionUid() != null) {
      try (PreparedStatement add =
          connection.prepareStatement(
              "INSERT INTO commitment_requests (transaction_uid, delivery_id) VALUES (?, ?)"
                  + " ON CONFLICT (transaction_uid, delivery_id) DO NOTHING")) {
        add.setString(1, d.transactionUid());
        add.setLong(2, d.id());
        add.executeUpdate();
      }
    }
    try (PreparedStatement forget =
        connection.prepareStatement(
            "DELETE FROM commitment_requests WHERE delivery_id = ? AND id NOT IN (SELECT id FROM"
                + " commitment_requests WHERE delivery_id = ? ORDER BY id DESC LIMIT ?)")) {
      forget.setLong(1, d.id());
      forget.setLong(2, d.id());
      forget.setInt(3, over ? 0 : MAX_REQUESTS);
      forget.executeUpdate();
    }
  }

  @Override
  public List<Backlog> backlog() throws IOException {
    return database.read(
        connection -> {
          List<Backlog> found = new ArrayList<>();
          try (PreparedStatement query =
                  connection.prepareStatement(
                      "SELECT destination, COUNT(*) AS open,"
                          + " SUM(CASE WHEN failures > 0 THEN 1 ELSE 0 END) AS failing,"
                          + " MIN(created_at) AS oldest FROM deliveries WHERE "
                          + OPEN
                          + " GROUP BY destination ORDER BY destination");
              ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
              found.add(
                  new Backlog(
                      rows.getString("destination"),
                      rows.getInt("open"),
                      rows.getInt("failing"),
                      time(rows, "oldest")));
            }
          }
          return found;
        });
  }

  @Override
  public Map<String, Tally> tallies(Collection<String> analysisIds) throws IOException {
    Map<String, Tally> found = new HashMap<>();
    List<String> ids = List.copyOf(analysisIds);
    // A page of the work list is one query.
    for (int at = 0; at < ids.size(); at += MAX_IDS) {
      found.putAll(talliesOf(ids.subList(at, Math.min(ids.size(), at + MAX_IDS))));
    }
    return found;
  }

  private Map<String, Tally> talliesOf(List<String> ids) throws IOException {
    String query =
        "SELECT analysis_id, SUM(CASE WHEN state = 'sent' THEN 1 ELSE 0 END) AS sent,"
            + " SUM(CASE WHEN state IN ('queued', 'sending', 'committing') THEN 1 ELSE 0 END) AS"
            + " waiting, SUM(CASE WHEN state IN ('failing', 'given-up') THEN 1 ELSE 0 END) AS"
            + " failed FROM deliveries d WHERE analysis_id IN ("
            + String.join(", ", Collections.nCopies(ids.size(), "?"))
            + ") AND version = (SELECT MAX(version) FROM deliveries n WHERE n.analysis_id ="
            + " d.analysis_id) GROUP BY analysis_id";
    return database.read(
        connection -> {
          Map<String, Tally> found = new HashMap<>();
          try (PreparedStatement counts = connection.prepareStatement(query)) {
            int at = 1;
            for (String id : ids) {
              counts.setString(at++, id);
            }
            try (ResultSet rows = counts.executeQuery()) {
              while (rows.next()) {
                found.put(
                    rows.getString("analysis_id"),
                    new Tally(rows.getInt("sent"), rows.getInt("waiting"), rows.getInt("failed")));
              }
            }
          }
          return found;
        });
  }

  /** Whether anything of a series is still on its way. */
  public boolean hasOpen(String seriesInstanceUid) throws IOException {
    return database.read(
        connection -> {
          try (PreparedStatement query =
              connection.prepareStatement(
                  "SELECT 1 FROM deliveries WHERE analysis_id ="
                      + " (SELECT id FROM analyses WHERE series_instance_uid = ?) AND "
                      + OPEN
                      + " LIMIT 1")) {
            query.setString(1, seriesInstanceUid);
            try (ResultSet rows = query.executeQuery()) {
              return rows.next();
            }
          }
        });
  }

  private interface Binding {
    void bind(PreparedStatement query) throws SQLException;
  }

  private List<Delivery> list(String where, Binding binding) throws IOException {
    return database.read(connection -> list(connection, where, binding));
  }

  private static List<Delivery> list(Connection connection, String where, Binding binding)
      throws SQLException, StoreException {
    List<Delivery> found = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement(SELECT + where)) {
      binding.bind(query);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          found.add(row(rows));
        }
      }
    }
    return found;
  }

  private static Delivery row(ResultSet rows) throws SQLException, StoreException {
    String kind = rows.getString("kind");
    String state = rows.getString("state");
    return new Delivery(
        rows.getLong("id"),
        rows.getString("analysis_id"),
        rows.getInt("version"),
        rows.getString("destination"),
        new ResultObject(
            ObjectKind.ofKey(kind).orElseThrow(() -> unknown("kind", kind)),
            rows.getString("file"),
            rows.getString("sha256")),
        DeliveryState.ofKey(state).orElseThrow(() -> unknown("state", state)),
        rows.getInt("attempts"),
        rows.getInt("failures"),
        time(rows, "created_at"),
        time(rows, "asked_at"),
        time(rows, "updated_at"),
        time(rows, "next_attempt_at"),
        rows.getString("last_error"),
        rows.getString("note"),
        rows.getString("withdrawn"),
        rows.getString("transaction_uid"),
        rows.getInt("requests"),
        rows.getInt("revision"));
  }

  private static StoreException unknown(String what, String key) {
    return new StoreException("unknown %s of delivery '%s' on record".formatted(what, key));
  }

  private static Instant time(ResultSet rows, String column) throws SQLException {
    long millis = rows.getLong(column);
    return rows.wasNull() ? null : Instant.ofEpochMilli(millis);
  }
}
