// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.TransferSyntax;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A Part 10 file on its way into the spool: an {@link IncomingInstance} that says by its file meta
 * information what it is. Its preamble and file meta information are replaced by the spool's own;
 * the data set is kept byte for byte. Not thread-safe.
 */
public final class IncomingFile implements Closeable {
  private static final int FIRST_BYTES = 1024;

  private final Spool spool;
  private final Optional<String> study;
  private ByteBuffer head = ByteBuffer.allocate(FIRST_BYTES);
  private Part10Header header;
  private IncomingInstance instance;

  IncomingFile(Spool spool, Optional<String> study) {
    this.spool = spool;
    this.study = study;
  }

  /** SOP Class UID of the file meta information; empty as long as it has not come, or is none. */
  public Optional<String> sopClassUid() {
    return Optional.ofNullable(header)
        .map(Part10Header::sopClassUid)
        .filter(InstanceUids::isUsable);
  }

  /**
   * SOP Instance UID of the file meta information; empty as long as it has not come, or is none.
   */
  public Optional<String> sopInstanceUid() {
    return Optional.ofNullable(header)
        .map(Part10Header::sopInstanceUid)
        .filter(InstanceUids::isUsable);
  }

  /**
   * Takes the next bytes of the file, whose contents must not change until commit or close.
   *
   * @throws IOException when this is no instance that is stored here, or it cannot be written;
   *     {@link DimseStatus#of} says what to tell the sender
   */
  public void write(ByteBuffer piece) throws IOException {
    if (instance != null) {
      instance.write(List.of(piece));
      return;
    }
    while (instance == null && piece.hasRemaining()) {
      if (!head.hasRemaining()) {
        head = ByteBuffer.allocate(4 * head.capacity()).put(head.flip());
      }
      int count = Math.min(head.remaining(), piece.remaining());
      head.put(piece.slice(piece.position(), count));
      piece.position(piece.position() + count);
      if (!head.hasRemaining() || !piece.hasRemaining()) {
        identify();
      }
    }
    if (piece.hasRemaining()) {
      instance.write(List.of(piece));
    }
  }

  private void identify() throws IOException {
    try {
      header = Part10Header.parseStart(head.duplicate().flip());
    } catch (DicomException e) {
      throw new StoreException(StoreException.Reason.UNREADABLE, e.getMessage());
    }
    if (header == null) {
      return;
    }
    if (!InstanceUids.isUsable(header.sopInstanceUid())) {
      throw new StoreException(
          StoreException.Reason.INVALID_INSTANCE, "Media Storage SOP Instance UID is no UID");
    }
    if (!Negotiation.stores(header.sopClassUid())) {
      throw new StoreException(
          StoreException.Reason.CLASS_NOT_STORED, "instances of this SOP class are not stored");
    }
    TransferSyntax syntax =
        TransferSyntax.of(header.transferSyntaxUid())
            .filter(Negotiation::stores)
            .orElseThrow(
                () ->
                    new StoreException(
                        StoreException.Reason.WRONG_SYNTAX,
                        "instances in this transfer syntax are not stored"));
    instance = spool.receive(header.sopClassUid(), header.sopInstanceUid(), syntax);
    ByteBuffer rest = head.flip().position(header.dataSetOffset()).slice();
    head = null;
    if (rest.hasRemaining()) {
      instance.write(List.of(rest));
    }
  }

  /** Makes the instance durable; see {@link IncomingInstance#commit()}. */
  public IncomingInstance.Stored commit() throws IOException {
    if (instance == null) {
      throw new StoreException(
          StoreException.Reason.UNREADABLE, "the file ends before its data set");
    }
    if (study.isPresent() && !study.get().equals(instance.uids().study())) {
      throw new StoreException(
          StoreException.Reason.MISMATCH, "the instance belongs to another study");
    }
    return instance.commit();
  }

  /** Drops what was not committed. Harmless after commit. */
  @Override
  public void close() throws IOException {
    head = null;
    if (instance != null) {
      instance.close();
    }
  }
}
