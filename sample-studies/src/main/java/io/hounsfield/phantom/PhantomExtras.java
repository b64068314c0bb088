// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import java.util.Objects;

/**
 * What a phantom has beyond a plain chest with lesions: other findings, another build, other ways
 * to scan. None of it is lesion: emphysema and nodules belong to the lungs; an effusion belongs
 * neither to lungs nor to lesions, and the lung pressed together at its border is lesion as far as
 * the wanted share of opacity reaches.
 *
 * @param effusion side of the pleural effusion
 * @param effusionPercent share of that side's pleural space that it fills, %
 * @param emphysemaPercent share of the lungs with holes of nearly air, %
 * @param nodules number of solid nodules, 3 to 8 mm across
 * @param inflation how deep the patient breathed in
 * @param size the patient's build
 * @param armsDown arms beside the body, with air between arm and chest
 * @param bowelGas much gas in stomach and colon
 * @param motionMm how far diaphragm and heart moved while a slice was made, mm
 * @param lowDose streaks through shoulders and abdomen, noise of coarse grain
 * @param aboveMm by how much the scan reaches higher than usual, mm
 * @param belowMm by how much it reaches lower, mm
 */
public record PhantomExtras(
    Side effusion,
    double effusionPercent,
    double emphysemaPercent,
    int nodules,
    Inflation inflation,
    Size size,
    boolean armsDown,
    boolean bowelGas,
    double motionMm,
    boolean lowDose,
    double aboveMm,
    double belowMm) {

  /** A plain chest. */
  public static final PhantomExtras NONE =
      new PhantomExtras(
          Side.NONE, 15, 0, 0, Inflation.NORMAL, Size.NORMAL, false, false, 0, false, 0, 0);

  /** A side of the body. */
  public enum Side {
    NONE("none"),
    RIGHT("right"),
    LEFT("left"),
    BOTH("both");

    private final String key;

    Side(String key) {
      this.key = key;
    }

    /** Name on the command line and in {@code truth.json}. */
    public String key() {
      return key;
    }

    boolean has(boolean right) {
      return this == BOTH || this == (right ? RIGHT : LEFT);
    }
  }

  /** Depth of the breath that is held. */
  public enum Inflation {
    /** High diaphragm, dense lung, most of all where it lies. */
    SHALLOW("shallow"),
    NORMAL("normal"),
    /** Low diaphragm, dark lung. */
    DEEP("deep");

    private final String key;

    Inflation(String key) {
      this.key = key;
    }

    /** Name on the command line and in {@code truth.json}. */
    public String key() {
      return key;
    }
  }

  /** Build of the patient. */
  public enum Size {
    SMALL("small"),
    NORMAL("normal"),
    /** Thick soft tissue; the field of view is 420 mm where none is given. */
    LARGE("large");

    private final String key;

    Size(String key) {
      this.key = key;
    }

    /** Name on the command line and in {@code truth.json}. */
    public String key() {
      return key;
    }
  }

  /**
   * Checks every option.
   *
   * @throws IllegalArgumentException naming the option, its value and the allowed range
   */
  public PhantomExtras {
    Objects.requireNonNull(effusion, "effusion");
    Objects.requireNonNull(inflation, "inflation");
    Objects.requireNonNull(size, "size");
    PhantomOptions.range("effusion percent", effusionPercent, 1, 60);
    PhantomOptions.range("emphysema percent", emphysemaPercent, 0, 60);
    PhantomOptions.range("nodules", nodules, 0, 60);
    PhantomOptions.range("motion (mm)", motionMm, 0, 30);
    PhantomOptions.range("extent above (mm)", aboveMm, 0, 120);
    PhantomOptions.range("extent below (mm)", belowMm, 0, 60);
  }
}
