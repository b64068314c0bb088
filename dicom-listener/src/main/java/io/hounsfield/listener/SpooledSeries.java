// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.time.Instant;
import java.util.List;

/**
 * The instances of a series that the spool holds.
 *
 * @param lastStored when the last of them was stored
 */
public record SpooledSeries(
    String seriesInstanceUid, List<SpooledInstance> instances, Instant lastStored) {
  public SpooledSeries {
    instances = List.copyOf(instances);
  }
}
