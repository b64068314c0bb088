// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

/**
 * A node's counters at one moment, since its start.
 *
 * @param connectionsOpen TCP connections now
 * @param associationsOpen associations now, with those whose last instances are still being written
 * @param pendingBytes memory of what was received and is not yet written
 * @param associationsAccepted accepted so far
 * @param associationsRejected answered with A-ASSOCIATE-RJ so far
 * @param associationsAborted accepted and ended otherwise than by release so far
 * @param instancesStored new instances stored so far
 * @param instancesDuplicate instances that were held already so far
 * @param instancesRefused C-STORE requests answered with a failure so far
 * @param bytesReceived bytes read from all connections so far
 * @param instancesConflicting instances that came under a UID held with other content so far
 * @param commitmentsPending storage commitment requests whose report was not delivered yet, now
 * @param commitmentsReported storage commitment reports delivered so far
 * @param commitmentsGivenUp storage commitment reports that nobody took so far
 */
public record NodeStatistics(
    int connectionsOpen,
    int associationsOpen,
    long pendingBytes,
    long associationsAccepted,
    long associationsRejected,
    long associationsAborted,
    long instancesStored,
    long instancesDuplicate,
    long instancesRefused,
    long bytesReceived,
    long instancesConflicting,
    int commitmentsPending,
    long commitmentsReported,
    long commitmentsGivenUp) {}
