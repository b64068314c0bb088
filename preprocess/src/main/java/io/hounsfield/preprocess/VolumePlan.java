// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.Warning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * How the slices of a series form one regular grid: their order along the normal, the geometry, and
 * what a reader must know about it. Slice positions are projected on the normal of the image plane
 * (row direction x column direction, PS3.3 C.7.6.2.1.1), never sorted by z, slice location or
 * instance number alone, and every distance between neighbours is checked. The plan of a set of
 * slices does not depend on the order in which they are listed.
 */
public final class VolumePlan {

  /**
   * Fewest slices that are measured. An adult's lungs are at least 150 mm tall, and CT slices of
   * the chest are at most 10 mm apart in practice: a chest has 20 slices or it is not whole.
   */
  public static final int MIN_SLICES = 20;

  /** Most voxels that are held (1,200 slices of 512 x 512, 600 MiB of HU). */
  public static final long MAX_VOXELS = 1200L * 512 * 512;

  /** Slices closer than this lie at the same position, mm. */
  public static final double DUPLICATE_TOLERANCE_MM = 0.01;

  /**
   * A distance between neighbouring slices may differ from the usual one by this much, mm: some
   * scanners write positions rounded to 0.1 mm, so that one distance is off by up to 0.1 mm ...
   */
  public static final double GAP_TOLERANCE_MM = 0.1;

  /** ... or by this share of the usual distance, whichever is more. */
  public static final double GAP_TOLERANCE_RELATIVE = 0.05;

  /**
   * A slice may lie this share of the slice spacing away from its place on the regular grid (or
   * {@link #GAP_TOLERANCE_MM}, whichever is more): distances that each pass must not add up.
   */
  public static final double GRID_TOLERANCE_RELATIVE = 0.25;

  /**
   * A slice may be shifted sideways against the first one by this many pixels. Half a pixel over
   * the 300 mm of a chest is a shear of less than 0.1 degrees.
   */
  public static final double IN_PLANE_TOLERANCE_PIXELS = 0.5;

  /** Row and column directions may differ between slices by this angle, degrees. */
  public static final double ORIENTATION_TOLERANCE_DEGREES = 0.05;

  /**
   * Pixel spacing may differ between slices by this share: a tenth of a pixel over 512 pixels is
   * below what any measurement shows, and rounding to five digits stays below it.
   */
  public static final double SPACING_TOLERANCE_RELATIVE = 2e-4;

  /** Slices thicker (or further apart) than this are measured with a warning, mm. */
  public static final double THICK_SLICE_MM = 3.0;

  /** Series that cover less than this are measured with a warning: adult lungs are taller, mm. */
  public static final double SHORT_COVERAGE_MM = 150;

  private static final int LISTED = 3;

  /** Binary rounding of decimal positions, mm. */
  private static final double ROUND_OFF_MM = 1e-6;

  private static final Comparator<SliceHeader> BY_NAME =
      Comparator.comparing(
              SliceHeader::instanceNumber, Comparator.nullsLast(Comparator.<Integer>naturalOrder()))
          .thenComparing(SliceHeader::frame)
          .thenComparing(SliceHeader::sopInstanceUid);

  /** Slices that share size, frame of reference, orientation and pixel spacing, in grid order. */
  private record Stack(
      List<SliceHeader> headers, Vec3 normal, Integer[] order, double[] positions) {
    SliceHeader slice(int k) {
      return headers.get(order[k]);
    }

    int size() {
      return order.length;
    }
  }

  private final VolumeGeometry geometry;
  private final int[] order;
  private final List<Warning> warnings;

  private VolumePlan(VolumeGeometry geometry, int[] order, List<Warning> warnings) {
    this.geometry = geometry;
    this.order = order;
    this.warnings = List.copyOf(warnings);
  }

  /**
   * Plans the volume of a whole series.
   *
   * @param headers the slices, in any order, at least {@link #MIN_SLICES}
   * @throws SeriesRefusedException if they do not form one regular grid of axial slices
   */
  public static VolumePlan of(List<SliceHeader> headers) throws SeriesRefusedException {
    for (SliceHeader header : headers) {
      Suitability.check(header);
    }
    requireEnough(headers);
    try {
      return ofOneGrid(headers);
    } catch (SeriesRefusedException e) {
      throw SeveralVolumes.explain(headers, e);
    }
  }

