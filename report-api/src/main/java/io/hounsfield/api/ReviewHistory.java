// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import java.util.List;
import java.util.Map;

/**
 * The reviews of one report beside what was measured.
 *
 * @param analysisId identifier of the analysis
 * @param version version of the report that {@code items} are about
 * @param versions every version with a report, in order; the last one is the newest
 * @param measured as the report of {@code version} says
 * @param items in the order in which they were added
 */
public record ReviewHistory(
    String analysisId,
    int version,
    List<Version> versions,
    Map<Region, RegionMeasurements> measured,
    List<Review> items) {

  /** Reviews of one report at most. */
  public static final int MOST = 200;

  /**
   * A version with a report.
   *
   * @param reviews how many
   */
  public record Version(int version, int reviews) {}

  /**
   * Where the history of an analysis stands, whatever version is looked at. Since entries are only
   * added, two numbers tell states apart.
   *
   * @param newestVersion newest version with a report
   * @param reviews of all versions together
   */
  public record State(int newestVersion, int reviews) {}

  public ReviewHistory {
    versions = List.copyOf(versions);
    items = List.copyOf(items);
    if (versions.isEmpty()) {
      throw new IllegalArgumentException("a history is about a report");
    }
  }

  /** Newest version with a report: the one that reviews can be added to. */
  public int newestVersion() {
    return versions.get(versions.size() - 1).version();
  }

  /** Where the history of the analysis stands. */
  public State state() {
    return new State(newestVersion(), versions.stream().mapToInt(Version::reviews).sum());
  }
}
