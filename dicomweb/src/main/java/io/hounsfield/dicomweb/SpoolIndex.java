// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.listener.Spool;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the spool holds, for searches. The disk is the truth: an entry counts as long as the
 * modification time of its folder stays, so that whatever stores or deletes instances need not tell
 * the index, and a restart loses nothing. One header is read for each series, at the first search
 * after a start or a change; those of the instances when a search goes as deep, and only the series
 * last asked for keep them in memory.
 *
 * <p>Memory: at most {@link IndexAttributes#MAX_ENTRY_BYTES} for each series held (as a rule 1 KiB)
 * and for each of {@link #MAX_INSTANCES} instances (as a rule 0.5 KiB). Thread-safe; blocks.
 */
final class SpoolIndex {
  /** Instances whose attributes are held in memory, over all series. */
  static final int MAX_INSTANCES = 50_000;

  private static final Logger LOG = LoggerFactory.getLogger(SpoolIndex.class);

  /**
   * Modification times are coarse: what was looked at less than this after a change may have
   * changed again unseen, ms.
   */
  private static final long SETTLED_MS = 2_000;

  /** A folder as it was looked at; {@code series} is null where it holds no readable instance. */
  private record Entry(long modified, boolean settled, IndexedSeries series) {}

  private record Instances(long modified, boolean settled, List<IndexedInstance> list) {}

  private final Path directory;
  private Map<Path, Entry> entries = new TreeMap<>();

  /** By folder, the one asked for longest ago first. */
  private final LinkedHashMap<Path, Instances> instances = new LinkedHashMap<>(16, 0.75f, true);

  private int held;

  SpoolIndex(Path directory) {
    this.directory = directory;
  }

  /** Every series, ordered by UID of study and series. */
  synchronized List<IndexedSeries> series() throws IOException {
    Map<Path, Entry> now = new TreeMap<>();
    List<IndexedSeries> all = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(directory)) {
      for (Path folder : folders) {
        if (Spool.isSeries(folder)) {
          look(folder)
              .ifPresent(
                  entry -> {
                    now.put(folder, entry);
                    if (entry.series() != null) {
                      all.add(entry.series());
                    }
                  });
        }
      }
    }
    entries = now;
    for (Path gone : instances.keySet().stream().filter(f -> !now.containsKey(f)).toList()) {
      forget(gone);
    }
    all.sort(
        Comparator.comparing(IndexedSeries::studyInstanceUid)
            .thenComparing(IndexedSeries::seriesInstanceUid));
    return all;
  }

  /** The series of a study, ordered by UID; empty when there is none. */
  List<IndexedSeries> study(String studyInstanceUid) throws IOException {
    return series().stream().filter(s -> s.studyInstanceUid().equals(studyInstanceUid)).toList();
  }

  /** The instances of a series, by number and UID. */
  synchronized List<IndexedInstance> instances(IndexedSeries series) throws IOException {
    Path folder = series.folder();
    long modified = modified(folder);
    Instances known = instances.get(folder);
    if (known != null && known.settled() && known.modified() == modified) {
      return known.list();
    }
    boolean settled = settled(modified);
    Map<String, IndexedInstance> before =
        known == null
            ? Map.of()
            : known.list().stream()
                .collect(Collectors.toMap(i -> i.file().getFileName().toString(), i -> i));
    List<IndexedInstance> list = new ArrayList<>();
    for (String name : files(folder)) {
      // A file under its final name never changes.
      IndexedInstance instance = before.get(name);
      if (instance == null) {
        instance = read(folder.resolve(name), series.seriesInstanceUid());
      }
      if (instance != null) {
        list.add(instance);
      }
    }
    list.sort(
        Comparator.comparingInt(IndexedInstance::number)
            .thenComparing(IndexedInstance::sopInstanceUid));
    list = List.copyOf(list);
    forget(folder);
    if (list.size() <= MAX_INSTANCES) {
      instances.put(folder, new Instances(modified, settled, list));
      held += list.size();
      while (held > MAX_INSTANCES) {
        forget(instances.keySet().iterator().next());
      }
    }
    return list;
  }

  /** Instances whose attributes are in memory; for tests. */
  synchronized int heldInstances() {
    return held;
  }

  private void forget(Path folder) {
    Instances gone = instances.remove(folder);
    if (gone != null) {
      held -= gone.list().size();
    }
  }

  private Optional<Entry> look(Path folder) throws IOException {
    long modified;
    Set<String> files;
    Entry known = entries.get(folder);
    boolean settled;
    try {
      modified = modified(folder);
      if (known != null && known.settled() && known.modified() == modified) {
        return Optional.of(known);
      }
      settled = settled(modified);
      files = files(folder);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return Optional.empty(); // removed meanwhile, or none of the spool's
    }
    IndexedSeries series = known == null ? null : known.series();
    if (series != null && !files.isEmpty()) {
      return Optional.of(
          new Entry(
              modified,
              settled,
              new IndexedSeries(
                  series.studyInstanceUid(),
                  series.seriesInstanceUid(),
                  series.modality(),
                  series.number(),
                  folder,
                  files.size(),
                  series.encoded())));
    }
    return Optional.of(new Entry(modified, settled, first(folder, files)));
  }

  /** The series by the first of its instances that can be read; null when there is none. */
  private static IndexedSeries first(Path folder, Set<String> files) throws IOException {
    for (String name : files.stream().sorted().toList()) {
      try {
        DataSet header = DicomFiles.readHeader(folder.resolve(name)).dataSet();
        String study = header.string(Tag.StudyInstanceUID).orElse("");
        String series = header.string(Tag.SeriesInstanceUID).orElse("");
        if (Uids.isUsable(study) && Uids.isUsable(series)) {
          return new IndexedSeries(
              study,
              series,
              header.string(Tag.Modality).orElse(""),
              number(header, Tag.SeriesNumber),
              folder,
              files.size(),
              IndexAttributes.encode(
                  header,
                  Stream.concat(
                          IndexAttributes.ofStudy().stream(), IndexAttributes.ofSeries().stream())
                      .collect(Collectors.toSet())));
        }
      } catch (DicomException | NoSuchFileException e) {
        LOG.warn("index: {} is left out: {}", name, e.getMessage());
      }
    }
    return null;
  }

  private static IndexedInstance read(Path file, String seriesInstanceUid) throws IOException {
    try {
      DicomFile header = DicomFiles.readHeader(file);
      DataSet dataSet = header.dataSet();
      String uid = dataSet.string(Tag.SOPInstanceUID).orElse("");
      if (!Uids.isUsable(uid)
          || !dataSet.string(Tag.SeriesInstanceUID).orElse("").equals(seriesInstanceUid)) {
        return null;
      }
      return new IndexedInstance(
          uid,
          dataSet.string(Tag.SOPClassUID).orElse(""),
          header.transferSyntax(),
          file,
          number(dataSet, Tag.InstanceNumber),
          IndexAttributes.encode(dataSet, IndexAttributes.ofInstance()));
    } catch (DicomException | NoSuchFileException e) {
      LOG.warn("index: {} is left out: {}", file.getFileName(), e.getMessage());
      return null;
    }
  }

  private static int number(DataSet header, int tag) {
    try {
      return header.integer(tag).orElse(Integer.MAX_VALUE);
    } catch (DicomException e) {
      return Integer.MAX_VALUE; // no number: last
    }
  }

  private static Set<String> files(Path folder) throws IOException {
    Set<String> names = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.dcm")) {
      for (Path file : files) {
        if (Spool.isInstance(file)) {
          names.add(file.getFileName().toString());
        }
      }
    }
    return names;
  }

  private static long modified(Path folder) throws IOException {
    return Files.getLastModifiedTime(folder).to(TimeUnit.NANOSECONDS);
  }

  private static boolean settled(long modifiedNanos) {
    return System.currentTimeMillis() - modifiedNanos / 1_000_000 > SETTLED_MS;
  }
}
