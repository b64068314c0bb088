// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

/**
 * How many results of an analysis are where on their way, over all destinations: those of the
 * newest version that has any; cancelled ones are left out.
 *
 * @param sent the receiver has them
 * @param waiting queued, being sent, or waiting for a commitment
 * @param failed the last attempt failed, whether there will be another or not
 */
public record DeliveryCounts(int sent, int waiting, int failed) {

  /** Nothing is delivered. */
  public static final DeliveryCounts NONE = new DeliveryCounts(0, 0, 0);

  public DeliveryCounts {
    if (sent < 0 || waiting < 0 || failed < 0) {
      throw new IllegalArgumentException("a count is negative");
    }
  }
}
