// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

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

  /** What an earlier version was made from: without it, this one would be less than that. */
  final SeriesInstances earlier;

  /** Every instance on disk. */
  final Set<Path> files = new LinkedHashSet<>();

  /** Kept aside: other content under the UID of an instance. */
  final Set<Path> conflicting = new TreeSet<>();

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

  /** Voxels that the next instance needs; 0 where that is not known yet. */
  long needed;

  /** The slices in memory; {@code null} while the series waits on disk. */
  SeriesAnalysis analysis;

  Phase phase = Phase.RECEIVING;

  /** Whether something came that the version being finished is not about. */
  boolean changed;

  SeriesState(String uid, String model, boolean resultsOnly, SeriesInstances earlier) {
    this.uid = uid;
    this.model = model;
    this.resultsOnly = resultsOnly;
    this.earlier = earlier;
  }

  void addAll(Collection<Path> newcomers, Collection<Path> conflictingNewcomers) {
    boolean added = conflicting.addAll(conflictingNewcomers);
    for (Path file : newcomers) {
      if (files.add(file)) {
        pending.add(file);
        added = true;
      }
    }
    changed |= added && phase == Phase.FINISHING;
  }

  /** What this version is about. */
  SeriesInstances instances() {
    List<Path> all = new ArrayList<>(files);
    all.addAll(conflicting);
    return SeriesInstances.of(all);
  }

  /** What came so far. */
  AnalysisJournal.Received received() {
    return new AnalysisJournal.Received(
        files.size(), analysis == null ? null : analysis.description());
  }

  /** How many instances of the earlier version are not held any more. */
  int missing() {
    List<Path> all = new ArrayList<>(files);
    all.addAll(conflicting);
    return earlier.missingFrom(all);
  }

  long voxels() {
    return analysis == null ? 0 : analysis.voxels();
  }

  /** Gives up the slices in memory; everything is decoded again. */
  void restart() {
    analysis = null;
    phase = Phase.RECEIVING;
    changed = false;
    pending.clear();
    pending.addAll(files);
  }
}