  private static VolumePlan ofOneGrid(List<SliceHeader> headers) throws SeriesRefusedException {
    SliceHeader reference = reference(headers);
    requireSameGrid(headers, reference);
    requireBounded(headers, reference);
    Stack stack = sort(headers, reference);
    requireNoDuplicates(stack);
    requireNoShear(stack);
    double spacing = requireRegular(stack);
    return plan(stack, spacing);
  }

  /**
   * Whether the slices already form a whole grid: no gap, no duplicate, enough of them. A cheap
   * check (no pixels) for deciding whether a series may be complete; a series that stops short of
   * the end of the scan is gap free too.
   */
  public static boolean gapFree(List<SliceHeader> headers) {
    if (headers.size() < MIN_SLICES) {
      return false;
    }
    try {
      of(headers);
      return true;
    } catch (SeriesRefusedException e) {
      return false;
    }
  }

  /** The grid: directions and size of the slices, origin at the first one in grid order. */
  public VolumeGeometry geometry() {
    return geometry;
  }

  /** For each slice of the grid its index in the list that was given. */
  public int[] order() {
    return order.clone();
  }

  /** What a reader of the measurements must know about this grid. */
  public List<Warning> warnings() {
    return warnings;
  }

  private static void requireEnough(List<SliceHeader> headers) throws SeriesRefusedException {
    if (headers.size() < MIN_SLICES) {
      throw refused(
          RefusalReason.TOO_FEW_SLICES,
          "The series has %d %s; a chest has at least %d.",
          headers.size(),
          headers.size() == 1 ? "slice" : "slices",
          MIN_SLICES);
    }
  }

  /** The slice that others are compared with; the same one whatever the order of the list. */
  private static SliceHeader reference(List<SliceHeader> headers) {
    return headers.stream().min(BY_NAME).orElseThrow();
  }

  private static void requireSameGrid(List<SliceHeader> headers, SliceHeader reference)
      throws SeriesRefusedException {
    for (SliceHeader h : sortedByName(headers)) {
      if (h.rows() != reference.rows() || h.columns() != reference.columns()) {
        throw refused(
            RefusalReason.MIXED_SIZES,
            "Slices differ in size: %s has %d rows and %d columns, %s has %d and %d.",
            reference.name(),
            reference.rows(),
            reference.columns(),
            h.name(),
            h.rows(),
            h.columns());
      }
      if (h.frameOfReferenceUid() != null
          && reference.frameOfReferenceUid() != null
          && !h.frameOfReferenceUid().equals(reference.frameOfReferenceUid())) {
        throw refused(
            RefusalReason.MIXED_FRAMES_OF_REFERENCE,
            "%s and %s have different frames of reference: their positions cannot be compared.",
            capital(reference.name()),
            h.name());
      }
      double degrees =
          Math.max(
              Suitability.degreesBetween(h.rowDirection(), reference.rowDirection()),
              Suitability.degreesBetween(h.columnDirection(), reference.columnDirection()));
      if (degrees > ORIENTATION_TOLERANCE_DEGREES) {
        throw refused(
            RefusalReason.MIXED_ORIENTATIONS,
            "Slices differ in orientation: %s is turned by %.2f degrees against %s"
                + " (tolerance %.2f degrees).",
            h.name(),
            degrees,
            reference.name(),
            ORIENTATION_TOLERANCE_DEGREES);
      }
      if (differ(h.rowSpacingMm(), reference.rowSpacingMm())
          || differ(h.columnSpacingMm(), reference.columnSpacingMm())) {
        throw refused(
            RefusalReason.MIXED_SPACING,
            "Slices differ in pixel spacing: %s has %.5f x %.5f mm, %s has %.5f x %.5f mm.",
            reference.name(),
            reference.rowSpacingMm(),
            reference.columnSpacingMm(),
            h.name(),
            h.rowSpacingMm(),
            h.columnSpacingMm());
      }
    }
  }

  private static boolean differ(double a, double b) {
    return Math.abs(a - b) > SPACING_TOLERANCE_RELATIVE * b;
  }

