// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** JPEG-LS frames, lossless and near-lossless. */
public final class JpegLsTarget {
  private JpegLsTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    FrameInput.parse(bytes).decode(TransferSyntax.JPEG_LS_NEAR_LOSSLESS);
  }

  public static List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>(small());
    seeds.addAll(RealFrames.encoded("dcmcjpls"));
    seeds.addAll(RealFrames.encoded("dcmcjpls", "+en", "+md", "3"));
    return seeds;
  }

  static List<byte[]> small() {
    int rows = CodecFixtures.ROWS;
    int columns = CodecFixtures.COLUMNS;
    return List.of(
        FrameInput.of(rows, columns, 16, false, CodecFixtures.read("u16.jls")),
        FrameInput.of(rows, columns, 16, false, CodecFixtures.read("u16near3.jls")),
        FrameInput.of(rows, columns, 8, false, CodecFixtures.read("u8.jls")));
  }

  public static List<byte[]> dictionary() {
    return Words.jpegMarkers();
  }
}
