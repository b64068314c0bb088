// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The durable list of deliveries. A change is on disk when its call returns. Safe for use by
 * several threads.
 */
public interface Outbox {

  /**
   * Puts the deliveries of one version of an analysis here and writes down that its results were
   * made, as one change; what is here already (same analysis, version, destination and file) stays
   * as it is.
   */
  void add(String analysisId, int version, List<Delivery> deliveries) throws IOException;

  /** Whether the results of that version were made and put here. */
  boolean isAdded(String analysisId, int version) throws IOException;

  /** One delivery. */
  Optional<Delivery> find(long id) throws IOException;

  /** Every delivery of an analysis, in the order of their numbers. */
  List<Delivery> ofAnalysis(String analysisId) throws IOException;

  /**
   * What is to be done for a destination by then: open, with a next attempt at that time or before.
   * First what is to be sent, then what waits for a commitment; of both, what is due longest first,
   * then in the order of their numbers.
   */
  List<Delivery> due(String destination, Instant now, int limit) throws IOException;

  /** Those of {@link #due} that wait for a commitment, in the same order. */
  List<Delivery> dueCommitments(String destination, Instant now, int limit) throws IOException;

  /** When something is to be done next for one of these destinations. */
  Optional<Instant> nextDue(Collection<String> destinations) throws IOException;

  /** Open deliveries without a next attempt: those under way. */
  List<Delivery> underWay() throws IOException;

  /**
   * Deliveries that this commitment request was made for, in the order of their numbers. Each of
   * the last {@link #MAX_REQUESTS} requests of a delivery is known until it is sent or cancelled.
   */
  List<Delivery> ofTransaction(String transactionUid) throws IOException;

  /** Most commitment requests of one delivery that are remembered, the last ones. */
  int MAX_REQUESTS = 100;

  /**
   * Replaces a row by its next revision, and remembers its commitment request.
   *
   * @return false if the row is not at the revision before that any more; nothing changed then
   */
  boolean replace(Delivery next) throws IOException;

  /**
   * How many deliveries of each analysis are where, of the newest version that has any; an analysis
   * without any has no entry.
   */
  Map<String, Tally> tallies(Collection<String> analysisIds) throws IOException;

  /**
   * Deliveries of a version of an analysis, cancelled ones left out.
   *
   * @param sent those the receiver has
   * @param waiting those queued, being sent, or waiting for a commitment
   * @param failed those whose last attempt failed
   */
  record Tally(int sent, int waiting, int failed) {}

  /** What waits for each destination that has anything open. */
  List<Backlog> backlog() throws IOException;

  /**
   * What waits for a destination.
   *
   * @param open deliveries that are open
   * @param failing those of them whose last attempt failed
   * @param oldest when the oldest of them was put here
   */
  record Backlog(String destination, int open, int failing, Instant oldest) {}
}
