// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import io.hounsfield.domain.RegionMeasurements;
import java.util.Arrays;

/**
 * Draws planes of an {@link Anatomy} as noise-free HU with soft edges, and the true labels. One per
 * thread: it holds the buffers.
 */
final class Painter {

  static final byte RIGHT = 1;
  static final byte LEFT = 2;

  private static final float FAR = 3;

  private final Anatomy a;
  private final Frame frame;
  private final int[] cellOfColumn;
  private final float[] weightOfColumn;
  private final int[] firstColumn;
  private final int[] firstRow;
  private final float halfEdge;
  private final float[] plane = new float[Field.PLANE];
  private final float[] plane2 = new float[Field.PLANE];
  private final float[] plane3 = new float[Field.PLANE];
  private final float[] plane4 = new float[Field.PLANE];
  private final float[] hu;
  private final float[] fine;
  private final float[] dist;
  private final boolean contrast;
  private final long septaStream;
  private final long boneStream;

  Painter(Anatomy anatomy, Frame frame, PhantomOptions options) {
    this.a = anatomy;
    this.frame = frame;
    this.contrast = options.contrastAgent();
    this.septaStream = Hash.stream(options.seed(), 41);
    this.boneStream = Hash.stream(options.seed(), 42);
    this.halfEdge = (float) (0.5 * Math.max(0.5, Math.max(frame.dx, frame.dy)));
    int n = frame.rows * frame.columns;
    hu = new float[n];
    fine = new float[n];
    dist = new float[n];
    cellOfColumn = new int[frame.columns];
    weightOfColumn = new float[frame.columns];
    firstColumn = new int[Field.NX];
    firstRow = new int[Field.NY];
    for (int c = 0; c < frame.columns; c++) {
      double u = Math.max(0, Math.min(Field.NX - 1.0, (frame.x(c) - Field.X0) / Field.STEP));
      cellOfColumn[c] = Math.min(Field.NX - 2, (int) u);
      weightOfColumn[c] = (float) (u - cellOfColumn[c]);
    }
    for (int i = 0, c = 0; i < Field.NX; i++) {
      while (c < frame.columns && cellOfColumn[c] < i) {
        c++;
      }
      firstColumn[i] = c;
    }
    for (int j = 0, r = 0; j < Field.NY; j++) {
      while (r < frame.rows && cellOfRow(r) < j) {
        r++;
      }
      firstRow[j] = r;
    }
  }

  private double rowPosition(int r) {
    return Math.max(0, Math.min(Field.NY - 1.0, (frame.y(r) - Field.Y0) / Field.STEP));
  }

  private int cellOfRow(int r) {
    return Math.min(Field.NY - 2, (int) rowPosition(r));
  }

  private float weightOfRow(int r) {
    return (float) (rowPosition(r) - cellOfRow(r));
  }

  /** What to do with one pixel, given the field's value there. */
  private interface Brush {
    void paint(int index, float value);
  }

  /** Visits every pixel where the field is below a limit. */
  private void visit(float[] p, float limit, Brush brush) {
    for (int j = 0; j < Field.NY - 1; j++) {
      int r0 = firstRow[j];
      int r1 = firstRow[j + 1];
      if (j == Field.NY - 2) {
        r1 = frame.rows;
      }
      if (r0 >= r1) {
        continue;
      }
      for (int i = 0; i < Field.NX - 1; i++) {
        int o = j * Field.NX + i;
        float v00 = p[o];
        float v01 = p[o + 1];
        float v10 = p[o + Field.NX];
        float v11 = p[o + Field.NX + 1];
        if (v00 > limit && v01 > limit && v10 > limit && v11 > limit) {
          continue;
        }
        int c0 = firstColumn[i];
        int c1 = i == Field.NX - 2 ? frame.columns : firstColumn[i + 1];
        for (int r = r0; r < r1; r++) {
          float wy = weightOfRow(r);
          float left = v00 + wy * (v10 - v00);
          float slope = v01 + wy * (v11 - v01) - left;
          int at = r * frame.columns + c0;
          for (int c = c0; c < c1; c++, at++) {
            float v = left + weightOfColumn[c] * slope;
            if (v < limit) {
              brush.paint(at, v);
            }
          }
        }
      }
    }
  }

