// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Writes volumes as single-file NIfTI-1.1 ({@code n+1}), little endian, voxels in the order of the
 * CT's own grid. Patient coordinates change from DICOM's LPS to NIfTI's RAS in the affine alone:
 * voxels are never turned. Both the sform and the qform are set (code 1, scanner coordinates), in
 * mm. Source: https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h.
 */
public final class NiftiWriter {

  private static final int HEADER_LENGTH = 348;
  private static final int VOXEL_OFFSET = 352;
  private static final short DATATYPE_UINT8 = 2;
  private static final short DATATYPE_INT16 = 4;
  private static final int BUFFER_BYTES = 1 << 16;

  private NiftiWriter() {}

  /**
   * Writes a label map as unsigned 8 bit voxels; compressed if the file's name ends in {@code .gz}.
   *
   * @throws IllegalArgumentException if the grid has more than 32,767 voxels along an axis
   */
  public static void write(LabelMap labels, Path file) throws IOException {
    try (OutputStream out = open(file)) {
      write(labels, out);
    }
  }

  /**
   * Writes labels as unsigned 8 bit voxels that are made slice by slice; compressed if the file's
   * name ends in {@code .gz}.
   *
   * @param slice gives the labels of a slice, {@code [row * columns + column]}
   * @throws IllegalArgumentException if the grid has more than 32,767 voxels along an axis
   */
  public static void write(VolumeGeometry geometry, IntFunction<byte[]> slice, Path file)
      throws IOException {
    try (OutputStream out = open(file)) {
      write(geometry, slice, out);
    }
  }

  /**
   * Writes a CT volume as signed 16 bit HU; compressed if the file's name ends in {@code .gz}.
   *
   * @throws IllegalArgumentException if the grid has more than 32,767 voxels along an axis
   */
  public static void write(CtVolume ct, Path file) throws IOException {
    try (OutputStream out = open(file)) {
      write(ct, out);
    }
  }

  /** Writes a label map, not compressed; the stream stays open. */
  public static void write(LabelMap labels, OutputStream out) throws IOException {
    write(labels.geometry(), labels::slice, out);
  }

  private static void write(VolumeGeometry geometry, IntFunction<byte[]> slice, OutputStream out)
      throws IOException {
    out.write(header(geometry, DATATYPE_UINT8, 8, "Hounsfield labels"));
    for (int k = 0; k < geometry.slices(); k++) {
      out.write(slice.apply(k));
    }
  }

  /** Writes a CT volume in HU, not compressed; the stream stays open. */
  public static void write(CtVolume ct, OutputStream out) throws IOException {
    VolumeGeometry geometry = ct.geometry();
    out.write(ctHeader(geometry));
    int rowBytes = 2 * geometry.columns();
    ByteBuffer row = ByteBuffer.allocate(rowBytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int k = 0; k < geometry.slices(); k++) {
      short[] slice = ct.slice(k);
      for (int r = 0; r < geometry.rows(); r++) {
        row.asShortBuffer().put(slice, r * geometry.columns(), geometry.columns());
        out.write(row.array(), 0, rowBytes);
      }
    }
  }

  /**
   * What stands before the voxels of a CT volume in such a file: header and extension flag. The
   * voxels follow as int16 HU, little endian, slice by slice in the grid's own order.
   *
   * @throws IllegalArgumentException if the grid has more than 32,767 voxels along an axis
   */
  public static byte[] ctHeader(VolumeGeometry geometry) {
    return header(geometry, DATATYPE_INT16, 16, "Hounsfield CT, HU");
  }

  private static OutputStream open(Path file) throws IOException {
    OutputStream raw = Files.newOutputStream(file);
    if (file.getFileName().toString().endsWith(".gz")) {
      return new BufferedOutputStream(new FastGzip(raw), BUFFER_BYTES);
    }
    return new BufferedOutputStream(raw, BUFFER_BYTES);
  }

