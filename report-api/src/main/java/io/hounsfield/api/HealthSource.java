// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

/** Knows how the process is. Calls may block and run on worker threads. */
public interface HealthSource {

  /** Whether the process works at all; where not, restarting it is the remedy. */
  Health live();

  /** Whether it can take and analyse studies now. */
  Health ready();
}
