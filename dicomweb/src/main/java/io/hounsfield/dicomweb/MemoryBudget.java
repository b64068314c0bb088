// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import java.util.concurrent.atomic.AtomicLong;

/** Memory that requests take for instances they decode, over all of them. */
final class MemoryBudget {
  private final long most;
  private final AtomicLong taken = new AtomicLong();

  MemoryBudget(long most) {
    this.most = most;
  }

  /** Whether there is ever so much. */
  boolean everHas(long bytes) {
    return bytes <= most;
  }

  /**
   * Takes so many bytes.
   *
   * @throws WebProblem 406 when it is more than there ever is, 503 when it is not there now
   */
  void take(long bytes) {
    if (!everHas(bytes)) {
      throw WebProblem.notAcceptable(
          "An instance takes too much memory to be decoded here; retrieve it as it is stored"
              + " (transfer-syntax=*).");
    }
    if (taken.addAndGet(bytes) > most) {
      taken.addAndGet(-bytes);
      throw WebProblem.busy("Too much is being decoded; try again later.");
    }
  }

  void give(long bytes) {
    taken.addAndGet(-bytes);
  }

  /** Bytes taken now. */
  long taken() {
    return taken.get();
  }
}
