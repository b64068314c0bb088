// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Real files beside the repository, where there are some: more seeds, never fixtures. */
public final class SharedData {
  private static final Path ROOT =
      Path.of(System.getProperty("hounsfield.root", "..")).resolve("../shared/data/dicom");

  private SharedData() {}

  /** A file of ../shared/data/dicom; empty where that is not. */
  public static Optional<byte[]> read(String name) {
    Path file = ROOT.resolve(name).normalize();
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
