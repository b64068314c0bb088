// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.quantify.Anatomy;
import io.hounsfield.quantify.LungAnatomy;
import io.hounsfield.quantify.Quantifier;
import io.hounsfield.report.OverviewRenderer;
import java.util.Arrays;

/**
 * Runs what comes after the last slice over a small made-up chest, so that the first patient after
 * a start does not wait for class loading and the just-in-time compiler. Nothing of it is kept.
 */
public final class WarmUp {
  private static final int SIDE = 256;
  private static final int SLICES = 48;
  private static final int ROUNDS = 4;
  private static final short AIR = -1000;
  private static final short TISSUE = 40;
  private static final short PARENCHYMA = -850;
  private static final short OPACITY = -400;

  private WarmUp() {}

  /** Takes about a second of one processor. */
  public static void run() {
    VolumeGeometry geometry =
        new VolumeGeometry(
            SIDE,
            SIDE,
            SLICES,
            1.4,
            1.4,
            6,
            new Vec3(-180, -180, 0),
            new Vec3(1, 0, 0),
            new Vec3(0, 1, 0));
    short[][] hu = new short[SLICES][SIDE * SIDE];
    byte[][] labels = new byte[SLICES][SIDE * SIDE];
    for (int k = 0; k < SLICES; k++) {
      fill(hu[k], labels[k], k);
    }
    CtVolume ct = new CtVolume(geometry, hu);
    for (int round = 0; round < ROUNDS; round++) {
      Anatomy anatomy = LungAnatomy.refine(ct, labels);
      var unused = Quantifier.measure(ct, anatomy.lungs(), anatomy.lesions());
      byte[] picture = OverviewRenderer.render(ct, anatomy.lungs(), anatomy.lesions());
      if (picture.length == 0) {
        throw new IllegalStateException("the warm-up made no picture");
      }
    }
  }

  /** An ellipse of tissue with two ellipsoid lungs, one of them with a ball of opacity. */
  private static void fill(short[] hu, byte[] labels, int slice) {
    Arrays.fill(hu, AIR);
    double z = (slice - SLICES / 2.0) / (SLICES * 0.45);
    for (int row = 0; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        double x = (column - SIDE / 2.0) / SIDE;
        double y = (row - SIDE / 2.0) / SIDE;
        int i = row * SIDE + column;
        if (sq(x / 0.45) + sq(y / 0.32) < 1) {
          hu[i] = TISSUE;
        }
        double lung = sq((Math.abs(x) - 0.2) / 0.14) + sq(y / 0.22) + sq(z);
        if (lung < 1) {
          boolean opacity = sq((x + 0.22) / 0.06) + sq((y - 0.08) / 0.06) + sq(z / 0.3) < 1;
          hu[i] = opacity ? OPACITY : PARENCHYMA;
          labels[i] = (byte) (opacity ? 2 : 1);
        }
      }
    }
  }

  private static double sq(double v) {
    return v * v;
  }
}
