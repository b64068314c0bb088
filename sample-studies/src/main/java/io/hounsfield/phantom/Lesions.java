// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import java.util.ArrayList;
import java.util.List;

/**
 * Where lesions are and how dense. One field, {@link #depth}, in mm: the larger, the earlier a
 * place falls ill. The lesions of a given share are the places above a threshold, found by counting
 * voxels, so the share is met exactly and a larger share grows the same lesions.
 */
final class Lesions {

  /** Depth inside a lesion, up to a constant, mm; grows inwards. */
  final Field depth;

  /** Slow variation, unit variance: which parts are dense, which are paved. */
  final Field character;

  final LesionKind kind;

  /** Depth in the lung that an effusion compresses, mm; {@code null} without one. */
  final Field compressed;

  /** What diffuse ground glass tends to, HU. */
  private final float glassHu;

  Lesions(
      Field lung,
      Field cage,
      Field fine,
      LesionKind kind,
      double percent,
      double gravity,
      long seed,
      Effusion effusion) {
    this.kind = kind;
    this.glassHu = (float) new Hash.Sequence(seed, 34).uniform(-700, -470);
    this.character = Field.noise(seed, 31, 5);
    Field blobby = Field.noise(seed, 33, 2);
    LesionShapes shapes = new LesionShapes(lung, cage, fine, blobby, gravity, seed);
    depth =
        switch (kind) {
          case GROUND_GLASS, CONSOLIDATION, CRAZY_PAVING, MIXED ->
              patches(lung, cage, fine, blobby, character, percent, gravity, seed);
          case LOBAR -> shapes.lobar();
          case DIFFUSE -> shapes.diffuse();
          case ATELECTASIS -> shapes.atelectasis();
          case RETICULATION -> shapes.reticulation();
        };
    compressed = effusion == null ? null : Field.filled(0);
    for (int i = 0; effusion != null && i < depth.values.length; i++) {
      float inside = effusion.compressed(i);
      compressed.values[i] = inside;
      if (inside > -2 && lung.values[i] <= 6) {
        float first = 70 - 3 * (effusion.compressedMm - Math.max(0, inside));
        depth.values[i] = Math.max(depth.values[i], first + 30 * Math.min(0, inside));
      }
    }
  }

  private static Field patches(
      Field lung,
      Field cage,
      Field fine,
      Field blobby,
      Field character,
      double percent,
      double gravity,
      long seed) {
    List<double[]> blobs = blobs(lung, cage, percent, gravity, new Hash.Sequence(seed, 30));
    Field depth = Field.filled(-1000);
    for (int i = 0; i < depth.values.length; i++) {
      if (lung.values[i] > 6) {
        continue;
      }
      int ix = i % Field.NX;
      int iy = i / Field.NX % Field.NY;
      int iz = i / Field.PLANE;
      double best = -1000;
      for (double[] b : blobs) {
        double dx = (Field.x(ix) - b[0]) * b[4];
        double dy = (Field.y(iy) - b[1]) * b[5];
        double dz = (Field.z(iz) - b[2]) * b[6];
        best = Math.max(best, b[3] - Math.sqrt(dx * dx + dy * dy + dz * dz));
      }
      // Lesions cling to the pleura and to the dependent parts.
      double pleura = Math.max(0, Math.min(30, -cage.values[i]));
      best += 6 * blobby.values[i] + 3.2 * fine.values[i] + 3 * character.values[i];
      best += gravity * 0.05 * Field.y(iy) - 0.45 * pleura;
      depth.values[i] = (float) best;
    }
    return depth;
  }

  /** Centres x, y, z, radius and the axes' inverse stretch; more of them for a larger share. */
  private static List<double[]> blobs(
      Field lung, Field cage, double percent, double gravity, Hash.Sequence random) {
    int wanted = (int) Math.round(7 + 1.3 * Math.min(30, percent));
    List<double[]> out = new ArrayList<>();
    int[] side = new int[2];
    for (int tries = 0; out.size() < wanted && tries < 2_000_000; tries++) {
      int i = random.below(lung.values.length);
      float d = lung.values[i];
      if (d > -3 || d < -40) {
        continue;
      }
      double x = Field.x(i % Field.NX);
      double y = Field.y(i / Field.NX % Field.NY);
      double z = Field.z(i / Field.PLANE);
      double subpleural = Math.exp(Math.min(0, cage.values[i]) / 9);
      double dependent = Torso.smoothStep((gravity * y + 75) / 140);
      double basal = 0.35 + 0.65 * Torso.smoothStep((60 - z) / 120);
      if (random.uniform() > (0.05 + 0.95 * subpleural) * (0.12 + 0.88 * dependent) * basal) {
        continue;
      }
      int s = x < Torso.midline(y, z) ? 0 : 1;
      if (side[s] > side[1 - s] + 2) {
        continue; // bilateral
      }
      side[s]++;
      out.add(
          new double[] {
            x,
            y,
            z,
            random.uniform(4, 17),
            random.uniform(0.75, 1.25),
            random.uniform(0.8, 1.4),
            random.uniform(0.7, 1.2)
          });
    }
    return out;
  }

