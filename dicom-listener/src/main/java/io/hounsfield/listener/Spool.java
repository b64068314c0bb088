// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.TransferSyntax;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Received instances on disk, one Part 10 file each: {@code <32 hex digits of the SHA-256 of the
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
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  private static final String LOCK_FILE = ".lock";
  private static final int STRIPES = 64;

  private final Path directory;
  private final SpoolFolders folders;
  private final SpoolOptions options;
  private final FileStore store;
  private final FileChannel lockChannel;
  private final FileLock lock;
  private final AtomicLong parts = new AtomicLong();
  private final AtomicLong heldBytes = new AtomicLong();
  private final ReentrantLock[] instanceLocks = new ReentrantLock[STRIPES];
  private final SharedFlush directoryFlush = new SharedFlush(SharedFlush::force);

  private Spool(
      Path directory, SpoolOptions options, FileStore store, FileChannel channel, FileLock lock) {
    this.directory = directory;
    this.folders = new SpoolFolders(directory);
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
      spool.folders.renameShort();
      spool.folders.deleteParts();
      spool.held().forEach(series -> spool.heldBytes.addAndGet(series.bytes()));
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

  /** Whether a folder in {@link #directory()} is, by its name, that of a series. */
  public static boolean isSeries(Path folder) {
    return SpoolFolders.isSeries(folder);
  }

  /** Whether a file in a series' folder is, by its name, an instance that belongs to it. */
  public static boolean isInstance(Path file) {
    return SpoolFolders.isInstance(file);
  }

  /** The directory, absolute. */
  public Path directory() {
    return directory;
  }

  /**
   * Space that can still be taken before {@link SpoolOptions#minFreeBytes()} or {@link
   * SpoolOptions#maxBytes()}, bytes; 0 if none.
   */
  public long usableBytes() throws IOException {
    long free = store.getUsableSpace() - options.minFreeBytes();
    return Math.max(0, Math.min(free, options.maxBytes() - heldBytes.get()));
  }

  /** What the instances held take, with those kept aside, bytes. */
  public long heldBytes() {
    return heldBytes.get();
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
          heldBytes.get() >= options.maxBytes()
              ? "spool: its budget of " + (options.maxBytes() >> 20) + " MiB is used up"
              : "spool: less than " + (options.minFreeBytes() >> 20) + " MiB are free");
    }
    return new IncomingInstance(this, sopClassUid, sopInstanceUid, transferSyntax);
  }

  /**
   * Begins an instance that comes as a Part 10 file, which names itself. Accepted is what the node
   * accepts in associations.
   *
   * @param studyInstanceUid the study that it must belong to; empty: any
   */
  public IncomingFile receiveFile(Optional<String> studyInstanceUid) {
    return new IncomingFile(this, studyInstanceUid);
  }

  /**
   * An instance held, found by its UIDs; empty when it is not held.
   *
   * @throws IOException when its file cannot be read
   */
  public Optional<SpooledInstance> find(String seriesInstanceUid, String sopInstanceUid)
      throws IOException {
    Path file = SpoolFolders.file(folders.of(seriesInstanceUid), sopInstanceUid);
    try {
      SpooledInstance found = SpoolFolders.readInstance(file);
      return found.seriesInstanceUid().equals(seriesInstanceUid)
              && found.sopInstanceUid().equals(sopInstanceUid)
          ? Optional.of(found)
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Everything the spool holds, by series, in the order of the series' last instance. Reads the
   * beginning of each file. A file that cannot be read is named in the log and left out.
   */
  public List<SpooledSeries> recover() throws IOException {
    List<SpooledSeries> all = new ArrayList<>();
    for (Path series : folders.all()) {
      all.addAll(SpoolFolders.read(series));
    }
    all.sort(Comparator.comparing(SpooledSeries::lastStored));
    return all;
  }

  /** The instances held of one series, ordered by SOP Instance UID; empty when there are none. */
  public List<SpooledInstance> instances(String seriesInstanceUid) throws IOException {
    Path series = folders.of(seriesInstanceUid);
    if (!Files.isDirectory(series)) {
      return List.of();
    }
    for (SpooledSeries found : SpoolFolders.read(series)) {
      if (found.seriesInstanceUid().equals(seriesInstanceUid)) {
        return found.instances();
      }
    }
    return List.of();
  }

  /**
   * The files of all instances held of a series, ordered by name, also of those that {@link
   * #instances} leaves out because they cannot be read. Reads none of them.
   */
  public List<Path> files(String seriesInstanceUid) throws IOException {
    return SpoolFolders.instances(folders.of(seriesInstanceUid));
  }

  /**
   * Files that were kept aside because an instance of their UID was held already with other
   * content, ordered by name; empty when there are none.
   */
  public List<Path> conflicting(String seriesInstanceUid) throws IOException {
    return SpoolFolders.conflicting(folders.of(seriesInstanceUid));
  }

  /**
   * What one folder of the spool holds.
   *
   * @param directory the folder, which names the series
   * @param bytes of its instances, with those kept aside
   * @param lastStored when the last of them was stored
   */
  public record Held(Path directory, long bytes, Instant lastStored) {}

  /** All folders, those first to which nothing was added for the longest time. Reads no files. */
  public List<Held> held() throws IOException {
    return folders.held();
  }

  /** The instances of a folder by series: one as a rule. Reads the beginning of each file. */
  public List<SpooledSeries> series(Held held) throws IOException {
    return SpoolFolders.read(held.directory());
  }

  /**
   * Removes a series, with what was kept aside under its instances' UIDs, if it still is exactly as
   * described: an instance that came meanwhile keeps all of them.
   *
   * @param conflicting what {@link #conflicting} said of it
   * @return the bytes that were freed; 0 when nothing was removed
   */
  public long remove(SpooledSeries series, List<Path> conflicting) throws IOException {
    Path folder = folders.of(series.seriesInstanceUid());
    Set<String> expected = new HashSet<>();
    series.instances().forEach(i -> expected.add(i.file().getFileName().toString()));
    conflicting.forEach(file -> expected.add(file.getFileName().toString()));
    for (ReentrantLock one : instanceLocks) {
      one.lock();
    }
    try {
      List<Path> files = new ArrayList<>();
      Set<String> found = new HashSet<>();
      try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.dcm")) {
        for (Path file : all) {
          String name = file.getFileName().toString();
          files.add(file);
          found.add(name);
        }
      } catch (NoSuchFileException e) {
        return 0;
      }
      if (!found.equals(expected)) {
        return 0;
      }
      long freed = 0;
      for (Path file : files) {
        freed += Files.size(file);
        Files.delete(file);
      }
      heldBytes.addAndGet(-freed);
      try {
        Files.delete(folder);
      } catch (DirectoryNotEmptyException e) {
        // an instance of this series is just being written
      }
      return freed;
    } finally {
      for (ReentrantLock one : instanceLocks) {
        one.unlock();
      }
    }
  }

  /** An instance was stored, so many bytes with its header. */
  void stored(long bytes) {
    heldBytes.addAndGet(bytes);
  }

  /**
   * Makes sure that instances are held, on the device, whatever the spool's {@link
   * SpoolOptions.Durability}.
   *
   * @return for each, success; or no such object instance, class-instance conflict (it is held as
   *     another class), or processing failure (it could not be made sure of)
   */
  Map<InstanceReference, DimseStatus> commit(List<InstanceReference> wanted) {
    Map<InstanceReference, DimseStatus> outcome = new LinkedHashMap<>();
    Set<Path> directories = new HashSet<>();
    try {
      List<Path> all = new ArrayList<>(folders.all());
      for (InstanceReference reference : wanted) {
        String name = SpoolFolders.fileName(reference.sopInstanceUid());
        DimseStatus status = DimseStatus.NO_SUCH_OBJECT_INSTANCE;
        for (int i = 0; i < all.size() && status != DimseStatus.SUCCESS; i++) {
          Path file = all.get(i).resolve(name);
          if (Files.exists(file)) {
            status = secure(file, reference);
            directories.add(all.get(i));
            // The instances of a request mostly share a series: there the next one is found first.
            Collections.swap(all, 0, i);
          }
        }
        outcome.put(reference, status);
      }
      for (Path series : directories) {
        forceDirectory(series);
      }
      forceDirectory(directory);
    } catch (IOException e) {
      if (!Thread.currentThread().isInterrupted()) { // as it is when the node closes
        LOG.error("spool: it cannot be made sure what is held", e);
      }
      wanted.forEach(reference -> outcome.put(reference, DimseStatus.PROCESSING_FAILURE));
    }
    return outcome;
  }

  private static DimseStatus secure(Path file, InstanceReference reference)
      throws ClosedByInterruptException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Part10Header header = Part10Header.read(channel);
      if (header == null || !header.sopInstanceUid().equals(reference.sopInstanceUid())) {
        return DimseStatus.PROCESSING_FAILURE;
      }
      if (!header.sopClassUid().equals(reference.sopClassUid())) {
        return DimseStatus.CLASS_INSTANCE_CONFLICT;
      }
      channel.force(true);
      return DimseStatus.SUCCESS;
    } catch (ClosedByInterruptException e) {
      throw e; // the node closes: nothing is wrong with the file
    } catch (IOException e) {
      LOG.error("spool: {} cannot be read", file.getFileName(), e);
      return DimseStatus.PROCESSING_FAILURE;
    }
  }

  /** Gives the directory free for others. Instances begun and not committed are lost. */
  @Override
  public void close() throws IOException {
    lock.release();
    lockChannel.close();
  }

  // ---- for IncomingInstance ----

  Path folder(String seriesInstanceUid) {
    return folders.of(seriesInstanceUid);
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
    return series.resolve(parts.incrementAndGet() + SpoolFolders.PART_SUFFIX);
  }

  ReentrantLock lockFor(Path file) {
    return instanceLocks[Math.floorMod(file.getFileName().hashCode(), STRIPES)];
  }

  void flush(FileChannel channel) throws IOException {
    if (options.durability() == SpoolOptions.Durability.POWER_LOSS) {
      channel.force(false); // content and length: all that is needed to read it again
    }
  }

  void flushDirectory(Path path) throws IOException {
    if (options.durability() == SpoolOptions.Durability.POWER_LOSS) {
      forceDirectory(path);
    }
  }

  /** Whatever the spool's durability. */
  void forceDirectory(Path path) throws IOException {
    directoryFlush.flush(path);
  }
}