  /** Paints everything inside a surface moved outwards by {@code grow} mm. */
  private void fill(float[] p, float grow, float value, float texture) {
    float scale = 1 / (2 * halfEdge);
    float limit = grow + halfEdge;
    visit(
        p,
        limit,
        (i, v) -> {
          float cover = Math.min(1, (limit - v) * scale);
          hu[i] += cover * (value + texture * fine[i] - hu[i]);
        });
  }

  private void fill(Field f, double z, float grow, float value, float texture) {
    f.plane(z, plane);
    fill(plane, grow, value, texture);
  }

  private static float sample(float[] p, int o, float wx, float wy) {
    float top = p[o] + wx * (p[o + 1] - p[o]);
    float bottom = p[o + Field.NX] + wx * (p[o + Field.NX + 1] - p[o + Field.NX]);
    return top + wy * (bottom - top);
  }

  private float sample(float[] p, int index) {
    int r = index / frame.columns;
    int c = index - r * frame.columns;
    return sample(p, cellOfRow(r) * Field.NX + cellOfColumn[c], weightOfColumn[c], weightOfRow(r));
  }

  /**
   * The true lung labels of a plane, and how deep in the lesion field each lung voxel lies.
   *
   * @param labels filled: 0, {@link #RIGHT} or {@link #LEFT}
   * @param depth filled where labels are not 0; untouched without lesions
   */
  void labels(double z, byte[] labels, float[] depth) {
    Arrays.fill(labels, (byte) 0);
    boolean stems = stems(z);
    a.lung.plane(z, plane);
    if (a.lesions != null) {
      a.lesions.depth.plane(z, plane2);
    }
    visit(
        plane,
        0,
        (i, v) -> {
          if (stems && dist[i] < 0) {
            return;
          }
          int r = i / frame.columns;
          int c = i - r * frame.columns;
          labels[i] = frame.x(c) < Torso.midline(frame.y(r), z) ? RIGHT : LEFT;
          if (a.lesions != null) {
            depth[i] = sample(plane2, i);
          }
        });
  }

  /** The true lesion labels of a plane, from its lung labels and its final HU. */
  void lesions(double z, float threshold, byte[] lungs, short[] hu, byte[] out) {
    a.lesions.depth.plane(z, plane2);
    for (int i = 0; i < lungs.length; i++) {
      if (lungs[i] != 0 && sample(plane2, i) > threshold) {
        out[i] = (byte) (hu[i] >= RegionMeasurements.HIGH_OPACITY_HU ? 2 : 1);
      }
    }
  }

  /**
   * Noise relative to the middle of the body: less outside and near the skin, more at shoulders.
   */
  void noiseScale(double z, float[] out) {
    float level =
        (float)
            (1 + 0.6 * Torso.smoothStep((z - 45) / 60) + 0.2 * Torso.smoothStep((-z - 70) / 60));
    Arrays.fill(out, 0.5f * level);
    a.body.plane(z, plane);
    visit(plane, 0, (i, v) -> out[i] = level * (0.5f + 0.5f * Math.min(1, -v * (1 / 75f))));
  }

  /** Great vessels and bronchi in {@link #dist}. */
  private boolean stems(double z) {
    Arrays.fill(dist, FAR);
    boolean any = a.mediastinum.airwayWall.draw(z, frame, dist);
    any |= a.mediastinum.pulmonary.draw(z, frame, dist);
    any |= a.mediastinum.systemic.draw(z, frame, dist);
    any |= a.lungVessels.hilar.draw(z, frame, dist);
    return any;
  }