  /** Label maps are long runs: the fastest level is nearly as small and several times as fast. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, BUFFER_BYTES);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }

  /** The 348 byte header and the four zero bytes that say that no extension follows. */
  private static byte[] header(VolumeGeometry g, short datatype, int bits, String description) {
    ByteBuffer h = ByteBuffer.allocate(VOXEL_OFFSET).order(ByteOrder.LITTLE_ENDIAN);
    h.putInt(0, HEADER_LENGTH);
    short[] dim = {
      3,
      extent("columns", g.columns()),
      extent("rows", g.rows()),
      extent("slices", g.slices()),
      1,
      1,
      1,
      1
    };
    for (int i = 0; i < dim.length; i++) {
      h.putShort(40 + 2 * i, dim[i]);
    }
    h.putShort(70, datatype);
    h.putShort(72, (short) bits);
    h.putFloat(76, 1); // pixdim[0] is qfac: column, row and normal are right-handed by definition
    h.putFloat(80, (float) g.columnSpacingMm());
    h.putFloat(84, (float) g.rowSpacingMm());
    h.putFloat(88, (float) g.sliceSpacingMm());
    h.putFloat(108, VOXEL_OFFSET);
    h.putFloat(112, 1); // scl_slope
    h.putFloat(116, 0); // scl_inter
    h.put(123, (byte) 2); // xyzt_units: mm
    byte[] text = description.getBytes(StandardCharsets.US_ASCII);
    h.put(148, text, 0, Math.min(text.length, 79));
    h.putShort(252, (short) 1); // qform_code: scanner coordinates
    h.putShort(254, (short) 1); // sform_code

    Vec3 i = ras(g.rowDirection());
    Vec3 j = ras(g.columnDirection());
    Vec3 k = ras(g.normal());
    Vec3 o = ras(g.origin());
    double[] q = quaternion(i, j, k);
    h.putFloat(256, (float) q[1]);
    h.putFloat(260, (float) q[2]);
    h.putFloat(264, (float) q[3]);
    h.putFloat(268, (float) o.x());
    h.putFloat(272, (float) o.y());
    h.putFloat(276, (float) o.z());
    double[][] rows = {
      {i.x(), j.x(), k.x(), o.x()}, {i.y(), j.y(), k.y(), o.y()}, {i.z(), j.z(), k.z(), o.z()}
    };
    double[] spacing = {g.columnSpacingMm(), g.rowSpacingMm(), g.sliceSpacingMm(), 1};
    for (int r = 0; r < 3; r++) {
      for (int c = 0; c < 4; c++) {
        h.putFloat(280 + 16 * r + 4 * c, (float) (rows[r][c] * spacing[c]));
      }
    }
    h.put(344, "n+1\0".getBytes(StandardCharsets.US_ASCII));
    return h.array();
  }

  private static short extent(String axis, int voxels) {
    if (voxels > Short.MAX_VALUE) {
      throw new IllegalArgumentException(
          "NIfTI-1 holds at most 32767 voxels along an axis, the grid has %d %s"
              .formatted(voxels, axis));
    }
    return (short) voxels;
  }

  private static Vec3 ras(Vec3 lps) {
    return new Vec3(-lps.x(), -lps.y(), lps.z());
  }

  /** The quaternion (a, b, c, d), a not negative, of the rotation with these columns. */
  private static double[] quaternion(Vec3 i, Vec3 j, Vec3 k) {
    double[] q = {
      1 + i.x() + j.y() + k.z(),
      1 + i.x() - j.y() - k.z(),
      1 - i.x() + j.y() - k.z(),
      1 - i.x() - j.y() + k.z()
    };
    int largest = 0;
    for (int n = 1; n < 4; n++) {
      if (q[n] > q[largest]) {
        largest = n;
      }
    }
    double s = Math.sqrt(q[largest]);
    double f = 0.5 / s;
    double ab = (j.z() - k.y()) * f;
    double ac = (k.x() - i.z()) * f;
    double ad = (i.y() - j.x()) * f;
    double bc = (i.y() + j.x()) * f;
    double bd = (k.x() + i.z()) * f;
    double cd = (j.z() + k.y()) * f;
    double[] out =
        switch (largest) {
          case 0 -> new double[] {s / 2, ab, ac, ad};
          case 1 -> new double[] {ab, s / 2, bc, bd};
          case 2 -> new double[] {ac, bc, s / 2, cd};
          default -> new double[] {ad, bd, cd, s / 2};
        };
    if (out[0] < 0) {
      for (int n = 0; n < 4; n++) {
        out[n] = -out[n];
      }
    }
    return out;
  }
}
