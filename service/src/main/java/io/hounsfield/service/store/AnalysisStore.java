// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.store;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisFilter;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.api.Page;
import io.hounsfield.api.PatientIdentity;
import io.hounsfield.api.RelatedAnalysis;
import io.hounsfield.api.Review;
import io.hounsfield.api.ReviewState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What became of every series, on disk: one analysis a series with the newest version's status, and
 * every report that was given out. A change is durable when its call returns; a report and the
 * status that announces it are one transaction. Safe for use by several threads; calls block on the
 * disk, so they have no place on an event loop.
 */
public final class AnalysisStore implements AutoCloseable {

  private static final String COLUMNS =
      "id, study_instance_uid, series_instance_uid, version, status, slices_received, created_at,"
          + " updated_at, refusal_code, refusal_text, instances_digest, opacity_percent,"
          + " warning_count, patient_name, patient_id, study_date, study_description,"
          + " series_description, model, instances";

  /** What is read: the columns, and what people said of the report of that version. */
  private static final String READ =
      COLUMNS
          + ", COALESCE((SELECT verdict FROM reviews WHERE reviews.analysis_id = analyses.id AND"
          + " reviews.version = analyses.version AND verdict <> 'comment'"
          + " ORDER BY number DESC LIMIT 1), (SELECT verdict FROM reviews WHERE"
          + " reviews.analysis_id = analyses.id AND reviews.version = analyses.version LIMIT 1))"
          + " AS review"
          + ", EXISTS (SELECT 1 FROM reviews AS verdicts WHERE verdicts.analysis_id = analyses.id"
          + " AND verdicts.version = analyses.version AND verdicts.verdict = 'accept'"
          + " AND verdicts.number = (SELECT MAX(number) FROM reviews WHERE"
          + " reviews.analysis_id = analyses.id AND reviews.version = analyses.version"
          + " AND verdict <> 'comment') AND (verdicts.excluded <> '' OR EXISTS (SELECT 1 FROM"
          + " review_edits WHERE review_edits.analysis_id = verdicts.analysis_id"
          + " AND review_edits.version = verdicts.version"
          + " AND review_edits.number = verdicts.number))) AS numbers_changed";

  /** Of the patient, what the newest report alone has. */
  private static final String PATIENT =
      newestReport("$.patient.birthDate")
          + " AS birth_date, "
          + newestReport("$.patient.sex")
          + " AS sex";

  /** A version never goes back, and an analysis never changes its series. */
  private static final String UPSERT =
      "INSERT INTO analyses ("
          + COLUMNS
          + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
          + " ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status,"
          + " slices_received = excluded.slices_received, updated_at = excluded.updated_at,"
          + " refusal_code = excluded.refusal_code, refusal_text = excluded.refusal_text,"
          + " instances_digest = excluded.instances_digest,"
          + " opacity_percent = excluded.opacity_percent, warning_count = excluded.warning_count,"
          + " patient_name = excluded.patient_name, patient_id = excluded.patient_id,"
          + " study_date = excluded.study_date, study_description = excluded.study_description,"
          + " series_description = excluded.series_description,"
          + " model = COALESCE(excluded.model, analyses.model),"
          + " instances = COALESCE(excluded.instances, analyses.instances)"
          + " WHERE analyses.version <= excluded.version"
          + " AND analyses.series_instance_uid = excluded.series_instance_uid";

  /**
   * An analysis as it is on record.
   *
   * @param analysis the analysis; its times are kept in whole milliseconds
   * @param instancesDigest digest of the instances that its report or refusal is about, {@code
   *     null} before there is one
   * @param model the model that measures it, {@code name@version}; when saved, {@code null} leaves
   *     what is on record
   * @param instances names of the instances that the series is known to have, as of the newest
   *     finished version; when saved, {@code null} leaves what is on record
   */
  public record Entry(Analysis analysis, String instancesDigest, String model, String instances) {
    public Entry {
      Objects.requireNonNull(analysis, "analysis");
    }

    /** An entry that says nothing of the model and of the instances known. */
    public Entry(Analysis analysis, String instancesDigest) {
      this(analysis, instancesDigest, null, null);
    }
  }

