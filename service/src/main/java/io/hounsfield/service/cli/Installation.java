// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import java.nio.file.Path;

/** Where this installation's own files are. */
final class Installation {
  private Installation() {}

  /** The root folder: given by the launcher, else the working directory. */
  static Path root() {
    return Path.of(System.getProperty("hounsfield.root", ""));
  }

  /** The models that come with it. */
  static Path models() {
    return root().resolve("models");
  }
}
