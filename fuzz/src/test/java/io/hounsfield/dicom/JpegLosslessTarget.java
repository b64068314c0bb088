// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** JPEG Lossless frames. */
public final class JpegLosslessTarget {
  private JpegLosslessTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    FrameInput.parse(bytes).decode(TransferSyntax.JPEG_LOSSLESS);
  }

  public static List<byte[]> seeds() throws IOException {
    Random random = new Random(2);
    List<byte[]> seeds = new ArrayList<>();
    for (int predictor = 1; predictor <= 7; predictor++) {
      for (int stored : new int[] {8, 12, 16}) {
        short[] pixels = Samples.pixels(random, 12, 16, stored, false);
        byte[] frame = JpegLosslessEncoder.encode(pixels, 12, 16, stored, predictor);
        seeds.add(FrameInput.of(12, 16, stored, false, frame));
      }
    }
    seeds.addAll(RealFrames.encoded("dcmcjpeg", "+e1"));
    seeds.addAll(RealFrames.encoded("gdcmconv", "--jpeg"));
    return seeds;
  }

  public static List<byte[]> dictionary() {
    return Words.jpegMarkers();
  }
}
