// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/** One patient: every surface, tube and texture, before any slice is drawn. */
final class Anatomy {

  /** Above this height there is neither diaphragm nor abdomen, mm. */
  static final double DOME_LIMIT = -40;

  private static final float AWAY = 99;

  final Build build;
  final Torso torso;
  final Mediastinum mediastinum;
  final Skeleton skeleton;
  final LungVessels lungVessels;
  final Lesions lesions;

  /** Fluid beside the lungs; {@code null} without. */
  final Effusion effusion;

  /** Holes in the lungs; {@code null} without. */
  final Emphysema emphysema;

  /** Solid nodules in the lungs; {@code null} without. */
  final Tubes nodules;

  final boolean bowelGas;

  final Field body;
  final Field muscle;
  final Field cage;

  /** What mediastinal fat fills: the cage below the thoracic inlet. */
  final Field chest;

  final Field diaphragm;
  final Field heart;
  final Field chambers;
  final Field lung;
  final Field liver;
  final Field spleen;
  final Field stomach;
  final Field colon;
  final Field kidneys;
  final Field breast;

  /** Textures, unit variance: a few mm, and some cm (muscle septa, slow density changes). */
  final Field fine;

  final Field coarse;

  /** The finest texture, about 2 mm. */
  final Texture grain;

  /** Lowest and highest z of lung, reference mm. */
  final double lungBottom;

  final double lungTop;

  /** Which way is down along y: 1 supine, -1 prone. */
  final int gravity;

  Anatomy(PhantomOptions options) {
    long seed = options.seed();
    PhantomExtras extras = options.extras();
    build = Build.of(seed, extras, options.kind());
    gravity = options.position().prone() ? -1 : 1;
    torso = new Torso(build, extras.armsDown());
    skeleton = new Skeleton(extras.armsDown());
    bowelGas = extras.bowelGas();
    mediastinum = new Mediastinum(build);
    fine = Field.noise(seed, 11, 1);
    coarse = Field.noise(seed, 12, 4);
    grain = new Texture(seed, 13);
    body = Field.of(torso::body);
    muscle = new Field();
    for (int i = 0; i < muscle.values.length; i++) {
      muscle.values[i] =
          (float) torso.muscle(fieldX(i), fieldY(i), fieldZ(i), body.values[i], coarse.values[i]);
    }
    breast = build.breasts() ? Field.of((x, y, z) -> torso.breast(x, y, z) + 11) : null;
    cage = Field.of(Torso::cage);
    chest = Field.of((x, y, z) -> Math.max(cage.at(x, y, z), Torso.apex(x, y, z) - 4));
    diaphragm = Field.of(torso::diaphragm, -1e9, DOME_LIMIT, 30);
    heart =
        Field.of(
            (x, y, z) -> Math.max(mediastinum.heart(x, y, z), 3 - diaphragm.at(x, y, z)),
            -150,
            40,
            AWAY);
    chambers = options.contrastAgent() ? Field.of(mediastinum::chambers) : null;
    Field pleura = Field.of(this::lungAt, -200, 125, 30);
    effusion =
        extras.effusion() == PhantomExtras.Side.NONE
            ? null
            : new Effusion(pleura, cage, extras, gravity, seed);
    lung = effusion == null ? pleura : effusion.lung(pleura);
    emphysema = extras.emphysemaPercent() > 0 ? new Emphysema(seed, extras) : null;
    nodules = extras.nodules() > 0 ? nodules(extras.nodules(), seed) : null;
    liver = abdominal(this::liverAt);
    spleen = abdominal(this::spleenAt);
    stomach = abdominal(this::stomachAt);
    colon = abdominal(this::colonAt);
    kidneys =
        abdominal((x, y, z) -> Field.ellipsoid(Math.abs(x) - 56, y - 48, z + 205, 27, 25, 48));
    double bottom = 0;
    double top = 0;
    for (int i = 0; i < lung.values.length; i++) {
      if (lung.values[i] < 0) {
        bottom = Math.min(bottom, fieldZ(i));
        top = Math.max(top, fieldZ(i));
      }
    }
    lungBottom = bottom - Field.STEP;
    lungTop = top + Field.STEP;
    lungVessels = new LungVessels(lung, seed);
    lesions =
        options.opacityPercent() > 0
            ? new Lesions(
                lung, cage, fine, options.kind(), options.opacityPercent(), gravity, seed, effusion)
            : null;
  }

