// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.util.List;

/** High-throughput JPEG 2000 frames through the decoder processes. */
public final class Htj2kTarget {
  private Htj2kTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    NativeFrames.take(bytes, TransferSyntax.HTJ2K);
  }

  public static List<byte[]> seeds() {
    int rows = CodecFixtures.ROWS;
    int columns = CodecFixtures.COLUMNS;
    return List.of(
        FrameInput.of(rows, columns, 16, false, CodecFixtures.read("u16.j2c")),
        FrameInput.of(rows, columns, 16, true, CodecFixtures.read("s16.j2c")),
        FrameInput.of(rows, columns, 12, false, CodecFixtures.read("u12.j2c")),
        FrameInput.of(rows, columns, 12, false, CodecFixtures.read("u12lrcp.j2c")),
        FrameInput.of(rows, columns, 12, false, CodecFixtures.read("u12lossy.j2c")),
        FrameInput.of(rows, columns, 8, false, CodecFixtures.read("u8.j2c")));
  }

  public static List<byte[]> dictionary() {
    return Words.jpeg2000Markers();
  }
}
