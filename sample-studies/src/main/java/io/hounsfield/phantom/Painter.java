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
  private final PlaneGrid grid;
  private final float halfEdge;
  private final float edgeScale;
  private final float[] plane = new float[Field.PLANE];
  private final float[] lungPlane = new float[Field.PLANE];
  private final float[] depthPlane = new float[Field.PLANE];
  private final float[] compressedPlane = new float[Field.PLANE];
  private final float[] coarsePlane = new float[Field.PLANE];
  private final float[] characterPlane = new float[Field.PLANE];
  private final float[] bodyPlane = new float[Field.PLANE];
  private final float[] musclePlane = new float[Field.PLANE];
  private final float[] chestPlane = new float[Field.PLANE];
  private final float[] cagePlane = new float[Field.PLANE];
  private final float[] hu;
  private final float[] fine;
  private final float[] dist;
  private final boolean contrast;
  private final long septaStream;

  Painter(Anatomy anatomy, Frame frame, PhantomOptions options) {
    this.a = anatomy;
    this.frame = frame;
    this.grid = new PlaneGrid(frame);
    this.contrast = options.contrastAgent();
    this.septaStream = Hash.stream(options.seed(), 41);
    this.halfEdge = (float) (0.5 * Math.max(0.5, Math.max(frame.dx, frame.dy)));
    this.edgeScale = 1 / (2 * halfEdge);
    int n = frame.rows * frame.columns;
    hu = new float[n];
    fine = new float[n];
    dist = new float[n];
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
    a.lung.plane(z, lungPlane);
    if (a.lesions != null) {
      a.lesions.depth.plane(z, depthPlane);
    }
    grid.visit(
        lungPlane,
        0,
        (i, r, c, v) -> {
          if (stems && dist[i] < 0) {
            return;
          }
          labels[i] = frame.x(c) < Torso.midline(frame.y(r), z) ? RIGHT : LEFT;
          if (a.lesions != null) {
            depth[i] = grid.sample(depthPlane, r, c) + ragged(frame.x(c), frame.y(r), z);
          }
        });
  }

  /** The finest irregularity of lesions' borders, mm. */
  private float ragged(double x, double y, double z) {
    return 1.6f * a.grain.at(x * 0.8, y * 0.8, z * 0.8);
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

  /** The true lesion labels of a plane, from its lung labels and its final HU. */
  void lesions(double z, float threshold, byte[] lungs, short[] hu, byte[] out) {
    a.lesions.depth.plane(z, depthPlane);
    for (int r = 0, i = 0; r < frame.rows; r++) {
      for (int c = 0; c < frame.columns; c++, i++) {
        if (lungs[i] != 0) {
          float depth = grid.sample(depthPlane, r, c);
          // The ragged part only matters near the border.
          if (Math.abs(depth - threshold) < 10) {
            depth += ragged(frame.x(c), frame.y(r), z);
          }
          if (depth > threshold) {
            out[i] = (byte) (hu[i] >= RegionMeasurements.HIGH_OPACITY_HU ? 2 : 1);
          }
        }
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
    a.body.plane(z, bodyPlane);
    grid.visit(
        bodyPlane, 0, (i, r, c, v) -> out[i] = level * (0.5f + 0.5f * Math.min(1, -v * (1 / 75f))));
  }

  /**
   * Draws a plane.
   *
   * @param threshold lesions are where their depth is above this
   * @return HU by row and column; reused by the next call
   */
  float[] paint(double z, float threshold) {
    background(z);
    a.body.plane(z, bodyPlane);
    a.muscle.plane(z, musclePlane);
    a.cage.plane(z, cagePlane);
    a.chest.plane(z, chestPlane);
    a.lung.plane(z, lungPlane);
    a.coarse.plane(z, coarsePlane);
    a.fine.plane(z, plane);
    grid.copy(bodyPlane, 1, plane, fine);
    fill(bodyPlane, 0, 5, 8, bodyPlane, -4.5f);
    fill(bodyPlane, -1.8f, -104, 7, musclePlane, -1.5f);
    if (a.build.breasts()) {
      fill(a.breast, z, 0, 10, 32);
    }
    muscles();
    fill(chestPlane, 0.5f, -88, 9, lungPlane, -1.5f);
    abdomen(z);
    fill(a.heart, z, 1.2f, 20, 5);
    fill(a.heart, z, 0, contrast ? 95 : 42, 4);
    if (contrast) {
      fill(a.chambers, z, 0, 320, 6);
    }
    if (a.effusion != null) {
      fill(a.effusion.fluid, z, 0.7f, a.effusion.hu, 3);
    }
    bones(z);
    lungs(z, threshold);
    if (a.nodules != null) {
      draw(a.nodules, z, 34, 4);
    }
    tubes(z);
    return hu;
  }

  /** Paints everything inside a surface moved outwards by {@code grow} mm. */
  private void fill(float[] p, float grow, float value, float texture) {
    fill(p, grow, value, texture, null, 0);
  }

  /**
   * Paints a surface where it is not hidden: cells whose corners of {@code hider} are all below a
   * limit will be painted over by something else.
   */
  private void fill(float[] p, float grow, float value, float texture, float[] hider, float limit) {
    grid.fill(p, grow, value, texture, hider, limit, halfEdge, hu, fine);
  }

  private void fill(Field f, double z, float grow, float value, float texture) {
    f.plane(z, plane);
    fill(plane, grow, value, texture);
  }

  /** Share of a pixel inside an edge at this distance, mm. */
  private float cover(double distance) {
    return (float) Math.max(0, Math.min(1, 0.5 - distance * edgeScale));
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
        double top = y - (146 + a.build.girthMm() - x * x * 0.00075);
        if (top < -22 || Math.abs(x) > 205) {
          continue;
        }
        float v = -1000;
        if (top < 0) {
          v = top > -14 ? -975 : -1000;
        }
        v += cover(Math.abs(top) - 1.1) * (-80 - v);
        double bottom = y - 172 - a.build.girthMm();
        if (top > 1 && bottom < 0) {
          v = Math.max(v, -955);
        }
        v += cover(Math.abs(bottom) - 0.9) * (-150 - v);
        hu[r * frame.columns + c] = v;
      }
    }
  }

  private void muscles() {
    grid.visit(
        musclePlane,
        halfEdge,
        chestPlane,
        -1.5f,
        (i, r, c, v) -> {
          float cover = Math.min(1, (halfEdge - v) * edgeScale);
          float value = 54 + 5 * fine[i];
          // Fat in the clefts between muscles, and a layer between chest wall and its muscles.
          float n = grid.sample(coarsePlane, r, c);
          float wall = grid.sample(cagePlane, r, c);
          float outside = Math.max(0, Math.min(1, (wall - 10) * 0.25f));
          float cleft = Math.max(0, Math.min(1, (0.1f - Math.abs(n)) * 14));
          float cleft2 = Math.max(0, Math.min(1, (0.07f - Math.abs(n - 0.9f)) * 14));
          float layer = Math.max(0, Math.min(1, 1.2f - Math.abs(wall - 12.5f - 2 * n)));
          layer *= Math.max(0, Math.min(1, n + 0.6f));
          float fat = Math.min(1, Math.max(outside * Math.max(cleft, cleft2), layer));
          value -= fat * 140;
          hu[i] += cover * (value - hu[i]);
        });
  }

  private void abdomen(double z) {
    if (z > Anatomy.DOME_LIMIT) {
      return;
    }
    a.diaphragm.plane(z, plane);
    for (int i = 0; i < Field.PLANE; i++) {
      plane[i] = Math.max(cagePlane[i], plane[i]);
    }
    fill(plane, 0, 48, 4);
    fill(plane, -2.6f, -102, 8);
    fill(a.kidneys, z, 0, 34, 4);
    fill(a.spleen, z, 0, 49, 4);
    fill(a.liver, z, 0, 58, 4);
    // Gas above, fluid below, by gravity.
    gut(a.stomach, z, 4.2f, a.gravity * (a.bowelGas ? 24 : -16), 24);
    gut(a.colon, z, 2.4f, a.gravity * (a.bowelGas ? 60 : 6), 60);
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
    if (z > 55) {
      // Above the inlet: fat around vessels and windpipe, the thyroid beside it.
      draw(a.mediastinum.sheath, z, -80, 12);
      draw(a.mediastinum.thyroid, z, 92, 8);
    }
    spine(z);
    draw(a.skeleton.cartilage, z, 95, 14);
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
    float grain = a.grain.at(frame.x(c) * 1.1, frame.y(r) * 1.1, z * 0.8);
    return hard + t * (marrow + 58 * grain - hard);
  }

  private void spine(double z) {
    Skeleton.Vertebra v = a.skeleton.vertebra(z);
    int c0 = frame.firstColumn(-40);
    int c1 = frame.lastColumn(40);
    int r0 = frame.firstRow(v.y() - 24);
    int r1 = frame.lastRow(v.y() + 60);
    for (int r = r0; r <= r1; r++) {
      double y = frame.y(r);
      for (int c = c0; c <= c1; c++) {
        double x = frame.x(c);
        int i = r * frame.columns + c;
        // Muscles and ligaments behind the bodies.
        double u = x / 36;
        double w = (y - v.y() - 34) / 27;
        double deep = (Math.sqrt(u * u + w * w) - 1) * 28;
        deep = Math.max(deep, grid.sample(musclePlane, r, c));
        if (deep < halfEdge && hu[i] < 20) {
          hu[i] += cover(deep) * (50 + 5 * fine[i] - hu[i]);
        }
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
  private float parenchyma(double y, float texture, float slow, float grain) {
    double down = Math.max(-1.1, Math.min(1.1, a.gravity * (y - 5) / 85));
    return (float)
        (-842
            - 28 * a.build.inspiration()
            + a.build.dependent() * 34 * down
            + a.build.dependent() * 10 * down * down
            + 13 * texture
            + 8 * slow
            + 19 * grain);
  }

  private void lungs(double z, float threshold) {
    Lesions lesions = a.lesions;
    if (lesions != null) {
      lesions.depth.plane(z, depthPlane);
      lesions.character.plane(z, characterPlane);
      if (lesions.compressed != null) {
        lesions.compressed.plane(z, compressedPlane);
      }
    }
    Arrays.fill(dist, FAR);
    boolean vessels = a.lungVessels.vessels.draw(z, frame, dist);
    float blood = contrast ? 260 : 40;
    grid.visit(
        lungPlane,
        halfEdge,
        (i, r, c, v) -> {
          double x = frame.x(c);
          double y = frame.y(r);
          float slow = grid.sample(coarsePlane, r, c);
          float grain = a.grain.at(x, y, z);
          float value = parenchyma(y, fine[i], slow, grain);
          value += fissure(x, y, z) * (70 + 40 * slow);
          if (a.emphysema != null) {
            value = a.emphysema.apply(value, x, y, z, v, slow);
          }
          float dense = 0;
          if (lesions != null) {
            float inside = grid.sample(depthPlane, r, c) - threshold;
            if (inside > -9) {
              inside += ragged(x, y, z);
              float character = grid.sample(characterPlane, r, c);
              float glass = Lesions.opacity(inside);
              float target =
                  lesions.groundGlassHu(inside, character) + 38 * fine[i] + 25 * slow + 30 * grain;
              if (lesions.kind == LesionKind.DIFFUSE) {
                // However faint, it is denser than the lung it lies in.
                target = Math.max(target, value + 100);
              }
              value += glass * (target - value);
              float paving = glass * lesions.paving(character);
              if (paving > 0) {
                float warp = a.grain.at(x * 0.35 + 40, y * 0.35, z * 0.35);
                float strength = 240 + 70 * grain;
                value +=
                    paving
                        * strength
                        * Lesions.septa(
                            septaStream, x + 1.6 * warp, y + 1.6 * grain, z + 1.2 * warp);
              }
              dense = lesions.dense(inside, character, fine[i], grain);
              if (lesions.compressed != null) {
                float pressed = grid.sample(compressedPlane, r, c);
                dense = Math.max(dense, Lesions.compressed(pressed, inside, grain));
              }
            }
          }
          if (vessels && dist[i] < 1) {
            // A thin vessel fills only part of its voxels, across the slice as well.
            float cover = Math.max(0, Math.min(1, 0.46f - dist[i] * 0.76f));
            value += cover * (blood - value);
          }
          if (dense > 0) {
            // Some acini keep their air.
            float air = Math.max(0, a.grain.at(x * 0.6, y * 0.6 + 60, z * 0.6) - 0.7f);
            float solid = lesions.solidHu(contrast) + 14 * fine[i] + 8 * slow - 170 * air;
            value += dense * (Math.max(solid, value) - value);
          }
          float cover = Math.min(1, (halfEdge - v) * edgeScale);
          hu[i] += cover * (value - hu[i]);
        });
    smallAirways(z);
  }

  private static float fissure(double x, double y, double z) {
    boolean right = x < 3;
    double height = Torso.obliqueFissure(right, x, y, z);
    double d = Math.abs(height);
    if (right && height > 0) {
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
    draw(a.lungVessels.airwayLumen, z, -955, 3);
  }

  private void tubes(double z) {
    draw(a.mediastinum.nodes, z, 38, 3);
    draw(a.mediastinum.oesophagus, z, 38, 3);
    draw(a.mediastinum.oesophagusAir, z, -800, 3);
    draw(a.mediastinum.systemic, z, contrast ? 300 : 41, 3);
    draw(a.mediastinum.pulmonary, z, contrast ? 270 : 41, 3);
    draw(a.mediastinum.airwayWall, z, 20, 3);
    draw(a.mediastinum.airwayLumen, z, -985, 3);
  }

  private void draw(Tubes tubes, double z, float value, float texture) {
    Arrays.fill(dist, FAR);
    if (tubes.draw(z, frame, dist)) {
      for (int i = 0; i < dist.length; i++) {
        if (dist[i] < halfEdge) {
          hu[i] += cover(dist[i]) * (value + texture * fine[i] - hu[i]);
        }
      }
    }
  }
}
