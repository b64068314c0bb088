// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

/** Told how sending goes; called on the sending thread after each file. */
@FunctionalInterface
public interface ProgressListener {
  /** Does nothing. */
  ProgressListener NONE = (done, total, bytes) -> {};

  /**
   * @param done files dealt with, sent or failed
   * @param total files to send
   * @param bytes data set bytes sent so far
   */
  void progress(int done, int total, long bytes);
}
