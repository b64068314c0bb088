// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.TransferSyntax;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An instance on its way into a {@link Spool}: give its data set piece by piece to {@link #write},
 * then {@link #commit}; {@link #close} without commit leaves no trace. The bytes up to the UIDs are
 * held until the file can be named; of the rest only the headers of elements are looked at, when
 * all is there. Not thread-safe.
 */
public final class IncomingInstance implements Closeable {
  /**
   * The outcome.
   *
   * @param duplicate an instance of this UID was held already
   * @param conflicting and its content differs; {@code instance.file()} is the newcomer, kept aside
   */
  public record Stored(SpooledInstance instance, boolean duplicate, boolean conflicting) {}

  private final Spool spool;
  private final String sopClassUid;
  private final String sopInstanceUid;
  private final TransferSyntax transferSyntax;

  // What came before the file could be named: one array, however small the pieces were.
  private byte[] held = new byte[0];
  private int heldLength;
  private int headLength = InstanceUids.USUAL_HEADER;

  private InstanceUids uids;
  private Path part;
  private FileChannel channel;
  private long bytes;

  IncomingInstance(
      Spool spool, String sopClassUid, String sopInstanceUid, TransferSyntax transferSyntax) {
    this.spool = spool;
    this.sopClassUid = sopClassUid;
    this.sopInstanceUid = sopInstanceUid;
    this.transferSyntax = transferSyntax;
  }

  /**
   * Takes the next bytes of the data set, all of them; the buffers are the caller's again when this
   * returns.
   *
   * @throws IOException when they are no data set, belong to another instance than announced, or
   *     cannot be written
   */
  public void write(List<ByteBuffer> pieces) throws IOException {
    for (ByteBuffer piece : pieces) {
      bytes += piece.remaining();
    }
    if (channel != null) {
      writeFully(pieces);
      return;
    }
    List<ByteBuffer> all = new ArrayList<>(pieces.size() + 2);
    all.add(ByteBuffer.wrap(held, 0, heldLength));
    all.addAll(pieces);
    while (channel == null && bytes >= headLength) {
      identify(all, headLength >= InstanceUids.MAX_HEADER);
    }
    if (channel == null) {
      hold(pieces);
    }
  }

  private void hold(List<ByteBuffer> pieces) {
    if (bytes > held.length) {
      held = Arrays.copyOf(held, (int) Math.max(bytes, 2L * held.length));
    }
    for (ByteBuffer piece : pieces) {
      int length = piece.remaining();
      piece.get(held, heldLength, length);
      heldLength += length;
    }
  }

  /** Looks at the first {@code headLength} bytes, or twice as many the next time. */
  private void identify(List<ByteBuffer> all, boolean whole) throws IOException {
    uids = InstanceUids.find(head(all), whole, transferSyntax);
    if (uids == null) {
      headLength *= 2;
      return;
    }
    if (!uids.sopInstance().equals(sopInstanceUid)) {
      throw new StoreException(
          StoreException.Reason.MISMATCH, "SOP Instance UID of command and data set differ");
    }
    if (!uids.sopClass().equals(sopClassUid)) {
      throw new StoreException(
          StoreException.Reason.MISMATCH, "SOP Class UID of command and data set differ");
    }
    Path series = spool.folder(uids.series());
    part = spool.createPart(series);
    channel = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    all.add(0, ByteBuffer.wrap(Part10Header.encode(sopClassUid, sopInstanceUid, transferSyntax)));
    writeFully(all);
    held = null;
  }

  private ByteBuffer head(List<ByteBuffer> all) {
    ByteBuffer head = ByteBuffer.allocate((int) Math.min(headLength, bytes));
    for (ByteBuffer piece : all) {
      int length = Math.min(piece.remaining(), head.remaining());
      head.put(piece.slice(piece.position(), length));
    }
    return head.flip();
  }

  private void writeFully(List<ByteBuffer> pieces) throws IOException {
    ByteBuffer[] all = pieces.toArray(new ByteBuffer[0]);
    int from = 0;
    while (from < all.length) {
      channel.write(all, from, all.length - from);
      while (from < all.length && !all[from].hasRemaining()) {
        from++;
      }
    }
  }

  /** The UIDs of what came; after the last {@link #write}. */
  InstanceUids uids() throws IOException {
    if (channel == null) {
      headLength = InstanceUids.MAX_HEADER;
      identify(new ArrayList<>(List.of(ByteBuffer.wrap(held, 0, heldLength))), true);
    }
    return uids;
  }

  /**
   * Makes the instance durable under its name; see {@link Spool}. Once only, after the last {@link
   * #write}.
   *
   * @throws IOException when its data set ends before what it announces, or it cannot be written
   */
  public Stored commit() throws IOException {
    uids();
    requireWhole();
    spool.flush(channel);
    channel.close();
    Path series = part.getParent();
    Path file = SpoolFolders.file(series, sopInstanceUid);
    boolean duplicate = false;
    boolean conflicting = false;
    long size = Files.size(part);
    ReentrantLock lock = spool.lockFor(file);
    lock.lock();
    try {
      if (!Files.exists(file)) {
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        spool.stored(size);
      } else {
        duplicate = true;
        if (Files.mismatch(part, file) < 0) {
          Files.delete(part);
        } else {
          conflicting = true;
          file = keepAside(file);
        }
      }
    } finally {
      lock.unlock();
    }
    part = null;
    // For a duplicate too: the first may be about to be acknowledged by another association.
    spool.flushDirectory(series);
    return new Stored(
        new SpooledInstance(
            uids.study(), uids.series(), sopInstanceUid, sopClassUid, transferSyntax, file, bytes),
        duplicate,
        conflicting);
  }

  /** Whoever is told that an instance was stored may delete it: one that was cut is not taken. */
  private void requireWhole() throws IOException {
    try (FileInputStream in = new FileInputStream(part.toFile())) {
      in.getChannel().position(in.getChannel().size() - bytes);
      DataSets.requireWhole(in, bytes, transferSyntax);
    } catch (DicomException e) {
      throw InstanceUids.unreadable(e.getMessage());
    }
  }

  private Path keepAside(Path file) throws IOException {
    MessageDigest digest = SpoolFolders.sha256();
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    try (FileChannel in = FileChannel.open(part, StandardOpenOption.READ)) {
      while (in.read(buffer.clear()) >= 0) {
        digest.update(buffer.flip());
      }
    }
    String name = file.getFileName().toString();
    String content = HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    Path aside = file.resolveSibling(name.substring(0, name.length() - 4) + "-" + content + ".dcm");
    if (!Files.exists(aside)) {
      spool.stored(Files.size(part));
    }
    Files.move(part, aside, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return aside;
  }

  /** Bytes of the data set taken so far. */
  public long bytes() {
    return bytes;
  }

  /** Drops what was not committed. Harmless after commit. */
  @Override
  public void close() throws IOException {
    held = null;
    if (channel != null) {
      channel.close();
    }
    if (part != null) {
      try {
        Files.delete(part);
      } catch (NoSuchFileException e) {
        // the spool directory was cleared under us; nothing is left to delete
      }
      part = null;
    }
  }
}
