// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether a data set is whole is told as by reading it, without reading it. */
@Timeout(60)
class DataSetEndTest {

  private static boolean whole(byte[] encoded, TransferSyntax syntax) throws IOException {
    try {
      DataSets.requireWhole(new ByteArrayInputStream(encoded), encoded.length, syntax);
      return true;
    } catch (DicomException e) {
      return false;
    }
  }

  private static boolean readable(byte[] encoded, TransferSyntax syntax) {
    try {
      DataSets.decode(encoded, syntax);
      return true;
    } catch (DicomException e) {
      return false;
    }
  }

  private static DataSet sample(Random random, TransferSyntax syntax) {
    DataSet dataSet = Samples.random(random, 0);
    return syntax.encapsulated()
        ? dataSet.putFragments(
            Tag.PixelData, new byte[4], List.of(new byte[] {1, 2, 3, 4}, new byte[] {5, 6}))
        : dataSet.putShorts(Tag.PixelData, VR.OW, new short[] {1, 2, 3, 4, 5, 6});
  }

  /** Cut at every byte: what the reader refuses is refused, what it reads is taken. */
  @ParameterizedTest
  @EnumSource(
      names = {
        "IMPLICIT_VR_LITTLE_ENDIAN",
        "EXPLICIT_VR_LITTLE_ENDIAN",
        "EXPLICIT_VR_BIG_ENDIAN",
        "DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN",
        "RLE_LOSSLESS"
      })
  void aCutIsFoundWhereverItIs(TransferSyntax syntax) throws IOException {
    Random random = new Random(4);
    int refused = 0;
    for (int round = 0; round < 12; round++) {
      byte[] encoded = DataSets.encode(sample(random, syntax), syntax);
      assertTrue(whole(encoded, syntax));
      int step = Math.max(1, encoded.length / 400);
      for (int length = encoded.length - 1; length >= 0; length -= step) {
        byte[] cut = Arrays.copyOf(encoded, length);
        boolean whole = whole(cut, syntax);
        assertEquals(readable(cut, syntax), whole, "round " + round + ", " + length + " bytes");
        refused += whole ? 0 : 1;
      }
    }
    assertTrue(refused > 500, "refused: " + refused);
  }

  /** Nothing is refused that can be read. */
  @ParameterizedTest
  @EnumSource(
      names = {
        "IMPLICIT_VR_LITTLE_ENDIAN",
        "EXPLICIT_VR_LITTLE_ENDIAN",
        "EXPLICIT_VR_BIG_ENDIAN",
        "DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN",
        "RLE_LOSSLESS"
      })
  void whatCanBeReadIsWhole(TransferSyntax syntax) throws IOException {
    Random random = new Random(5);
    int readable = 0;
    for (int round = 0; round < 60; round++) {
      byte[] encoded = DataSets.encode(sample(random, syntax), syntax);
      for (int damage = 0; damage < 50; damage++) {
        byte[] damaged = encoded.clone();
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        if (readable(damaged, syntax)) {
          readable++;
          assertTrue(whole(damaged, syntax), "round " + round);
        }
      }
    }
    assertTrue(readable > (syntax.deflated() ? 1 : 500), "readable: " + readable);
  }

  @Test
  void anythingMayFollowThePixelData() throws IOException {
    for (TransferSyntax syntax :
        List.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, TransferSyntax.RLE_LOSSLESS)) {
      byte[] encoded = DataSets.encode(sample(new Random(1), syntax), syntax);
      for (String tail : List.of("00", "000000000000000000", "0A0D", "FCFFFCFF4F42000000010000")) {
        byte[] rest = HexFormat.of().parseHex(tail);
        byte[] all = Arrays.copyOf(encoded, encoded.length + rest.length);
        System.arraycopy(rest, 0, all, encoded.length, rest.length);
        assertTrue(whole(all, syntax), tail);
      }
    }
  }

  /** Of a large value no byte is asked for. */
  @Test
  void pixelDataIsSkipped() throws IOException {
    TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    DataSet image = Samples.image(1024, 1024, 16, 16, true);
    byte[] encoded =
        DataSets.encode(image.putShorts(Tag.PixelData, VR.OW, new short[1 << 20]), syntax);
    long[] read = new long[1];
    InputStream counted =
        new ByteArrayInputStream(encoded) {
          @Override
          public synchronized int read(byte[] target, int offset, int length) {
            int count = super.read(target, offset, length);
            read[0] += Math.max(0, count);
            return count;
          }
        };
    DataSets.requireWhole(counted, encoded.length, syntax);
    assertTrue(read[0] < 32 << 10, "read: " + read[0]);
  }

  @Test
  void deflateBombsAreRefused() throws IOException {
    byte[] bomb = Deflate.deflate(new byte[200 << 20]);
    String message =
        assertThrows(
                DicomException.class,
                () ->
                    DataSets.requireWhole(
                        new ByteArrayInputStream(bomb),
                        bomb.length,
                        TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN))
            .getMessage();
    assertTrue(message.contains("refused to bound memory"), message);
  }

  @Test
  void deepNestingIsRefused() {
    byte[] nested = HexFormat.of().parseHex("08001822FFFFFFFFFEFF00E0FFFFFFFF".repeat(50_000));
    assertThrows(
        DicomException.class,
        () ->
            DataSets.requireWhole(
                new ByteArrayInputStream(nested),
                nested.length,
                TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN));
    assertDoesNotThrow(
        () ->
            DataSets.requireWhole(
                InputStream.nullInputStream(), 0, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN));
  }
}
