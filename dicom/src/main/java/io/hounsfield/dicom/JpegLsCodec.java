// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import java.util.Set;

/**
 * JPEG-LS of one component, lossless and near-lossless: ISO/IEC 14495-1, PS3.5 section 8.2.3, by
 * FFmpeg in a process of its own.
 */
final class JpegLsCodec implements FrameCodec {
  private static final String TITLE = "JPEG-LS";
  private static final byte END_OF_IMAGE = (byte) 0xD9;

  private final boolean lossy;

  /**
   * @param lossy whether the transfer syntax allows loss
   */
  JpegLsCodec(boolean lossy) {
    this.lossy = lossy;
  }

  @Override
  public short[] decode(Bytes frame, PixelLayout layout) throws DicomException {
    JpegHeader header = JpegHeader.require(frame, layout, TITLE, Set.of(JpegHeader.SOF55_JPEG_LS));
    if (header.components() != 1) {
      throw JpegHeader.fault(TITLE, "colour images are not supported");
    }
    // A line of equal samples still takes a bit.
    if (frame.length() * 8L < layout.rows()) {
      throw JpegHeader.fault(
          TITLE, frame.length() + " bytes cannot hold " + layout.rows() + " rows; truncated");
    }
    requireEnd(frame, header.end());
    short[] samples =
        DecoderPool.decode(DecoderWorker.JPEG_LS, TITLE, layout, header.precision(), frame);
    if (lossy) {
      SampleBits.extractLossy(samples, layout, false);
    } else {
      SampleBits.extract(samples, layout);
    }
    return samples;
  }

  /**
   * The decoder takes zeros for what is missing at the end; here that is a fault. After the frame
   * header, FF followed by a byte above 7F is a marker wherever it stands (section A.1), so the end
   * marker is found without decoding.
   */
  private static void requireEnd(Bytes frame, int from) throws DicomException {
    byte[] array = frame.array();
    for (int i = frame.offset() + from; i + 1 < frame.offset() + frame.length(); i++) {
      if (array[i] == (byte) 0xFF && array[i + 1] == END_OF_IMAGE) {
        return;
      }
    }
    throw JpegHeader.fault(TITLE, "no end marker (FFD9); the data is truncated");
  }
}