  private static void requireBounded(List<SliceHeader> headers, SliceHeader reference)
      throws SeriesRefusedException {
    long voxels = (long) reference.rows() * reference.columns() * headers.size();
    if (voxels > MAX_VOXELS) {
      throw tooLarge(headers.size(), reference.rows(), reference.columns());
    }
  }

  static SeriesRefusedException tooLarge(int slices, int rows, int columns) {
    return refused(
        RefusalReason.TOO_LARGE,
        "The series has %d slices of %d x %d pixels, %d million voxels; at most %d million can be"
            + " held.",
        slices,
        rows,
        columns,
        (long) slices * rows * columns / 1_000_000,
        MAX_VOXELS / 1_000_000);
  }

  /** Sorts by position along the normal; slices at one position by name, so that texts repeat. */
  private static Stack sort(List<SliceHeader> headers, SliceHeader reference) {
    Vec3 normal = reference.normal();
    double[] along = new double[headers.size()];
    Integer[] order = new Integer[headers.size()];
    for (int i = 0; i < along.length; i++) {
      along[i] = headers.get(i).position().dot(normal);
      order[i] = i;
    }
    Arrays.sort(
        order,
        Comparator.<Integer>comparingDouble(i -> along[i]).thenComparing(headers::get, BY_NAME));
    double[] positions = new double[along.length];
    for (int k = 0; k < positions.length; k++) {
      positions[k] = along[order[k]];
    }
    return new Stack(headers, normal, order, positions);
  }

  private static void requireNoDuplicates(Stack stack) throws SeriesRefusedException {
    List<String> pairs = new ArrayList<>();
    for (int k = 1; k < stack.size(); k++) {
      if (stack.positions()[k] - stack.positions()[k - 1] < DUPLICATE_TOLERANCE_MM) {
        pairs.add(
            format(
                "%s and %s at %.2f mm",
                stack.slice(k - 1).name(), stack.slice(k).name(), stack.positions()[k]));
      }
    }
    if (!pairs.isEmpty()) {
      throw refused(
          RefusalReason.DUPLICATE_POSITIONS,
          "Several slices lie at the same position along the body: %s.",
          listed(pairs));
    }
  }

  /** Positions must follow the normal: a stack along another line is a sheared one. */
  private static void requireNoShear(Stack stack) throws SeriesRefusedException {
    int last = stack.size() - 1;
    double tolerance =
        IN_PLANE_TOLERANCE_PIXELS
            * Math.min(stack.slice(0).rowSpacingMm(), stack.slice(0).columnSpacingMm());
    int worst = 0;
    double worstShift = 0;
    double worstOffLine = 0;
    Vec3 drift = inPlane(stack, last);
    double length = stack.positions()[last] - stack.positions()[0];
    for (int k = 1; k <= last; k++) {
      Vec3 shift = inPlane(stack, k);
      double share = (stack.positions()[k] - stack.positions()[0]) / length;
      worstOffLine = Math.max(worstOffLine, shift.minus(drift.times(share)).length());
      if (shift.length() > worstShift) {
        worst = k;
        worstShift = shift.length();
      }
    }
    if (worstShift <= tolerance) {
      return;
    }
    if (worstOffLine <= tolerance) {
      throw refused(
          RefusalReason.GANTRY_TILT,
          "The slices form a sheared stack, as a tilted gantry makes it: from %s to %s they move"
              + " %.2f mm sideways over %.2f mm, %.2f degrees (tolerance %.2f mm).",
          stack.slice(0).name(),
          stack.slice(last).name(),
          drift.length(),
          length,
          Math.toDegrees(Math.atan2(drift.length(), length)),
          tolerance);
    }
    throw refused(
        RefusalReason.SHIFTED_SLICES,
        "Slices are shifted sideways against each other: %s by %.2f mm against %s (tolerance"
            + " %.2f mm).",
        stack.slice(worst).name(),
        worstShift,
        stack.slice(0).name(),
        tolerance);
  }

  private static Vec3 inPlane(Stack stack, int k) {
    Vec3 moved = stack.slice(k).position().minus(stack.slice(0).position());
    return moved.minus(stack.normal().times(moved.dot(stack.normal())));
  }

