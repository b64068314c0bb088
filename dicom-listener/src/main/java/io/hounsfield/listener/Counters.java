// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The counters behind {@link NodeStatistics}. */
final class Counters {
  final AtomicInteger connectionsOpen = new AtomicInteger();
  final AtomicInteger associationsOpen = new AtomicInteger();
  final AtomicLong pendingBytes = new AtomicLong();
  final LongAdder associationsAccepted = new LongAdder();
  final LongAdder associationsRejected = new LongAdder();
  final LongAdder associationsAborted = new LongAdder();
  final LongAdder instancesStored = new LongAdder();
  final LongAdder instancesDuplicate = new LongAdder();
  final LongAdder instancesRefused = new LongAdder();
  final LongAdder bytesReceived = new LongAdder();
  final LongAdder instancesConflicting = new LongAdder();
  final AtomicInteger commitmentsPending = new AtomicInteger();
  final LongAdder commitmentsReported = new LongAdder();
  final LongAdder commitmentsGivenUp = new LongAdder();

  NodeStatistics snapshot() {
    return new NodeStatistics(
        connectionsOpen.get(),
        associationsOpen.get(),
        pendingBytes.get(),
        associationsAccepted.sum(),
        associationsRejected.sum(),
        associationsAborted.sum(),
        instancesStored.sum(),
        instancesDuplicate.sum(),
        instancesRefused.sum(),
        bytesReceived.sum(),
        instancesConflicting.sum(),
        commitmentsPending.get(),
        commitmentsReported.sum(),
        commitmentsGivenUp.sum());
  }
}
