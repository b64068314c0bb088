// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** JPEG 2000 frames through the decoder processes. */
public final class Jpeg2000Target {
  private Jpeg2000Target() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    NativeFrames.take(bytes, TransferSyntax.JPEG_2000);
  }

  public static List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>(small());
    seeds.addAll(RealFrames.encoded("gdcmconv", "--j2k"));
    seeds.addAll(RealFrames.encoded("gdcmconv", "--j2k", "--lossy", "-q", "70"));
    return seeds;
  }

  static List<byte[]> small() {
    int rows = CodecFixtures.ROWS;
    int columns = CodecFixtures.COLUMNS;
    return List.of(
        FrameInput.of(rows, columns, 16, false, CodecFixtures.read("u16.j2k")),
        FrameInput.of(rows, columns, 16, true, CodecFixtures.read("s16.j2k")),
        FrameInput.of(rows, columns, 12, false, CodecFixtures.read("u12.j2k")));
  }

  public static List<byte[]> dictionary() {
    return Words.jpeg2000Markers();
  }
}
