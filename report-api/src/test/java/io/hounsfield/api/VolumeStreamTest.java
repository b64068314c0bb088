// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.NiftiWriter;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.report.TestChest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The file that is made while it is sent is the file that would be written. */
class VolumeStreamTest {

  private static final ExecutorService POOL = Executors.newFixedThreadPool(3);

  @AfterAll
  static void stop() {
    POOL.shutdownNow();
  }

  private static byte[] unpacked(CtImages images, VolumeStream.Detail detail) throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    new VolumeStream(images, detail).write(POOL, 4, packed::writeBytes);
    // Checks CRC and length of the trailer.
    return new GZIPInputStream(new ByteArrayInputStream(packed.toByteArray())).readAllBytes();
  }

  private static CtVolume noise(int columns, int rows, int slices) {
    Random random = new Random(7);
    short[][] hu = new short[slices][columns * rows];
    for (short[] slice : hu) {
      for (int i = 0; i < slice.length; i++) {
        slice[i] = (short) random.nextInt(); // does not compress: the buffer has to grow
      }
    }
    return new CtVolume(
        new VolumeGeometry(
            columns,
            rows,
            slices,
            0.7,
            0.8,
            1.25,
            new Vec3(10, -20, 30),
            new Vec3(0, 1, 0),
            new Vec3(0, 0, -1)),
        hu);
  }

  @Test
  void theWholeVolumeIsWhatNiftiWriterWrites() throws Exception {
    for (CtVolume ct :
        new CtVolume[] {
          noise(33, 17, 21), TestChest.of(TestChest.Position.FEET_FIRST_PRONE, 4, 5).ct()
        }) {
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      NiftiWriter.write(ct, expected);
      assertArrayEquals(
          expected.toByteArray(), unpacked(Preview.images(ct), VolumeStream.Detail.FULL));
    }
  }

  @Test
  void theCoarseVolumeHoldsVoxelsOfTheWholeOne() throws Exception {
    CtVolume ct = noise(600, 300, 161);
    VolumeStream coarse = new VolumeStream(Preview.images(ct), VolumeStream.Detail.COARSE);
    VolumeGeometry g = coarse.geometry();
    assertEquals(200, g.columns());
    assertEquals(100, g.rows());
    assertEquals(54, g.slices());
    byte[] file = unpacked(Preview.images(ct), VolumeStream.Detail.COARSE);
    ByteBuffer voxels = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (int[] at : new int[][] {{0, 0, 0}, {199, 99, 53}, {17, 42, 30}}) {
      // The same place of the patient in both.
      Vec3 place = g.position(at[2], at[1], at[0]);
      Vec3 same = ct.geometry().position(3 * at[2], 3 * at[1], 3 * at[0]);
      assertEquals(0, place.minus(same).length(), 1e-9);
      assertEquals(
          ct.slice(3 * at[2])[3 * at[1] * 600 + 3 * at[0]],
          voxels.getShort(352 + 2 * ((at[2] * 100 + at[1]) * 200 + at[0])));
    }
  }

  @Test
  void aSliceThatCannotBeReadEndsTheFile() {
    CtVolume ct = noise(8, 8, 20);
    CtImages broken =
        new CtImages() {
          @Override
          public VolumeGeometry geometry() {
            return ct.geometry();
          }

          @Override
          public short[] slice(int index) throws IOException {
            if (index == 11) {
              throw new IOException("gone");
            }
            return ct.slice(index);
          }
        };
    IOException e =
        assertThrows(IOException.class, () -> unpacked(broken, VolumeStream.Detail.FULL));
    assertEquals("gone", e.getMessage());
  }
}
