// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Why slices form no grid, where their own attributes tell: several points in time, stacks or
 * acquisitions in one series. None of them is chosen, since nothing says which one was meant; parts
 * that together do form one grid are one volume and never come here.
 */
final class SeveralVolumes {

  private static final Set<RefusalReason> AMBIGUOUS =
      Set.of(
          RefusalReason.MIXED_SIZES,
          RefusalReason.MIXED_ORIENTATIONS,
          RefusalReason.MIXED_SPACING,
          RefusalReason.MIXED_FRAMES_OF_REFERENCE,
          RefusalReason.DUPLICATE_POSITIONS,
          RefusalReason.SHIFTED_SLICES,
          RefusalReason.UNEVEN_POSITIONS);

  private SeveralVolumes() {}

  /**
   * The refusal to report instead of one of the grid, or that one itself.
   *
   * @param refusal why the slices form no grid
   */
  static SeriesRefusedException explain(List<SliceHeader> headers, SeriesRefusedException refusal) {
    if (!AMBIGUOUS.contains(refusal.reason())) {
      return refusal;
    }
    int times = distinct(headers, SliceHeader::temporalPosition);
    if (times > 1) {
      return refused(RefusalReason.SEVERAL_TIME_POINTS, times, "points in time", refusal);
    }
    int stacks = distinct(headers, SliceHeader::stackId);
    if (stacks > 1) {
      return refused(RefusalReason.SEVERAL_STACKS, stacks, "stacks", refusal);
    }
    int acquisitions = distinct(headers, SliceHeader::acquisitionNumber);
    if (acquisitions > 1 && refusal.reason() == RefusalReason.DUPLICATE_POSITIONS) {
      return refused(RefusalReason.SEVERAL_ACQUISITIONS, acquisitions, "acquisitions", refusal);
    }
    return refusal;
  }

  private static <T extends Comparable<T>> int distinct(
      List<SliceHeader> headers, Function<SliceHeader, T> attribute) {
    return headers.stream()
        .map(attribute)
        .filter(Objects::nonNull)
        .collect(Collectors.toCollection(TreeSet::new))
        .size();
  }

  private static SeriesRefusedException refused(
      RefusalReason reason, int count, String what, SeriesRefusedException refusal) {
    return new SeriesRefusedException(
        reason,
        "The series holds %d %s, which together are no volume: send each as a series of its own. %s"
            .formatted(count, what, refusal.getMessage()),
        refusal);
  }
}
