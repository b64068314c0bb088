// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

/** Ends a command with a message for the user and an exit code; no stack trace is shown. */
public final class CommandFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /**
   * @param exitCode one of the documented exit codes
   * @param message what happened, where, and what to do
   */
  public CommandFailedException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
