// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.TransferSyntax;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Received instances on disk, one Part 10 file each: {@code <16 hex digits of the SHA-256 of the
 * Series Instance UID>/<64 hex digits of the SHA-256 of the SOP Instance UID>.dcm}. No name comes
 * from the network. The data set is byte for byte as it was sent, behind a file meta information
 * written here.
 *
 * <p><b>Durability.</b> An instance is written aside (same directory, {@code .part}), flushed,
 * renamed to its name, and the directory flushed; only then does {@link IncomingInstance#commit()}
 * return and C-STORE answer success. So after success it survives {@code kill -9}, a crash of the
 * operating system and a loss of power, complete; a file under its final name is never partial. See
 * {@link SpoolOptions.Durability}.
 *
 * <p><b>Idempotency.</b> The same instance stored again (same UIDs, same bytes) changes nothing.
 * The same UIDs with other bytes are kept aside as {@code <64 hex>-<16 hex of the content>.dcm} and
 * never become part of the series.
 *
 * <p>One process at a time: a lock file in the directory sees to it. Thread-safe.
 */
public final class Spool implements AutoCloseable {
  static final String PART_SUFFIX = ".part";

  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  private static final String LOCK_FILE = ".lock";
  private static final Pattern SERIES_DIRECTORY = Pattern.compile("[0-9a-f]{16}");
  private static final Pattern INSTANCE_FILE = Pattern.compile("[0-9a-f]{64}\\.dcm");
  private static final int STRIPES = 64;

  private final Path directory;
  private final SpoolOptions options;
  private final FileStore store;
  private final FileChannel lockChannel;
  private final FileLock lock;
  private final AtomicLong parts = new AtomicLong();
  private final ReentrantLock[] instanceLocks = new ReentrantLock[STRIPES];

  private Spool(
      Path directory, SpoolOptions options, FileStore store, FileChannel channel, FileLock lock) {
    this.directory = directory;
    this.options = options;
    this.store = store;
    this.lockChannel = channel;
    this.lock = lock;
    Arrays.setAll(instanceLocks, i -> new ReentrantLock());
  }

  /** Opens a spool with {@link SpoolOptions#defaults()}. */
  public static Spool open(Path directory) throws IOException {
    return open(directory, SpoolOptions.defaults());
  }

  /**
   * Opens the spool in this directory, which is created if need be. Unfinished files of an earlier
   * run are deleted: they were never acknowledged.
   *
   * @throws IOException when the directory cannot be used, or another process uses it
   */
  public static Spool open(Path directory, SpoolOptions options) throws IOException {
    Path real = Files.createDirectories(directory).toRealPath();
    FileChannel channel =
        FileChannel.open(
            real.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = tryLock(channel);
      if (lock == null) {
        throw new IOException(
            "spool directory " + directory + " is in use; stop the other one or choose another");
      }
      Spool spool = new Spool(real, options, Files.getFileStore(real), channel, lock);
      spool.deleteParts();
      return spool;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by this very process
    }
  }

  /** The directory, absolute. */
  public Path directory() {
    return directory;
  }

  /** Space that can still be taken before {@link SpoolOptions#minFreeBytes()}, bytes; 0 if none. */
  public long usableBytes() throws IOException {
    return Math.max(0, store.getUsableSpace() - options.minFreeBytes());
  }

  /**
   * Begins an instance.
   *
   * @param sopClassUid as the sender named it; the data set must say the same
   * @param sopInstanceUid as the sender named it; the data set must say the same
   * @throws IOException with status A700H when the spool has no room
   */
  public IncomingInstance receive(
      String sopClassUid, String sopInstanceUid, TransferSyntax transferSyntax) throws IOException {
    if (usableBytes() == 0) {
      throw new StoreException(
          StoreException.Reason.NO_SPACE,
          "spool: less than " + (options.minFreeBytes() >> 20) + " MiB are free");
    }
    return new IncomingInstance(this, sopClassUid, sopInstanceUid, transferSyntax);
  }

  /**
   * Everything the spool holds, by series, in the order of the series' last instance. Reads the
   * beginning of each file. A file that cannot be read is named in the log and left out.
   */
  public List<SpooledSeries> recover() throws IOException {
    List<SpooledSeries> all = new ArrayList<>();
    for (Path series : seriesDirectories()) {
      all.addAll(read(series));
    }
    all.sort(Comparator.comparing(SpooledSeries::lastStored));
    return all;
  }

  /** The instances held of one series, ordered by SOP Instance UID; empty when there are none. */
  public List<SpooledInstance> instances(String seriesInstanceUid) throws IOException {
    Path series = seriesDirectory(seriesInstanceUid);
    if (!Files.isDirectory(series)) {
      return List.of();
    }
    for (SpooledSeries found : read(series)) {
      if (found.seriesInstanceUid().equals(seriesInstanceUid)) {
        return found.instances();
      }
    }
    return List.of();
  }

  /** Gives the directory free for others. Instances begun and not committed are lost. */
  @Override
  public void close() throws IOException {
    lock.release();
    lockChannel.close();
  }

  // ---- for IncomingInstance ----

  Path seriesDirectory(String seriesInstanceUid) {
    return directory.resolve(sha256(seriesInstanceUid).substring(0, 16));
  }

  Path fileOf(Path series, String sopInstanceUid) {
    return series.resolve(sha256(sopInstanceUid) + ".dcm");
  }

  Path createPart(Path series) throws IOException {
    if (!Files.isDirectory(series)) {
      try {
        Files.createDirectory(series);
      } catch (FileAlreadyExistsException e) {
        // another association was faster
      }
      flushDirectory(directory);
    }
    return series.resolve(parts.incrementAndGet() + PART_SUFFIX);
  }

  ReentrantLock lockFor(Path file) {
    return instanceLocks[Math.floorMod(file.getFileName().hashCode(), STRIPES)];
  }

  void flush(FileChannel channel) throws IOException {
    if (options.durability() == SpoolOptions.Durability.POWER_LOSS) {
      channel.force(true);
    }
  }

  void flushDirectory(Path path) throws IOException {
    if (options.durability() == SpoolOptions.Durability.POWER_LOSS) {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  // ---- scanning ----

  private void deleteParts() throws IOException {
    int deleted = 0;
    for (Path series : seriesDirectories()) {
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

  private List<Path> seriesDirectories() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (SERIES_DIRECTORY.matcher(entry.getFileName().toString()).matches()
            && Files.isDirectory(entry)) {
          found.add(entry);
        }
      }
    }
    return found;
  }

  private List<SpooledSeries> read(Path series) throws IOException {
    Map<String, List<SpooledInstance>> byUid = new TreeMap<>();
    Map<String, Instant> lastStored = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(series)) {
      for (Path file : files) {
        if (!INSTANCE_FILE.matcher(file.getFileName().toString()).matches()) {
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

  private static SpooledInstance readInstance(Path file) throws IOException {
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

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String sha256(String text) {
    return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.ISO_8859_1)));
  }
}
