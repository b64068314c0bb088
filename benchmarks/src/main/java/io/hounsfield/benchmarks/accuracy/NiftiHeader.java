// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.domain.Vec3;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What the header of a NIfTI-1.1 file says
 * (https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h), either byte order, single file.
 * NIfTI's RAS coordinates are turned to DICOM's LPS here.
 *
 * @param type how voxels are stored
 * @param order byte order
 * @param size voxels along the three axes
 * @param dataOffset byte at which the voxels start
 * @param slope value = slope x stored value + intercept
 * @param axes step from voxel to voxel along each axis of the file, mm, LPS
 * @param origin centre of the first voxel, mm, LPS
 */
record NiftiHeader(
    Type type,
    ByteOrder order,
    int[] size,
    long dataOffset,
    double slope,
    double intercept,
    Vec3[] axes,
    Vec3 origin) {

  static final int BYTES = 348;

  /** Most voxels along an axis. */
  private static final int MAX_SIZE = 32767;

  /** Most voxels of a file: 1,200 slices of 512 x 512. */
  static final long MAX_VOXELS = 1200L * 512 * 512;

  /** Extensions between header and voxels may take this much. */
  private static final long MAX_OFFSET = 64L << 20;

  private static final int NIFTI2_BYTES = 540;

  /** How voxels are stored. */
  enum Type {
    UINT8(2, 1),
    INT16(4, 2),
    INT32(8, 4),
    FLOAT32(16, 4),
    FLOAT64(64, 8),
    INT8(256, 1),
    UINT16(512, 2),
    UINT32(768, 4),
    INT64(1024, 8),
    UINT64(1280, 8);

    final int code;
    final int bytes;

    Type(int code, int bytes) {
      this.code = code;
      this.bytes = bytes;
    }

    double read(ByteBuffer from, int at) {
      return switch (this) {
        case UINT8 -> from.get(at) & 0xFF;
        case INT8 -> from.get(at);
        case INT16 -> from.getShort(at);
        case UINT16 -> from.getShort(at) & 0xFFFF;
        case INT32 -> from.getInt(at);
        case UINT32 -> from.getInt(at) & 0xFFFFFFFFL;
        case INT64 -> from.getLong(at);
        case UINT64 -> {
          long bits = from.getLong(at);
          yield bits >= 0 ? bits : 2.0 * (bits >>> 1);
        }
        case FLOAT32 -> from.getFloat(at);
        case FLOAT64 -> from.getDouble(at);
      };
    }
  }

  /** Voxels of the file. */
  long voxels() {
    return (long) size[0] * size[1] * size[2];
  }

  /**
   * Reads the header from the start of a stream.
   *
   * @throws CaseException if it is no such header, or says what cannot be
   */
  static NiftiHeader read(InputStream in) throws IOException, CaseException {
    byte[] bytes = in.readNBytes(BYTES);
    if (bytes.length < BYTES) {
      throw CaseException.unreadable(
          "it ends after %d bytes; a NIfTI header has %d", bytes.length, BYTES);
    }
    ByteBuffer h = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (h.getInt(0) != BYTES) {
      h.order(ByteOrder.BIG_ENDIAN);
    }
    if (h.getInt(0) != BYTES) {
      boolean nifti2 =
          h.getInt(0) == NIFTI2_BYTES || Integer.reverseBytes(h.getInt(0)) == NIFTI2_BYTES;
      throw CaseException.unreadable(
          nifti2
              ? "it is NIfTI-2; store it as NIfTI-1"
              : "it is no NIfTI file: its header does not start with 348");
    }
    String magic = new String(bytes, 344, 3, StandardCharsets.ISO_8859_1);
    if (magic.equals("ni1")) {
      throw CaseException.unreadable(
          "it is the header of a pair of files (.hdr, .img); store it as one file, .nii or .nii.gz");
    }
    if (!magic.equals("n+1")) {
      throw CaseException.unreadable(
          "it is no NIfTI-1 file (Analyze 7.5 has no orientation); store it as NIfTI-1");
    }
    Type type = type(h.getShort(70), h.getShort(72));
    int[] size = size(h);
    double offset = h.getFloat(108);
    if (!(offset >= BYTES && offset <= MAX_OFFSET) || offset != Math.rint(offset)) {
      throw CaseException.unreadable("vox_offset is %s", offset);
    }
    double slope = h.getFloat(112);
    double intercept = h.getFloat(116);
    if (!Double.isFinite(slope) || !Double.isFinite(intercept)) {
      throw CaseException.unreadable("scl_slope is %s and scl_inter %s", slope, intercept);
    }
    if (slope == 0) { // the standard's sign for "not scaled"
      slope = 1;
      intercept = 0;
    }
    double mm = unit(h.get(123));
    double[][] m = h.getShort(254) > 0 ? sform(h) : qform(h);
    Vec3[] axes = new Vec3[3];
    for (int a = 0; a < 3; a++) {
      axes[a] = lps(m, a, mm);
    }
    return new NiftiHeader(
        type, h.order(), size, (long) offset, slope, intercept, axes, lps(m, 3, mm));
  }

  private static Type type(short code, short bits) throws CaseException {
    for (Type type : Type.values()) {
      if (type.code == code) {
        if (bits != 8 * type.bytes) {
          throw CaseException.unreadable(
              "datatype %s has %d bits, bitpix says %d", type, 8 * type.bytes, bits);
        }
        return type;
      }
    }
    throw CaseException.unreadable(
        "datatype %d is not read; store it as int16, another integer, float32 or float64", code);
  }

  private static int[] size(ByteBuffer h) throws CaseException {
    int dimensions = h.getShort(40);
    if (dimensions < 3 || dimensions > 7) {
      throw CaseException.unreadable("dim[0] is %d; a volume has 3 dimensions", dimensions);
    }
    int[] size = new int[3];
    long voxels = 1;
    for (int d = 1; d <= dimensions; d++) {
      int n = h.getShort(40 + 2 * d);
      if (n < 1 || n > MAX_SIZE) {
        throw CaseException.unreadable("dim[%d] is %d", d, n);
      }
      if (d > 3 && n != 1) {
        throw CaseException.unreadable("dim[%d] is %d: it holds several volumes, not one", d, n);
      }
      if (d <= 3) {
        size[d - 1] = n;
        voxels *= n;
      }
    }
    if (voxels > MAX_VOXELS) {
      throw CaseException.unreadable(
          "%d x %d x %d voxels are more than the %d that are read",
          size[0], size[1], size[2], MAX_VOXELS);
    }
    return size;
  }

  private static double unit(byte xyzt) throws CaseException {
    return switch (xyzt & 7) {
      case 0, 2 -> 1; // not said, or mm
      case 1 -> 1000;
      case 3 -> 0.001;
      default -> throw CaseException.unreadable("xyzt_units is %d", xyzt);
    };
  }

  private static double[][] sform(ByteBuffer h) {
    double[][] m = new double[3][4];
    for (int r = 0; r < 3; r++) {
      for (int c = 0; c < 4; c++) {
        m[r][c] = h.getFloat(280 + 16 * r + 4 * c);
      }
    }
    return m;
  }

  private static double[][] qform(ByteBuffer h) throws CaseException {
    if (h.getShort(252) <= 0) {
      throw new CaseException(
          "no-orientation",
          "it has no orientation: both sform_code and qform_code are 0, so left and right, head"
              + " and feet cannot be told. Write it with its affine");
    }
    double b = h.getFloat(256);
    double c = h.getFloat(260);
    double d = h.getFloat(264);
    double rest = 1 - (b * b + c * c + d * d);
    if (!(rest >= -1e-4)) {
      throw CaseException.unreadable("its quaternion (%s, %s, %s) is longer than 1", b, c, d);
    }
    double a = Math.sqrt(Math.max(0, rest));
    double qfac = h.getFloat(76) < 0 ? -1 : 1;
    double[] s = {h.getFloat(80), h.getFloat(84), h.getFloat(88) * qfac};
    return new double[][] {
      {
        (a * a + b * b - c * c - d * d) * s[0],
        2 * (b * c - a * d) * s[1],
        2 * (b * d + a * c) * s[2],
        h.getFloat(268)
      },
      {
        2 * (b * c + a * d) * s[0],
        (a * a + c * c - b * b - d * d) * s[1],
        2 * (c * d - a * b) * s[2],
        h.getFloat(272)
      },
      {
        2 * (b * d - a * c) * s[0],
        2 * (c * d + a * b) * s[1],
        (a * a + d * d - b * b - c * c) * s[2],
        h.getFloat(276)
      }
    };
  }

  private static Vec3 lps(double[][] m, int column, double mm) throws CaseException {
    Vec3 v = new Vec3(-m[0][column] * mm, -m[1][column] * mm, m[2][column] * mm);
    if (!Double.isFinite(v.length())) {
      throw CaseException.unreadable("its affine holds numbers that are not finite");
    }
    return v;
  }
}
