// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** JPEG Baseline and Extended frames, 8 and 12 bits. */
public final class JpegDctTarget {
  private JpegDctTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    FrameInput.parse(bytes).decode(TransferSyntax.JPEG_EXTENDED);
  }

  public static List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    int rows = CodecFixtures.ROWS;
    int columns = CodecFixtures.COLUMNS;
    seeds.add(FrameInput.of(rows, columns, 12, false, CodecFixtures.read("smooth12.jpg")));
    seeds.add(FrameInput.of(rows, columns, 16, true, CodecFixtures.read("smooth12.jpg")));
    for (int restart : new int[] {0, 5}) {
      byte[] frame = CodecFixturesTest.baseline(0.8f, restart);
      seeds.add(FrameInput.of(rows, columns, 8, false, frame));
    }
    seeds.addAll(RealFrames.encoded("dcmcjpeg", "+ee"));
    seeds.addAll(RealFrames.encoded("dcmcjpeg", "+eb", "+un"));
    return seeds;
  }

  public static List<byte[]> dictionary() {
    return Words.jpegMarkers();
  }
}
