// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.store;

import io.hounsfield.api.NewReview;
import io.hounsfield.api.Review;
import io.hounsfield.api.ReviewHistory;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.report.ReportJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The reviews of reports, in the database of the analyses. Entries are added, never changed. */
public final class ReviewStore {

  /** What became of a review that somebody wanted to add. */
  public enum Outcome {
    ADDED,
    /** Another review or report came in between. */
    STALE,
    /** There are {@link ReviewHistory#MOST} already. */
    FULL
  }

  /**
   * What became of it.
   *
   * @param number of the review; 0 where it was not added
   */
  public record Result(Outcome outcome, int number) {}

  /**
   * Reviews of a report.
   *
   * @param version version of the report
   * @param versions every version with a report, in order
   * @param reportJson the report, UTF-8
   * @param items in the order of their numbers
   */
  public record Stored(
      int version, List<ReviewHistory.Version> versions, byte[] reportJson, List<Review> items) {}

  private final Database database;

  ReviewStore(Database database) {
    this.database = database;
  }

  /**
   * Reads a history and its report, all of one moment.
   *
   * @param version version of the report, or {@code null} for the newest one there is
   * @return empty if there is no such report
   */
  public Optional<Stored> history(String analysisId, Integer version) throws IOException {
    return database.read(
        connection -> {
          List<ReviewHistory.Version> versions = versions(connection, analysisId);
          if (versions.isEmpty()) {
            return Optional.empty();
          }
          int wanted = version == null ? versions.get(versions.size() - 1).version() : version;
          if (versions.stream().noneMatch(v -> v.version() == wanted)) {
            return Optional.empty();
          }
          return Optional.of(
              new Stored(
                  wanted,
                  versions,
                  report(connection, analysisId, wanted),
                  reviews(connection, analysisId, wanted)));
        });
  }

  /** The reviews of a version, in the order of their numbers. */
  public List<Review> reviews(String analysisId, int version) throws IOException {
    return database.read(connection -> reviews(connection, analysisId, version));
  }

  /**
   * Adds a review to the newest report, as one transaction with the look at what is there; durable
   * when it returns. The analysis counts as changed.
   *
   * @param recomputed the numbers without the excluded components; {@code null} where there are
   *     none
   * @param seen says whether a state of the history is the one that the reviewer has seen
   */
  public Result add(
      String analysisId,
      NewReview review,
      Map<Region, RegionMeasurements> recomputed,
      Instant now,
      Predicate<ReviewHistory.State> seen)
      throws IOException {
    return database.write(
        connection -> {
          List<ReviewHistory.Version> versions = versions(connection, analysisId);
          if (versions.isEmpty()) {
            return new Result(Outcome.STALE, 0);
          }
          ReviewHistory.Version newest = versions.get(versions.size() - 1);
          int all = versions.stream().mapToInt(ReviewHistory.Version::reviews).sum();
          if (newest.version() != review.version()
              || !seen.test(new ReviewHistory.State(newest.version(), all))) {
            return new Result(Outcome.STALE, 0);
          }
          if (newest.reviews() >= ReviewHistory.MOST) {
            return new Result(Outcome.FULL, 0);
          }
          int number = newest.reviews() + 1;
          insert(connection, analysisId, number, review, recomputed, now);
          touch(connection, analysisId, review.version(), now);
          return new Result(Outcome.ADDED, number);
        });
  }

