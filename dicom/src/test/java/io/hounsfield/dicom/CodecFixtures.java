// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Encoded frames of src/test/resources/codecs and the pixels that were encoded. */
final class CodecFixtures {
  static final int ROWS = 61;
  static final int COLUMNS = 67;

  private CodecFixtures() {}

  static byte[] read(String name) {
    try (InputStream in = CodecFixtures.class.getResourceAsStream("/codecs/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A ramp that runs over the whole range and wraps, with a little noise; two rows of zeros. */
  static short[] field(int bits, boolean signed) {
    int low = signed ? -(1 << (bits - 1)) : 0;
    int range = 1 << bits;
    short[] pixels = new short[ROWS * COLUMNS];
    for (int y = 2; y < ROWS; y++) {
      for (int x = 0; x < COLUMNS; x++) {
        int ramp = x * x * 5 + y * y * 3 + x * y / 2 + (x * 7919 + y * 10477) % 13;
        pixels[y * COLUMNS + x] = (short) (ramp * Math.max(1, range >> 14) % range + low);
      }
    }
    return pixels;
  }

  /** A wave of 0 to 4000. */
  static short[] smooth() {
    short[] pixels = new short[ROWS * COLUMNS];
    for (int y = 0; y < ROWS; y++) {
      for (int x = 0; x < COLUMNS; x++) {
        pixels[y * COLUMNS + x] = (short) ((Math.sin(x / 9.0) * Math.cos(y / 7.0) + 1) * 2000);
      }
    }
    return pixels;
  }

  /** An image object with one frame, in as many fragments as there are arrays. */
  static DicomFile image(TransferSyntax syntax, int bits, boolean signed, byte[]... fragments) {
    DataSet image = Samples.image(ROWS, COLUMNS, bits == 8 ? 8 : 16, bits, signed);
    image.putFragments(Tag.PixelData, new byte[0], List.of(fragments));
    return DicomFile.of(syntax, image);
  }
}
