// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.benchmarks.accuracy.CaseResult.WorstSlice;
import io.hounsfield.benchmarks.accuracy.SegmentedCase.Plane;
import io.hounsfield.report.Canvas;
import io.hounsfield.report.Glyphs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The worst slices of a case: on the left the image with the outlines of the reference, on the
 * right what is right and wrong of the lesion (of the lung where the reference has no lesion) and
 * the outline of the measured lung. Colours of Okabe and Ito.
 */
final class ErrorPicture {

  /** Slices that are shown of a case. */
  static final int SLICES = 4;

  /** Shown slices lie at least this share of the case apart: neighbours look alike. */
  private static final double APART = 0.05;

  private static final int TILE = 400;
  private static final int GAP = 6;
  private static final int MARGIN = 6;

  private ErrorPicture() {}

  /** The slices with the most wrong voxels, worst first, at most {@link #SLICES}. */
  static List<WorstSlice> worst(SegmentedCase c) {
    boolean lesion = c.referenceLesion() != null;
    List<Mask> reference = lesion ? c.referenceLesion() : c.referenceLung();
    List<Mask> measured = lesion ? c.measuredLesion() : c.measuredLung();
    List<WorstSlice> all = new ArrayList<>();
    for (int k = 0; k < c.slices(); k++) {
      all.add(compare(c.plane(reference, k), c.plane(measured, k), k));
    }
    all.sort(
        Comparator.comparingLong(WorstSlice::wrong).reversed().thenComparing(WorstSlice::slice));
    int apart = (int) Math.max(1, Math.round(APART * c.slices()));
    List<WorstSlice> chosen = new ArrayList<>();
    for (WorstSlice s : all) {
      if (chosen.size() < SLICES
          && s.wrong() > 0
          && chosen.stream().allMatch(o -> Math.abs(o.slice() - s.slice()) >= apart)) {
        chosen.add(s);
      }
    }
    return chosen;
  }

  private static WorstSlice compare(Plane reference, Plane measured, int slice) {
    java.util.BitSet wrong = (java.util.BitSet) measured.mask().planes()[measured.slice()].clone();
    wrong.andNot(reference.mask().planes()[reference.slice()]);
    long falsePositive = wrong.cardinality();
    wrong = (java.util.BitSet) reference.mask().planes()[reference.slice()].clone();
    wrong.andNot(measured.mask().planes()[measured.slice()]);
    return new WorstSlice(slice, falsePositive, wrong.cardinality());
  }

  /**
   * @param worst from {@link #worst}, not empty
   * @return PNG
   */
  static byte[] draw(SegmentedCase c, List<WorstSlice> worst) {
    boolean lesion = c.referenceLesion() != null;
    int line = Glyphs.height() + GAP;
    int rowHeight = TILE + line;
    int width = 2 * TILE + GAP;
    int legend = 2 * line;
    Canvas canvas = new Canvas(width, worst.size() * rowHeight + legend, SlicePainter.BACKGROUND);
    for (int i = 0; i < worst.size(); i++) {
      WorstSlice w = worst.get(i);
      int k = w.slice();
      int top = i * rowHeight;
      Plane any = c.plane(c.measuredLung(), k);
      SlicePainter painter =
          SlicePainter.fit(
              canvas,
              any.mask().rows(),
              any.mask().columns(),
              c.spacing(),
              index -> c.pixels().grey(k, index),
              TILE);
      painter.at(0, top).image();
      if (c.referenceLung() != null) {
        painter.outline(c.plane(c.referenceLung(), k)::get, SlicePainter.LUNG);
      }
      if (lesion) {
        painter.outline(c.plane(c.referenceLesion(), k)::get, SlicePainter.LESION);
      }
      Plane reference = c.plane(lesion ? c.referenceLesion() : c.referenceLung(), k);
      Plane measured = c.plane(lesion ? c.measuredLesion() : c.measuredLung(), k);
      painter
          .at(TILE + GAP, top)
          .image()
          .tint((r, x) -> reference.get(r, x) && measured.get(r, x), SlicePainter.RIGHT)
          .tint((r, x) -> !reference.get(r, x) && measured.get(r, x), SlicePainter.FALSE_POSITIVE)
          .tint((r, x) -> reference.get(r, x) && !measured.get(r, x), SlicePainter.FALSE_NEGATIVE);
      if (lesion) {
        painter.outline(c.plane(c.measuredLung(), k)::get, SlicePainter.LUNG);
      }
      SlicePainter.text(
          canvas,
          "Slice %d of %d: %d %s pixels too many, %d too few"
              .formatted(
                  k + 1,
                  c.slices(),
                  w.falsePositive(),
                  lesion ? "lesion" : "lung",
                  w.falseNegative()),
          MARGIN,
          top + TILE + 2,
          SlicePainter.TEXT);
    }
    int y = worst.size() * rowHeight + 2;
    int x = MARGIN;
    x = SlicePainter.key(canvas, x, y, SlicePainter.LUNG, "Lung, outline");
    SlicePainter.key(canvas, x, y, SlicePainter.LESION, "Lesion of the reference, outline");
    x = MARGIN;
    x = SlicePainter.key(canvas, x, y + line, SlicePainter.RIGHT, "Right");
    x = SlicePainter.key(canvas, x, y + line, SlicePainter.FALSE_POSITIVE, "Too many");
    SlicePainter.key(canvas, x, y + line, SlicePainter.FALSE_NEGATIVE, "Too few");
    return canvas.png();
  }
}
