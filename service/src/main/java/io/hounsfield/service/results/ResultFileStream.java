// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file that is written through a small buffer, with its digest. Faults of the disk are {@link
 * DiskFaultException}.
 */
final class ResultFileStream extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private final FileChannel channel;
  private final MessageDigest digest;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

  private ResultFileStream(FileChannel channel, MessageDigest digest) {
    this.channel = channel;
    this.digest = digest;
  }

  /** Begins the file anew. */
  static ResultFileStream open(Path file) throws DiskFaultException {
    try {
      return new ResultFileStream(
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING),
          MessageDigest.getInstance("SHA-256"));
    } catch (IOException e) {
      throw new DiskFaultException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public void write(int b) throws IOException {
    if (!buffer.hasRemaining()) {
      drain();
    }
    buffer.put((byte) b);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int left = length;
    while (left > 0) {
      if (!buffer.hasRemaining()) {
        drain();
      }
      int part = Math.min(left, buffer.remaining());
      buffer.put(bytes, at, part);
      at += part;
      left -= part;
    }
  }

  private void drain() throws DiskFaultException {
    buffer.flip();
    digest.update(buffer.duplicate());
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      throw new DiskFaultException(e);
    }
    buffer.clear();
  }

  /** Puts everything on disk; the SHA-256 of the file, lower-case hexadecimal. */
  String finish() throws DiskFaultException {
    drain();
    try {
      channel.force(true);
    } catch (IOException e) {
      throw new DiskFaultException(e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() throws DiskFaultException {
    try {
      channel.close();
    } catch (IOException e) {
      throw new DiskFaultException(e);
    }
  }
}
