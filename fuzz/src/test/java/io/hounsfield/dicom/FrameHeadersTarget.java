// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import io.hounsfield.fuzz.Bounds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The checks of JPEG, JPEG-LS, JPEG 2000 and HTJ2K headers that stand before the decoders. They
 * must take next to nothing, whatever a header announces.
 */
public final class FrameHeadersTarget {
  private static final Set<Integer> PROCESSES =
      Set.of(
          JpegHeader.SOF0_BASELINE,
          JpegHeader.SOF1_EXTENDED,
          JpegHeader.SOF3_LOSSLESS,
          JpegHeader.SOF55_JPEG_LS);

  private FrameHeadersTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    FrameInput input = FrameInput.parse(bytes);
    Bounds.hold(0, 0, () -> check(input));
  }

  private static void check(FrameInput input) {
    PixelLayout layout;
    try {
      layout = PixelLayout.of(input.image());
    } catch (DicomException e) {
      return;
    }
    // Not at the start of the array, as in a file that ends with the frame.
    byte[] array = new byte[7 + input.frame().length];
    System.arraycopy(input.frame(), 0, array, 7, input.frame().length);
    Bytes frame = new Bytes(array, 7, input.frame().length);
    try {
      JpegHeader header = JpegHeader.require(frame, layout, "JPEG", PROCESSES);
      if (header.precision() < 2 || header.precision() > 16) {
        throw new AssertionError("precision " + header.precision());
      }
    } catch (DicomException e) {
      // Refused.
    }
    try {
      Jpeg2000Header header = Jpeg2000Header.require(frame, layout);
      if (header.precision() < 1 || header.precision() > 16) {
        throw new AssertionError("precision " + header.precision());
      }
    } catch (DicomException e) {
      // Refused.
    }
  }

  public static List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    seeds.addAll(JpegLsTarget.small());
    seeds.addAll(Jpeg2000Target.small());
    seeds.addAll(Htj2kTarget.seeds());
    seeds.addAll(JpegDctTarget.seeds());
    return seeds;
  }

  public static List<byte[]> dictionary() {
    List<byte[]> words = new ArrayList<>(Words.jpegMarkers());
    words.addAll(Words.jpeg2000Markers());
    return words;
  }
}