  private final Database database;

  private static String newestReport(String path) {
    return "(SELECT json_extract(report_json, '"
        + path
        + "') FROM reports WHERE reports.analysis_id = analyses.id ORDER BY version DESC LIMIT 1)";
  }

  private AnalysisStore(Database database) {
    this.database = database;
  }

  /**
   * Opens the database; makes it where there is none and brings an older one up to date.
   *
   * @param file the database file; its folder is made if need be
   * @throws StoreException if it cannot be opened, is damaged or was written by a newer release
   */
  public static AnalysisStore open(Path file) throws StoreException {
    return new AnalysisStore(Database.open(file));
  }

  /**
   * Writes down where an analysis stands: a new one, or a known one (by its identifier) with the
   * same or a later version. A known one keeps its {@code createdAt}. Its reports stay.
   *
   * @throws IllegalArgumentException if the status is REPORTED: that is for {@link #saveReport}
   * @throws StoreException if the version on record is later, or the series has another analysis
   */
  public void save(Entry entry) throws IOException {
    save(entry, null);
  }

  /**
   * The same, with who sent the series.
   *
   * @param callingAeTitle AE title; {@code null} leaves what is on record
   */
  public void save(Entry entry, String callingAeTitle) throws IOException {
    if (entry.analysis().status() == AnalysisStatus.REPORTED) {
      throw new IllegalArgumentException("a reported analysis is saved with its report");
    }
    database.write(
        connection -> {
          upsert(connection, entry);
          if (callingAeTitle != null) {
            try (PreparedStatement update =
                connection.prepareStatement(
                    "UPDATE analyses SET calling_ae_title = ? WHERE id = ?")) {
              update.setString(1, callingAeTitle);
              update.setString(2, entry.analysis().id());
              update.executeUpdate();
            }
          }
          return null;
        });
  }

