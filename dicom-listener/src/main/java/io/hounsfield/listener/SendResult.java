// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What became of the files given to {@link StorageScu#send}.
 *
 * @param stored files that the other node answered with success (or a warning)
 * @param failures the others, each with the reason; {@code stored + failures.size()} is all of them
 * @param bytes data set bytes of the stored ones, as sent
 * @param elapsed from the first association request to the end of the last association
 * @param releasedNanos {@link System#nanoTime()} when the last A-RELEASE-RQ was sent
 */
public record SendResult(
    int stored, List<Failure> failures, long bytes, Duration elapsed, long releasedNanos) {
  public SendResult {
    failures = List.copyOf(failures);
  }

  /**
   * A file that was not stored.
   *
   * @param status DIMSE status the other node answered with; -1 when it did not come to that
   * @param reason in words
   */
  public record Failure(Path file, int status, String reason) {}
}
