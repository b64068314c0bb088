// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisFilter;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.api.NewReview;
import io.hounsfield.api.ResultCatalog.ExportFormat;
import io.hounsfield.api.Review;
import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.Timings;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.report.ReportJson;
import io.hounsfield.service.store.AnalysisStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One row an analysis, whatever became of it, from the store. */
class CaseTableTest {

  private static final Instant START = Instant.parse("2026-01-31T08:00:00Z");

  @TempDir Path folder;
  private AnalysisStore store;
  private CaseTable table;

  @BeforeEach
  void open() throws Exception {
    store = AnalysisStore.open(folder.resolve("hounsfield.db"));
    table = new CaseTable(store);
  }

  @AfterEach
  void close() throws Exception {
    store.close();
  }

  private static Analysis analysis(String id, int n, int version, AnalysisStatus status) {
    boolean refused = status == AnalysisStatus.REFUSED;
    return new Analysis(
        id,
        "2.25.1",
        "2.25.2." + n,
        version,
        status,
        40,
        START.plusSeconds(n),
        START.plusSeconds(n),
        refused ? new Analysis.Refusal("gantry-tilt", "The gantry was tilted.") : null,
        status == AnalysisStatus.REPORTED ? 10.0 : null,
        0,
        "Doe^Jane",
        "PH-7",
        "20260131",
        null,
        "Lung");
  }

  private static byte[] report(String id, int n, int version, double percent) {
    Map<Quantity, Measurement> values = new EnumMap<>(Quantity.class);
    for (Quantity quantity : Quantity.values()) {
      values.put(quantity, new Measurement.Value(percent));
    }
    Map<Region, RegionMeasurements> regions = new EnumMap<>(Region.class);
    for (Region region : Region.values()) {
      regions.put(region, new RegionMeasurements(values));
    }
    SeriesDescription series =
        new SeriesDescription(
            "2.25.1",
            "2.25.2." + n,
            null,
            "Doe^Jane",
            "PH-7",
            "19610504",
            "F",
            "A-7",
            "20260131",
            null,
            null,
            "Lung",
            null,
            null,
            null,
            null,
            null,
            1.0,
            120.0);
    return ReportJson.encode(
        new QuantificationReport(
            id,
            version,
            START,
            series,
            new VolumeGeometry(
                4, 4, 40, 0.7, 0.7, 1, new Vec3(0, 0, 0), new Vec3(1, 0, 0), new Vec3(0, 1, 0)),
            regions,
            new Confidence.NotStated("made up"),
            List.of(),
            new ModelIdentity("a", "1", "fp32", "cpu", "0".repeat(64)),
            "1",
            new Timings(Map.of()),
            null));
  }

  private String reported(int n, double percent) throws IOException {
    String id = UUID.randomUUID().toString();
    store.saveReport(
        new AnalysisStore.Entry(analysis(id, n, 1, AnalysisStatus.REPORTED), "d"),
        report(id, n, 1, percent));
    return id;
  }

  private static AnalysisFilter all(int pageSize) {
    return new AnalysisFilter(Set.of(), Set.of(), null, null, null, pageSize);
  }

