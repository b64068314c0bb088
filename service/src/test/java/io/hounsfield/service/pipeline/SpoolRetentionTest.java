// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import io.hounsfield.listener.IncomingInstance;
import io.hounsfield.listener.Spool;
import io.hounsfield.listener.SpoolOptions;
import io.hounsfield.listener.SpooledInstance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing is deleted that is not yet reported; then by age, and the oldest when room is needed. */
class SpoolRetentionTest {
  private static final Instant NOW = Instant.parse("2026-01-31T00:00:00Z");
  private static final Optional<Duration> TEN_DAYS = Optional.of(Duration.ofDays(10));
  private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

  @TempDir Path temp;
  private Spool spool;
  private final Records journal = new Records();
  private final Set<String> open = new HashSet<>();

  /** Analyses whose older results were to be deleted. */
  private final List<String> older = new ArrayList<>();

  /** What is on record, set by hand. */
  private static final class Records implements AnalysisJournal {
    final Map<String, Entry> entries = new HashMap<>();

    @Override
    public Optional<Entry> latest(String uid) {
      return Optional.ofNullable(entries.get(uid));
    }

    @Override
    public List<String> unfinished() {
      return List.of();
    }

    @Override
    public Entry begin(String study, String uid, String model, String callingAeTitle) {
      throw new AssertionError("retention begins nothing");
    }

    @Override
    public void receiving(String uid, Received received) {}

    @Override
    public void analysing(String uid) {}

    @Override
    public Afterwards reported(
        String uid, SeriesInstances instances, AnalysisOutcome outcome, Long released) {
      return Afterwards.NOTHING;
    }

    @Override
    public Afterwards completeResults(
        String uid, SeriesInstances instances, AnalysisOutcome outcome) {
      return Afterwards.NOTHING;
    }

    @Override
    public void refused(
        String uid, SeriesInstances instances, Received received, String code, String text) {}

    @Override
    public void failed(String uid, Received received, String code, String text) {}
  }

  @BeforeEach
  void openSpool() throws IOException {
    spool = Spool.open(temp, new SpoolOptions(0, 100_000, SpoolOptions.Durability.PROCESS_END));
  }

  @AfterEach
  void closeSpool() throws IOException {
    spool.close();
  }

  /** Stores an instance of some 9 kB, so many days old. */
  private void store(String series, int number, int days) throws IOException {
    DataSet set =
        new DataSet()
            .put(Tag.SOPClassUID, VR.UI, SopClass.CT_IMAGE_STORAGE)
            .put(Tag.SOPInstanceUID, VR.UI, Uid.derive(series, "" + number))
            .put(Tag.StudyInstanceUID, VR.UI, Uid.derive("study"))
            .put(Tag.SeriesInstanceUID, VR.UI, Uid.derive(series))
            .putShorts(Tag.PixelData, VR.OW, new short[4_500]);
    try (IncomingInstance incoming =
        spool.receive(SopClass.CT_IMAGE_STORAGE, Uid.derive(series, "" + number), EXPLICIT)) {
      incoming.write(List.of(ByteBuffer.wrap(DataSets.encode(set, EXPLICIT))));
      Path file = incoming.commit().instance().file();
      Files.setLastModifiedTime(file, FileTime.from(NOW.minus(Duration.ofDays(days))));
    }
  }

  /** Other content under the UID of an instance. */
  private void storeConflict(String series, int number) throws IOException {
    DataSet set =
        new DataSet()
            .put(Tag.SOPClassUID, VR.UI, SopClass.CT_IMAGE_STORAGE)
            .put(Tag.SOPInstanceUID, VR.UI, Uid.derive(series, "" + number))
            .put(Tag.StudyInstanceUID, VR.UI, Uid.derive("study"))
            .put(Tag.SeriesInstanceUID, VR.UI, Uid.derive(series))
            .putShorts(Tag.PixelData, VR.OW, new short[10]);
    try (IncomingInstance incoming =
        spool.receive(SopClass.CT_IMAGE_STORAGE, Uid.derive(series, "" + number), EXPLICIT)) {
      incoming.write(List.of(ByteBuffer.wrap(DataSets.encode(set, EXPLICIT))));
      Path file = incoming.commit().instance().file();
      Files.setLastModifiedTime(file, FileTime.from(NOW.minus(Duration.ofDays(20))));
    }
  }

  private void record(String series, boolean finished, boolean resultsComplete) throws IOException {
    String uid = Uid.derive(series);
    List<Path> files = spool.instances(uid).stream().map(SpooledInstance::file).toList();
    SeriesInstances instances = finished ? SeriesInstances.of(files) : SeriesInstances.NONE;
    journal.entries.put(
        uid,
        new AnalysisJournal.Entry(
            "of " + series, 1, finished, instances, false, resultsComplete, null));
  }

  private Set<String> kept(Optional<Duration> age, long maxBytes) throws IOException {
    try (SpoolRetention retention =
        new SpoolRetention(spool, journal, open::contains, age, maxBytes, older::add)) {
      retention.run(NOW);
    }
    return spool.recover().stream().map(s -> s.seriesInstanceUid()).collect(Collectors.toSet());
  }

  private static Set<String> uids(String... series) {
    return Set.of(series).stream().map(Uid::derive).collect(Collectors.toSet());
  }

  @Test
  void whatIsReportedAndOldIsDeletedAndNothingElse() throws Exception {
    for (String series :
        List.of("old", "young", "unknown", "unfinished", "half", "late", "open", "lively")) {
      store(series, 1, 20);
      record(series, !series.equals("unfinished"), !series.equals("half"));
    }
    store("young", 1, 20);
    Path young = spool.instances(Uid.derive("young")).get(0).file();
    Files.setLastModifiedTime(young, FileTime.from(NOW.minus(Duration.ofDays(9))));
    journal.entries.remove(Uid.derive("unknown"));
    store("late", 2, 20); // came after its report
    store("lively", 2, 1);
    record("lively", true, true); // one of its instances is young
    open.add(Uid.derive("open"));
    assertEquals(
        uids("young", "unknown", "unfinished", "half", "late", "open", "lively"),
        kept(TEN_DAYS, Long.MAX_VALUE));
    assertEquals(List.of("of old"), older, "results that were replaced go with their series");
  }

  @Test
  void whatCameAgainOfADeletedSeriesIsDeletedAgainAndAConflictMustBeReportedFirst()
      throws Exception {
    store("again", 1, 20);
    store("again", 2, 20);
    record("again", true, true);
    assertEquals(Set.of(), kept(TEN_DAYS, Long.MAX_VALUE));
    store("again", 2, 20); // the report is about it and another one
    store("conflict", 1, 20);
    record("conflict", true, true);
    storeConflict("conflict", 1);
    assertEquals(uids("conflict"), kept(TEN_DAYS, Long.MAX_VALUE));
  }

  @Test
  void withoutAnAgeAndABudgetNothingIsDeleted() throws Exception {
    store("old", 1, 20_000);
    record("old", true, true);
    assertEquals(uids("old"), kept(Optional.empty(), Long.MAX_VALUE));
  }

  @Test
  void whenRoomIsNeededTheOldestFinishedOnesGo() throws Exception {
    for (int i = 0; i < 10; i++) {
      store("s" + i, 1, 30 - i);
      record("s" + i, i != 0, true);
    }
    // Some 92 of 100 kB are held; a tenth is to be free: one of 9 kB goes, s0 is not finished.
    assertEquals(
        uids("s0", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"),
        kept(Optional.empty(), 100_000));
  }
}
