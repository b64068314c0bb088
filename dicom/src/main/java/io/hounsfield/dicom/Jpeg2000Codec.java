// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;

/**
 * JPEG 2000 and High-Throughput JPEG 2000 of one component, reversible and irreversible: ISO/IEC
 * 15444-1 and 15444-15, PS3.5 sections 8.2.4 and 8.2.14, by FFmpeg in a process of its own.
 */
final class Jpeg2000Codec implements FrameCodec {
  private final boolean lossy;

  /**
   * @param lossy whether the transfer syntax allows loss
   */
  Jpeg2000Codec(boolean lossy) {
    this.lossy = lossy;
  }

  @Override
  public short[] decode(Bytes frame, PixelLayout layout) throws DicomException {
    Jpeg2000Header header = Jpeg2000Header.require(frame, layout);
    short[] samples = DecoderPool.decode("JPEG 2000", layout, header.precision(), frame);
    if (header.signed()) {
      // The decoder shifts signed samples to the range of unsigned ones.
      int level = 1 << (header.precision() - 1);
      for (int i = 0; i < samples.length; i++) {
        samples[i] = (short) ((samples[i] & 0xFFFF) - level);
      }
    }
    if (lossy) {
      SampleBits.extractLossy(samples, layout, header.signed());
    } else {
      SampleBits.extract(samples, layout);
    }
    return samples;
  }
}
