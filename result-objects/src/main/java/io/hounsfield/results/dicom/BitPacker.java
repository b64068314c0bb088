// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Single bits as Pixel Data holds them, PS3.5 section 8.2: eight to a byte, the first in the least
 * significant bit, frames one after the other without a gap.
 */
final class BitPacker {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long LOW_BITS = 0x7F7F7F7F7F7F7F7FL;
  private static final long ONES = 0x0101010101010101L;
  private static final long GATHER = 0x0102040810204080L;

  private final OutputStream out;
  private byte[] buffer = new byte[0];
  private int pending;
  private int pendingBits;

  BitPacker(OutputStream out) {
    this.out = out;
  }

  /** Appends a frame: 1 where the label is {@code value}. */
  void append(byte[] labels, int value) throws IOException {
    if (buffer.length < labels.length / 8 + 2) {
      buffer = new byte[labels.length / 8 + 2];
    }
    int filled = 0;
    int whole = labels.length & ~7;
    for (int i = 0; i < whole; i += 8) {
      pending |= equalBytes((long) LONG.get(labels, i), value) << pendingBits;
      buffer[filled++] = (byte) pending;
      pending >>>= 8;
    }
    for (int i = whole; i < labels.length; i++) {
      if ((labels[i] & 0xFF) == value) {
        pending |= 1 << pendingBits;
      }
      if (++pendingBits == 8) {
        buffer[filled++] = (byte) pending;
        pending = 0;
        pendingBits = 0;
      }
    }
    out.write(buffer, 0, filled);
  }

  /** Writes the bits of the last byte that is not full. */
  void finish() throws IOException {
    if (pendingBits > 0) {
      out.write(pending);
      pending = 0;
      pendingBits = 0;
    }
  }

  /** Bit i is set where byte i of the eight equals {@code value}. */
  private static int equalBytes(long eight, int value) {
    long difference = eight ^ value * ONES;
    long zeroBytes = ~((difference & LOW_BITS) + LOW_BITS | difference | LOW_BITS);
    return (int) ((zeroBytes >>> 7) * GATHER >>> 56);
  }
}
