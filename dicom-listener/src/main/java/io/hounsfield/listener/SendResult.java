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
 * @param warnings the stored ones that were answered with a warning (B000H and the like)
 * @param bytes data set bytes of the stored ones, as sent
 * @param elapsed from the first association request to the end of the last association
 * @param releasedNanos {@link System#nanoTime()} when the last A-RELEASE-RQ was sent
 */
public record SendResult(
    int stored,
    List<Failure> failures,
    List<Warning> warnings,
    long bytes,
    Duration elapsed,
    long releasedNanos) {
  /**
   * {@link Failure#status} of a file whose SOP class the other node takes in no form it can be sent
   * in.
   */
  public static final int NOT_ACCEPTED = -2;

  public SendResult {
    failures = List.copyOf(failures);
    warnings = List.copyOf(warnings);
  }

  /**
   * A file that was not stored.
   *
   * @param status DIMSE status the other node answered with; -1 when it did not come to that;
   *     {@link #NOT_ACCEPTED}
   * @param reason in words
   */
  public record Failure(Path file, int status, String reason) {}

  /**
   * A file that was stored with a warning.
   *
   * @param status DIMSE status the other node answered with, PS3.4 table B.2-1
   * @param text in words
   */
  public record Warning(Path file, int status, String text) {}
}
