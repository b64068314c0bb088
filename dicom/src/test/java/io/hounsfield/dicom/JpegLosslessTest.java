// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.Element.Bytes;
import io.hounsfield.dicom.JpegLosslessEncoder.Coding;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ISO/IEC 10918-1 annex H and section B.1.1 allow and encoders do, exact or refused. */
class JpegLosslessTest {
  private static final int ROWS = 20;
  private static final int COLUMNS = 24;

  private static short[] decode(byte[] frame, int rows, int columns, int samples, int bits)
      throws DicomException {
    DataSet image = Samples.image(rows, columns, bits <= 8 ? 8 : 16, bits, false);
    image.putInts(Tag.SamplesPerPixel, VR.US, samples);
    return new JpegLosslessCodec().decode(Bytes.of(frame), PixelLayout.of(image));
  }

  private static byte[] encode(short[] pixels, int bits, Coding coding) {
    return JpegLosslessEncoder.encode(pixels, ROWS, COLUMNS, 1, bits, coding);
  }

  /** The prediction starts anew with each interval, as in the first line (section H.1.1). */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
  void restartIntervalsWithEachPredictor(int predictor) throws DicomException {
    for (int lines = 1; lines <= ROWS; lines++) {
      for (int bits : new int[] {8, 12, 16}) {
        short[] pixels = Samples.pixels(new Random(lines), ROWS, COLUMNS, bits, false);
        byte[] frame = encode(pixels, bits, new Coding(predictor, 0, lines, lines % 3, true));
        assertArrayEquals(pixels, decode(frame, ROWS, COLUMNS, 1, bits), lines + " lines");
      }
    }
  }

  /** Any marker may be preceded by fill bytes (section B.1.1.2), wherever the last code ends. */
  @Test
  void fillBytesBeforeMarkersCostNoSample() throws DicomException {
    for (int columns = 1; columns <= 40; columns++) {
      short[] pixels = new short[10 * columns];
      Arrays.fill(pixels, (short) 24);
      pixels[pixels.length / 2] = 100;
      for (int fill = 0; fill <= 3; fill++) {
        byte[] frame =
            JpegLosslessEncoder.encode(pixels, 10, columns, 1, 12, new Coding(1, 0, 0, fill, true));
        assertArrayEquals(pixels, decode(frame, 10, columns, 1, 12), columns + ", fill " + fill);
      }
    }
  }

  /** A difference of 32768 has a code and no further bits (table H.2), also as the last one. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
  void theLargestDifference(int predictor) throws DicomException {
    short[] pixels = new short[ROWS * COLUMNS];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (short) ((i + i / COLUMNS) % 2 * 32768);
    }
    for (int lines : new int[] {0, 1, 5}) {
      byte[] frame = encode(pixels, 16, new Coding(predictor, 0, lines, 0, true));
      assertArrayEquals(pixels, decode(frame, ROWS, COLUMNS, 1, 16));
    }
  }

  @Test
  void thePointTransformIsUndone() throws DicomException {
    for (int shift = 1; shift < 12; shift++) {
      short[] pixels = Samples.pixels(new Random(shift), ROWS, COLUMNS, 12, false);
      byte[] frame = encode(pixels, 12, new Coding(1 + shift % 7, shift, 4, 0, true));
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (short) (pixels[i] >> shift << shift);
      }
      assertArrayEquals(pixels, decode(frame, ROWS, COLUMNS, 1, 12), "shift " + shift);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void coloursInOneScanOrEachInItsOwn(boolean interleaved) throws DicomException {
    for (int predictor = 1; predictor <= 7; predictor++) {
      short[] pixels = Samples.pixels(new Random(predictor), ROWS, COLUMNS * 3, 8, false);
      byte[] frame =
          JpegLosslessEncoder.encode(
              pixels, ROWS, COLUMNS, 3, 8, new Coding(predictor, 0, 7, 1, interleaved));
      assertArrayEquals(pixels, decode(frame, ROWS, COLUMNS, 3, 8));
    }
  }

  /** Wherever the coded data is cut, with the end marker put behind it: nothing is made up. */
  @Test
  void dataThatEndsTooEarlyIsRefused() {
    short[] pixels = Samples.pixels(new Random(9), ROWS, COLUMNS, 12, false);
    byte[] frame = encode(pixels, 12, Coding.of(1));
    int start = frame.length - 300;
    for (int cut = start; cut < frame.length - 2; cut++) {
      byte[] damaged = Arrays.copyOf(frame, cut + 2);
      damaged[cut] = (byte) 0xFF;
      damaged[cut + 1] = (byte) 0xD9;
      assertThrows(DicomException.class, () -> decode(damaged, ROWS, COLUMNS, 1, 12), "at " + cut);
      byte[] open = Arrays.copyOf(frame, cut);
      assertThrows(DicomException.class, () -> decode(open, ROWS, COLUMNS, 1, 12), "at " + cut);
    }
  }

  @Test
  void moreDataThanSamplesIsRefused() {
    short[] pixels = Samples.pixels(new Random(9), ROWS, COLUMNS, 12, false);
    byte[] frame = encode(pixels, 12, Coding.of(1));
    byte[] longer = Arrays.copyOf(frame, frame.length + 3);
    longer[frame.length - 2] = 0x55;
    longer[frame.length - 1] = 0x55;
    longer[frame.length] = 0x55;
    longer[frame.length + 1] = (byte) 0xFF;
    longer[frame.length + 2] = (byte) 0xD9;
    DicomException refused =
        assertThrows(DicomException.class, () -> decode(longer, ROWS, COLUMNS, 1, 12));
    assertTrue(refused.getMessage().contains("no end marker"), refused.getMessage());
  }

  /** A restart marker that was lost or came twice moves all lines behind it. */
  @Test
  void wrongRestartMarkersAreRefused() throws DicomException {
    short[] pixels = Samples.pixels(new Random(9), ROWS, COLUMNS, 12, false);
    byte[] frame = encode(pixels, 12, new Coding(1, 0, 2, 0, true));
    int found = 0;
    for (int i = 60; i + 1 < frame.length; i++) {
      if (frame[i] == (byte) 0xFF && (frame[i + 1] & 0xF8) == 0xD0) {
        found++;
        byte[] other = frame.clone();
        other[i + 1] ^= 1;
        assertThrows(DicomException.class, () -> decode(other, ROWS, COLUMNS, 1, 12));
        byte[] lost = new byte[frame.length - 2];
        System.arraycopy(frame, 0, lost, 0, i);
        System.arraycopy(frame, i + 2, lost, i, frame.length - i - 2);
        assertThrows(DicomException.class, () -> decode(lost, ROWS, COLUMNS, 1, 12));
      }
    }
    assertTrue(found == 9, found + " restart markers");
  }
}
