// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Which instances a phantom's series consists of, faults included; pixels are made when asked. */
final class SeriesPlan {

  static final double TILT_DEGREES = 15;

  /** Coronal slices of {@link Fault#NON_AXIAL}: every so many rows of the volume. */
  private static final int CORONAL_STEP = 3;

  /**
   * One image to write.
   *
   * @param position centre of the first pixel, or {@code null} to leave it out
   * @param hu pixels, {@code [row * columns + column]}
   */
  record Instance(
      int number,
      int columns,
      int rows,
      double columnSpacingMm,
      double rowSpacingMm,
      double thicknessMm,
      Vec3 position,
      Vec3 rowDirection,
      Vec3 columnDirection,
      Supplier<short[]> hu) {}

  private SeriesPlan() {}

  static List<Instance> of(Phantom phantom) {
    return switch (phantom.options().fault()) {
      case NON_AXIAL -> coronal(phantom);
      case LOCALIZER -> List.of(localizer(phantom));
      default -> axial(phantom);
    };
  }

  private static List<Instance> axial(Phantom phantom) {
    VolumeGeometry g = phantom.ct().geometry();
    int n = g.slices();
    int middle = n / 2;
    List<Instance> out = new ArrayList<>();
    for (int k = 0; k < n; k++) {
      Instance plain = slice(phantom, k);
      boolean upper = k >= middle;
      switch (phantom.options().fault()) {
        case MISSING_SLICE -> {
          if (k != middle) {
            out.add(plain);
          }
        }
        case DUPLICATE_POSITION -> {
          out.add(plain);
          if (k == middle) {
            out.add(renumbered(plain, n + 1));
          }
        }
        case GANTRY_TILT -> out.add(tilted(phantom.ct(), plain, k));
        case MIXED_SIZE -> out.add(upper ? halved(plain) : plain);
        case MIXED_ORIENTATION -> out.add(upper ? turned(plain) : plain);
        case MIXED_SPACING -> out.add(upper ? zoomed(plain) : plain);
        case NO_POSITION -> out.add(withoutPosition(plain));
        default -> out.add(plain);
      }
    }
    return out;
  }

  private static Instance slice(Phantom phantom, int k) {
    VolumeGeometry g = phantom.ct().geometry();
    return new Instance(
        k + 1,
        g.columns(),
        g.rows(),
        g.columnSpacingMm(),
        g.rowSpacingMm(),
        phantom.thicknessMm(),
        g.position(k, 0, 0),
        g.rowDirection(),
        g.columnDirection(),
        () -> phantom.ct().slice(k));
  }

  private static Instance renumbered(Instance i, int number) {
    return new Instance(
        number,
        i.columns,
        i.rows,
        i.columnSpacingMm,
        i.rowSpacingMm,
        i.thicknessMm,
        i.position,
        i.rowDirection,
        i.columnDirection,
        i.hu);
  }

  private static Instance withoutPosition(Instance i) {
    return new Instance(
        i.number,
        i.columns,
        i.rows,
        i.columnSpacingMm,
        i.rowSpacingMm,
        i.thicknessMm,
        null,
        i.rowDirection,
        i.columnDirection,
        i.hu);
  }

  /**
   * A plane leaning by {@link #TILT_DEGREES}, cut from the volume; the table still moves along z,
   * so positions follow z and not the normal.
   */
  private static Instance tilted(CtVolume ct, Instance i, int k) {
    VolumeGeometry g = ct.geometry();
    double lean = Math.toRadians(TILT_DEGREES);
    double cos = Math.cos(lean);
    double sin = Math.sin(lean);
    Vec3 down = i.columnDirection.times(cos).plus(g.normal().times(-sin));
    double middle = (g.rows() - 1) / 2.0;
    double reach = middle * i.rowSpacingMm;
    Vec3 position =
        i.position
            .plus(i.columnDirection.times(reach - reach * cos))
            .plus(g.normal().times(reach * sin));
    return new Instance(
        i.number,
        i.columns,
        i.rows,
        i.columnSpacingMm,
        i.rowSpacingMm,
        i.thicknessMm,
        position,
        i.rowDirection,
        down,
        () -> {
          short[] out = new short[g.sliceLength()];
          for (int r = 0; r < g.rows(); r++) {
            double slice = k - (r - middle) * g.rowSpacingMm() * sin / g.sliceSpacingMm();
            double row = middle + (r - middle) * cos;
            int lower = (int) Math.max(0, Math.min(g.slices() - 1, Math.floor(slice)));
            int upper = Math.min(g.slices() - 1, lower + 1);
            double t = Math.max(0, Math.min(1, slice - lower));
            int from = (int) Math.round(row) * g.columns();
            for (int c = 0; c < g.columns(); c++) {
              double a = ct.slice(lower)[from + c];
              double b = ct.slice(upper)[from + c];
              out[r * g.columns() + c] = (short) Math.round(a + t * (b - a));
            }
          }
          return out;
        });
  }

