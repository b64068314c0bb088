// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/**
 * Destroyed lung: holes of a few mm to a cm in the lobules' centres, more of them above than below,
 * rows of bullae under the pleura, and the rest a little darker than healthy lung.
 */
final class Emphysema {

  private static final float HOLE_HU = -985;

  private final Texture texture;
  private final float limit;
  private final float darker;

  Emphysema(long seed, PhantomExtras extras) {
    texture = new Texture(seed, 66);
    double p = extras.emphysemaPercent() / 100;
    // Where a standard normal variable is above with this probability (Abramowitz and Stegun
    // 26.2.22).
    double q = Math.min(p, 1 - p);
    double t = Math.sqrt(-2 * Math.log(q));
    double x = t - (2.30753 + 0.27061 * t) / (1 + 0.99229 * t + 0.04481 * t * t);
    // Interpolation between the texture's nodes takes two fifths of its spread.
    limit = (float) ((p < 0.5 ? x : -x) * 0.6);
    darker = (float) (15 + 60 * p);
  }

  /**
   * @param value HU of the lung without it
   * @param pleura distance to the lung's surface, negative inside, mm
   */
  float apply(float value, double x, double y, double z, float pleura, float slow) {
    float above = (float) (0.9 * Torso.smoothStep((z + 70) / 150) - 0.45);
    float centres = texture.at(x * 0.24, y * 0.24, z * 0.24) + 0.25f * slow + above - limit;
    float rim = pleura > -9 && pleura < -0.8f && z > -30 ? 0.7f : 0;
    float hole =
        Math.max(
            centres, rim * (texture.at(x * 0.16 + 50, y * 0.16, z * 0.16) + 2 * above - limit));
    float t = Math.max(0, Math.min(1, 2.6f * hole));
    float dark = value - darker;
    return dark + t * (HOLE_HU - dark);
  }
}