  /** How ground glass sets in across a lesion's border, 0 to 1; half at the border. */
  static float opacity(float inside) {
    float t = inside * 0.15f + 0.5f;
    t = Math.max(0, Math.min(1, t));
    return t * t * (3 - 2 * t);
  }

  /** How consolidation sets in, 0 to 1. */
  float dense(float inside, float character, float fine, float grain) {
    float core =
        switch (kind) {
          case GROUND_GLASS, CRAZY_PAVING, DIFFUSE, RETICULATION -> -1000;
          case CONSOLIDATION, LOBAR, ATELECTASIS -> inside - 1.2f + 0.9f * fine + 0.9f * grain;
          case MIXED -> inside - 14f - 7f * character + 3.2f * fine + 1.5f * grain;
        };
    float t = Math.max(0, Math.min(1, core * (kind == LesionKind.MIXED ? 0.14f : 0.3f) + 0.5f));
    return t * t * (3 - 2 * t);
  }

  /** How dense the lung is that an effusion compresses, 0 to 1. */
  static float compressed(float inside, float depth, float grain) {
    float t = (Math.min(inside, depth) - 1 + 0.7f * grain) * 0.4f + 0.5f;
    t = Math.max(0, Math.min(1, t));
    return t * t * (3 - 2 * t);
  }

  /** HU of lung without air. */
  float solidHu(boolean contrast) {
    return kind == LesionKind.ATELECTASIS ? contrast ? 95 : 42 : 22;
  }

  /** HU that ground glass tends to. */
  float groundGlassHu(float inside, float character) {
    float base =
        switch (kind) {
          case CONSOLIDATION, LOBAR, ATELECTASIS -> -430;
          case DIFFUSE -> glassHu + 40;
          case RETICULATION -> -680;
          case CRAZY_PAVING -> -590;
          case GROUND_GLASS, MIXED -> -575;
        };
    float core =
        switch (kind) {
          case DIFFUSE, RETICULATION -> Math.min(40, Math.max(0, inside) * 2);
          default -> Math.min(130, Math.max(0, inside) * 9);
        };
    return base - 40 + 55 * character + core;
  }

  /** How strong the network of septa is, 0 to 1. */
  float paving(float character) {
    return switch (kind) {
      case CRAZY_PAVING -> 1;
      case RETICULATION -> 1.2f;
      case MIXED -> Math.max(0, Math.min(1, -1.4f * character));
      default -> 0;
    };
  }

  /**
   * The septa of secondary lobules: 1 on the walls between the cells of scattered points 7 mm
   * apart, 0 inside the cells.
   */
  static float septa(long stream, double x, double y, double z) {
    double cell = 7;
    double u = x / cell;
    double v = y / cell;
    double w = z / cell;
    int i0 = (int) Math.floor(u - 0.5);
    int j0 = (int) Math.floor(v - 0.5);
    int k0 = (int) Math.floor(w - 0.5);
    double first = 1e9;
    double second = 1e9;
    for (int k = k0; k <= k0 + 1; k++) {
      for (int j = j0; j <= j0 + 1; j++) {
        for (int i = i0; i <= i0 + 1; i++) {
          long h = Hash.bits(stream, (i & 0xFFFFFL) | (j & 0xFFFFFL) << 20 | (k & 0xFFFFFL) << 40);
          double dx = i + 0.08 + 0.84 * ((h & 0xFFFF) / 65536.0) - u;
          double dy = j + 0.08 + 0.84 * ((h >>> 16 & 0xFFFF) / 65536.0) - v;
          double dz = k + 0.08 + 0.84 * ((h >>> 32 & 0xFFFF) / 65536.0) - w;
          double d = dx * dx + dy * dy + dz * dz;
          if (d < first) {
            second = first;
            first = d;
          } else if (d < second) {
            second = d;
          }
        }
      }
    }
    double gap = (Math.sqrt(second) - Math.sqrt(first)) * cell;
    return (float) Math.max(0, Math.min(1, 1.25 - gap * 0.95));
  }
}