  private JsonNode json(AnalysisFilter which) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    table.write(which, ExportFormat.JSON, false, out);
    return new ObjectMapper().readTree(out.toByteArray());
  }

  private static List<String> column(JsonNode rows, String name) {
    List<String> values = new ArrayList<>();
    rows.forEach(row -> values.add(row.get(name).asText()));
    return values;
  }

  @Test
  void everyAnalysisHasOneRowNewestFirstOverAllPages() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int n = 0; n < 25; n++) {
      ids.add(0, reported(n, n));
    }
    for (int pageSize : List.of(1, 7, 25, 500)) {
      JsonNode rows = json(all(pageSize));
      assertEquals(ids, column(rows, "analysisId"), "pages of " + pageSize);
      assertEquals(24.0, rows.get(0).get("bothLungs_opacity_percent").doubleValue());
    }
    assertEquals(0, json(new AnalysisFilter(Set.of(), "2.25.9", null, null, 5)).size());
  }

  /** What is held while rows are written does not grow with their number. */
  @Test
  void aLongTableNeedsNoMoreMemoryThanAShortOne() throws Exception {
    int many = 2_000;
    for (int n = 0; n < many; n++) {
      reported(n, n % 100);
    }
    long[] held = new long[many / 200];
    int[] rows = {-1}; // the header
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int b) {
            if (b == '\n' && ++rows[0] % 200 == 0 && rows[0] > 0) {
              System.gc();
              Runtime runtime = Runtime.getRuntime();
              held[rows[0] / 200 - 1] = runtime.totalMemory() - runtime.freeMemory();
            }
          }
        };
    table.write(all(100), ExportFormat.CSV, false, out);
    assertEquals(many, rows[0]);
    long growth = held[held.length - 1] - held[0];
    assertTrue(
        growth < 4 << 20, "bytes held more after all rows than after the first tenth: " + growth);
  }

  @Test
  void whatHasNoReportOfItsNewestVersionHasTheReasonInstead() throws Exception {
    String measured = reported(1, 12.5);
    String again = reported(2, 50);
    store.save(new AnalysisStore.Entry(analysis(again, 2, 2, AnalysisStatus.REFUSED), "d"));
    String arriving = UUID.randomUUID().toString();
    store.save(new AnalysisStore.Entry(analysis(arriving, 3, 1, AnalysisStatus.RECEIVING), null));

    JsonNode rows = json(all(2));
    assertEquals(List.of(arriving, again, measured), column(rows, "analysisId"));
    assertEquals(List.of("receiving", "refused", "reported"), column(rows, "status"));
    assertEquals(List.of("null", "gantry-tilt", "null"), column(rows, "refusal_code"));
    assertTrue(
        rows.get(1).get("bothLungs_opacity_percent").isNull(), "not the number of version 1");
    assertEquals(2, rows.get(1).get("version").intValue());
    assertEquals("2.25.2.2", rows.get(1).get("seriesInstanceUid").textValue());

    assertEquals(
        List.of(again),
        column(
            json(new AnalysisFilter(Set.of(AnalysisStatus.REFUSED), null, null, null, 500)),
            "analysisId"));
    assertEquals(
        List.of(measured),
        column(
            json(new AnalysisFilter(Set.of(), Set.of(measured), null, null, null, 500)),
            "analysisId"));
  }

  private void review(String id, Review.Verdict verdict, List<Review.Edit> edits, Double recomputed)
      throws IOException {
    Map<Region, RegionMeasurements> without =
        recomputed == null ? null : ReportJson.decode(report(id, 1, 1, recomputed)).regions();
    NewReview review =
        new NewReview(
            1, verdict, "Dr. Secret", "text", edits, without == null ? List.of() : List.of(1));
    store.reviews().add(id, review, without, START, seen -> true);
  }

  @Test
  void aRowSaysWhatPeopleStandForAndNotWhoTheyAre() throws Exception {
    Review.Edit edit = new Review.Edit(Region.BOTH_LUNGS, Quantity.OPACITY_PERCENT, 7.25);
    Review.Edit other = new Review.Edit(Region.LEFT_LUNG, Quantity.OPACITY_PERCENT, 3);
    String none = reported(1, 10);
    String commented = reported(2, 10);
    review(commented, Review.Verdict.COMMENT, List.of(edit), 5.0);
    String accepted = reported(3, 10);
    review(accepted, Review.Verdict.ACCEPT, List.of(other), null);
    review(accepted, Review.Verdict.COMMENT, List.of(edit), 5.0);
    String recomputed = reported(4, 10);
    review(recomputed, Review.Verdict.ACCEPT, List.of(edit), null);
    review(recomputed, Review.Verdict.ACCEPT, List.of(other), 5.5);
    String edited = reported(5, 10);
    review(edited, Review.Verdict.ACCEPT, List.of(edit), 5.0);
    String rejected = reported(6, 10);
    review(rejected, Review.Verdict.ACCEPT, List.of(edit), null);
    review(rejected, Review.Verdict.REJECT, List.of(edit), 5.0);

    JsonNode rows = json(all(4));
    assertEquals(
        List.of(rejected, edited, recomputed, accepted, commented, none),
        column(rows, "analysisId"));
    assertEquals(
        List.of("rejected", "accepted", "accepted", "accepted", "commented", "null"),
        column(rows, "review"));
    assertEquals(
        List.of("null", "7.25", "5.5", "10.0", "null", "null"),
        column(rows, "review_opacity_percent"));
    assertEquals(
        List.of("null", "edited", "recomputed", "measured", "null", "null"),
        column(rows, "review_basis"));
    assertEquals(
        List.of("10.0", "10.0", "10.0", "10.0", "10.0", "10.0"),
        column(rows, "bothLungs_opacity_percent"),
        "what was measured stays");
    assertTrue(!rows.toString().contains("Secret"));
  }

  @Test
  void patientsAreInRowsOnlyWhenAskedFor() throws Exception {
    String again = reported(1, 5);
    reported(2, 5);
    store.save(new AnalysisStore.Entry(analysis(again, 1, 2, AnalysisStatus.REFUSED), "d"));
    for (ExportFormat format : ExportFormat.values()) {
      ByteArrayOutputStream without = new ByteArrayOutputStream();
      table.write(all(500), format, false, without);
      String text = without.toString(StandardCharsets.UTF_8);
      for (String secret : List.of("Doe", "PH-7", "19610504", "A-7")) {
        assertTrue(!text.contains(secret), text);
      }
      ByteArrayOutputStream with = new ByteArrayOutputStream();
      table.write(all(500), format, true, with);
      assertEquals(
          3, with.toString(StandardCharsets.UTF_8).split("PH-7", -1).length, "in both rows");
    }
  }

  @Test
  void aReportThatIsMissingFromTheStoreIsAFaultAndNoRow() throws Exception {
    String id = reported(1, 5);
    try (java.sql.Connection other =
            java.sql.DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("hounsfield.db"));
        java.sql.Statement statement = other.createStatement()) {
      statement.executeUpdate("DELETE FROM reports");
    }
    IOException fault =
        org.junit.jupiter.api.Assertions.assertThrows(
            IOException.class,
            () -> table.write(all(5), ExportFormat.CSV, false, OutputStream.nullOutputStream()));
    assertTrue(fault.getMessage().contains(id), fault.getMessage());
  }
}
