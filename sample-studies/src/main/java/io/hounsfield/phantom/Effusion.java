// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import java.util.Arrays;

/** Free fluid between lung and chest wall, layered by gravity. */
final class Effusion {

  /** Where distances end that nothing asks for, mm. */
  private static final float FAR = 14;

  /** Distance to the fluid's surface, negative in the fluid, mm; {@link #FAR} on a dry side. */
  final Field surface;

  /** The fluid itself, negative inside. */
  final Field fluid;

  /** 0 to 60: from water to blood. */
  final float hu;

  /** How thick the lung is that the fluid presses together, mm. */
  final float compressedMm;

  /**
   * @param pleura the pleural space: the lungs as they would be without fluid
   */
  Effusion(Field pleura, Field cage, PhantomExtras extras, int gravity, long seed) {
    hu = (float) new Hash.Sequence(seed, 60).uniform(2, 48);
    compressedMm = (float) Math.min(11, 5 + 0.2 * extras.effusionPercent());
    float[] height = new float[pleura.values.length];
    surface = Field.filled(FAR);
    for (int i = 0; i < height.length; i++) {
      if (pleura.values[i] < 9) {
        // The fluid climbs at the chest wall.
        double wall = 32 * Math.exp(Math.min(0, cage.values[i]) / 18);
        height[i] = (float) (gravity * Anatomy.fieldY(i) - 0.18 * Anatomy.fieldZ(i) + wall);
      }
    }
    for (boolean right : new boolean[] {true, false}) {
      if (!extras.effusion().has(right)) {
        continue;
      }
      float level = level(pleura, height, right, extras.effusionPercent() / 100);
      for (int i = 0; i < height.length; i++) {
        if (pleura.values[i] < 9 && right(i) == right) {
          surface.values[i] = Math.max(-FAR, Math.min(FAR, (level - height[i]) / 1.2f));
        }
      }
    }
    fluid = new Field();
    for (int i = 0; i < height.length; i++) {
      fluid.values[i] = Math.max(pleura.values[i], surface.values[i]);
    }
  }

  private static boolean right(int i) {
    return Anatomy.fieldX(i) < Torso.midline(Anatomy.fieldY(i), Anatomy.fieldZ(i));
  }

  /** The height above which the wanted share of a side lies. */
  private static float level(Field pleura, float[] height, boolean right, double share) {
    float[] inside = new float[height.length];
    int n = 0;
    for (int i = 0; i < height.length; i++) {
      if (pleura.values[i] < 0 && right(i) == right) {
        inside[n++] = height[i];
      }
    }
    Arrays.sort(inside, 0, n);
    return inside[(int) ((n - 1) * (1 - share))];
  }

  /** The pleural space without the fluid. */
  Field lung(Field pleura) {
    Field lung = new Field();
    for (int i = 0; i < lung.values.length; i++) {
      lung.values[i] = Math.max(pleura.values[i], -surface.values[i]);
    }
    return lung;
  }

  /** How deep a place lies in the compressed lung, mm; negative outside. */
  float compressed(int i) {
    return surface.values[i] < FAR - 1 ? compressedMm - surface.values[i] : -FAR;
  }
}
