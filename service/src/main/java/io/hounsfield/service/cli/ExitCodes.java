// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

/** Exit codes of the command line; the same list stands in {@code hounsfield --help}. */
final class ExitCodes {
  /** Done. */
  static final int OK = 0;

  /** No series could be measured, or some instance was not taken by the peer. */
  static final int REFUSED = 1;

  /** The command line is wrong. */
  static final int USAGE = 2;

  /** Nothing to work on: the path is missing, or holds no DICOM. */
  static final int NO_INPUT = 3;

  /** The peer could not be reached, or did not accept the association. */
  static final int PEER = 4;

  /** The configuration is wrong; every fault has been printed. */
  static final int CONFIGURATION = 5;

  /** A fault of this program or its surroundings (disk, model). */
  static final int FAILED = 70;

  private ExitCodes() {}
}
