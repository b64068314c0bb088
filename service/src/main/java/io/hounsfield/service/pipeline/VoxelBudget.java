// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import java.util.Collection;
import java.util.Optional;

/**
 * Which instance is decoded next, and how much memory its series may take: a bounded number of
 * series hold slices, and together no more than a bounded number of voxels. Where the oldest series
 * needs more, the youngest gives its slices up and is decoded again later. All methods under the
 * coordinator's lock.
 */
final class VoxelBudget {

  private final Collection<SeriesState> series;
  private final SegmentationStages segmentation;
  private final CoordinatorOptions options;

  /**
   * @param series those that are not finished, oldest first; seen live
   */
  VoxelBudget(
      Collection<SeriesState> series, SegmentationStages segmentation, CoordinatorOptions options) {
    this.series = series;
    this.segmentation = segmentation;
    this.options = options;
  }

  /**
   * The series whose next instance is decoded, in memory already or now; empty when there is
   * nothing to do, or no room.
   */
  Optional<SeriesState> next() {
    long inMemory = series.stream().filter(s -> s.analysis != null).count();
    for (SeriesState state : series) {
      if (state.phase != SeriesState.Phase.RECEIVING || state.pending.isEmpty()) {
        continue;
      }
      if (!fits(state) && !makeRoomFor(state)) {
        continue;
      }
      if (state.analysis != null) {
        return Optional.of(state);
      }
      if (inMemory < options.maxSeriesInMemory()) {
        state.analysis = new SeriesAnalysis(segmentation.of(state.model));
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }

  /** Takes room for an instance of this series that is about to be decoded, if there is any. */
  boolean reserve(SeriesState state, long voxels) {
    if (held() + voxels > options.maxVoxels()) {
      state.needed = voxels;
      return false;
    }
    state.needed = 0;
    state.analysis.reserve(voxels);
    return true;
  }

  /**
   * A series that does not fit although it is the only one in memory; empty where there is none.
   */
  Optional<SeriesState> tooLarge() {
    return series.stream()
        .filter(
            s ->
                s.phase == SeriesState.Phase.RECEIVING
                    && s.analysis != null
                    && !s.pending.isEmpty()
                    && s.decoding == 0
                    && !fits(s)
                    && series.stream().noneMatch(o -> o != s && o.analysis != null))
        .findFirst();
  }

  /** Why a series that is {@link #tooLarge()} is refused. */
  String tooLargeText(SeriesState state) {
    return ("The series has %d instances; after %d slices the memory of this service (%d million"
            + " voxels) is full%s. Give it a larger heap.")
        .formatted(
            state.files.size(),
            state.analysis.sliceCount(),
            options.maxVoxels() / 1_000_000,
            state.needed > 0
                ? ": the next instance has %d million".formatted(state.needed / 1_000_000)
                : "");
  }

  private long held() {
    return series.stream().mapToLong(SeriesState::voxels).sum();
  }

  private boolean fits(SeriesState state) {
    return held() + Math.max(1, state.needed) <= options.maxVoxels();
  }

  /** Takes the slices of younger series that are not being decoded, for the oldest in memory. */
  private boolean makeRoomFor(SeriesState state) {
    if (state.analysis == null
        || series.stream().filter(s -> s.analysis != null).findFirst().orElseThrow() != state) {
      return false;
    }
    while (!fits(state)) {
      SeriesState youngest = null;
      for (SeriesState other : series) {
        if (other != state
            && other.analysis != null
            && other.decoding == 0
            && other.phase == SeriesState.Phase.RECEIVING) {
          youngest = other;
        }
      }
      if (youngest == null) {
        return false;
      }
      youngest.restart();
    }
    return true;
  }
}
