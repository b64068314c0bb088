// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.time.Instant;
import java.util.Set;

/**
 * What an association brought.
 *
 * @param id its number, as in {@link ReceivedInstance#associationId()}
 * @param callingAeTitle the caller, as it named itself
 * @param released when A-RELEASE-RQ came, or when the association was found aborted
 * @param releasedNanos the same moment by {@link System#nanoTime()}
 * @param aborted true when it ended otherwise than by release
 * @param seriesInstanceUids series of the instances stored, duplicates included
 * @param instances C-STORE requests answered with success, duplicates included
 * @param bytes data set bytes of these
 */
public record AssociationSummary(
    long id,
    String callingAeTitle,
    Instant released,
    long releasedNanos,
    boolean aborted,
    Set<String> seriesInstanceUids,
    int instances,
    long bytes) {
  public AssociationSummary {
    seriesInstanceUids = Set.copyOf(seriesInstanceUids);
  }
}
