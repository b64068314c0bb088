// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.NiftiWriter;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.preprocess.SliceReader;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NIfTI as others write it, and as nobody should. */
class NiftiReaderTest {

  private static final VolumeGeometry GRID = TestNifti.grid(5, 4, 3);

  @TempDir Path temp;

  /** A different value for every voxel, with air among them. */
  private static double hu(int slice, int index) {
    return -1000 + 37 * slice + index;
  }

  @Test
  void everyStorageOrderGivesTheSameAxialVolume() throws Exception {
    int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int[] axes : orders) {
      for (int flips = 0; flips < 8; flips++) {
        TestNifti nifti = new TestNifti(GRID);
        nifti.axes = axes;
        nifti.reversed = new boolean[] {(flips & 1) != 0, (flips & 2) != 0, (flips & 4) != 0};
        assertVolume(read(nifti), Arrays.toString(axes) + " " + flips);
      }
    }
  }

  private static void assertVolume(CtVolume ct, String what) {
    VolumeGeometry g = ct.geometry();
    assertEquals(GRID.columns(), g.columns(), what);
    assertEquals(GRID.rows(), g.rows(), what);
    assertEquals(GRID.slices(), g.slices(), what);
    assertEquals(0, g.origin().minus(GRID.origin()).length(), 1e-4, what);
    assertEquals(0, g.rowDirection().minus(GRID.rowDirection()).length(), 1e-6, what);
    assertEquals(0, g.normal().minus(GRID.normal()).length(), 1e-6, what);
    assertEquals(GRID.rowSpacingMm(), g.rowSpacingMm(), 1e-6, what);
    assertEquals(GRID.sliceSpacingMm(), g.sliceSpacingMm(), 1e-6, what);
    for (int k = 0; k < g.slices(); k++) {
      for (int i = 0; i < g.sliceLength(); i++) {
        assertEquals(hu(k, i), ct.slice(k)[i], what);
      }
    }
  }

  private CtVolume read(TestNifti nifti) throws IOException, CaseException {
    Path file = temp.resolve("image.nii.gz");
    nifti.write(file, NiftiReaderTest::hu);
    return NiftiReader.readHu(file);
  }

  @Test
  void everyTypeAndByteOrderIsRead() throws Exception {
    for (NiftiHeader.Type type : NiftiHeader.Type.values()) {
      for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
        TestNifti nifti = new TestNifti(GRID);
        nifti.type = type;
        nifti.order = order;
        nifti.gzip = order == ByteOrder.LITTLE_ENDIAN;
        // What has no room for -1000 is shifted, as scanners do.
        nifti.intercept = type == NiftiHeader.Type.INT8 ? -940 : -1024;
        assertVolume(read(nifti), type + " " + order);
      }
    }
  }

  @Test
  void slopeAndInterceptAreApplied() throws Exception {
    TestNifti nifti = new TestNifti(GRID);
    nifti.slope = 0.5;
    nifti.intercept = -100;
    assertVolume(read(nifti), "slope 0.5");
  }

  @Test
  void aSlopeOfZeroMeansNotScaled() throws Exception {
    TestNifti nifti = new TestNifti(GRID);
    nifti.edit =
        h -> {
          h.putFloat(112, 0);
          h.putFloat(116, 77);
        };
    assertVolume(read(nifti), "slope 0");
  }

  @Test
  void whatTheProductWritesIsReadBackByQformAlone() throws Exception {
    Vec3 row = new Vec3(Math.cos(0.1), Math.sin(0.1), 0);
    Vec3 column =
        new Vec3(-Math.sin(0.1) * Math.cos(0.05), Math.cos(0.1) * Math.cos(0.05), Math.sin(0.05));
    VolumeGeometry tilted =
        new VolumeGeometry(5, 4, 3, 0.75, 0.5, 2, new Vec3(-30, 12, -100), row, column);
    short[][] hu = new short[3][20];
    for (int k = 0; k < 3; k++) {
      for (int i = 0; i < 20; i++) {
        hu[k][i] = (short) hu(k, i);
      }
    }
    Path file = temp.resolve("product.nii");
    NiftiWriter.write(new CtVolume(tilted, hu), file);
    byte[] bytes = Files.readAllBytes(file);
    bytes[254] = 0; // no sform
    Files.write(file, bytes);
    CtVolume ct = NiftiReader.readHu(file);
    for (int corner = 0; corner < 8; corner++) {
      int k = (corner & 4) / 2;
      int r = (corner & 2) / 2 * 3;
      int c = (corner & 1) * 4;
      assertEquals(
          0,
          ct.geometry().position(k, r, c).minus(tilted.position(k, r, c)).length(),
          1e-3,
          "corner " + corner);
      assertEquals(hu[k][r * 5 + c], ct.slice(k)[r * 5 + c]);
    }
  }

  @Test
  void valuesThatAreNoMeasurementBecomePadding() throws Exception {
    TestNifti nifti = new TestNifti(GRID);
    nifti.type = NiftiHeader.Type.FLOAT64;
    Path file = temp.resolve("image.nii.gz");
    double[] special = {Double.NaN, -3024, Double.NEGATIVE_INFINITY, 1e9, -999.6, -900};
    nifti.write(file, (k, i) -> special[i % special.length]);
    short[] read = NiftiReader.readHu(file).slice(0);
    short padding = SliceReader.PADDING_HU;
    assertArrayEquals(
        new short[] {padding, padding, padding, Short.MAX_VALUE, -1000, -900},
        Arrays.copyOf(read, 6));
  }

  @Test
  void picturesAreNotTakenForHu() throws Exception {
    Path file = temp.resolve("image.nii.gz");
    new TestNifti(GRID).write(file, (k, i) -> i * 12);
    CaseException fault = assertThrows(CaseException.class, () -> NiftiReader.readHu(file));
    assertEquals("not-hounsfield", fault.code());
    assertTrue(fault.getMessage().contains("from 0 to 228"), fault.getMessage());
  }

  @Test
  void everyValueButZeroIsMask() throws Exception {
    Path file = temp.resolve("lung.nii.gz");
    TestNifti nifti = new TestNifti(GRID);
    nifti.type = NiftiHeader.Type.INT8;
    nifti.reversed[2] = true;
    nifti.write(file, (k, i) -> k == 1 ? i % 3 : 0);
    Mask mask = NiftiReader.readMask(file, GRID);
    assertEquals(Masks.of(3, 4, 5, (k, r, c) -> k == 1 && (r * 5 + c) % 3 != 0), mask);
  }

  @Test
  void probabilitiesAreNoMask() throws Exception {
    Path file = temp.resolve("lung.nii.gz");
    TestNifti nifti = new TestNifti(GRID);
    nifti.type = NiftiHeader.Type.FLOAT32;
    for (double value : new double[] {0.25, Double.NaN, Double.POSITIVE_INFINITY}) {
      nifti.write(file, (k, i) -> value);
      CaseException fault =
          assertThrows(CaseException.class, () -> NiftiReader.readMask(file, GRID));
      assertTrue(fault.getMessage().contains("whole numbers"), fault.getMessage());
    }
  }

  @Test
  void aMaskOnAnotherGridIsRefused() throws Exception {
    Path file = temp.resolve("lung.nii.gz");
    new TestNifti(TestNifti.grid(4, 5, 3)).write(file, (k, i) -> 1);
    refusedMask(file, "5 x 4 x 3");
    VolumeGeometry g = GRID;
    new TestNifti(
            new VolumeGeometry(
                5,
                4,
                3,
                0.75,
                0.5,
                2,
                g.origin().plus(new Vec3(0, 0, 1)),
                g.rowDirection(),
                g.columnDirection()))
        .write(file, (k, i) -> 1);
    refusedMask(file, "1.00 mm away");
  }

  private static void refusedMask(Path file, String text) {
    CaseException fault = assertThrows(CaseException.class, () -> NiftiReader.readMask(file, GRID));
    assertEquals("other-grid", fault.code());
    assertTrue(fault.getMessage().contains(text), fault.getMessage());
  }

  @Test
  void oneVolumeOfFourDimensionsIsReadSeveralAreNot() throws Exception {
    TestNifti nifti = new TestNifti(GRID);
    nifti.edit = h -> h.putShort(40, (short) 4);
    assertVolume(read(nifti), "4D");
    nifti.edit =
        h -> {
          h.putShort(40, (short) 4);
          h.putShort(48, (short) 2);
        };
    refused(nifti, "several volumes");
  }

  @Test
  void whatCannotBeIsRefusedWithTheReason() throws Exception {
    refused(h(h -> h.putShort(254, (short) 0)), "no orientation");
    refused(h(h -> h.putShort(42, (short) -1)), "dim[1] is -1");
    refused(h(h -> h.putShort(42, (short) 32767).putShort(44, (short) 32767)), "are more than");
    refused(h(h -> h.putShort(42, (short) 20000).putShort(44, (short) 5000)), "shorter than");
    refused(h(h -> h.putShort(70, (short) 128)), "datatype 128");
    refused(h(h -> h.putShort(72, (short) 8)), "bitpix");
    refused(h(h -> h.putFloat(108, 1e30f)), "vox_offset");
    refused(h(h -> h.putFloat(108, Float.NaN)), "vox_offset");
    refused(h(h -> h.putFloat(112, Float.NaN)), "scl_slope");
    refused(h(h -> h.putFloat(280, 0).putFloat(296, 0).putFloat(312, 0)), "has no length");
    refused(h(h -> h.putFloat(280, Float.NaN)), "not finite");
    refused(h(h -> h.putFloat(284, 0.4f)), "right angle");
    refused(h(h -> h.put(345, (byte) 'i').put(344, (byte) 'n').put(345, (byte) 'i')), "pair");
    refused(h(h -> h.putInt(0, 540)), "NIfTI-2");
    refused(h(h -> h.putInt(0, 12345)), "no NIfTI file");
  }

  private static TestNifti h(java.util.function.Consumer<java.nio.ByteBuffer> edit) {
    TestNifti nifti = new TestNifti(GRID);
    nifti.edit = edit;
    return nifti;
  }

  private void refused(TestNifti nifti, String text) {
    CaseException fault = assertThrows(CaseException.class, () -> read(nifti));
    assertTrue(
        fault.getMessage().startsWith("image.nii.gz: ") && fault.getMessage().contains(text),
        fault.getMessage());
  }

  @Test
  void shortenedFilesAreToldNotRead() throws Exception {
    byte[] whole = new TestNifti(GRID).bytes(NiftiReaderTest::hu);
    for (int length : new int[] {0, 1, 347, 348, 351, 352, whole.length - 1}) {
      Path file = temp.resolve("short.nii");
      Files.write(file, Arrays.copyOf(whole, length));
      assertThrows(CaseException.class, () -> NiftiReader.readHu(file), "length " + length);
    }
  }

  /** Whatever stands in the header: an answer or a reason, and no more memory than the file has. */
  @Test
  void damagedHeadersNeverEscape() throws Exception {
    byte[] whole = new TestNifti(GRID).bytes(NiftiReaderTest::hu);
    Random random = new Random(11);
    Path file = temp.resolve("fuzz.nii");
    for (int trial = 0; trial < 3000; trial++) {
      byte[] bytes = whole.clone();
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        int at = random.nextInt(352);
        bytes[at] = (byte) random.nextInt();
      }
      Files.write(file, bytes);
      try {
        NiftiReader.readHu(file);
      } catch (CaseException e) {
        assertTrue(e.getMessage().startsWith("fuzz.nii: "), e.getMessage());
      }
    }
  }

  @Test
  void damagedCompressionIsTold() throws Exception {
    Path file = temp.resolve("image.nii.gz");
    new TestNifti(GRID).write(file, NiftiReaderTest::hu);
    byte[] bytes = Files.readAllBytes(file);
    bytes[12] ^= 0x55;
    bytes[13] ^= 0x55;
    Files.write(file, bytes);
    assertThrows(CaseException.class, () -> NiftiReader.readHu(file));
  }
}
