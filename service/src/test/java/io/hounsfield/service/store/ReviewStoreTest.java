// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisFilter;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.api.NewReview;
import io.hounsfield.api.Review;
import io.hounsfield.api.Review.Verdict;
import io.hounsfield.api.ReviewHistory;
import io.hounsfield.api.ReviewState;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.service.store.ReviewStore.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReviewStoreTest {

  private static final String ID = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";
  private static final Instant T0 = Instant.ofEpochMilli(1_600_000_000_000L);

  @TempDir Path folder;
  private Path file;
  private AnalysisStore store;
  private ReviewStore reviews;

  @BeforeEach
  void open() throws Exception {
    file = folder.resolve("hounsfield.db");
    store = AnalysisStore.open(file);
    reviews = store.reviews();
    store.saveReport(entry(1, AnalysisStatus.REPORTED), json(1));
  }

  @AfterEach
  void close() throws Exception {
    store.close();
  }

  private static byte[] json(int i) {
    return ("{\"i\":" + i + "}").getBytes(StandardCharsets.UTF_8);
  }

  private static AnalysisStore.Entry entry(int version, AnalysisStatus status) {
    boolean reported = status == AnalysisStatus.REPORTED;
    return new AnalysisStore.Entry(
        new Analysis(
            ID,
            "1.2",
            "1.2.3",
            version,
            status,
            17,
            T0,
            T0.plusSeconds(version),
            null,
            reported ? 1.5 : null,
            0,
            null,
            null,
            null,
            null,
            null),
        "digest");
  }

  private static NewReview review(int version, Verdict verdict) {
    return new NewReview(version, verdict, "Dr. A", "text", List.of(), List.of());
  }

  private Outcome add(NewReview review) throws Exception {
    return reviews.add(ID, review, null, T0.plusSeconds(60), seen -> true).outcome();
  }

  private ReviewState state() throws Exception {
    ReviewState found = store.find(ID).orElseThrow().analysis().review();
    // The same in every way of reading.
    assertEquals(found, store.ofSeries("1.2.3").orElseThrow().analysis().review());
    assertEquals(found, store.list(AnalysisFilter.NEWEST).items().get(0).review());
    return found;
  }

  private static Map<Region, RegionMeasurements> numbers(double value) {
    Map<Quantity, Measurement> values = new EnumMap<>(Quantity.class);
    for (Quantity quantity : Quantity.values()) {
      values.put(quantity, Measurement.of(value + quantity.ordinal() / 3.0));
    }
    values.put(Quantity.SD_HU_OPACITY, Measurement.notMeasured("no opacity was found"));
    Map<Region, RegionMeasurements> regions = new EnumMap<>(Region.class);
    for (Region region : Region.values()) {
      regions.put(region, new RegionMeasurements(values));
    }
    return regions;
  }

  @Test
  void everyFieldComesBackAsItWasAddedAlsoAfterARestart() throws Exception {
    NewReview full =
        new NewReview(
            1,
            Verdict.REJECT,
            "李医生'; DROP TABLE reviews; --",
            "Line one\nline two 😀",
            List.of(
                new Review.Edit(Region.LEFT_LUNG, Quantity.OPACITY_VOLUME, 12.3456789012345),
                new Review.Edit(Region.BOTH_LUNGS, Quantity.OPACITY_PERCENT, 0.1 + 0.2)),
            List.of(7, 3));
    Instant now = T0.plusSeconds(90);
    assertEquals(
        new ReviewStore.Result(Outcome.ADDED, 1),
        reviews.add(ID, full, numbers(0.1), now, seen -> true));
    store.close();
    store = AnalysisStore.open(file);
    reviews = store.reviews();
    ReviewStore.Stored stored = reviews.history(ID, null).orElseThrow();
    assertEquals(
        List.of(
            new Review(
                1,
                Verdict.REJECT,
                "李医生'; DROP TABLE reviews; --",
                now,
                "Line one\nline two 😀",
                List.of(full.edits().get(0), full.edits().get(1)),
                List.of(3, 7),
                numbers(0.1))),
        stored.items());
    assertEquals(Region.BOTH_LUNGS, stored.items().get(0).edits().get(0).region());
    assertArrayEquals(json(1), stored.reportJson());
    assertEquals(now, store.find(ID).orElseThrow().analysis().updatedAt());
    assertEquals(ReviewState.REJECTED, state());
  }

  @Test
  void theNewestVerdictOfTheNewestVersionIsInTheWorkList() throws Exception {
    assertNull(state());
    add(review(1, Verdict.COMMENT));
    assertEquals(ReviewState.COMMENTED, state());
    add(review(1, Verdict.ACCEPT));
    add(review(1, Verdict.COMMENT));
    assertEquals(ReviewState.ACCEPTED, state());
    add(review(1, Verdict.REJECT));
    assertEquals(ReviewState.REJECTED, state());
    assertEquals(state(), Review.state(reviews.reviews(ID, 1)));
    store.save(entry(2, AnalysisStatus.RECEIVING));
    assertNull(state(), "nobody has seen what is being made");
    store.saveReport(entry(2, AnalysisStatus.REPORTED), json(2));
    assertNull(state());
    add(review(2, Verdict.ACCEPT));
    assertEquals(ReviewState.ACCEPTED, state());
  }

  /** What was accepted is what the newest verdict says, so that an older one's changes are none. */
  @Test
  void acceptedNumbersThatAreNotTheMeasuredOnesAreMarked() throws Exception {
    List<Review.Edit> edits =
        List.of(new Review.Edit(Region.BOTH_LUNGS, Quantity.OPACITY_PERCENT, 9.5));
    add(new NewReview(1, Verdict.COMMENT, "Dr. A", null, edits, List.of()));
    assertFalse(numbersChanged(), "nothing is accepted");
    add(new NewReview(1, Verdict.ACCEPT, "Dr. A", null, edits, List.of()));
    add(review(1, Verdict.COMMENT));
    assertTrue(numbersChanged());
    add(review(1, Verdict.ACCEPT));
    assertFalse(numbersChanged(), "accepted as measured");
    NewReview without = new NewReview(1, Verdict.ACCEPT, "Dr. A", null, List.of(), List.of(3));
    reviews.add(ID, without, numbers(0.1), T0.plusSeconds(61), seen -> true);
    assertTrue(numbersChanged());
    add(review(1, Verdict.REJECT));
    assertFalse(numbersChanged());
  }

  private boolean numbersChanged() throws Exception {
    boolean found = store.find(ID).orElseThrow().analysis().numbersChanged();
    assertEquals(found, store.list(AnalysisFilter.NEWEST).items().get(0).numbersChanged());
    return found;
  }

  @Test
  void aNewReportBeginsANewHistoryAndTheOldOneStays() throws Exception {
    add(review(1, Verdict.ACCEPT));
    // Measured again, without a report yet: the newest report is still version 1.
    store.save(entry(2, AnalysisStatus.RECEIVING));
    assertEquals(Outcome.ADDED, add(review(1, Verdict.COMMENT)));
    assertEquals(
        entry(2, AnalysisStatus.RECEIVING).analysis().updatedAt(),
        store.find(ID).orElseThrow().analysis().updatedAt(),
        "the line is about another version");
    store.saveReport(entry(2, AnalysisStatus.REPORTED), json(2));
    assertEquals(Outcome.STALE, add(review(1, Verdict.ACCEPT)));
    ReviewStore.Stored now = reviews.history(ID, null).orElseThrow();
    assertEquals(2, now.version());
    assertEquals(List.of(), now.items());
    assertEquals(
        List.of(new ReviewHistory.Version(1, 2), new ReviewHistory.Version(2, 0)), now.versions());
    ReviewStore.Stored before = reviews.history(ID, 1).orElseThrow();
    assertEquals(2, before.items().size());
    assertArrayEquals(json(1), before.reportJson());
    assertTrue(reviews.history(ID, 3).isEmpty());
    assertTrue(reviews.history("other", null).isEmpty());
  }

  @Test
  void whoHasSeenAnotherStateAddsNothing() throws Exception {
    List<ReviewHistory.State> seen = new ArrayList<>();
    reviews.add(ID, review(1, Verdict.ACCEPT), null, T0, state -> !seen.add(state));
    assertEquals(List.of(new ReviewHistory.State(1, 0)), seen);
    assertEquals(0, reviews.reviews(ID, 1).size());
    add(review(1, Verdict.ACCEPT));
    reviews.add(ID, review(1, Verdict.ACCEPT), null, T0, state -> !seen.add(state));
    assertEquals(new ReviewHistory.State(1, 1), seen.get(1));
  }

  /** The fault case: as many as want to at the same moment, with the same state seen. */
  @Test
  void ofManyAtOnceOneIsAdded() throws Exception {
    int threads = 8;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 10; round++) {
        ReviewHistory.State seen = new ReviewHistory.State(1, round);
        CountDownLatch start = new CountDownLatch(threads);
        List<Future<ReviewStore.Result>> results = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          results.add(
              pool.submit(
                  () -> {
                    start.countDown();
                    start.await();
                    return reviews.add(ID, review(1, Verdict.ACCEPT), null, T0, seen::equals);
                  }));
        }
        int added = 0;
        for (Future<ReviewStore.Result> result : results) {
          added += result.get().outcome() == Outcome.ADDED ? 1 : 0;
        }
        assertEquals(1, added);
      }
    } finally {
      pool.shutdownNow();
    }
    List<Review> all = reviews.reviews(ID, 1);
    assertEquals(10, all.size());
    for (int i = 0; i < all.size(); i++) {
      assertEquals(i + 1, all.get(i).number());
    }
  }

  @Test
  void aHistoryHasAnEnd() throws Exception {
    for (int i = 0; i < ReviewHistory.MOST; i++) {
      assertEquals(Outcome.ADDED, add(review(1, Verdict.ACCEPT)));
    }
    assertEquals(Outcome.FULL, add(review(1, Verdict.ACCEPT)));
    assertEquals(ReviewHistory.MOST, reviews.reviews(ID, 1).size());
  }

  /** A database of a release without reviews is brought up to date with what it has. */
  @Test
  void aDatabaseWithoutReviewsGetsThem() throws Exception {
    store.close();
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute("DROP TABLE review_edits");
      statement.execute("DROP TABLE reviews");
      statement.execute("DROP TABLE commitment_requests"); // and what came after them
      statement.execute("ALTER TABLE deliveries DROP COLUMN requests");
      statement.execute("ALTER TABLE deliveries ADD COLUMN earlier_transaction_uid VARCHAR(64)");
      statement.execute("CREATE INDEX deliveries_by_transaction ON deliveries (transaction_uid)");
      statement.execute("DELETE FROM flyway_schema_history WHERE version >= '5'");
    }
    store = AnalysisStore.open(file);
    reviews = store.reviews();
    assertEquals(Outcome.ADDED, add(review(1, Verdict.ACCEPT)));
    assertEquals(ReviewState.ACCEPTED, state());
  }
}
