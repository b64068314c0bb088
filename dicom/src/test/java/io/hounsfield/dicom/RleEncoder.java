// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** RLE Lossless, PS3.5 annex G, the way to the encoded frame. */
final class RleEncoder {
  private RleEncoder() {}

  static byte[] encode(short[] samples, int samplesPerPixel, int bytesPerSample) {
    ByteBuffer header = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    header.putInt(samplesPerPixel * bytesPerSample);
    for (int sample = 0; sample < samplesPerPixel; sample++) {
      for (int plane = bytesPerSample - 1; plane >= 0; plane--) {
        header.putInt(64 + body.size());
        byte[] bytes = new byte[samples.length / samplesPerPixel];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) (samples[i * samplesPerPixel + sample] >> 8 * plane);
        }
        pack(bytes, body);
      }
    }
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.writeBytes(header.array());
    frame.writeBytes(body.toByteArray());
    return frame.toByteArray();
  }

  private static void pack(byte[] bytes, ByteArrayOutputStream out) {
    int at = 0;
    while (at < bytes.length) {
      int run = 1;
      while (run < 128 && at + run < bytes.length && bytes[at + run] == bytes[at]) {
        run++;
      }
      if (run > 1) {
        out.write(1 - run);
        out.write(bytes[at]);
        at += run;
        continue;
      }
      int literal = 1;
      while (literal < 128
          && at + literal < bytes.length
          && (at + literal + 1 == bytes.length || bytes[at + literal] != bytes[at + literal + 1])) {
        literal++;
      }
      out.write(literal - 1);
      out.write(bytes, at, literal);
      at += literal;
    }
    if ((out.size() & 1) == 1) {
      out.write(0);
    }
  }
}
