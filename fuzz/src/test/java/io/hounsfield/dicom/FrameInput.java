// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.fuzz.Bounds;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * The input of a pixel decoder: rows and columns (16 bits each, big endian), a byte of flags (1: 16
 * bits allocated, 2: signed, bits 2 and 3: samples a pixel less one, bits 4 to 7: bits stored less
 * one), then the encoded frame.
 */
record FrameInput(int rows, int columns, int flags, byte[] frame) {
  static final int HEADER_BYTES = 5;

  /** Decoders hold a picture of their own beside the samples, some of 32 bits. */
  private static final long BYTES_A_SAMPLE = 16;

  private static final long BYTES_A_BYTE = 64;

  /** Of a processor that others use too, with instrumented code. */
  private static final long NANOS_A_SAMPLE = 1000;

  static byte[] of(int rows, int columns, int stored, boolean signed, byte[] frame) {
    return ByteBuffer.allocate(HEADER_BYTES + frame.length)
        .putShort((short) rows)
        .putShort((short) columns)
        .put((byte) ((stored > 8 ? 1 : 0) | (signed ? 2 : 0) | (stored - 1) << 4))
        .put(frame)
        .array();
  }

  static FrameInput parse(byte[] input) {
    ByteBuffer in = ByteBuffer.wrap(Arrays.copyOf(input, Math.max(HEADER_BYTES, input.length)));
    return new FrameInput(
        in.getShort() & 0xFFFF,
        in.getShort() & 0xFFFF,
        in.get() & 0xFF,
        Arrays.copyOfRange(in.array(), HEADER_BYTES, in.array().length));
  }

  DataSet image() {
    int stored = (flags >> 4) + 1;
    return Samples.image(rows, columns, (flags & 1) != 0 ? 16 : 8, stored, (flags & 2) != 0)
        .putInts(Tag.SamplesPerPixel, VR.US, (flags >> 2 & 3) + 1)
        .putFragments(Tag.PixelData, new byte[0], List.of(frame));
  }

  /** Decodes as a service would; null when the frame was refused as it may be. */
  PixelFrame decode(TransferSyntax syntax) {
    PixelFrame[] decoded = new PixelFrame[1];
    long samples =
        Math.min(PixelLayout.MAX_SAMPLES, (long) rows * columns * ((flags >> 2 & 3) + 1));
    Bounds.hold(
        samples * BYTES_A_SAMPLE + frame.length * BYTES_A_BYTE,
        samples * NANOS_A_SAMPLE,
        () -> {
          try {
            decoded[0] = PixelDecoders.decode(DicomFile.of(syntax, image()), 0);
          } catch (DicomException e) {
            // Refused, as it should be.
          }
        });
    if (decoded[0] != null) {
      checkRange(decoded[0]);
    }
    return decoded[0];
  }

  /** Each sample is a value that BitsStored and PixelRepresentation allow. */
  private static void checkRange(PixelFrame frame) {
    int stored = frame.bitsStored();
    if (stored == 16) {
      return;
    }
    int low = frame.signed() ? -(1 << (stored - 1)) : 0;
    int high = low + (1 << stored) - 1;
    for (short sample : frame.samples()) {
      if (sample < low || sample > high) {
        throw new AssertionError("sample " + sample + " is beyond " + stored + " bits");
      }
    }
  }
}
