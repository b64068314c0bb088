// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Uncompressed pixel data, PS3.5 section 8.1.1 and annex D. */
final class NativeCodec implements FrameCodec {

  /** The bytes of one frame. */
  static Bytes frame(Bytes pixels, PixelLayout layout, int frame) throws DicomException {
    long start = (long) frame * layout.frameBytes();
    if (start + layout.frameBytes() > pixels.length()) {
      throw DicomException.in(
          Tag.PixelData,
          "holds "
              + pixels.length()
              + " bytes, but "
              + layout.frames()
              + " frame(s) of "
              + layout.rows()
              + " x "
              + layout.columns()
              + " need "
              + (long) layout.frames() * layout.frameBytes());
    }
    return new Bytes(pixels.array(), pixels.offset() + (int) start, layout.frameBytes());
  }

  @Override
  public short[] decode(Bytes frame, PixelLayout layout) {
    short[] samples = new short[layout.samples()];
    if (layout.bitsAllocated() == 16) {
      ByteBuffer.wrap(frame.array(), frame.offset(), frame.length())
          .order(ByteOrder.LITTLE_ENDIAN)
          .asShortBuffer()
          .get(samples);
    } else {
      for (int i = 0; i < samples.length; i++) {
        samples[i] = (short) (frame.array()[frame.offset() + i] & 0xFF);
      }
    }
    SampleBits.extract(samples, layout);
    return layout.planar() ? SampleBits.interleave(samples, layout) : samples;
  }

  /** Writes decoded frames one after the other as uncompressed pixel data. */
  static final class Encoder {
    private final PixelLayout layout;
    private final ByteBuffer out;

    Encoder(PixelLayout layout, int totalBytes) {
      this.layout = layout;
      this.out = ByteBuffer.allocate(totalBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    void add(short[] samples) {
      if (layout.bitsAllocated() == 16) {
        out.asShortBuffer().put(samples);
        out.position(out.position() + 2 * samples.length);
      } else {
        for (short sample : samples) {
          out.put((byte) sample);
        }
      }
    }

    byte[] bytes() {
      return out.array();
    }
  }
}