  /**
   * Draws a plane.
   *
   * @param threshold lesions are where their depth is above this
   * @return HU by row and column; reused by the next call
   */
  float[] paint(double z, float threshold) {
    background(z);
    Arrays.fill(fine, 0);
    a.fine.plane(z, plane2);
    a.body.plane(z, plane);
    visit(plane, 1, (i, v) -> fine[i] = sample(plane2, i));
    fill(plane, 0, 5, 8);
    fill(plane, -1.8f, -104, 7);
    if (a.build.breasts()) {
      fill(a.breast, z, 0, 10, 32);
    }
    muscles(z);
    fill(a.cage, z, 0.5f, -85, 9);
    abdomen(z);
    fill(a.heart, z, 1.2f, 30, 5);
    fill(a.heart, z, 0, contrast ? 95 : 42, 4);
    if (contrast) {
      fill(a.chambers, z, 0, 320, 6);
    }
    bones(z);
    lungs(z, threshold);
    tubes(z);
    return hu;
  }

  private void background(double z) {
    Arrays.fill(hu, -1000);
    // The couch is behind a supine patient: two shells, foam between, a thin mattress on top.
    for (int r = 0; r < frame.rows; r++) {
      double y = a.gravity > 0 ? frame.y(r) : -frame.y(r) + 8;
      if (y < 95) {
        continue;
      }
      for (int c = 0; c < frame.columns; c++) {
        double x = frame.x(c);
        double top = y - (146 - x * x * 0.00075);
        if (top < -22 || Math.abs(x) > 205) {
          continue;
        }
        float v = -1000;
        if (top < 0) {
          v = top > -14 ? -975 : -1000;
        }
        v += cover(Math.abs(top) - 1.1) * (-80 - v);
        double bottom = y - 172;
        if (top > 1 && bottom < 0) {
          v = Math.max(v, -955);
        }
        v += cover(Math.abs(bottom) - 0.9) * (-150 - v);
        hu[r * frame.columns + c] = v;
      }
    }
  }

  private float cover(double distance) {
    return (float) Math.max(0, Math.min(1, 0.5 - distance / (2 * halfEdge)));
  }

  private void muscles(double z) {
    a.muscle.plane(z, plane);
    a.coarse.plane(z, plane3);
    a.cage.plane(z, plane4);
    float scale = 1 / (2 * halfEdge);
    visit(
        plane,
        halfEdge,
        (i, v) -> {
          float cover = Math.min(1, (halfEdge - v) * scale);
          float value = 54 + 5 * fine[i];
          // Fat in the clefts between muscles, and a layer between chest wall and its muscles.
          float n = sample(plane3, i);
          float wall = sample(plane4, i);
          float outside = Math.max(0, Math.min(1, (wall - 10) * 0.25f));
          float cleft = Math.max(0, Math.min(1, (0.1f - Math.abs(n)) * 14));
          float cleft2 = Math.max(0, Math.min(1, (0.07f - Math.abs(n - 0.9f)) * 14));
          float layer = Math.max(0, Math.min(1, 1.1f - Math.abs(wall - 12.5f - 2 * n)));
          float fat = Math.min(1, Math.max(outside * Math.max(cleft, cleft2), layer * 0.8f));
          value -= fat * 140;
          hu[i] += cover * (value - hu[i]);
        });
  }

  private void abdomen(double z) {
    if (z > -40) {
      return;
    }
    a.cage.plane(z, plane);
    a.diaphragm.plane(z, plane2);
    for (int i = 0; i < Field.PLANE; i++) {
      plane3[i] = Math.max(plane[i], plane2[i]);
    }
    fill(plane3, 0, 48, 4);
    fill(plane3, -3, -102, 8);
    fill(a.kidneys, z, 0, 34, 4);
    fill(a.spleen, z, 0, 49, 4);
    fill(a.liver, z, 0, 58, 4);
    // Gas above, fluid below, by gravity.
    gut(a.stomach, z, 4.2f, a.gravity > 0 ? -16 : 16, 24);
    gut(a.colon, z, 2.4f, a.gravity > 0 ? 6 : -6, 60);
  }

  private void gut(Field f, double z, float wall, double level, float content) {
    f.plane(z, plane);
    fill(plane, 0, 42, 5);
    fill(plane, -wall, content, 14);
    for (int j = 0, o = 0; j < Field.NY; j++) {
      float height = (float) (a.gravity * (Field.y(j) - level));
      for (int i = 0; i < Field.NX; i++, o++) {
        plane[o] = Math.max(plane[o] + wall, height);
      }
    }
    fill(plane, 0, -970, 6);
  }