  /**
   * Writes a report and, in the same transaction, that it is there. Reports of earlier versions
   * stay.
   *
   * @param entry the analysis, whose status is REPORTED
   * @param reportJson the report as the API hands it out, UTF-8
   * @throws StoreException if the version on record is later, this version has a report already, or
   *     the series has another analysis
   */
  public void saveReport(Entry entry, byte[] reportJson) throws IOException {
    Analysis a = entry.analysis();
    if (a.status() != AnalysisStatus.REPORTED) {
      throw new IllegalArgumentException("status is " + a.status().key() + ", not reported");
    }
    database.write(
        connection -> {
          upsert(connection, entry);
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO reports (analysis_id, version, instances_digest, created_at,"
                      + " report_json) VALUES (?, ?, ?, ?, ?)")) {
            insert.setString(1, a.id());
            insert.setInt(2, a.version());
            insert.setString(3, entry.instancesDigest());
            insert.setLong(4, a.updatedAt().toEpochMilli());
            insert.setString(5, new String(reportJson, StandardCharsets.UTF_8));
            insert.executeUpdate();
          }
          return null;
        });
  }

  /** AE title of who sent the series of an analysis; empty where it did not come by DICOM. */
  public Optional<String> callingAeTitle(String id) throws IOException {
    return database.read(
        connection -> {
          try (PreparedStatement query =
              connection.prepareStatement("SELECT calling_ae_title FROM analyses WHERE id = ?")) {
            query.setString(1, id);
            try (ResultSet rows = query.executeQuery()) {
              return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
            }
          }
        });
  }

  /** What is to be delivered, in the same database. */
  public OutboxStore outbox() {
    return new OutboxStore(database);
  }

  /** What people said of reports, in the same database. */
  public ReviewStore reviews() {
    return new ReviewStore(database);
  }

  /** One analysis by its identifier. */
  public Optional<Entry> find(String id) throws IOException {
    return one("id", id);
  }

  /** The analysis of a series. */
  public Optional<Entry> ofSeries(String seriesInstanceUid) throws IOException {
    return one("series_instance_uid", seriesInstanceUid);
  }

  /**
   * The newest report of an analysis, UTF-8; empty if there is none. It may be of an earlier
   * version than the one being worked on.
   */
  public Optional<byte[]> reportJson(String id) throws IOException {
    return report("WHERE analysis_id = ? ORDER BY version DESC LIMIT 1", id, null);
  }

  /** The report of one version of an analysis, UTF-8; empty if there is none. */
  public Optional<byte[]> reportJson(String id, int version) throws IOException {
    return report("WHERE analysis_id = ? AND version = ?", id, version);
  }

  /** The part of the list that the filter asks for, newest first. */
  public Page list(AnalysisFilter filter) throws IOException {
    AnalysisQuery all = AnalysisQuery.matching(filter);
    AnalysisQuery page = AnalysisQuery.page(filter);
    return database.read(
        connection -> {
          long total;
          try (PreparedStatement query = all.prepare(connection, "SELECT COUNT(*) FROM analyses");
              ResultSet rows = query.executeQuery()) {
            rows.next();
            total = rows.getLong(1);
          }
          List<Analysis> items = new ArrayList<>();
          try (PreparedStatement query =
                  page.prepare(connection, "SELECT " + READ + " FROM analyses");
              ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
              items.add(row(rows).analysis());
            }
          }
          // One more than asked for tells whether there is another page.
          boolean more = items.size() > filter.limit();
          if (more) {
            items.remove(items.size() - 1);
          }
          Page.Cursor next = more ? Page.Cursor.behind(items.get(items.size() - 1)) : null;
          return new Page(items, next, total);
        });
  }

  /**
   * Other reported analyses with the Patient ID of this one, newest first; none where it has none.
   */
  public List<RelatedAnalysis> ofSamePatientId(String id, int limit) throws IOException {
    return database.read(
        connection -> {
          PatientIdentity own;
          try (PreparedStatement query =
              connection.prepareStatement(
                  "SELECT patient_name, " + PATIENT + " FROM analyses WHERE id = ?")) {
            query.setString(1, id);
            try (ResultSet rows = query.executeQuery()) {
              if (!rows.next()) {
                return List.of();
              }
              own = patient(rows);
            }
          }
          List<RelatedAnalysis> found = new ArrayList<>();
          try (PreparedStatement query =
              connection.prepareStatement(
                  "SELECT "
                      + READ
                      + ", "
                      + PATIENT
                      + " FROM analyses WHERE patient_id = (SELECT patient_id FROM analyses WHERE"
                      + " id = ? AND TRIM(patient_id) <> '') AND id <> ? AND status = 'reported'"
                      + " ORDER BY created_at DESC, id DESC LIMIT ?")) {
            query.setString(1, id);
            query.setString(2, id);
            query.setInt(3, limit);
            try (ResultSet rows = query.executeQuery()) {
              while (rows.next()) {
                found.add(RelatedAnalysis.to(own, row(rows).analysis(), patient(rows)));
              }
            }
          }
          return found;
        });
  }

  private static PatientIdentity patient(ResultSet rows) throws SQLException {
    return new PatientIdentity(
        rows.getString("patient_name"), rows.getString("birth_date"), rows.getString("sex"));
  }

  /**
   * Every analysis that a stop left without report or refusal of its version, oldest first:
   * receiving, analysing, and failed ones, which deserve another try.
   */
  public List<Entry> unfinished() throws IOException {
    return database.read(
        connection -> {
          List<Entry> found = new ArrayList<>();
          try (PreparedStatement query =
                  connection.prepareStatement(
                      "SELECT "
                          + READ
                          + " FROM analyses WHERE status NOT IN ('reported', 'refused')"
                          + " ORDER BY created_at, id");
              ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
              found.add(row(rows));
            }
          }
          return found;
        });
  }

  /** Waits for the calls under way and closes the database. */
  @Override
  public void close() throws StoreException {
    database.close();
  }

  private static void upsert(Connection connection, Entry entry)
      throws SQLException, StoreException {
    Analysis a = entry.analysis();
    try (PreparedStatement upsert = connection.prepareStatement(UPSERT)) {
      upsert.setString(1, a.id());
      upsert.setString(2, a.studyInstanceUid());
      upsert.setString(3, a.seriesInstanceUid());
      upsert.setInt(4, a.version());
      upsert.setString(5, a.status().key());
      upsert.setInt(6, a.slicesReceived());
      upsert.setLong(7, a.createdAt().toEpochMilli());
      upsert.setLong(8, a.updatedAt().toEpochMilli());
      upsert.setString(9, a.refusal() == null ? null : a.refusal().code());
      upsert.setString(10, a.refusal() == null ? null : a.refusal().text());
      upsert.setString(11, entry.instancesDigest());
      if (a.opacityPercent() == null) {
        upsert.setNull(12, Types.DOUBLE);
      } else {
        upsert.setDouble(12, a.opacityPercent());
      }
      upsert.setInt(13, a.warningCount());
      upsert.setString(14, a.patientName());
      upsert.setString(15, a.patientId());
      upsert.setString(16, a.studyDate());
      upsert.setString(17, a.studyDescription());
      upsert.setString(18, a.seriesDescription());
      upsert.setString(19, entry.model());
      upsert.setString(20, entry.instances());
      if (upsert.executeUpdate() != 1) {
        throw new StoreException(
            "analysis %s version %d is not saved: a later version or another series is on record"
                .formatted(a.id(), a.version()));
      }
    }
  }

  private Optional<Entry> one(String column, String value) throws IOException {
    return database.read(
        connection -> {
          try (PreparedStatement query =
              connection.prepareStatement(
                  "SELECT " + READ + " FROM analyses WHERE " + column + " = ?")) {
            query.setString(1, value);
            try (ResultSet rows = query.executeQuery()) {
              return rows.next() ? Optional.of(row(rows)) : Optional.empty();
            }
          }
        });
  }

  private Optional<byte[]> report(String where, String id, Integer version) throws IOException {
    return database.read(
        connection -> {
          try (PreparedStatement query =
              connection.prepareStatement("SELECT report_json FROM reports " + where)) {
            query.setString(1, id);
            if (version != null) {
              query.setInt(2, version);
            }
            try (ResultSet rows = query.executeQuery()) {
              return rows.next()
                  ? Optional.of(rows.getString(1).getBytes(StandardCharsets.UTF_8))
                  : Optional.empty();
            }
          }
        });
  }

  private static Entry row(ResultSet rows) throws SQLException, StoreException {
    String key = rows.getString("status");
    AnalysisStatus status =
        AnalysisStatus.ofKey(key)
            .orElseThrow(() -> new StoreException("unknown status '%s' on record".formatted(key)));
    String code = rows.getString("refusal_code");
    double opacity = rows.getDouble("opacity_percent");
    Double opacityPercent = rows.wasNull() ? null : opacity;
    return new Entry(
        new Analysis(
            rows.getString("id"),
            rows.getString("study_instance_uid"),
            rows.getString("series_instance_uid"),
            rows.getInt("version"),
            status,
            rows.getInt("slices_received"),
            Instant.ofEpochMilli(rows.getLong("created_at")),
            Instant.ofEpochMilli(rows.getLong("updated_at")),
            code == null ? null : new Analysis.Refusal(code, rows.getString("refusal_text")),
            opacityPercent,
            rows.getInt("warning_count"),
            rows.getString("patient_name"),
            rows.getString("patient_id"),
            rows.getString("study_date"),
            rows.getString("study_description"),
            rows.getString("series_description"),
            review(rows.getString("review")),
            rows.getBoolean("numbers_changed")),
        rows.getString("instances_digest"),
        rows.getString("model"),
        rows.getString("instances"));
  }

  private static ReviewState review(String verdict) throws StoreException {
    if (verdict == null) {
      return null;
    }
    return switch (Review.Verdict.ofKey(verdict)
        .orElseThrow(() -> new StoreException("unknown verdict on record"))) {
      case ACCEPT -> ReviewState.ACCEPTED;
      case REJECT -> ReviewState.REJECTED;
      case COMMENT -> ReviewState.COMMENTED;
    };
  }
}
