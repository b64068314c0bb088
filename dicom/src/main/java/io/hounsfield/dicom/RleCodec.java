// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import java.util.Arrays;

/** RLE Lossless, PS3.5 annex G: one PackBits segment for each byte of a sample, high byte first. */
final class RleCodec implements FrameCodec {
  private static final int HEADER_BYTES = 64;

  @Override
  public short[] decode(Bytes frame, PixelLayout layout) throws DicomException {
    int segments = layout.samplesPerPixel() * layout.bytesPerSample();
    if (frame.length() < HEADER_BYTES) {
      throw fault("a frame of " + frame.length() + " bytes has no room for the header of 64");
    }
    int announced = frame.intAt(0);
    if (announced != segments) {
      throw fault(
          "the header announces "
              + (announced & 0xFFFFFFFFL)
              + " segments, but "
              + layout.samplesPerPixel()
              + " sample(s) of "
              + layout.bitsAllocated()
              + " bits need "
              + segments);
    }
    int[] bounds = new int[segments + 1];
    bounds[segments] = frame.length();
    for (int i = segments - 1; i >= 0; i--) {
      bounds[i] = frame.intAt(4 + 4 * i);
      if (bounds[i] < HEADER_BYTES || bounds[i] > bounds[i + 1]) {
        throw fault(
            "segment "
                + (i + 1)
                + " starts at byte "
                + (bounds[i] & 0xFFFFFFFFL)
                + ", outside the frame or after the next segment");
      }
    }
    int pixels = layout.rows() * layout.columns();
    // Two bytes make at most 128: a frame that cannot fill the image is refused before allocation.
    for (int i = 0; i < segments; i++) {
      if ((bounds[i + 1] - bounds[i]) * 64L < pixels) {
        throw tooShort(i, pixels);
      }
    }
    short[] samples = new short[layout.samples()];
    byte[] plane = new byte[pixels];
    int bytesPerSample = layout.bytesPerSample();
    int stride = layout.samplesPerPixel();
    for (int i = 0; i < segments; i++) {
      unpack(frame, bounds[i], bounds[i + 1], plane, i);
      int sample = i / bytesPerSample;
      boolean high = bytesPerSample == 2 && i % 2 == 0;
      if (high) {
        for (int p = 0, s = sample; p < pixels; p++, s += stride) {
          samples[s] = (short) (plane[p] << 8);
        }
      } else {
        for (int p = 0, s = sample; p < pixels; p++, s += stride) {
          samples[s] |= (short) (plane[p] & 0xFF);
        }
      }
    }
    SampleBits.extract(samples, layout);
    return samples;
  }

  /** PackBits, PS3.5 section G.3.2; what follows the last pixel is padding. */
  private static void unpack(Bytes frame, int from, int to, byte[] plane, int segment)
      throws DicomException {
    byte[] in = frame.array();
    int at = frame.offset() + from;
    int end = frame.offset() + to;
    int out = 0;
    while (out < plane.length) {
      if (at >= end) {
        throw tooShort(segment, plane.length);
      }
      int control = in[at++];
      if (control >= 0) {
        int count = Math.min(control + 1, plane.length - out);
        if (end - at < count) {
          throw tooShort(segment, plane.length);
        }
        System.arraycopy(in, at, plane, out, count);
        at += control + 1;
        out += count;
      } else if (control != -128) {
        if (at >= end) {
          throw tooShort(segment, plane.length);
        }
        int count = Math.min(1 - control, plane.length - out);
        Arrays.fill(plane, out, out + count, in[at++]);
        out += count;
      }
    }
  }

  private static DicomException tooShort(int segment, int pixels) {
    return fault(
        "segment " + (segment + 1) + " ends before " + pixels + " pixels; the data is truncated");
  }

  private static DicomException fault(String what) {
    return DicomException.in(Tag.PixelData, "RLE: " + what);
  }
}