  private void bones(double z) {
    spine(z);
    Arrays.fill(dist, FAR);
    if (a.skeleton.cartilage.draw(z, frame, dist)) {
      for (int i = 0; i < dist.length; i++) {
        if (dist[i] < halfEdge) {
          hu[i] += cover(dist[i]) * (95 + 14 * fine[i] - hu[i]);
        }
      }
    }
    Arrays.fill(dist, FAR);
    if (a.skeleton.bones.draw(z, frame, dist)) {
      for (int i = 0; i < dist.length; i++) {
        if (dist[i] < halfEdge) {
          hu[i] += cover(dist[i]) * (bone(i, z, dist[i], 1.25f, 820, 190) - hu[i]);
        }
      }
    }
  }

  /** Cortex outside, marrow with trabeculae inside. */
  private float bone(int index, double z, float d, float cortex, float hard, float marrow) {
    float t = Math.max(0, Math.min(1, (-d - cortex) * 0.9f + 0.5f));
    if (t == 0) {
      return hard;
    }
    int r = index / frame.columns;
    int c = index - r * frame.columns;
    float grain = trabeculae(frame.x(c), frame.y(r), z);
    return hard + t * (marrow + 75 * grain - hard);
  }

  /** Value noise on a 2 mm lattice, about unit variance. */
  private float trabeculae(double x, double y, double z) {
    double u = x / 2;
    double v = y / 2;
    double w = z / 2.5;
    int i = (int) Math.floor(u);
    int j = (int) Math.floor(v);
    int k = (int) Math.floor(w);
    float fu = (float) (u - i);
    float fv = (float) (v - j);
    float fw = (float) (w - k);
    float sum = 0;
    for (int n = 0; n < 8; n++) {
      int di = n & 1;
      int dj = n >> 1 & 1;
      int dk = n >> 2;
      float weight = (di == 0 ? 1 - fu : fu) * (dj == 0 ? 1 - fv : fv) * (dk == 0 ? 1 - fw : fw);
      sum +=
          weight
              * Hash.normal(
                  boneStream,
                  (i + di & 0xFFFFFL) | (j + dj & 0xFFFFFL) << 20 | (k + dk & 0xFFFFFL) << 40);
    }
    return sum * 1.5f;
  }

  private void spine(double z) {
    Skeleton.Vertebra v = a.skeleton.vertebra(z);
    int c0 = frame.firstColumn(-26);
    int c1 = frame.lastColumn(26);
    int r0 = frame.firstRow(v.y() - 24);
    int r1 = frame.lastRow(v.y() + 34);
    for (int r = r0; r <= r1; r++) {
      double y = frame.y(r);
      for (int c = c0; c <= c1; c++) {
        double x = frame.x(c);
        int i = r * frame.columns + c;
        double canal = v.canal(x, y);
        double side = Math.max(v.side(x, y), 1 - canal);
        if (side < halfEdge) {
          float disc = 88 + 8 * fine[i];
          double d = Math.max(side, v.end());
          float value = disc + cover(d) * (bone(i, z, (float) d, 0.8f, 560, 175) - disc);
          hu[i] += cover(side) * (value - hu[i]);
        }
        if (canal < halfEdge) {
          // Cord in fluid, a little fat at the rim.
          double cord = canal + 4.2;
          float value = canal > -1.2 ? -40 : 14;
          value += cover(cord) * (36 - value);
          hu[i] += cover(canal) * (value - hu[i]);
        }
      }
    }
  }

  /** HU of healthy lung, denser where gravity pulls the blood to. */
  private float parenchyma(double y, float texture, float slow) {
    double down = Math.max(-1.1, Math.min(1.1, a.gravity * (y - 5) / 85));
    return (float)
        (-838
            - 26 * a.build.inspiration()
            + 34 * down
            + 10 * down * down
            + 17 * texture
            + 9 * slow);
  }

