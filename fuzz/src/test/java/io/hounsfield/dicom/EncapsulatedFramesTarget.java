// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import io.hounsfield.fuzz.Bounds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Fragments and offset tables of frames. Input: frames (a byte, 1 to 256), length of the extended
 * and of the basic offset table (a byte each), both tables, then fragments with a byte of length
 * each. Every frame that is found must be a run of whole fragments.
 */
public final class EncapsulatedFramesTarget {
  private EncapsulatedFramesTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    // Each of 256 frames may be joined from all fragments.
    Bounds.hold(300L * bytes.length, 1_000_000L * bytes.length, () -> take(ByteBuffer.wrap(bytes)));
  }

  private static void take(ByteBuffer in) {
    int frames = octet(in) + 1;
    int extendedLength = octet(in);
    int basicLength = octet(in);
    DataSet dataSet = new DataSet();
    if (extendedLength > 0) {
      dataSet.put(new Element(Tag.ExtendedOffsetTable, VR.OV, Bytes.of(bytes(in, extendedLength))));
    }
    List<Bytes> all = new ArrayList<>();
    all.add(Bytes.of(bytes(in, basicLength)));
    int total = 0;
    while (in.hasRemaining()) {
      byte[] fragment = bytes(in, octet(in));
      total += fragment.length;
      all.add(Bytes.of(fragment));
    }
    for (int frame = 0; frame < frames; frame++) {
      try {
        Bytes found = EncapsulatedFrames.frame(dataSet, all, frames, frame);
        if (found.length() > total || found.offset() + found.length() > found.array().length) {
          throw new AssertionError("a frame of " + found.length() + " from " + total + " bytes");
        }
      } catch (DicomException e) {
        // Refused.
      }
    }
  }

  private static int octet(ByteBuffer in) {
    return in.hasRemaining() ? in.get() & 0xFF : 0;
  }

  private static byte[] bytes(ByteBuffer in, int length) {
    byte[] bytes = new byte[Math.min(length, in.remaining())];
    in.get(bytes);
    return bytes;
  }

  public static List<byte[]> seeds() {
    byte[] oneFrame = {0, 0, 0, 3, -1, 0x4F, -1, 2, 0, 0};
    byte[] basic = {1, 0, 8, 0, 0, 0, 0, 19, 0, 0, 0, 3, 1, 2, 3, 0, 4, -1, -40, -1, 0, 1, 7};
    byte[] byStart = {1, 0, 0, 4, -1, -40, -1, 0, 1, 5, 4, -1, -40, -1, 0};
    byte[] extended = {
      1, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 2, 4, 5, 1, 6
    };
    return List.of(oneFrame, basic, byStart, extended);
  }

  public static List<byte[]> dictionary() {
    return List.of(
        new byte[] {-1, (byte) 0xD8, -1},
        new byte[] {-1, 0x4F, -1},
        new byte[] {-1, -1, -1, -1},
        new byte[] {-1, -1, -1, 0x7F},
        new byte[] {0, 0, 0, (byte) 0x80});
  }
}
