// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import java.time.Duration;

/**
 * How the coordinator works.
 *
 * @param idle a series to which nothing was added for this long is complete as far as it will be
 * @param decodeThreads instances decoded side by side
 * @param maxSeriesInMemory series whose slices are held in memory at once; others wait on disk
 * @param maxVoxels voxels held in memory at once over all series
 * @param maxWaitingInstances instances that may wait to be decoded; above it no more are taken
 */
public record CoordinatorOptions(
    Duration idle,
    int decodeThreads,
    int maxSeriesInMemory,
    long maxVoxels,
    int maxWaitingInstances) {

  /**
   * Heap bytes that a voxel takes at most on its way: HU (2), network label (1), lungs (1), lesions
   * (1), and room for what is in flight.
   */
  private static final int BYTES_PER_VOXEL = 6;

  public CoordinatorOptions {
    if (decodeThreads < 1 || maxSeriesInMemory < 1 || maxVoxels < 1) {
      throw new IllegalArgumentException(
          "decodeThreads %d, maxSeriesInMemory %d and maxVoxels %d must be 1 or more"
              .formatted(decodeThreads, maxSeriesInMemory, maxVoxels));
    }
  }

  /** What this process's heap can hold, voxels. */
  public static long voxelsOfHeap() {
    return Runtime.getRuntime().maxMemory() * 9 / 10 / BYTES_PER_VOXEL;
  }
}