  private static void insert(
      Connection connection,
      String analysisId,
      int number,
      NewReview review,
      Map<Region, RegionMeasurements> recomputed,
      Instant now)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO reviews (analysis_id, version, number, verdict, reviewer, created_at,"
                + " comment, excluded, recomputed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      insert.setString(1, analysisId);
      insert.setInt(2, review.version());
      insert.setInt(3, number);
      insert.setString(4, review.verdict().key());
      insert.setString(5, review.reviewer());
      insert.setLong(6, now.toEpochMilli());
      insert.setString(7, review.comment());
      insert.setString(
          8,
          review.excludedComponents().stream()
              .map(id -> Integer.toString(id))
              .collect(Collectors.joining(",")));
      insert.setString(
          9,
          recomputed == null
              ? null
              : new String(ReportJson.encodeNumbers(recomputed), StandardCharsets.UTF_8));
      insert.executeUpdate();
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO review_edits (analysis_id, version, number, region, quantity, value)"
                + " VALUES (?, ?, ?, ?, ?, ?)")) {
      for (Review.Edit edit : review.edits()) {
        insert.setString(1, analysisId);
        insert.setInt(2, review.version());
        insert.setInt(3, number);
        insert.setString(4, edit.region().key());
        insert.setString(5, edit.quantity().key());
        insert.setDouble(6, edit.value());
        insert.executeUpdate();
      }
    }
  }

  /** The line of the work list shows the review, if it is about that version. */
  private static void touch(Connection connection, String analysisId, int version, Instant now)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE analyses SET updated_at = ? WHERE id = ? AND version = ? AND updated_at < ?")) {
      update.setLong(1, now.toEpochMilli());
      update.setString(2, analysisId);
      update.setInt(3, version);
      update.setLong(4, now.toEpochMilli());
      update.executeUpdate();
    }
  }

  private static List<ReviewHistory.Version> versions(Connection connection, String analysisId)
      throws SQLException {
    List<ReviewHistory.Version> versions = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT version, (SELECT COUNT(*) FROM reviews WHERE reviews.analysis_id ="
                + " reports.analysis_id AND reviews.version = reports.version)"
                + " FROM reports WHERE analysis_id = ? ORDER BY version")) {
      query.setString(1, analysisId);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          versions.add(new ReviewHistory.Version(rows.getInt(1), rows.getInt(2)));
        }
      }
    }
    return versions;
  }

  private static byte[] report(Connection connection, String analysisId, int version)
      throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT report_json FROM reports WHERE analysis_id = ? AND version = ?")) {
      query.setString(1, analysisId);
      query.setInt(2, version);
      try (ResultSet rows = query.executeQuery()) {
        rows.next();
        return rows.getString(1).getBytes(StandardCharsets.UTF_8);
      }
    }
  }

  private static List<Review> reviews(Connection connection, String analysisId, int version)
      throws SQLException, IOException {
    Map<Integer, List<Review.Edit>> edits = edits(connection, analysisId, version);
    List<Review> reviews = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT number, verdict, reviewer, created_at, comment, excluded, recomputed"
                + " FROM reviews WHERE analysis_id = ? AND version = ? ORDER BY number")) {
      query.setString(1, analysisId);
      query.setInt(2, version);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          String verdict = rows.getString("verdict");
          String excluded = rows.getString("excluded");
          String recomputed = rows.getString("recomputed");
          reviews.add(
              new Review(
                  rows.getInt("number"),
                  Review.Verdict.ofKey(verdict)
                      .orElseThrow(() -> new StoreException("unknown verdict on record")),
                  rows.getString("reviewer"),
                  Instant.ofEpochMilli(rows.getLong("created_at")),
                  rows.getString("comment"),
                  edits.getOrDefault(rows.getInt("number"), List.of()),
                  excluded.isEmpty()
                      ? List.of()
                      : Arrays.stream(excluded.split(",")).map(Integer::valueOf).toList(),
                  recomputed == null
                      ? null
                      : ReportJson.decodeNumbers(recomputed.getBytes(StandardCharsets.UTF_8))));
        }
      }
    }
    return reviews;
  }

  private static Map<Integer, List<Review.Edit>> edits(
      Connection connection, String analysisId, int version) throws SQLException, IOException {
    Map<Integer, List<Review.Edit>> edits = new HashMap<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT number, region, quantity, value FROM review_edits"
                + " WHERE analysis_id = ? AND version = ?")) {
      query.setString(1, analysisId);
      query.setInt(2, version);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          String region = rows.getString("region");
          String quantity = rows.getString("quantity");
          edits
              .computeIfAbsent(rows.getInt("number"), number -> new ArrayList<>())
              .add(
                  new Review.Edit(
                      one(Region.values(), r -> r.key().equals(region)),
                      one(Quantity.values(), q -> q.key().equals(quantity)),
                      rows.getDouble("value")));
        }
      }
    }
    edits
        .values()
        .forEach(
            list ->
                list.sort(
                    Comparator.comparing(Review.Edit::region)
                        .thenComparing(Review.Edit::quantity)));
    return edits;
  }

  private static <T> T one(T[] values, Predicate<T> wanted) throws StoreException {
    return Arrays.stream(values)
        .filter(wanted)
        .findFirst()
        .orElseThrow(() -> new StoreException("unknown region or quantity on record"));
  }
}
