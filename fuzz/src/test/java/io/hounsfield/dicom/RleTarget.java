// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** RLE frames; what was decoded is encoded again and must decode to the same. */
public final class RleTarget {
  private RleTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    FrameInput input = FrameInput.parse(bytes);
    PixelFrame decoded = input.decode(TransferSyntax.RLE_LOSSLESS);
    if (decoded == null || decoded.samples().length > 1 << 16) {
      return;
    }
    byte[] again =
        RleEncoder.encode(
            decoded.samples(), decoded.samplesPerPixel(), decoded.bitsAllocated() / 8);
    PixelFrame second =
        new FrameInput(input.rows(), input.columns(), input.flags(), again)
            .decode(TransferSyntax.RLE_LOSSLESS);
    if (second == null || !Arrays.equals(decoded.samples(), second.samples())) {
      throw new AssertionError("encoded again, it decodes to other samples");
    }
  }

  public static List<byte[]> seeds() throws DicomException {
    Random random = new Random(1);
    List<byte[]> seeds = new ArrayList<>();
    for (int stored : new int[] {8, 12, 16}) {
      short[] pixels = Samples.pixels(random, 12, 16, stored, stored == 16);
      byte[] frame = RleEncoder.encode(pixels, 1, stored > 8 ? 2 : 1);
      seeds.add(FrameInput.of(12, 16, stored, stored == 16, frame));
    }
    RealFrames.window()
        .ifPresent(
            window ->
                seeds.add(
                    FrameInput.of(
                        RealFrames.SIDE,
                        RealFrames.SIDE,
                        16,
                        true,
                        RleEncoder.encode(window, 1, 2))));
    return seeds;
  }
}
