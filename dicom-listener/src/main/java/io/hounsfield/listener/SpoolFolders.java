// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.TransferSyntax;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of a {@link Spool}, one a series: how they and their files are named, and what can be
 * read in them. Without state but the directory; thread-safe.
 */
final class SpoolFolders {
  static final String PART_SUFFIX = ".part";

  private static final Logger LOG = LoggerFactory.getLogger(SpoolFolders.class);

  /** Half of a SHA-256: whoever chooses two UIDs for it cannot have them share a folder. */
  private static final int SERIES_DIGITS = 32;

  private static final Pattern SERIES = Pattern.compile("[0-9a-f]{" + SERIES_DIGITS + "}");
  private static final Pattern SHORT_SERIES = Pattern.compile("[0-9a-f]{16}");
  private static final Pattern INSTANCE = Pattern.compile("[0-9a-f]{64}\\.dcm");
  private static final Pattern CONFLICTING = Pattern.compile("[0-9a-f]{64}-[0-9a-f]{16}\\.dcm");

  private final Path directory;

  SpoolFolders(Path directory) {
    this.directory = directory;
  }

  // ---- names ----

  Path of(String seriesInstanceUid) {
    return directory.resolve(sha256(seriesInstanceUid).substring(0, SERIES_DIGITS));
  }

  static Path file(Path folder, String sopInstanceUid) {
    return folder.resolve(fileName(sopInstanceUid));
  }

  static String fileName(String sopInstanceUid) {
    return sha256(sopInstanceUid) + ".dcm";
  }

  static boolean isSeries(Path folder) {
    return SERIES.matcher(folder.getFileName().toString()).matches();
  }

  static boolean isInstance(Path file) {
    return INSTANCE.matcher(file.getFileName().toString()).matches();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static String sha256(String text) {
    return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  // ---- at the start ----

  /** Unfinished files of an earlier run: they were never acknowledged. */
  void deleteParts() throws IOException {
    int deleted = 0;
    for (Path series : all()) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(series, "*" + PART_SUFFIX)) {
        for (Path part : files) {
          Files.delete(part);
          deleted++;
        }
      }
    }
    if (deleted > 0) {
      LOG.info("spool: {} unfinished instances of an earlier run deleted", deleted);
    }
  }

  /**
   * Gives folders of an earlier version, which were named by half as many digits, their names of
   * today.
   */
  void renameShort() throws IOException {
    boolean changed = false;
    for (Path folder : matching(SHORT_SERIES)) {
      List<SpooledSeries> series = read(folder);
      Path named = series.size() == 1 ? of(series.get(0).seriesInstanceUid()) : folder;
      if (Files.exists(named)) {
        LOG.warn("spool: {} is left out, it is not the folder of one series", folder);
        continue;
      }
      Files.move(folder, named, StandardCopyOption.ATOMIC_MOVE);
      changed = true;
    }
    if (changed) {
      SharedFlush.force(directory);
    }
  }

  // ---- what is there ----

  List<Path> all() throws IOException {
    return matching(SERIES);
  }

  private List<Path> matching(Pattern names) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (names.matcher(entry.getFileName().toString()).matches() && Files.isDirectory(entry)) {
          found.add(entry);
        }
      }
    }
    return found;
  }

  /** What {@link Spool#held()} says. */
  List<Spool.Held> held() throws IOException {
    List<Spool.Held> all = new ArrayList<>();
    for (Path folder : all()) {
      long bytes = 0;
      Instant last = Instant.EPOCH;
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.dcm")) {
        for (Path file : files) {
          BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
          bytes += attributes.size();
          Instant stored = attributes.lastModifiedTime().toInstant();
          last = stored.isAfter(last) ? stored : last;
        }
      } catch (NoSuchFileException e) {
        continue; // removed meanwhile
      }
      all.add(new Spool.Held(folder, bytes, last));
    }
    all.sort(Comparator.comparing(Spool.Held::lastStored));
    return all;
  }

  /** Instances in a folder, ordered by name; none where there is no such folder. */
  static List<Path> instances(Path folder) throws IOException {
    return files(folder, INSTANCE);
  }

  /** Files kept aside in a folder, ordered by name; none where there is no such folder. */
  static List<Path> conflicting(Path folder) throws IOException {
    return files(folder, CONFLICTING);
  }

  private static List<Path> files(Path folder, Pattern names) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.dcm")) {
      for (Path file : files) {
        if (names.matcher(file.getFileName().toString()).matches()) {
          found.add(file);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of(); // nothing is held of the series
    }
    Collections.sort(found);
    return found;
  }

  /** The instances of a folder by series: one as a rule. Reads the beginning of each file. */
  static List<SpooledSeries> read(Path folder) throws IOException {
    Map<String, List<SpooledInstance>> byUid = new TreeMap<>();
    Map<String, Instant> lastStored = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!isInstance(file)) {
          continue;
        }
        try {
          SpooledInstance instance = readInstance(file);
          byUid.computeIfAbsent(instance.seriesInstanceUid(), u -> new ArrayList<>()).add(instance);
          lastStored.merge(
              instance.seriesInstanceUid(),
              Files.getLastModifiedTime(file).toInstant(),
              (a, b) -> a.isAfter(b) ? a : b);
        } catch (DicomException | StoreException e) {
          LOG.warn("spool: {} is left out, it cannot be read: {}", file, e.getMessage());
        }
      }
    }
    List<SpooledSeries> all = new ArrayList<>();
    byUid.forEach(
        (uid, instances) -> {
          instances.sort(Comparator.comparing(SpooledInstance::sopInstanceUid));
          all.add(new SpooledSeries(uid, instances, lastStored.get(uid)));
        });
    return all;
  }

  static SpooledInstance readInstance(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Part10Header header = Part10Header.read(channel);
      if (header == null) {
        throw new DicomException("no DICM prefix");
      }
      TransferSyntax syntax =
          TransferSyntax.of(header.transferSyntaxUid())
              .orElseThrow(() -> new DicomException("unknown transfer syntax"));
      long length = channel.size() - header.dataSetOffset();
      InstanceUids uids = null;
      for (int most = InstanceUids.USUAL_HEADER; uids == null; most *= 4) {
        ByteBuffer head = Part10Header.readUpTo(channel, header.dataSetOffset(), most);
        boolean whole = head.remaining() == length || most >= InstanceUids.MAX_HEADER;
        uids = InstanceUids.find(head, whole, syntax);
      }
      return new SpooledInstance(
          uids.study(), uids.series(), uids.sopInstance(), uids.sopClass(), syntax, file, length);
    }
  }
}
