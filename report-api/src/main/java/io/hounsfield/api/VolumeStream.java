// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.domain.NiftiWriter;
import io.hounsfield.domain.VolumeGeometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A CT volume as a compressed NIfTI-1 file, made while it is sent: slices are read and compressed
 * side by side, a few ahead of what the client has taken, and follow each other in one gzip stream
 * (RFC 1952). Each slice is a run of deflate blocks of its own that ends on a byte (RFC 1951
 * section 3.2.4, as a sync flush makes it), so the runs can be put one behind the other.
 */
final class VolumeStream {

  /** How much of the volume is sent. */
  enum Detail {
    /** Every voxel. */
    FULL,
    /**
     * Every n-th voxel along each axis, so that a plane has at most {@value #COARSE_PIXELS} pixels
     * a side and there are at most {@value #COARSE_SLICES} slices: a first picture. Values are
     * those of the voxels that are left, not averages.
     */
    COARSE
  }

  static final int COARSE_PIXELS = 256;
  static final int COARSE_SLICES = 80;

  private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 4, (byte) 0xff};

  /** An empty last block. */
  private static final byte[] DEFLATE_END = {3, 0};

  /** Takes the bytes of the file in order; may block. */
  @FunctionalInterface
  interface Sink {
    void write(byte[] bytes) throws IOException, InterruptedException;
  }

  private record Part(byte[] plain, byte[] packed) {}

  private final CtImages images;
  private final int inPlane;
  private final int between;
  private final VolumeGeometry geometry;

  VolumeStream(CtImages images, Detail detail) {
    this.images = images;
    VolumeGeometry g = images.geometry();
    boolean coarse = detail == Detail.COARSE;
    this.inPlane = coarse ? step(Math.max(g.columns(), g.rows()), COARSE_PIXELS) : 1;
    this.between = coarse ? step(g.slices(), COARSE_SLICES) : 1;
    this.geometry =
        new VolumeGeometry(
            step(g.columns(), inPlane),
            step(g.rows(), inPlane),
            step(g.slices(), between),
            g.columnSpacingMm() * inPlane,
            g.rowSpacingMm() * inPlane,
            g.sliceSpacingMm() * between,
            g.origin(),
            g.rowDirection(),
            g.columnDirection());
  }

  private static int step(int extent, int most) {
    return (extent + most - 1) / most;
  }

  /** The grid of the file. */
  VolumeGeometry geometry() {
    return geometry;
  }

  /**
   * Writes the file.
   *
   * @param pool reads and compresses slices; at most {@code ahead} of them wait at once
   */
  void write(ExecutorService pool, int ahead, Sink sink) throws IOException, InterruptedException {
    CRC32 crc = new CRC32();
    long length = 0;
    byte[] header = NiftiWriter.ctHeader(geometry);
    sink.write(GZIP_HEADER);
    crc.update(header);
    length += header.length;
    sink.write(deflate(header));
    Deque<Future<Part>> waiting = new ArrayDeque<>();
    int next = 0;
    try {
      while (next < geometry.slices() || !waiting.isEmpty()) {
        while (next < geometry.slices() && waiting.size() < ahead) {
          int slice = next++ * between;
          waiting.add(pool.submit(() -> part(slice)));
        }
        Part part = await(waiting.remove());
        crc.update(part.plain());
        length += part.plain().length;
        sink.write(part.packed());
      }
    } finally {
      waiting.forEach(part -> part.cancel(false));
    }
    sink.write(DEFLATE_END);
    ByteBuffer trailer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    trailer.putInt((int) crc.getValue()).putInt((int) length);
    sink.write(trailer.array());
  }

  private static Part await(Future<Part> part) throws IOException, InterruptedException {
    try {
      return part.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException fault ? fault : new IOException(e.getCause());
    }
  }

  private Part part(int slice) throws IOException {
    short[] hu = images.slice(slice);
    int columns = images.geometry().columns();
    ByteBuffer plain =
        ByteBuffer.allocate(2 * geometry.sliceLength()).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < geometry.rows(); row++) {
      int start = row * inPlane * columns;
      for (int column = 0; column < geometry.columns(); column++) {
        plain.putShort(hu[start + column * inPlane]);
      }
    }
    return new Part(plain.array(), deflate(plain.array()));
  }

  private static byte[] deflate(byte[] plain) {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    try {
      deflater.setInput(plain);
      byte[] packed = new byte[plain.length / 2 + 1024];
      int length = 0;
      while (true) {
        int room = packed.length - length;
        int made = deflater.deflate(packed, length, room, Deflater.SYNC_FLUSH);
        length += made;
        if (made < room) {
          return Arrays.copyOf(packed, length);
        }
        packed = Arrays.copyOf(packed, 2 * packed.length);
      }
    } finally {
      deflater.end();
    }
  }
}
