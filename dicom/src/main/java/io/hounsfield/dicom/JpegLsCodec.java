// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import java.util.Set;

/**
 * JPEG-LS of one component, lossless and near-lossless: ISO/IEC 14495-1 (ITU-T T.87), PS3.5 section
 * 8.2.3. FFmpeg takes zeros for coded data that is missing; this one refuses.
 */
final class JpegLsCodec implements FrameCodec {
  static final String TITLE = "JPEG-LS";

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
      throw fault("colour images are not supported");
    }
    // A line of equal samples still takes a bit.
    if (frame.length() * 8L < layout.rows()) {
      throw fault(frame.length() + " bytes cannot hold " + layout.rows() + " rows; truncated");
    }
    short[] samples = decode(frame, header);
    if (lossy) {
      SampleBits.extractLossy(samples, layout, false);
    } else {
      SampleBits.extract(samples, layout);
    }
    return samples;
  }

  private static short[] decode(Bytes frame, JpegHeader header) throws DicomException {
    JpegBits bits = new JpegBits(frame, TITLE);
    bits.seek(2);
    JpegLsPreset preset = JpegLsPreset.DEFAULT;
    while (true) {
      int marker = bits.marker();
      if (marker == JpegMarker.EOI) {
        throw fault("the image ends before its scan");
      }
      int end = bits.segmentEnd();
      switch (marker) {
        case JpegMarker.LSE -> preset = JpegLsPreset.read(bits, end, preset);
        case JpegMarker.DRI -> requireNoRestarts(bits, end);
        case JpegMarker.SOS -> {
          return scan(frame, header, bits, end, preset);
        }
        default -> {
          // The frame header, application data, comments.
        }
      }
      bits.seek(end);
    }
  }

  private static void requireNoRestarts(JpegBits bits, int end) throws DicomException {
    while (bits.position() < end) {
      if (bits.octet() != 0) {
        throw fault("restart intervals are not supported");
      }
    }
  }

  /** Section C.2.3. */
  private static short[] scan(
      Bytes frame, JpegHeader header, JpegBits bits, int end, JpegLsPreset preset)
      throws DicomException {
    bits.require(end, 6);
    int count = bits.octet();
    bits.skip(1);
    int mappingTable = bits.octet();
    int near = bits.octet();
    int interleave = bits.octet();
    int pointTransform = bits.octet() & 15;
    if (count != 1 || interleave != 0) {
      throw fault("the scan is not of the one component of the image");
    }
    if (mappingTable != 0) {
      throw fault("mapping tables are not supported");
    }
    if (pointTransform >= header.precision()) {
      throw fault("point transform " + pointTransform);
    }
    short[] samples =
        new JpegLsScan(frame, end, header, preset.complete(header.precision(), near), near)
            .decode();
    if (pointTransform > 0) {
      for (int i = 0; i < samples.length; i++) {
        samples[i] <<= pointTransform;
      }
    }
    return samples;
  }

  static DicomException fault(String what) {
    return JpegHeader.fault(TITLE, what);
  }
}
