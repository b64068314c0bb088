// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PixelDecodersTest {
  private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
  private static final int ROWS = 37;
  private static final int COLUMNS = 41;

  private static DicomFile encapsulated(
      TransferSyntax syntax, DataSet image, byte[] offsets, List<byte[]> fragments)
      throws DicomException {
    image.putFragments(Tag.PixelData, offsets, fragments);
    return DicomFiles.read(DicomFiles.encode(DicomFile.of(syntax, image)));
  }

  private static String fault(DicomFile file) {
    return assertThrows(DicomException.class, () -> PixelDecoders.decode(file, 0)).getMessage();
  }

  @Test
  void whatIsSupported() {
    assertTrue(PixelDecoders.supports(TransferSyntax.JPEG_LOSSLESS_SV1));
    assertTrue(PixelDecoders.supports(TransferSyntax.RLE_LOSSLESS));
    assertTrue(PixelDecoders.supports(TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN));
    assertTrue(PixelDecoders.supports(TransferSyntax.JPEG_EXTENDED));
    assertFalse(PixelDecoders.supports(TransferSyntax.JPEG_XL));
    String message = fault(DicomFile.of(TransferSyntax.JPEG_XL, Samples.image(4, 4, 16, 16, true)));
    assertTrue(message.contains("JPEG XL cannot be decoded"), message);
  }

  @ParameterizedTest
  @CsvSource({
    "8, 8, false",
    "8, 8, true",
    "8, 6, false",
    "16, 16, false",
    "16, 16, true",
    "16, 12, false",
    "16, 12, true",
    "16, 10, true"
  })
  void uncompressed(int allocated, int stored, boolean signed) throws DicomException {
    short[] pixels = Samples.pixels(new Random(1), ROWS, COLUMNS, stored, signed);
    for (TransferSyntax syntax :
        List.of(
            EXPLICIT,
            TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
            TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
            TransferSyntax.EXPLICIT_VR_BIG_ENDIAN)) {
      DataSet image = Samples.image(ROWS, COLUMNS, allocated, stored, signed);
      image.putBytes(
          Tag.PixelData,
          allocated == 8 ? VR.OB : VR.OW,
          Arrays.copyOf(
              Samples.cells(pixels, allocated), (ROWS * COLUMNS + 1) / 2 * 2 * allocated / 8));
      DicomFile file = DicomFiles.read(DicomFiles.encode(DicomFile.of(syntax, image)));
      PixelFrame frame = PixelDecoders.decode(file, 0);
      assertArrayEquals(pixels, frame.samples(), syntax.title());
      assertEquals(ROWS, frame.rows());
      assertEquals(COLUMNS, frame.columns());
      assertEquals(signed, frame.signed());
      assertEquals(stored, frame.bitsStored());
    }
  }

  /**
   * Overlays in the unused high bits, and values that do not start at bit 0, PS3.5 section 8.1.1.
   */
  @ParameterizedTest
  @CsvSource({"12, 11, true", "12, 11, false", "12, 15, true", "12, 15, false", "10, 12, true"})
  void onlyTheStoredBitsCount(int stored, int highBit, boolean signed) throws DicomException {
    short[] pixels = Samples.pixels(new Random(2), ROWS, COLUMNS, stored, signed);
    Random noise = new Random(3);
    short[] cells = new short[pixels.length];
    int shift = highBit + 1 - stored;
    int mask = (1 << stored) - 1 << shift;
    for (int i = 0; i < cells.length; i++) {
      cells[i] = (short) (pixels[i] << shift & mask | noise.nextInt() & ~mask);
    }
    DataSet image = Samples.image(ROWS, COLUMNS, 16, stored, signed);
    image.putInts(Tag.HighBit, VR.US, highBit).putShorts(Tag.PixelData, VR.OW, cells);
    assertArrayEquals(pixels, PixelDecoders.decode(DicomFile.of(EXPLICIT, image), 0).samples());
  }

  @Test
  void framesOfUncompressedImages() throws DicomException {
    short[][] frames = new short[3][];
    ByteArrayOutputStream cells = new ByteArrayOutputStream();
    for (int i = 0; i < 3; i++) {
      frames[i] = Samples.pixels(new Random(i), ROWS, COLUMNS, 16, true);
      cells.writeBytes(Samples.cells(frames[i], 16));
    }
    DataSet image =
        Samples.image(ROWS, COLUMNS, 16, 16, true).putInts(Tag.NumberOfFrames, VR.IS, 3);
    image.putBytes(Tag.PixelData, VR.OW, cells.toByteArray());
    DicomFile file = DicomFile.of(EXPLICIT, image);
    assertEquals(3, PixelDecoders.frameCount(image));
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(frames[i], PixelDecoders.decode(file, i).samples());
    }
    assertThrows(DicomException.class, () -> PixelDecoders.decode(file, 3));
    assertThrows(DicomException.class, () -> PixelDecoders.decode(file, -1));
    image.putInts(Tag.NumberOfFrames, VR.IS, 4);
    DicomException e = assertThrows(DicomException.class, () -> PixelDecoders.decode(file, 3));
    assertTrue(e.getMessage().contains("need " + 4 * ROWS * COLUMNS * 2), e.getMessage());
  }

  @Test
  void coloursByPlaneAreInterleaved() throws DicomException {
    DataSet image = Samples.image(1, 2, 8, 8, false);
    image.putInts(Tag.SamplesPerPixel, VR.US, 3).putInts(Tag.PlanarConfiguration, VR.US, 1);
    image.putBytes(Tag.PixelData, VR.OB, new byte[] {1, 2, 3, 4, 5, 6});
    assertArrayEquals(
        new short[] {1, 3, 5, 2, 4, 6},
        PixelDecoders.decode(DicomFile.of(EXPLICIT, image), 0).samples());
  }

  @ParameterizedTest
  @CsvSource({
    "8, 8, 1, false",
    "8, 8, 3, false",
    "16, 16, 1, true",
    "16, 12, 1, false",
    "16, 16, 3, false"
  })
  void rle(int allocated, int stored, int samples, boolean signed) throws DicomException {
    short[] pixels = Samples.pixels(new Random(4), ROWS, COLUMNS * samples, stored, signed);
    DataSet image = Samples.image(ROWS, COLUMNS, allocated, stored, signed);
    image.putInts(Tag.SamplesPerPixel, VR.US, samples);
    byte[] encoded = RleEncoder.encode(pixels, samples, allocated / 8);
    DicomFile file =
        encapsulated(TransferSyntax.RLE_LOSSLESS, image, new byte[0], List.of(encoded));
    assertArrayEquals(pixels, PixelDecoders.decode(file, 0).samples());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
  void jpegLosslessWithEachPredictor(int predictor) throws DicomException {
    for (int stored : new int[] {8, 10, 12, 16}) {
      for (boolean signed : new boolean[] {false, true}) {
        short[] pixels = Samples.pixels(new Random(5), ROWS, COLUMNS, stored, signed);
        byte[] encoded = JpegLosslessEncoder.encode(pixels, ROWS, COLUMNS, stored, predictor);
        DicomFile file =
            encapsulated(
                TransferSyntax.JPEG_LOSSLESS,
                Samples.image(ROWS, COLUMNS, stored == 8 ? 8 : 16, stored, signed),
                new byte[0],
                List.of(encoded));
        assertArrayEquals(
            pixels, PixelDecoders.decode(file, 0).samples(), stored + " bits, signed " + signed);
      }
    }
  }

  @Test
  void severalThreadsDecodeAtOnceOnAnyClassLoader() throws Exception {
    short[] pixels = Samples.pixels(new Random(5), 128, 128, 16, true);
    DicomFile file =
        encapsulated(
            TransferSyntax.JPEG_LOSSLESS_SV1,
            Samples.image(128, 128, 16, 16, true),
            new byte[0],
            List.of(JpegLosslessEncoder.encode(pixels, 128, 128, 16, 1)));
    List<FutureTask<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      FutureTask<Void> task =
          new FutureTask<>(
              () -> {
                for (int round = 0; round < 50; round++) {
                  assertArrayEquals(pixels, PixelDecoders.decode(file, 0).samples());
                }
                return null;
              });
      Thread thread = new Thread(task);
      thread.setContextClassLoader(null);
      thread.start();
      tasks.add(task);
    }
    for (FutureTask<Void> task : tasks) {
      task.get(60, TimeUnit.SECONDS);
    }
  }

  enum Offsets {
    NONE,
    BASIC,
    EXTENDED
  }

  /** Frames of several fragments each, told apart by either offset table or by their start. */
  @ParameterizedTest
  @EnumSource(Offsets.class)
  void framesOfFragments(Offsets kind) throws DicomException {
    short[][] frames = new short[3][];
    List<byte[]> fragments = new ArrayList<>();
    ByteBuffer basic = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer extended = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    int offset = 0;
    for (int i = 0; i < 3; i++) {
      frames[i] = Samples.pixels(new Random(i), ROWS, COLUMNS, 16, true);
      byte[] encoded = JpegLosslessEncoder.encode(frames[i], ROWS, COLUMNS, 16, 1);
      basic.putInt(offset);
      extended.putLong(offset);
      for (int at = 0; at < encoded.length; at += 1000) {
        byte[] fragment = Arrays.copyOfRange(encoded, at, Math.min(at + 1000, encoded.length));
        fragments.add(fragment);
        offset += 8 + fragment.length + fragment.length % 2;
      }
    }
    DataSet image =
        Samples.image(ROWS, COLUMNS, 16, 16, true).putInts(Tag.NumberOfFrames, VR.IS, 3);
    if (kind == Offsets.EXTENDED) {
      image.putBytes(Tag.ExtendedOffsetTable, VR.OV, extended.array());
    }
    byte[] table = kind == Offsets.BASIC ? basic.array() : new byte[0];
    DicomFile file = encapsulated(TransferSyntax.JPEG_LOSSLESS_SV1, image, table, fragments);
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(frames[i], PixelDecoders.decode(file, i).samples(), "frame " + i);
    }
  }

  @Test
  void decompressGivesTheSameImageUncompressed() throws DicomException {
    short[][] frames = new short[2][];
    List<byte[]> fragments = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      frames[i] = Samples.pixels(new Random(i), ROWS, COLUMNS, 12, true);
      fragments.add(RleEncoder.encode(frames[i], 1, 2));
    }
    DicomFile compressed =
        encapsulated(
            TransferSyntax.RLE_LOSSLESS,
            Samples.image(ROWS, COLUMNS, 16, 12, true).putInts(Tag.NumberOfFrames, VR.IS, 2),
            new byte[0],
            fragments);
    for (TransferSyntax target : List.of(EXPLICIT, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)) {
      byte[] plain = DicomFiles.encode(PixelDecoders.decompress(compressed, target));
      DicomFile read = DicomFiles.read(plain);
      assertEquals(target, read.transferSyntax());
      assertArrayEquals(frames[0], PixelDecoders.decode(read, 0).samples());
      assertArrayEquals(frames[1], PixelDecoders.decode(read, 1).samples());
      assertEquals(
          compressed.dataSet().string(Tag.PatientName), read.dataSet().string(Tag.PatientName));
    }
    assertFalse(compressed.dataSet().fragments(Tag.PixelData).isEmpty(), "source is unchanged");
  }

  @Test
  void faultsOfTheDescriptionAreNamed() {
    DataSet image = Samples.image(4, 4, 16, 16, true);
    DicomFile file = DicomFile.of(EXPLICIT, image);
    assertTrue(fault(file).contains("PixelData (7FE0,0010): missing"));
    image.putShorts(Tag.PixelData, VR.OW, new short[15]);
    assertTrue(fault(file).contains("holds 30 bytes"));
    image.putInts(Tag.BitsStored, VR.US, 17);
    assertTrue(fault(file).contains("BitsStored (0028,0101)"));
    image.putInts(Tag.BitsAllocated, VR.US, 32);
    assertTrue(fault(file).contains("32 bits are not supported"));
    image.putInts(Tag.BitsAllocated, VR.US, 16).putInts(Tag.BitsStored, VR.US, 16);
    image.putInts(Tag.Rows, VR.US, 65535);
    image.putInts(Tag.Columns, VR.US, 65535);
    assertTrue(fault(file).contains("over the limit"));
    image.remove(Tag.Rows);
    assertTrue(fault(file).contains("Rows (0028,0010): missing"));
  }

  @Test
  void tinyFramesThatAnnounceHugeImagesAreRefused() throws DicomException {
    byte[] rle = RleEncoder.encode(new short[4], 1, 2);
    DataSet huge = Samples.image(8000, 8000, 16, 16, true);
    assertTrue(
        fault(encapsulated(TransferSyntax.RLE_LOSSLESS, huge, new byte[0], List.of(rle)))
            .contains("truncated"));
    byte[] jpeg = JpegLosslessEncoder.encode(new short[4], 2, 2, 16, 1);
    jpeg[7] = 8000 >> 8;
    jpeg[8] = (byte) 8000;
    jpeg[9] = 8000 >> 8;
    jpeg[10] = (byte) 8000;
    assertTrue(
        fault(
                encapsulated(
                    TransferSyntax.JPEG_LOSSLESS,
                    Samples.image(8000, 8000, 16, 16, true),
                    new byte[0],
                    List.of(jpeg)))
            .contains("truncated"));
  }

  /** A damaged image must not pass as a measured one. */
  @ParameterizedTest
  @EnumSource(
      value = TransferSyntax.class,
      names = {"RLE_LOSSLESS", "JPEG_LOSSLESS_SV1"})
  void truncatedFramesAreRefused(TransferSyntax syntax) throws DicomException {
    short[] pixels = Samples.pixels(new Random(6), ROWS, COLUMNS, 16, true);
    byte[] whole =
        syntax == TransferSyntax.RLE_LOSSLESS
            ? RleEncoder.encode(pixels, 1, 2)
            : JpegLosslessEncoder.encode(pixels, ROWS, COLUMNS, 16, 1);
    for (int length = 0; length < whole.length - 8; length += 13) {
      DicomFile file =
          encapsulated(
              syntax,
              Samples.image(ROWS, COLUMNS, 16, 16, true),
              new byte[0],
              List.of(Arrays.copyOf(whole, length)));
      String message = fault(file);
      assertTrue(message.startsWith("PixelData (7FE0,0010)"), message);
    }
  }

  @Test
  void aJpegOfAnotherKindIsNamed() throws DicomException {
    byte[] jpeg = JpegLosslessEncoder.encode(new short[16], 4, 4, 16, 1);
    jpeg[3] = (byte) 0xC0;
    DicomFile file =
        encapsulated(
            TransferSyntax.JPEG_LOSSLESS_SV1,
            Samples.image(4, 4, 16, 16, true),
            new byte[0],
            List.of(jpeg));
    assertTrue(fault(file).contains("another process (marker FFC0)"));
  }
}
