// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads back what was written, by the field offsets of nifti1.h. */
class NiftiWriterTest {

  private static final Vec3 X = new Vec3(1, 0, 0);
  private static final Vec3 Y = new Vec3(0, 1, 0);

  private static VolumeGeometry grid(Vec3 rowDirection, Vec3 columnDirection) {
    return new VolumeGeometry(
        5, 4, 3, 0.7, 0.8, 1.25, new Vec3(-170, -150.5, 33), rowDirection, columnDirection);
  }

  private static LabelMap labels(VolumeGeometry g) {
    byte[][] slices = new byte[g.slices()][g.sliceLength()];
    Random random = new Random(1);
    for (byte[] slice : slices) {
      random.nextBytes(slice);
    }
    return new LabelMap(g, slices, Segment.LUNGS);
  }

  private static ByteBuffer write(LabelMap map) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    NiftiWriter.write(map, out);
    return ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Position by the sform, RAS. */
  private static double[] sform(ByteBuffer h, double i, double j, double k) {
    double[] p = new double[3];
    for (int r = 0; r < 3; r++) {
      int at = 280 + 16 * r;
      p[r] =
          h.getFloat(at) * i
              + h.getFloat(at + 4) * j
              + h.getFloat(at + 8) * k
              + h.getFloat(at + 12);
    }
    return p;
  }

  /** Position by the qform, RAS: method 2 of nifti1.h. */
  private static double[] qform(ByteBuffer h, double i, double j, double k) {
    double b = h.getFloat(256);
    double c = h.getFloat(260);
    double d = h.getFloat(264);
    double a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)));
    double x = i * h.getFloat(80);
    double y = j * h.getFloat(84);
    double z = k * h.getFloat(88) * h.getFloat(76);
    return new double[] {
      (a * a + b * b - c * c - d * d) * x
          + (2 * b * c - 2 * a * d) * y
          + (2 * b * d + 2 * a * c) * z
          + h.getFloat(268),
      (2 * b * c + 2 * a * d) * x
          + (a * a + c * c - b * b - d * d) * y
          + (2 * c * d - 2 * a * b) * z
          + h.getFloat(272),
      (2 * b * d - 2 * a * c) * x
          + (2 * c * d + 2 * a * b) * y
          + (a * a + d * d - c * c - b * b) * z
          + h.getFloat(276)
    };
  }

  private static void assertSamePlace(VolumeGeometry g) throws IOException {
    ByteBuffer h = write(labels(g));
    for (double[] v : new double[][] {{0, 0, 0}, {4, 0, 0}, {0, 3, 0}, {0, 0, 2}, {1, 2, 1}}) {
      Vec3 lps = g.position(v[2], v[1], v[0]);
      double[] ras = {-lps.x(), -lps.y(), lps.z()};
      assertArrayEquals(ras, sform(h, v[0], v[1], v[2]), 1e-3);
      assertArrayEquals(ras, qform(h, v[0], v[1], v[2]), 1e-3);
    }
  }

  @Test
  void headerFieldsAndVoxelsAreWhereTheFormatPutsThem() throws IOException {
    LabelMap map = labels(grid(X, Y));
    ByteBuffer h = write(map);
    assertEquals(352 + 5 * 4 * 3, h.capacity());
    assertEquals(348, h.getInt(0));
    assertEquals(3, h.getShort(40));
    assertEquals(5, h.getShort(42));
    assertEquals(4, h.getShort(44));
    assertEquals(3, h.getShort(46));
    assertEquals(2, h.getShort(70));
    assertEquals(8, h.getShort(72));
    assertEquals(0.7f, h.getFloat(80));
    assertEquals(0.8f, h.getFloat(84));
    assertEquals(1.25f, h.getFloat(88));
    assertEquals(352f, h.getFloat(108));
    assertEquals(2, h.get(123));
    byte[] magic = new byte[4];
    h.get(344, magic);
    assertArrayEquals("n+1\0".getBytes(StandardCharsets.US_ASCII), magic);
    for (int k = 0; k < 3; k++) {
      byte[] slice = new byte[20];
      h.get(352 + 20 * k, slice);
      assertArrayEquals(map.slice(k), slice);
    }
  }

  @Test
  void bothAffinesGiveThePatientPositionInRas() throws IOException {
    assertSamePlace(grid(X, Y));
    assertSamePlace(grid(X.times(-1), Y)); // feet first, supine
    assertSamePlace(grid(X.times(-1), Y.times(-1))); // head first, prone
    assertSamePlace(grid(X, Y.times(-1)));
    assertSamePlace(grid(X, new Vec3(0, 0, -1))); // coronal
    double c = Math.cos(0.3);
    double s = Math.sin(0.3);
    assertSamePlace(grid(new Vec3(c, s, 0), new Vec3(-s, c, 0)));
    assertSamePlace(grid(X, new Vec3(0, c, s)));
  }

  @Test
  void ctKeepsNegativeHu(@TempDir Path dir) throws IOException {
    VolumeGeometry g = grid(X, Y);
    short[][] hu = new short[3][20];
    for (int k = 0; k < 3; k++) {
      for (int i = 0; i < 20; i++) {
        hu[k][i] = (short) (-1024 + 200 * i + k);
      }
    }
    Path file = dir.resolve("ct.nii");
    NiftiWriter.write(new CtVolume(g, hu), file);
    ByteBuffer h = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(4, h.getShort(70));
    for (int k = 0; k < 3; k++) {
      for (int i = 0; i < 20; i++) {
        assertEquals(hu[k][i], h.getShort(352 + 2 * (20 * k + i)));
      }
    }
  }

  @Test
  void gzIsTheSameFileCompressed(@TempDir Path dir) throws IOException {
    LabelMap map = labels(grid(X, Y));
    Path file = dir.resolve("lungs.nii.gz");
    NiftiWriter.write(map, file);
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      assertArrayEquals(write(map).array(), in.readAllBytes());
    }
  }

  @Test
  void anAxisTooLongForTheFormatIsRefused() {
    VolumeGeometry g = new VolumeGeometry(40_000, 1, 1, 1, 1, 1, new Vec3(0, 0, 0), X, Y);
    LabelMap map = new LabelMap(g, new byte[1][40_000], Segment.LUNGS);
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> write(map));
    assertTrue(e.getMessage().contains("40000 columns"), e.getMessage());
  }
}
