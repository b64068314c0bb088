// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Storage commitment requests whose report was not delivered yet, one file each in the spool's
 * folder {@code commitments}, so that a restart forgets none. Names are hashes. Thread-safe.
 */
final class CommitmentStore {
  private static final Logger LOG = LoggerFactory.getLogger(CommitmentStore.class);
  private static final String FIRST_LINE = "hounsfield storage commitment 1";
  private static final String SUFFIX = ".txt";

  /**
   * A request.
   *
   * @param callingAeTitle who asked and is to be told
   * @param calledAeTitle by which name this node was called
   * @param requested when
   */
  record Pending(
      String callingAeTitle, String calledAeTitle, Instant requested, Commitments.Request request) {
    /** Its file's name without the end, which also tells it from the others. */
    String key() {
      return SpoolFolders.sha256(callingAeTitle + "\\" + request.transactionUid());
    }
  }

  private final Spool spool;
  private final Path directory;

  CommitmentStore(Spool spool) throws IOException {
    this.spool = spool;
    this.directory = Files.createDirectories(spool.directory().resolve("commitments"));
    spool.flushDirectory(spool.directory());
  }

  private Path file(String key) {
    return directory.resolve(key + SUFFIX);
  }

  /** Durable when it returns, whatever the spool's own durability. */
  void put(Pending pending) throws IOException {
    StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
    text.append(encode(pending.callingAeTitle())).append('\n');
    text.append(encode(pending.calledAeTitle())).append('\n');
    text.append(pending.requested().toEpochMilli()).append('\n');
    text.append(pending.request().transactionUid()).append('\n');
    for (InstanceReference instance : pending.request().instances()) {
      text.append(instance.sopClassUid()).append(' ').append(instance.sopInstanceUid());
      text.append('\n');
    }
    Path aside = directory.resolve(pending.key() + SpoolFolders.PART_SUFFIX);
    try (FileChannel channel =
        FileChannel.open(
            aside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text.toString());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(
        aside,
        file(pending.key()),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    spool.forceDirectory(directory);
  }

  void remove(Pending pending) throws IOException {
    Files.deleteIfExists(file(pending.key()));
  }

  /** All that are there. A file that cannot be read is named in the log and left alone. */
  List<Pending> all() throws IOException {
    List<Pending> all = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path file : files) {
        try {
          all.add(read(file));
        } catch (IllegalArgumentException | IOException e) {
          LOG.warn("storage commitment: {} cannot be read: {}", file.getFileName(), e.toString());
        }
      }
    }
    return all;
  }

  private static Pending read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
    if (lines.size() < 6 || !lines.get(0).equals(FIRST_LINE)) {
      throw new IOException("it is no storage commitment request");
    }
    List<InstanceReference> instances = new ArrayList<>();
    for (String line : lines.subList(5, lines.size())) {
      int space = line.indexOf(' ');
      instances.add(
          new InstanceReference(line.substring(0, Math.max(0, space)), line.substring(space + 1)));
    }
    return new Pending(
        decode(lines.get(1)),
        decode(lines.get(2)),
        Instant.ofEpochMilli(Long.parseLong(lines.get(3))),
        new Commitments.Request(lines.get(4), instances));
  }

  /** AE titles come from the network. */
  private static String encode(String title) {
    return URLEncoder.encode(title, StandardCharsets.UTF_8);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
