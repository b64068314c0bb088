// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A generated chest CT with its true labels.
 *
 * <p>The lungs' labels include lesions and the small vessels and airways inside the lungs; trachea,
 * main and lobar bronchi, hilar and mediastinal vessels are left out. A voxel is opacity if its
 * centre lies inside a lesion's shape; it is consolidation if its HU in {@link #ct}, noise and all,
 * is at or above {@link RegionMeasurements#HIGH_OPACITY_HU}, else ground glass.
 *
 * @param options as given
 * @param thicknessMm slice thickness, mm
 * @param ct HU
 * @param lungs {@link Segment#LUNGS}
 * @param lesions {@link Segment#LESIONS}
 */
public record Phantom(
    PhantomOptions options, double thicknessMm, CtVolume ct, LabelMap lungs, LabelMap lesions) {

  private static final double FIELD_OF_VIEW_MM = 360;
  private static final double LARGE_FIELD_OF_VIEW_MM = 420;
  private static final double MARGIN_BELOW_MM = 14;
  private static final double MARGIN_ABOVE_MM = 18;
  private static final int DEFAULT_SLICES = 300;
  private static final int TOO_FEW_SLICES = 8;

  /** Where the scan's middle lies in front of the anatomy's origin, mm. */
  private static final double CENTRE_Y_MM = 14;

  /** Range and resolution of the lesion depth's histogram, mm. */
  private static final double DEPTH_LOW = -250;

  private static final double DEPTH_HIGH = 80;
  private static final int DEPTH_BINS = 1 << 18;

  /** Makes a phantom; a few seconds for 300 slices of 512x512. Equal options, equal result. */
  public static Phantom generate(PhantomOptions options) {
    return generate(options, Runtime.getRuntime().availableProcessors());
  }

  /** As {@link #generate(PhantomOptions)}; the number of threads changes nothing but the time. */
  static Phantom generate(PhantomOptions options, int threads) {
    Anatomy anatomy = new Anatomy(options);
    Build build = anatomy.build;
    VolumeGeometry geometry = geometry(options, anatomy);
    double thickness =
        options.thicknessMm() > 0 ? options.thicknessMm() : geometry.sliceSpacingMm();
    double px = geometry.columnSpacingMm();
    double py = geometry.rowSpacingMm();
    // Slices are drawn with x and y ascending, whatever the patient's position.
    Frame frame =
        new Frame(
            options.columns(),
            options.rows(),
            -(options.columns() - 1) / 2.0 * px / build.scaleX(),
            (CENTRE_Y_MM * anatomy.gravity - (options.rows() - 1) / 2.0 * py) / build.scaleY(),
            px / build.scaleX(),
            py / build.scaleY());
    int n = geometry.slices();
    byte[][] lungs = new byte[n][geometry.sliceLength()];
    double threshold = lungs(options, anatomy, geometry, frame, lungs, threads);

    short[][] hu = new short[n][geometry.sliceLength()];
    byte[][] lesions = new byte[n][geometry.sliceLength()];
    double motion = options.extras().motionMm();
    int planes = Math.max(motion > 0 ? 2 : 1, (int) Math.round(thickness / 1.25));
    double overlap = Math.max(0, 1 - geometry.sliceSpacingMm() / thickness);
    Workers.run(
        n,
        threads,
        () -> {
          Painter painter = new Painter(anatomy, frame, options);
          Noise noise =
              new Noise(
                  frame,
                  options.kernel(),
                  options.noiseHu() * options.kernel().noise(),
                  options.seed(),
                  build.scaleX(),
                  build.scaleY());
          float[] sum = new float[frame.rows * frame.columns];
          float[] scale = new float[sum.length];
          return k -> {
            double z = geometry.position(k, 0, 0).z();
            Arrays.fill(sum, 0);
            for (int p = 0; p < planes; p++) {
              double at = z + thickness * ((p + 0.5) / planes - 0.5);
              if (motion > 0) {
                // Half of the turn shows the organs here, half there: double contours.
                at += moved(options.seed(), k, z / build.scaleZ(), motion) * (p % 2 - 0.5);
              }
              float[] plane = painter.paint(at / build.scaleZ(), (float) threshold);
              for (int i = 0; i < sum.length; i++) {
                sum[i] += plane[i];
              }
            }
            float share = 1f / planes;
            for (int i = 0; i < sum.length; i++) {
              sum[i] *= share;
            }
            noise.blur(sum);
            painter.noiseScale(z / build.scaleZ(), scale);
            float[] grain = noise.grain(k, Math.min(1, 2 * overlap));
            if (options.extras().lowDose()) {
              lowDose(options, noise, k, z / build.scaleZ(), px, scale, sum, grain);
            }
            short[] out = hu[k];
            for (int i = 0; i < sum.length; i++) {
              int v = Math.round(sum[i] + scale[i] * grain[i]);
              out[i] = (short) Math.max(-1024, Math.min(3071, v));
            }
            if (anatomy.lesions != null) {
              painter.lesions(z / build.scaleZ(), (float) threshold, lungs[k], out, lesions[k]);
            }
            turn(options.position(), frame, out, lungs[k], lesions[k]);
          };
        });
    return new Phantom(
        options,
        thickness,
        new CtVolume(geometry, hu),
        new LabelMap(geometry, lungs, Segment.LUNGS),
        new LabelMap(geometry, lesions, Segment.LESIONS));
  }

  /** By how much organs moved during a slice: most at heart and diaphragm, none at the apices. */
  private static double moved(long seed, int slice, double z, double motionMm) {
    double here = 0.5 + 0.5 * Hash.uniform(Hash.stream(seed, 67), slice);
    return motionMm * here * (0.15 + 0.85 * Torso.smoothStep((20 - z) / 70));
  }

  /** Adds what a low dose adds to the grain, which the caller scales by {@code scale} again. */
  private static void lowDose(
      PhantomOptions options,
      Noise noise,
      int k,
      double z,
      double px,
      float[] scale,
      float[] image,
      float[] grain) {
    // The grain lies in the noise maker's own buffer.
    float[] kept = grain.clone();
    float hu = (float) (options.noiseHu() * Math.min(1.2, options.kernel().noise()));
    double thick =
        0.15 + 1.3 * Torso.smoothStep((z - 45) / 45) + 0.35 * Torso.smoothStep((-z - 90) / 60);
    noise.streaks(k, (float) (1.1 * hu * thick), scale, px, 30, image);
    noise.blotches(k, 0.7f * hu, scale, px, image);
    System.arraycopy(kept, 0, grain, 0, kept.length);
  }

  /** Fills the lungs' labels; returns the lesion depth above which the wanted share lies. */
  private static double lungs(
      PhantomOptions options,
      Anatomy anatomy,
      VolumeGeometry geometry,
      Frame frame,
      byte[][] lungs,
      int threads) {
    AtomicIntegerArray histogram = new AtomicIntegerArray(DEPTH_BINS);
    Workers.run(
        geometry.slices(),
        threads,
        () -> {
          Painter painter = new Painter(anatomy, frame, options);
          float[] depth = new float[frame.rows * frame.columns];
          return k -> {
            double z = geometry.position(k, 0, 0).z() / anatomy.build.scaleZ();
            painter.labels(z, lungs[k], depth);
            for (int i = 0; i < depth.length; i++) {
              if (lungs[k][i] != 0) {
                histogram.incrementAndGet(bin(depth[i]));
              }
            }
          };
        });
    if (anatomy.lesions == null) {
      return Double.POSITIVE_INFINITY;
    }
    long total = 0;
    for (int b = 0; b < DEPTH_BINS; b++) {
      total += histogram.get(b);
    }
    double wanted = total * options.opacityPercent() / 100;
    long above = 0;
    int b = DEPTH_BINS;
    while (b > 0 && above + histogram.get(b - 1) / 2.0 <= wanted) {
      above += histogram.get(--b);
    }
    return DEPTH_LOW + (DEPTH_HIGH - DEPTH_LOW) * b / DEPTH_BINS;
  }

  private static int bin(float depth) {
    double t = (depth - DEPTH_LOW) / (DEPTH_HIGH - DEPTH_LOW) * DEPTH_BINS;
    return (int) Math.max(0, Math.min(DEPTH_BINS - 1, t));
  }

  private static VolumeGeometry geometry(PhantomOptions options, Anatomy anatomy) {
    double bottom =
        anatomy.lungBottom * anatomy.build.scaleZ() - MARGIN_BELOW_MM - options.extras().belowMm();
    double top =
        anatomy.lungTop * anatomy.build.scaleZ() + MARGIN_ABOVE_MM + options.extras().aboveMm();
    if (options.fault() == Fault.CUT_OFF) {
      double height = top - bottom;
      bottom += 0.3 * height;
      top -= 0.28 * height;
    }
    int slices = options.slices();
    double spacing = options.spacingMm();
    if (slices == 0 && spacing == 0) {
      slices = DEFAULT_SLICES;
    }
    if (slices == 0) {
      slices = (int) Math.ceil((top - bottom) / spacing) + 1;
    } else if (spacing == 0) {
      spacing = Math.ceil((top - bottom) / Math.max(1, slices - 1) * 100) / 100;
    } else if (options.fault() == Fault.CUT_OFF) {
      slices = Math.max(1, Math.min(slices, (int) ((top - bottom) / spacing)));
    }
    if (options.fault() == Fault.TOO_FEW) {
      slices = TOO_FEW_SLICES;
    }
    if ((long) slices * options.columns() * options.rows() > PhantomOptions.MAX_VOXELS) {
      throw new IllegalArgumentException(
          "%d slices of %dx%d, which a spacing of %s mm needs, are too many voxels: take a larger spacing or a smaller matrix"
              .formatted(slices, options.columns(), options.rows(), spacing));
    }
    double pixel =
        options.pixelSpacingMm() > 0
            ? options.pixelSpacingMm()
            : (options.extras().size() == PhantomExtras.Size.LARGE
                    ? LARGE_FIELD_OF_VIEW_MM
                    : FIELD_OF_VIEW_MM)
                / Math.max(options.columns(), options.rows());
    Vec3 row = options.position().rowDirection();
    Vec3 column = options.position().columnDirection();
    double normal = row.cross(column).z();
    // Positions in tenths of micrometres, so that their text in DICOM is exact.
    double first = round((bottom + top) / 2 - normal * (slices - 1) / 2.0 * spacing);
    Vec3 origin =
        new Vec3(
            round(-row.x() * (options.columns() - 1) / 2.0 * pixel),
            round(CENTRE_Y_MM * anatomy.gravity - column.y() * (options.rows() - 1) / 2.0 * pixel),
            first);
    return new VolumeGeometry(
        options.columns(), options.rows(), slices, pixel, pixel, spacing, origin, row, column);
  }

  private static double round(double mm) {
    return Math.rint(mm * 1e4) / 1e4;
  }

  /** From drawing order (x and y ascending) to the order of the series. */
  private static void turn(
      PatientPosition position, Frame frame, short[] hu, byte[] lungs, byte[] lesions) {
    boolean flipX = position.rowDirection().x() < 0;
    boolean flipY = position.columnDirection().y() < 0;
    if (!flipX && !flipY) {
      return;
    }
    short[] h = hu.clone();
    byte[] l = lungs.clone();
    byte[] s = lesions.clone();
    for (int r = 0; r < frame.rows; r++) {
      for (int c = 0; c < frame.columns; c++) {
        int from =
            (flipY ? frame.rows - 1 - r : r) * frame.columns + (flipX ? frame.columns - 1 - c : c);
        int to = r * frame.columns + c;
        hu[to] = h[from];
        lungs[to] = l[from];
        lesions[to] = s[from];
      }
    }
  }
}