  private void lungs(double z, float threshold) {
    a.lung.plane(z, plane);
    a.coarse.plane(z, plane3);
    Lesions lesions = a.lesions;
    if (lesions != null) {
      lesions.depth.plane(z, plane2);
      lesions.character.plane(z, plane4);
    }
    Arrays.fill(dist, FAR);
    boolean vessels = a.lungVessels.vessels.draw(z, frame, dist);
    float blood = contrast ? 260 : 40;
    float scale = 1 / (2 * halfEdge);
    visit(
        plane,
        halfEdge,
        (i, v) -> {
          int r = i / frame.columns;
          int c = i - r * frame.columns;
          double x = frame.x(c);
          double y = frame.y(r);
          int o = cellOfRow(r) * Field.NX + cellOfColumn[c];
          float wx = weightOfColumn[c];
          float wy = weightOfRow(r);
          float slow = sample(plane3, o, wx, wy);
          float value = parenchyma(y, fine[i], slow);
          value += fissure(x, y, z) * 130;
          float dense = 0;
          if (lesions != null) {
            float inside = sample(plane2, o, wx, wy) - threshold;
            if (inside > -4) {
              float character = sample(plane4, o, wx, wy);
              float glass = Lesions.opacity(inside);
              float target = lesions.groundGlassHu(inside, character) + 42 * fine[i] + 25 * slow;
              value += glass * (target - value);
              float paving = glass * lesions.paving(character);
              if (paving > 0) {
                value += paving * 330 * Lesions.septa(septaStream, x, y, z);
              }
              dense = lesions.dense(inside, character, fine[i]);
            }
          }
          if (vessels && dist[i] < 1) {
            // A thin vessel fills only part of its voxels, across the slice as well.
            float cover = Math.max(0, Math.min(1, 0.5f - dist[i] * 0.95f));
            value += cover * (blood - value);
          }
          if (dense > 0) {
            float solid = 30 + 14 * fine[i] + 8 * slow;
            value += dense * (Math.max(solid, value) - value);
          }
          float cover = Math.min(1, (halfEdge - v) * scale);
          hu[i] += cover * (value - hu[i]);
        });
    smallAirways(z);
  }

  private static float fissure(double x, double y, double z) {
    boolean right = x < 3;
    double oblique = Math.abs(Torso.obliqueFissure(right, x, y, z));
    double d = oblique;
    if (right && Torso.obliqueFissure(true, x, y, z) > 0) {
      d = Math.min(d, Math.abs(Torso.horizontalFissure(x, y, z)));
    }
    return (float) Math.max(0, 1 - d * 0.9);
  }

  private void smallAirways(double z) {
    Arrays.fill(dist, FAR);
    if (!a.lungVessels.airwayWall.draw(z, frame, dist)) {
      return;
    }
    for (int i = 0; i < dist.length; i++) {
      if (dist[i] < halfEdge) {
        float wall = Math.max(hu[i], -120);
        hu[i] += cover(dist[i]) * (wall - hu[i]);
      }
    }
    Arrays.fill(dist, FAR);
    a.lungVessels.airwayLumen.draw(z, frame, dist);
    for (int i = 0; i < dist.length; i++) {
      if (dist[i] < halfEdge) {
        hu[i] += cover(dist[i]) * (-955 - hu[i]);
      }
    }
  }

  private void tubes(double z) {
    draw(a.mediastinum.oesophagus, z, 38);
    draw(a.mediastinum.oesophagusAir, z, -800);
    draw(a.mediastinum.systemic, z, contrast ? 300 : 41);
    draw(a.mediastinum.pulmonary, z, contrast ? 270 : 41);
    draw(a.mediastinum.airwayWall, z, 20);
    draw(a.mediastinum.airwayLumen, z, -985);
  }

  private void draw(Tubes tubes, double z, float value) {
    Arrays.fill(dist, FAR);
    if (tubes.draw(z, frame, dist)) {
      for (int i = 0; i < dist.length; i++) {
        if (dist[i] < halfEdge) {
          hu[i] += cover(dist[i]) * (value + 3 * fine[i] - hu[i]);
        }
      }
    }
  }
}