  /** Checks every distance between neighbours; returns the slice spacing, mm. */
  private static double requireRegular(Stack stack) throws SeriesRefusedException {
    double[] gaps = new double[stack.size() - 1];
    for (int k = 0; k < gaps.length; k++) {
      gaps[k] = stack.positions()[k + 1] - stack.positions()[k];
    }
    double[] sorted = gaps.clone();
    Arrays.sort(sorted);
    double usual = sorted[(sorted.length - 1) / 2];
    double tolerance = Math.max(GAP_TOLERANCE_MM, GAP_TOLERANCE_RELATIVE * usual) + ROUND_OFF_MM;
    List<String> missing = new ArrayList<>();
    List<String> uneven = new ArrayList<>();
    long slicesMissing = 0;
    for (int k = 0; k < gaps.length; k++) {
      if (Math.abs(gaps[k] - usual) <= tolerance) {
        continue;
      }
      String where =
          format(
              "%.2f mm between %s at %.2f mm and %s at %.2f mm",
              gaps[k],
              stack.slice(k).name(),
              stack.positions()[k],
              stack.slice(k + 1).name(),
              stack.positions()[k + 1]);
      long steps = Math.round(gaps[k] / usual);
      if (steps >= 2 && Math.abs(gaps[k] - steps * usual) <= steps * tolerance) {
        missing.add(where);
        slicesMissing += steps - 1;
      } else {
        uneven.add(where);
      }
    }
    // A few holes in a regular stack are missing slices; many are another kind of acquisition.
    if (!uneven.isEmpty() || missing.size() > gaps.length / 4) {
      uneven.addAll(missing);
      throw refused(
          RefusalReason.UNEVEN_POSITIONS,
          "The distances between neighbouring slices run from %.2f to %.2f mm, most are %.2f mm"
              + " (tolerance %.2f mm): %s.",
          sorted[0],
          sorted[sorted.length - 1],
          usual,
          tolerance,
          listed(uneven));
    }
    if (!missing.isEmpty()) {
      throw refused(
          RefusalReason.MISSING_POSITIONS,
          "%d %s missing within the series; slices are %.2f mm apart, but there are %s.",
          slicesMissing,
          slicesMissing == 1 ? "slice is" : "slices are",
          usual,
          listed(missing));
    }
    return requireOnGrid(stack);
  }

  private static double requireOnGrid(Stack stack) throws SeriesRefusedException {
    int last = stack.size() - 1;
    double first = stack.positions()[0];
    double spacing = (stack.positions()[last] - first) / last;
    double tolerance = Math.max(GAP_TOLERANCE_MM, GRID_TOLERANCE_RELATIVE * spacing);
    for (int k = 1; k < last; k++) {
      double off = stack.positions()[k] - (first + k * spacing);
      if (Math.abs(off) > tolerance) {
        throw refused(
            RefusalReason.UNEVEN_POSITIONS,
            "The slices are not evenly spaced: %s lies %.2f mm away from its place on a grid of"
                + " %.3f mm (tolerance %.2f mm).",
            stack.slice(k).name(),
            Math.abs(off),
            spacing,
            tolerance);
      }
    }
    // Positions have at most nine decimals that mean anything; the rest is binary noise.
    return Math.rint(spacing * 1e9) / 1e9;
  }

  private static VolumePlan plan(Stack stack, double spacing) {
    SliceHeader first = stack.slice(0);
    VolumeGeometry geometry =
        new VolumeGeometry(
            first.columns(),
            first.rows(),
            stack.size(),
            first.columnSpacingMm(),
            first.rowSpacingMm(),
            spacing,
            first.position(),
            first.rowDirection(),
            first.columnDirection());
    int[] order = Arrays.stream(stack.order()).mapToInt(Integer::intValue).toArray();
    return new VolumePlan(geometry, order, GridWarnings.of(stack.headers(), spacing));
  }

  private static List<SliceHeader> sortedByName(List<SliceHeader> headers) {
    List<SliceHeader> sorted = new ArrayList<>(headers);
    sorted.sort(BY_NAME);
    return sorted;
  }

  private static String listed(List<String> all) {
    String head = String.join("; ", all.subList(0, Math.min(LISTED, all.size())));
    return all.size() <= LISTED ? head : head + "; and " + (all.size() - LISTED) + " more";
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  private static SeriesRefusedException refused(
      RefusalReason reason, String pattern, Object... values) {
    return new SeriesRefusedException(reason, format(pattern, values));
  }
}