  /** Every second pixel of a slice averaged with its neighbours: half the matrix. */
  private static Instance halved(Instance i) {
    int columns = i.columns / 2;
    int rows = i.rows / 2;
    Vec3 position =
        i.position
            .plus(i.rowDirection.times(i.columnSpacingMm / 2))
            .plus(i.columnDirection.times(i.rowSpacingMm / 2));
    return new Instance(
        i.number,
        columns,
        rows,
        i.columnSpacingMm * 2,
        i.rowSpacingMm * 2,
        i.thicknessMm,
        position,
        i.rowDirection,
        i.columnDirection,
        () -> {
          short[] in = i.hu.get();
          short[] out = new short[columns * rows];
          for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
              int o = 2 * r * i.columns + 2 * c;
              out[r * columns + c] =
                  (short)
                      Math.round(
                          (in[o] + in[o + 1] + in[o + i.columns] + in[o + i.columns + 1]) / 4f);
            }
          }
          return out;
        });
  }

  private static Instance turned(Instance i) {
    Vec3 position =
        i.position
            .plus(i.rowDirection.times((i.columns - 1) * i.columnSpacingMm))
            .plus(i.columnDirection.times((i.rows - 1) * i.rowSpacingMm));
    return new Instance(
        i.number,
        i.columns,
        i.rows,
        i.columnSpacingMm,
        i.rowSpacingMm,
        i.thicknessMm,
        position,
        i.rowDirection.times(-1),
        i.columnDirection.times(-1),
        () -> {
          short[] in = i.hu.get();
          short[] out = new short[in.length];
          for (int k = 0; k < in.length; k++) {
            out[k] = in[in.length - 1 - k];
          }
          return out;
        });
  }

  /** A smaller field of view on the same matrix: pixels of 80 %. */
  private static Instance zoomed(Instance i) {
    double f = 0.8;
    double cornerC = (i.columns - 1) / 2.0 * (1 - f);
    double cornerR = (i.rows - 1) / 2.0 * (1 - f);
    Vec3 position =
        i.position
            .plus(i.rowDirection.times(cornerC * i.columnSpacingMm))
            .plus(i.columnDirection.times(cornerR * i.rowSpacingMm));
    return new Instance(
        i.number,
        i.columns,
        i.rows,
        i.columnSpacingMm * f,
        i.rowSpacingMm * f,
        i.thicknessMm,
        position,
        i.rowDirection,
        i.columnDirection,
        () -> {
          short[] in = i.hu.get();
          short[] out = new short[in.length];
          for (int r = 0; r < i.rows; r++) {
            int from = (int) Math.round(cornerR + r * f) * i.columns;
            for (int c = 0; c < i.columns; c++) {
              out[r * i.columns + c] = in[from + (int) Math.round(cornerC + c * f)];
            }
          }
          return out;
        });
  }

  private static List<Instance> coronal(Phantom phantom) {
    VolumeGeometry g = phantom.ct().geometry();
    boolean up = g.normal().z() > 0;
    int top = up ? g.slices() - 1 : 0;
    List<Instance> out = new ArrayList<>();
    for (int j = 0; j < g.rows(); j += CORONAL_STEP) {
      int row = j;
      out.add(
          new Instance(
              out.size() + 1,
              g.columns(),
              g.slices(),
              g.columnSpacingMm(),
              g.sliceSpacingMm(),
              CORONAL_STEP * g.rowSpacingMm(),
              g.position(top, row, 0),
              g.rowDirection(),
              new Vec3(0, 0, -1),
              () -> {
                short[] hu = new short[g.columns() * g.slices()];
                for (int r = 0; r < g.slices(); r++) {
                  System.arraycopy(
                      phantom.ct().slice(up ? top - r : r),
                      row * g.columns(),
                      hu,
                      r * g.columns(),
                      g.columns());
                }
                return hu;
              }));
    }
    return out;
  }

  /** The mean along y: what a scout view shows. */
  private static Instance localizer(Phantom phantom) {
    VolumeGeometry g = phantom.ct().geometry();
    boolean up = g.normal().z() > 0;
    int top = up ? g.slices() - 1 : 0;
    return new Instance(
        1,
        g.columns(),
        g.slices(),
        g.columnSpacingMm(),
        g.sliceSpacingMm(),
        phantom.thicknessMm(),
        g.position(top, (g.rows() - 1) / 2.0, 0),
        g.rowDirection(),
        new Vec3(0, 0, -1),
        () -> {
          short[] out = new short[g.columns() * g.slices()];
          for (int r = 0; r < g.slices(); r++) {
            short[] slice = phantom.ct().slice(up ? top - r : r);
            for (int c = 0; c < g.columns(); c++) {
              long sum = 0;
              for (int row = 0; row < g.rows(); row++) {
                sum += slice[row * g.columns() + c];
              }
              out[r * g.columns() + c] = (short) (sum / g.rows());
            }
          }
          return out;
        });
  }
}
