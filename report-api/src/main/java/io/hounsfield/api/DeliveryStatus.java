// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.time.Instant;
import java.util.Objects;

/**
 * How one result object stands on its way to one destination.
 *
 * @param number by which it is called in the API
 * @param version version of the analysis that it is about
 * @param destination name of the destination
 * @param kind kind of result, such as {@code seg}
 * @param file name of the result file
 * @param state queued, sending, committing, sent, failing, given-up or cancelled
 * @param attempts attempts made so far
 * @param createdAt when it was put into the outbox
 * @param updatedAt when this last changed
 * @param nextAttemptAt when something is done next; {@code null} while that is under way and where
 *     nothing will be
 * @param lastError why the last attempt failed; {@code null} where it did not
 * @param note what else is to know, or {@code null}
 */
public record DeliveryStatus(
    long number,
    String analysisId,
    int version,
    String destination,
    String kind,
    String file,
    String state,
    int attempts,
    Instant createdAt,
    Instant updatedAt,
    Instant nextAttemptAt,
    String lastError,
    String note) {
  public DeliveryStatus {
    Objects.requireNonNull(analysisId, "analysisId");
    Objects.requireNonNull(destination, "destination");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(state, "state");
  }
}
