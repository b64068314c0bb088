// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.preprocess.SliceReader;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Reads volumes and label maps from NIfTI-1 files, compressed or not, in axial order. */
final class NiftiReader {

  /** Below this many HU there is no measurement, as in DICOM series ({@link SliceReader}). */
  private static final int LEAST_HU = -1500;

  /** A CT of a chest has air. */
  private static final int AIR_HU = -500;

  /** Corners of a mask's grid may lie this share of a voxel away from those of the image. */
  private static final double SAME_GRID = 0.25;

  private static final int BUFFER_BYTES = 1 << 16;

  /** Deflate makes at most 1,032 bytes of one. */
  private static final long MOST_INFLATED = 1032;

  private interface Reading<T> {
    T from(NiftiHeader header, InputStream rest) throws IOException, CaseException;
  }

  private interface Voxel {
    /** Takes one voxel of the axial grid. */
    void take(int slice, int index, double value) throws CaseException;
  }

  private NiftiReader() {}

  /** Voxels of a file, from its header. */
  static long voxels(Path file) throws IOException, CaseException {
    return open(file, (header, in) -> header.voxels());
  }

  /**
   * Reads an image in HU. Values are rounded and clamped to int16; below -1500 HU and NaN are no
   * measurement and become {@link SliceReader#PADDING_HU}, as in DICOM series.
   *
   * @throws CaseException if it cannot be read or holds no HU
   */
  static CtVolume readHu(Path file) throws IOException, CaseException {
    return open(
        file,
        (header, in) -> {
          AxialOrder order = AxialOrder.of(header);
          VolumeGeometry g = order.geometry();
          short[][] hu = new short[g.slices()][g.sliceLength()];
          double[] range = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
          read(
              in,
              header,
              order,
              (slice, index, value) -> {
                boolean measured = value >= LEAST_HU;
                hu[slice][index] =
                    measured
                        ? (short) Math.min(Short.MAX_VALUE, Math.rint(value))
                        : SliceReader.PADDING_HU;
                if (measured) {
                  range[0] = Math.min(range[0], value);
                  range[1] = Math.max(range[1], value);
                }
              });
          if (!(range[0] < AIR_HU)) {
            throw new CaseException(
                "not-hounsfield",
                String.format(
                    Locale.ROOT,
                    "its values go from %.0f to %.0f; a chest in HU has air, below %d. Was it"
                        + " stored as a picture, or without its intercept?",
                    range[0],
                    range[1],
                    AIR_HU));
          }
          return new CtVolume(g, hu);
        });
  }

  /**
   * Reads a label map: every value but 0 belongs to the mask.
   *
   * @param grid of the image, which the mask must have
   * @throws CaseException if it cannot be read, holds other than whole numbers, or lies on another
   *     grid
   */
  static Mask readMask(Path file, VolumeGeometry grid) throws IOException, CaseException {
    return open(
        file,
        (header, in) -> {
          AxialOrder order = AxialOrder.of(header);
          requireSameGrid(order.geometry(), grid);
          Mask mask = Mask.empty(grid.rows(), grid.columns(), grid.slices());
          read(
              in,
              header,
              order,
              (slice, index, value) -> {
                if (value != 0) {
                  if (value != Math.rint(value) || Double.isInfinite(value)) {
                    throw CaseException.unreadable(
                        "it holds the value %s; a label map has whole numbers, 0 for background",
                        value);
                  }
                  mask.planes()[slice].set(index);
                }
              });
          return mask;
        });
  }

  private static void requireSameGrid(VolumeGeometry mask, VolumeGeometry image)
      throws CaseException {
    if (mask.columns() != image.columns()
        || mask.rows() != image.rows()
        || mask.slices() != image.slices()) {
      throw new CaseException(
          "other-grid",
          "in axial order it has %d x %d x %d voxels, the image has %d x %d x %d (columns, rows, slices)"
              .formatted(
                  mask.columns(),
                  mask.rows(),
                  mask.slices(),
                  image.columns(),
                  image.rows(),
                  image.slices()));
    }
    double voxel =
        Math.min(image.sliceSpacingMm(), Math.min(image.rowSpacingMm(), image.columnSpacingMm()));
    for (int corner = 0; corner < 8; corner++) {
      double k = (corner & 4) == 0 ? 0 : image.slices() - 1;
      double r = (corner & 2) == 0 ? 0 : image.rows() - 1;
      double c = (corner & 1) == 0 ? 0 : image.columns() - 1;
      Vec3 away = mask.position(k, r, c).minus(image.position(k, r, c));
      if (!(away.length() <= SAME_GRID * voxel)) {
        throw new CaseException(
            "other-grid",
            String.format(
                Locale.ROOT,
                "a corner of its grid lies %.2f mm away from the image's (at most %.2f mm). Give it"
                    + " the affine of the image, if that is where it belongs",
                away.length(),
                SAME_GRID * voxel));
      }
    }
  }

  private static void read(InputStream in, NiftiHeader header, AxialOrder order, Voxel voxel)
      throws IOException, CaseException {
    in.skipNBytes(header.dataOffset() - NiftiHeader.BYTES);
    int n = header.size()[0];
    NiftiHeader.Type type = header.type();
    byte[] bytes = new byte[n * type.bytes];
    ByteBuffer line = ByteBuffer.wrap(bytes).order(header.order());
    for (int k = 0; k < header.size()[2]; k++) {
      for (int j = 0; j < header.size()[1]; j++) {
        int found = in.readNBytes(bytes, 0, bytes.length);
        if (found < bytes.length) {
          throw new EOFException();
        }
        for (int i = 0; i < n; i++) {
          double value = header.slope() * type.read(line, i * type.bytes) + header.intercept();
          voxel.take(order.slice(i, j, k), order.index(i, j, k), value);
        }
      }
    }
  }

  /** Opens a file, unpacks it where it is gzip, and names it in every fault. */
  private static <T> T open(Path file, Reading<T> reading) throws IOException, CaseException {
    String name = file.getFileName().toString();
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
      raw.mark(2);
      boolean gzip = raw.read() == 0x1F && raw.read() == 0x8B;
      raw.reset();
      try (InputStream in =
          gzip
              ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER_BYTES), BUFFER_BYTES)
              : raw) {
        NiftiHeader header = NiftiHeader.read(in);
        // Before anything is allocated: a header may promise what its file cannot hold.
        long most = gzip ? MOST_INFLATED * Files.size(file) : Files.size(file);
        if (header.dataOffset() + header.voxels() * header.type().bytes > most) {
          throw new EOFException();
        }
        return reading.from(header, in);
      }
    } catch (CaseException e) {
      throw new CaseException(e.code(), name + ": " + e.getMessage() + ".");
    } catch (EOFException e) {
      throw CaseException.unreadable("%s: it is shorter than its header says.", name);
    } catch (ZipException e) {
      throw CaseException.unreadable("%s: its compression is damaged.", name);
    }
  }
}
