// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisFilter;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.api.Page;
import io.hounsfield.api.PatientIdentity;
import io.hounsfield.api.RelatedAnalysis;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnalysisStoreTest {

  private static final long START = 1_600_000_000_000L;

  @TempDir Path folder;
  private Path file;
  private AnalysisStore store;

  @BeforeEach
  void open() throws Exception {
    file = folder.resolve("data/hounsfield.db");
    store = AnalysisStore.open(file);
  }

  @AfterEach
  void close() throws Exception {
    store.close();
  }

  @Test
  void everyFieldComesBackAsItWasSaved() throws Exception {
    AnalysisStore.Entry receiving = entry(id(), "1.2.3", 1, AnalysisStatus.RECEIVING, START, null);
    store.save(receiving);
    assertEquals(receiving, store.find(receiving.analysis().id()).orElseThrow());

    Analysis a =
        new Analysis(
            receiving.analysis().id(),
            "1.2",
            "1.2.3",
            1,
            AnalysisStatus.REPORTED,
            248,
            Instant.ofEpochMilli(START),
            Instant.ofEpochMilli(START + 5),
            null,
            12.3456789012345,
            2,
            "Müller^Anna=穆勒",
            "4711",
            "20200401",
            "Thorax'; DROP TABLE analyses; --",
            "Lung 1.25");
    byte[] report = "{\"größe\":1}".getBytes(StandardCharsets.UTF_8);
    store.saveReport(new AnalysisStore.Entry(a, "abc"), report);
    assertEquals(new AnalysisStore.Entry(a, "abc"), store.ofSeries("1.2.3").orElseThrow());
    assertArrayEquals(report, store.reportJson(a.id()).orElseThrow());
  }

  @Test
  void aRefusalHasItsReasonAndNoReport() throws Exception {
    AnalysisStore.Entry refused = entry(id(), "1.2.3", 1, AnalysisStatus.REFUSED, START, "abc");
    store.save(refused);
    assertEquals(refused, store.ofSeries("1.2.3").orElseThrow());
    assertTrue(store.reportJson(refused.analysis().id()).isEmpty());
  }

  @Test
  void aNewVersionLeavesTheEarlierReportReadableUntilItsOwn() throws Exception {
    String id = id();
    store.saveReport(entry(id, "1.2.3", 1, AnalysisStatus.REPORTED, START, "a"), json(1));
    store.save(entry(id, "1.2.3", 2, AnalysisStatus.RECEIVING, START + 10, null));
    assertArrayEquals(json(1), store.reportJson(id).orElseThrow());
    assertEquals(2, store.find(id).orElseThrow().analysis().version());
    assertNull(store.find(id).orElseThrow().instancesDigest());

    store.saveReport(entry(id, "1.2.3", 2, AnalysisStatus.REPORTED, START + 20, "b"), json(2));
    assertArrayEquals(json(2), store.reportJson(id).orElseThrow());
    assertArrayEquals(json(1), store.reportJson(id, 1).orElseThrow());
    assertTrue(store.reportJson(id, 3).isEmpty());
    assertEquals(
        Instant.ofEpochMilli(START),
        store.find(id).orElseThrow().analysis().createdAt(),
        "an analysis keeps the place in the list that it was created at");
  }

  @Test
  void aReportThatWasGivenOutIsNeverReplacedAndVersionsNeverGoBack() throws Exception {
    String id = id();
    AnalysisStore.Entry two = entry(id, "1.2.3", 2, AnalysisStatus.REPORTED, START, "b");
    store.saveReport(two, json(2));
    assertThrows(StoreException.class, () -> store.saveReport(two, json(3)));
    assertThrows(
        StoreException.class,
        () -> store.save(entry(id, "1.2.3", 1, AnalysisStatus.RECEIVING, START, null)));
    assertEquals(two, store.find(id).orElseThrow());
    assertArrayEquals(json(2), store.reportJson(id).orElseThrow());
  }

  @Test
  void aSeriesHasOneAnalysisAndAnAnalysisOneSeries() throws Exception {
    AnalysisStore.Entry first = entry(id(), "1.2.3", 1, AnalysisStatus.RECEIVING, START, null);
    store.save(first);
    assertThrows(
        StoreException.class,
        () -> store.save(entry(id(), "1.2.3", 1, AnalysisStatus.RECEIVING, START, null)));
    assertThrows(
        StoreException.class,
        () ->
            store.save(
                entry(first.analysis().id(), "1.2.4", 1, AnalysisStatus.RECEIVING, START, null)));
    assertEquals(first, store.ofSeries("1.2.3").orElseThrow());
    assertTrue(store.ofSeries("1.2.4").isEmpty());
  }

  @Test
  void aReportAndItsStatusBelongTogether() {
    assertThrows(
        IllegalArgumentException.class,
        () -> store.save(entry(id(), "1.2.3", 1, AnalysisStatus.REPORTED, START, "a")));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            store.saveReport(
                entry(id(), "1.2.3", 1, AnalysisStatus.ANALYSING, START, "a"), json(1)));
  }

  @Test
  void aWriteThatFailsHalfWayLeavesNothingBehind() throws Exception {
    String id = id();
    AnalysisStore.Entry receiving = entry(id, "1.2.3", 1, AnalysisStatus.RECEIVING, START, null);
    store.save(receiving);
    // The status is written first; then the report cannot be.
    assertThrows(
        NullPointerException.class,
        () ->
            store.saveReport(entry(id, "1.2.3", 1, AnalysisStatus.REPORTED, START + 1, "a"), null));
    assertEquals(receiving, store.find(id).orElseThrow());
    store.saveReport(entry(id, "1.2.3", 1, AnalysisStatus.REPORTED, START + 2, "a"), json(1));
  }

  @Test
  void whatIsUnknownIsAbsent() throws Exception {
    assertTrue(store.find(id()).isEmpty());
    assertTrue(store.find("' OR 1=1 --").isEmpty());
    assertTrue(store.ofSeries("9.9").isEmpty());
    assertTrue(store.reportJson(id()).isEmpty());
    assertEquals(new Page(List.of(), null, 0), store.list(AnalysisFilter.NEWEST));
  }

  @Test
  void everythingSurvivesARestart() throws Exception {
    List<AnalysisStore.Entry> entries = new ArrayList<>();
    AnalysisStatus[] statuses = AnalysisStatus.values();
    for (int i = 0; i < statuses.length; i++) {
      entries.add(entry(id(), "1.2." + i, 1, statuses[i], START + i, "d" + i));
      save(entries.get(i));
    }

    store.close();
    store = AnalysisStore.open(file);

    for (AnalysisStore.Entry entry : entries) {
      assertEquals(entry, store.find(entry.analysis().id()).orElseThrow());
    }
    assertEquals(
        List.of(AnalysisStatus.RECEIVING, AnalysisStatus.ANALYSING, AnalysisStatus.FAILED),
        store.unfinished().stream().map(e -> e.analysis().status()).toList());
  }

  @Test
  void whatWasSavedIsThereInTheFilesThatAKillLeaves() throws Exception {
    AnalysisStore.Entry saved = entry(id(), "1.2.3", 1, AnalysisStatus.REPORTED, START, "d");
    store.saveReport(saved, json(1));
    // The database is still open: only its file and write-ahead log count.
    Path copy = Files.createDirectory(folder.resolve("copy"));
    try (Stream<Path> files = Files.list(file.getParent())) {
      for (Path part : files.filter(p -> !p.toString().endsWith("-shm")).toList()) {
        Files.copy(part, copy.resolve(part.getFileName()));
      }
    }
    try (AnalysisStore survivor = AnalysisStore.open(copy.resolve(file.getFileName()))) {
      assertEquals(saved, survivor.find(saved.analysis().id()).orElseThrow());
      assertArrayEquals(json(1), survivor.reportJson(saved.analysis().id()).orElseThrow());
    }
  }

  @Test
  void listsAreWhatTheFilterSaysWhateverTheFilter() throws Exception {
    Random random = new Random(99);
    List<Analysis> all = new ArrayList<>();
    long millis = START;
    for (int i = 0; i < 120; i++) {
      millis += random.nextInt(3); // several in the same millisecond
      AnalysisStatus status =
          AnalysisStatus.values()[random.nextInt(AnalysisStatus.values().length)];
      AnalysisStore.Entry entry = entry(id(), "1.2." + i, 1, status, millis, "d");
      save(entry);
      all.add(entry.analysis());
    }
    all.sort(Page.NEWEST_FIRST);
    assertEquals(all, store.list(AnalysisFilter.NEWEST).items());

    for (int trial = 0; trial < 300; trial++) {
      Set<AnalysisStatus> statuses = EnumSet.noneOf(AnalysisStatus.class);
      for (AnalysisStatus status : AnalysisStatus.values()) {
        if (random.nextInt(3) == 0) {
          statuses.add(status);
        }
      }
      String series = random.nextInt(5) > 0 ? null : "1.2." + random.nextInt(130);
      Instant since =
          random.nextBoolean()
              ? null
              : all.get(random.nextInt(all.size())).updatedAt().plusNanos(random.nextInt(3) - 1);
      int limit = 1 + random.nextInt(40);
      Set<String> ids = new HashSet<>();
      for (int i = random.nextBoolean() ? 0 : random.nextInt(100); i > 0; i--) {
        ids.add(all.get(random.nextInt(all.size())).id());
      }
      AnalysisFilter filter = new AnalysisFilter(statuses, ids, series, since, null, limit);
      List<Analysis> expected = all.stream().filter(filter::matches).toList();
      Page page = store.list(filter);
      List<Analysis> found = new ArrayList<>(page.items());
      while (page.next() != null) {
        assertEquals(limit, page.items().size());
        assertEquals(expected.size(), page.total());
        page = store.list(filter.from(page.next()));
        found.addAll(page.items());
      }
      assertEquals(expected, found);
      assertEquals(expected.size(), page.total());
    }
  }

  @Test
  void timesBeyondAnyCalendarAreLegalInFilters() throws Exception {
    String id = id();
    store.save(entry(id, "1.2.3", 1, AnalysisStatus.RECEIVING, START, null));
    assertEquals(1, list(Instant.MIN, null).total());
    assertEquals(0, list(Instant.MAX, null).total());
    assertEquals(List.of(), list(null, new Page.Cursor(Instant.MIN, id)).items());
    assertEquals(1, list(null, new Page.Cursor(Instant.MAX, id)).items().size());
  }

  @Test
  void readersSeeAReportTogetherWithItsStatusWhileWritersWrite() throws Exception {
    List<Integer> torn =
        together(
            8,
            thread -> {
              int faults = 0;
              for (int i = 0; i < 25; i++) {
                if (thread < 4) {
                  String id = id();
                  String series = "1.2." + thread + "." + i;
                  store.save(entry(id, series, 1, AnalysisStatus.RECEIVING, START, null));
                  store.saveReport(
                      entry(id, series, 1, AnalysisStatus.REPORTED, START + i, "d"), json(i));
                } else {
                  for (Analysis a : store.list(AnalysisFilter.NEWEST).items()) {
                    boolean reported = a.status() == AnalysisStatus.REPORTED;
                    if (reported && store.reportJson(a.id()).isEmpty()) {
                      faults++;
                    }
                  }
                }
              }
              return faults;
            });
    assertEquals(0, torn.stream().mapToInt(Integer::intValue).sum());
    assertEquals(
        100,
        store
            .list(new AnalysisFilter(Set.of(AnalysisStatus.REPORTED), null, null, null, 1))
            .total());
  }

  @Test
  void oneOfManyThreadsThatBeginASeriesAtOnceWins() throws Exception {
    List<Boolean> won =
        together(
            16,
            thread -> {
              try {
                store.save(entry(id(), "1.2.3", 1, AnalysisStatus.RECEIVING, START, null));
                return true;
              } catch (StoreException e) {
                return false;
              }
            });
    assertEquals(1, won.stream().filter(w -> w).count());
  }

  @Test
  void theModelOfASeriesStaysUntilAnotherIsNamed() throws Exception {
    String id = id();
    AnalysisStore.Entry first = entry(id, "1.2.3", 1, AnalysisStatus.RECEIVING, START, null);
    store.save(new AnalysisStore.Entry(first.analysis(), null, "a@1", null));
    save(entry(id, "1.2.3", 1, AnalysisStatus.REPORTED, START, "abc"));
    assertEquals("a@1", store.find(id).orElseThrow().model());
    AnalysisStore.Entry second = entry(id, "1.2.3", 2, AnalysisStatus.RECEIVING, START, null);
    store.save(new AnalysisStore.Entry(second.analysis(), null, "b@2", null));
    assertEquals("b@2", store.ofSeries("1.2.3").orElseThrow().model());
  }

  @Test
  void theDatabaseIsMigratedFromNothingAndKeepsItsOwnRules() throws Exception {
    store.save(entry(id(), "1.2.3", 1, AnalysisStatus.RECEIVING, START, null));
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement s = c.createStatement()) {
      try (ResultSet r = s.executeQuery("PRAGMA journal_mode")) {
        assertEquals("wal", r.getString(1));
      }
      try (ResultSet r =
          s.executeQuery("SELECT version FROM flyway_schema_history ORDER BY installed_rank")) {
        assertEquals("1", r.getString(1));
      }
      for (String wrong : List.of("status = 'refused'", "status = 'lost'", "version = 0")) {
        assertThrows(
            SQLException.class, () -> s.executeUpdate("UPDATE analyses SET " + wrong), wrong);
      }
    }
  }

  @Test
  void aDatabaseOfANewerReleaseIsRefused() throws Exception {
    store.close();
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement s = c.createStatement()) {
      s.executeUpdate(
          "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
              + " checksum, installed_by, installed_on, execution_time, success) VALUES (99, '99',"
              + " 'later', 'SQL', 'V99__later.sql', 1, 'x', '2030-01-01 00:00:00', 1, 1)");
    }
    StoreException e = assertThrows(StoreException.class, () -> AnalysisStore.open(file));
    assertTrue(e.getMessage().contains("newer release"), e.getMessage());
  }

  @Test
  void aFileThatIsNoDatabaseIsRefusedAndLeftAlone() throws Exception {
    Path other = Files.writeString(folder.resolve("other.db"), "not a database, ".repeat(100));
    StoreException e = assertThrows(StoreException.class, () -> AnalysisStore.open(other));
    assertTrue(e.getMessage().contains(other.toString()), e.getMessage());
    assertEquals("not a database, ".repeat(100), Files.readString(other));
  }

  @Test
  void aClosedStoreSaysSo() throws Exception {
    store.close();
    store.close();
    StoreException e = assertThrows(StoreException.class, () -> store.unfinished());
    assertTrue(e.getMessage().contains("is closed"), e.getMessage());
    assertThrows(
        StoreException.class,
        () -> store.save(entry(id(), "1.2.3", 1, AnalysisStatus.RECEIVING, START, null)));
  }

  /** Whether it is the same patient is told by the newest reports; an ID alone is no patient. */
  @Test
  void otherStudiesWithThePatientIdSayWhatDiffers() throws Exception {
    String tina = saveStudy("1.1", "Trend^Tina", "4711", START, "19610504", "F");
    String later = saveStudy("1.2", "TREND^TINA^", "4711", START + 1, null, null);
    String otto = saveStudy("1.3", "Other^Otto", "4711", START + 2, "19300101", "M");
    saveStudy("1.4", "Trend^Tina", "4712", START + 3, "19610504", "F");
    String nobody = saveStudy("1.5", "Trend^Tina", " ", START + 4, "19610504", "F");
    saveStudy("1.6", "Trend^Tina", " ", START + 5, "19610504", "F");

    List<RelatedAnalysis> related = store.ofSamePatientId(tina, 10);
    assertEquals(
        List.of(otto, later), related.stream().map(other -> other.analysis().id()).toList());
    assertEquals(new PatientIdentity("Other^Otto", "19300101", "M"), related.get(0).patient());
    assertEquals(List.of(PatientIdentity.Attribute.values()), related.get(0).differs());
    assertEquals(List.of(), related.get(1).differs());
    assertEquals(1, store.ofSamePatientId(tina, 1).size());
    assertEquals(List.of(), store.ofSamePatientId(nobody, 10));
    assertEquals(List.of(), store.ofSamePatientId(id(), 10));

    // A second version corrects the birth date and the sex.
    store.saveReport(
        study(later, "1.2", 2, "TREND^TINA^", "4711", START + 1), patientJson("19300101", "F"));
    assertEquals(
        List.of(PatientIdentity.Attribute.BIRTH_DATE),
        store.ofSamePatientId(tina, 10).get(1).differs());
  }

  private String saveStudy(
      String series, String name, String patientId, long millis, String birthDate, String sex)
      throws IOException {
    String id = id();
    store.saveReport(study(id, series, 1, name, patientId, millis), patientJson(birthDate, sex));
    return id;
  }

  private static AnalysisStore.Entry study(
      String id, String series, int version, String name, String patientId, long millis) {
    return new AnalysisStore.Entry(
        new Analysis(
            id,
            "1.2",
            series,
            version,
            AnalysisStatus.REPORTED,
            17,
            Instant.ofEpochMilli(millis),
            Instant.ofEpochMilli(millis),
            null,
            1.5,
            0,
            name,
            patientId,
            null,
            null,
            null),
        "a");
  }

  private static byte[] patientJson(String birthDate, String sex) {
    return new JsonObject()
        .put("patient", new JsonObject().put("birthDate", birthDate).put("sex", sex))
        .encode()
        .getBytes(StandardCharsets.UTF_8);
  }

  private Page list(Instant since, Page.Cursor after) throws IOException {
    return store.list(new AnalysisFilter(Set.of(), null, since, after, 10));
  }

  private void save(AnalysisStore.Entry entry) throws IOException {
    if (entry.analysis().status() == AnalysisStatus.REPORTED) {
      store.saveReport(entry, json(0));
    } else {
      store.save(entry);
    }
  }

  private static AnalysisStore.Entry entry(
      String id, String series, int version, AnalysisStatus status, long millis, String digest) {
    boolean without = status == AnalysisStatus.REFUSED || status == AnalysisStatus.FAILED;
    return new AnalysisStore.Entry(
        new Analysis(
            id,
            "1.2",
            series,
            version,
            status,
            17,
            Instant.ofEpochMilli(millis),
            Instant.ofEpochMilli(millis + millis % 7),
            without ? new Analysis.Refusal("gantry-tilt", "Tilted by 10 degrees.") : null,
            status == AnalysisStatus.REPORTED ? 1.5 : null,
            0,
            null,
            null,
            null,
            null,
            null),
        digest);
  }

  private static String id() {
    return UUID.randomUUID().toString();
  }

  private static byte[] json(int i) {
    return ("{\"i\":" + i + "}").getBytes(StandardCharsets.UTF_8);
  }

  private interface PerThread<T> {
    T run(int thread) throws Exception;
  }

  private static <T> List<T> together(int threads, PerThread<T> work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      CountDownLatch start = new CountDownLatch(threads);
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        Callable<T> call =
            () -> {
              start.countDown();
              start.await();
              return work.run(thread);
            };
        futures.add(pool.submit(call));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }
}
