// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What the coordinator knows of one unfinished series. Guarded by the coordinator's lock. */
final class SeriesState {

  enum Phase {
    /** Instances are taken and decoded. */
    RECEIVING,
    /** The volume is being put together; newcomers wait for the next version. */
    FINISHING
  }

  final String uid;

  /** The model that measures this version, {@code name@version}; {@code null} for the default. */
  String model;

  /** Whether only the files of an existing report are to be made again. */
  boolean resultsOnly;

  /** Every instance on disk. */
  final Set<Path> files = new LinkedHashSet<>();

  /** Those not decoded yet. */
  final Deque<Path> pending = new ArrayDeque<>();

  /** Open associations that brought instances, and how many. */
  final Map<Long, Integer> associations = new HashMap<>();

  /** Whether some association with more than one instance was released. */
  boolean released;

  /** {@link System#nanoTime()} of the last release; {@code null} before. */
  Long releasedNanos;

  long lastInstanceNanos = System.nanoTime();

  /** Instances being decoded now. */
  int decoding;

  /** The slices in memory; {@code null} while the series waits on disk. */
  SeriesAnalysis analysis;

  Phase phase = Phase.RECEIVING;

  SeriesState(String uid, String model, boolean resultsOnly) {
    this.uid = uid;
    this.model = model;
    this.resultsOnly = resultsOnly;
  }

  void addAll(Collection<Path> newcomers) {
    for (Path file : newcomers) {
      if (files.add(file)) {
        pending.add(file);
      }
    }
  }

  long voxels() {
    return analysis == null ? 0 : analysis.voxels();
  }

  /** Gives up the slices in memory; everything is decoded again. */
  void restart() {
    analysis = null;
    phase = Phase.RECEIVING;
    pending.clear();
    pending.addAll(files);
  }
}
