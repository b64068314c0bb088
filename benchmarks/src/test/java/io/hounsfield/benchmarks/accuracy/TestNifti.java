// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;

/** Writes an axial volume as NIfTI-1 in any storage order, type and byte order. */
final class TestNifti {

  interface Values {
    double at(int slice, int index);
  }

  NiftiHeader.Type type = NiftiHeader.Type.INT16;
  ByteOrder order = ByteOrder.LITTLE_ENDIAN;

  /** Which axis of the volume (0 columns, 1 rows, 2 slices) each axis of the file is. */
  int[] axes = {0, 1, 2};

  boolean[] reversed = {false, false, false};
  double slope = 1;
  double intercept;
  boolean gzip = true;

  /** Changes the header before it is written. */
  Consumer<ByteBuffer> edit = header -> {};

  private final VolumeGeometry geometry;

  TestNifti(VolumeGeometry geometry) {
    this.geometry = geometry;
  }

  /** A grid with different sizes and spacings; columns to the left, rows to posterior, to head. */
  static VolumeGeometry grid(int columns, int rows, int slices) {
    return new VolumeGeometry(
        columns,
        rows,
        slices,
        0.75,
        0.5,
        2,
        new Vec3(-30, 12, -100),
        new Vec3(1, 0, 0),
        new Vec3(0, 1, 0));
  }

  void write(Path file, Values values) throws IOException {
    Files.createDirectories(file.getParent());
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = gzip ? new GZIPOutputStream(raw) : raw) {
      out.write(bytes(values));
    }
  }

  byte[] bytes(Values values) {
    int[] size = {geometry.columns(), geometry.rows(), geometry.slices()};
    int[] n = {size[axes[0]], size[axes[1]], size[axes[2]]};
    ByteBuffer file = ByteBuffer.allocate(352 + n[0] * n[1] * n[2] * type.bytes).order(order);
    header(file, n);
    edit.accept(file);
    int at = 352;
    int[] i = new int[3];
    for (i[2] = 0; i[2] < n[2]; i[2]++) {
      for (i[1] = 0; i[1] < n[1]; i[1]++) {
        for (i[0] = 0; i[0] < n[0]; i[0]++) {
          int[] v = new int[3];
          for (int a = 0; a < 3; a++) {
            v[axes[a]] = reversed[a] ? n[a] - 1 - i[a] : i[a];
          }
          put(file, at, (values.at(v[2], v[1] * geometry.columns() + v[0]) - intercept) / slope);
          at += type.bytes;
        }
      }
    }
    return file.array();
  }

  private void put(ByteBuffer file, int at, double v) {
    switch (type) {
      case UINT8, INT8 -> file.put(at, (byte) Math.round(v));
      case INT16, UINT16 -> file.putShort(at, (short) Math.round(v));
      case INT32, UINT32 -> file.putInt(at, (int) Math.round(v));
      case INT64, UINT64 -> file.putLong(at, Math.round(v));
      case FLOAT32 -> file.putFloat(at, (float) v);
      case FLOAT64 -> file.putDouble(at, v);
    }
  }

  private void header(ByteBuffer h, int[] n) {
    h.putInt(0, 348);
    h.putShort(40, (short) 3);
    for (int a = 0; a < 7; a++) {
      h.putShort(42 + 2 * a, (short) (a < 3 ? n[a] : 1));
    }
    h.putShort(70, (short) type.code);
    h.putShort(72, (short) (8 * type.bytes));
    h.putFloat(108, 352);
    h.putFloat(112, (float) slope);
    h.putFloat(116, (float) intercept);
    h.put(123, (byte) 2);
    h.putShort(254, (short) 2);
    double[] spacing = {
      geometry.columnSpacingMm(), geometry.rowSpacingMm(), geometry.sliceSpacingMm()
    };
    Vec3[] direction = {geometry.rowDirection(), geometry.columnDirection(), geometry.normal()};
    Vec3 origin = geometry.origin();
    for (int a = 0; a < 3; a++) {
      Vec3 step = direction[axes[a]].times(spacing[axes[a]]);
      if (reversed[a]) {
        origin = origin.plus(step.times(n[a] - 1));
        step = step.times(-1);
      }
      h.putFloat(280 + 4 * a, (float) -step.x());
      h.putFloat(296 + 4 * a, (float) -step.y());
      h.putFloat(312 + 4 * a, (float) step.z());
    }
    h.putFloat(292, (float) -origin.x());
    h.putFloat(308, (float) -origin.y());
    h.putFloat(324, (float) origin.z());
    for (int i = 0; i < 3; i++) {
      h.put(344 + i, "n+1".getBytes(StandardCharsets.US_ASCII)[i]);
    }
  }
}
