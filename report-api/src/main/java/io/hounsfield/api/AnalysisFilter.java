// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.time.Instant;
import java.util.Set;

/**
 * Which analyses a list shall hold. The order is always newest first: by {@link
 * Analysis#createdAt()} descending, then by {@link Analysis#id()} descending.
 *
 * @param statuses only these; empty for all
 * @param ids only these; empty for all
 * @param seriesInstanceUid only this series, or {@code null}
 * @param since only those whose {@link Analysis#updatedAt()} is at or after this, or {@code null}
 * @param after only those that come after this place in the order, or {@code null} for the first
 *     page
 * @param limit most entries in the page, 1 to {@value #MAX_LIMIT}
 */
public record AnalysisFilter(
    Set<AnalysisStatus> statuses,
    Set<String> ids,
    String seriesInstanceUid,
    Instant since,
    Page.Cursor after,
    int limit) {

  /** Most entries that one page may hold. */
  public static final int MAX_LIMIT = 500;

  /** Everything, from the newest, one page of {@value #MAX_LIMIT}. */
  public static final AnalysisFilter NEWEST =
      new AnalysisFilter(Set.of(), Set.of(), null, null, null, MAX_LIMIT);

  public AnalysisFilter {
    statuses = Set.copyOf(statuses);
    ids = Set.copyOf(ids);
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("limit must be 1 to %d: %d".formatted(MAX_LIMIT, limit));
    }
  }

  /** Analyses of any identifier. */
  public AnalysisFilter(
      Set<AnalysisStatus> statuses,
      String seriesInstanceUid,
      Instant since,
      Page.Cursor after,
      int limit) {
    this(statuses, Set.of(), seriesInstanceUid, since, after, limit);
  }

  /** The same from another place in the order; {@code null} for the first page. */
  public AnalysisFilter from(Page.Cursor place) {
    return new AnalysisFilter(statuses, ids, seriesInstanceUid, since, place, limit);
  }

  /** Whether an analysis belongs to the list, {@code after} and {@code limit} aside. */
  public boolean matches(Analysis analysis) {
    return (statuses.isEmpty() || statuses.contains(analysis.status()))
        && (ids.isEmpty() || ids.contains(analysis.id()))
        && (seriesInstanceUid == null || seriesInstanceUid.equals(analysis.seriesInstanceUid()))
        && (since == null || !analysis.updatedAt().isBefore(since));
  }
}