  static double fieldX(int i) {
    return Field.x(i % Field.NX);
  }

  static double fieldY(int i) {
    return Field.y(i / Field.NX % Field.NY);
  }

  static double fieldZ(int i) {
    return Field.z(i / Field.PLANE);
  }

  private double lungAt(double x, double y, double z) {
    double outer =
        Math.max(cage.at(x, y, z) + 1.2, Math.max(Torso.apex(x, y, z), 1 - diaphragm.at(x, y, z)));
    if (outer > 25) {
      return outer;
    }
    // Round the edges where the surfaces meet a little less than the grid would.
    return Math.max(outer, -mediastinum.hull(x, y, z, heart.at(x, y, z)));
  }

  private Tubes nodules(int wanted, long seed) {
    Hash.Sequence random = new Hash.Sequence(seed, 68);
    Tubes out = new Tubes();
    int made = 0;
    for (int tries = 0; made < wanted && tries < 2_000_000; tries++) {
      int i = random.below(lung.values.length);
      if (lung.values[i] < -5) {
        double r = random.uniform(1.5, 4);
        double[] at = {fieldX(i), fieldY(i), fieldZ(i)};
        double[] end = {at[0] + 0.3 * r, at[1] + random.uniform(-0.3, 0.3) * r, at[2] + 0.3 * r};
        out.add(at, r, end, 0.9 * r);
        made++;
      }
    }
    out.index();
    return out;
  }

  private static Field abdominal(Field.Shape organ) {
    return Field.of(organ, -1e9, DOME_LIMIT, AWAY);
  }

  private double spleenAt(double x, double y, double z) {
    double tilt = 0.25 * (z + 135);
    return below(x, y, z, Field.ellipsoid(x - 98, y - 40 - tilt, z + 138, 24, 42, 44), 5);
  }

  private double stomachAt(double x, double y, double z) {
    double fundus = Field.ellipsoid(x - 62, y + 14, z + 128, 36, 46, 34);
    double body = Field.ellipsoid(x - 44, y + 40, z + 165, 42, 30, 30);
    if (bowelGas) {
      fundus = Field.ellipsoid(x - 58, y + 12, z + 112, 46, 56, 48);
    }
    return below(x, y, z, Field.smoothMin(fundus, body, 16), 5.5);
  }

  private double colonAt(double x, double y, double z) {
    double tube = Torso.capsule(x, y, z, 104, -32, -150, 112, -10, -215, 15, 19);
    if (bowelGas) {
      // The flexures reach up under both domes, and the transverse colon is blown up too.
      double left = Torso.capsule(x, y, z, 100, 10, -112, 108, -20, -160, 20, 24);
      double across = Torso.capsule(x, y, z, 96, -62, -168, -84, -66, -182, 24, 22);
      double right = Torso.capsule(x, y, z, -84, -66, -182, -72, -78, -112, 22, 16);
      tube = Math.min(Math.min(tube, left), Math.min(across, right));
    }
    return below(x, y, z, tube + 1.5 * Math.sin(z * 0.3), 6);
  }

  /** An organ kept under the diaphragm by a margin. */
  private double below(double x, double y, double z, double organ, double margin) {
    if (organ > 30) {
      return organ;
    }
    return Math.max(organ, Math.max(cage.at(x, y, z), diaphragm.at(x, y, z)) + margin);
  }

  private double liverAt(double x, double y, double z) {
    double d = below(x, y, z, -50, 2.6);
    // The left lobe thins out in front of the stomach.
    double left = (x - 48 - 0.55 * (-y - 40) + Math.max(0, 0.25 * (-z - 110))) * 0.8;
    double back = (y - 62 + 0.5 * Math.max(0, x + 60)) * 0.85;
    double spine = 30 - Math.hypot(x, y - Torso.spine(z));
    // Rounded, not cut.
    d = -Field.smoothMin(-d, -left, 16);
    d = -Field.smoothMin(-d, -back, 10);
    return Math.max(d, spine);
  }
}
