// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.api.Artifact;
import io.hounsfield.domain.NiftiWriter;
import io.hounsfield.report.CaseProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The files of one outcome in a folder: overview picture, profile and label maps. */
public final class ResultFiles {
  private ResultFiles() {}

  /** Writes the overview picture, {@link Artifact#OVERVIEW}. */
  public static void writeOverview(Path directory, AnalysisOutcome outcome) throws IOException {
    Files.createDirectories(directory);
    replace(
        directory.resolve(Artifact.OVERVIEW.fileName()),
        file -> Files.write(file, outcome.overview()));
  }

  /** Writes the profile, then both label maps on the CT's own grid, side by side. */
  public static void writeLabelMaps(Path directory, AnalysisOutcome outcome) throws IOException {
    Files.createDirectories(directory);
    byte[] profile = CaseProfile.encode(outcome.ct(), outcome.lungs(), outcome.lesions());
    replace(directory.resolve(Artifact.PROFILE.fileName()), file -> Files.write(file, profile));
    CompletableFuture<Void> lungs =
        CompletableFuture.runAsync(
            () -> {
              try {
                replace(
                    directory.resolve(Artifact.LUNGS.fileName()),
                    file -> NiftiWriter.write(outcome.lungs(), file));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    replace(
        directory.resolve(Artifact.LESIONS.fileName()),
        file -> NiftiWriter.write(outcome.lesions(), file));
    try {
      lungs.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof UncheckedIOException fault) {
        throw fault.getCause();
      }
      throw e;
    }
  }

  /** Whether every file is there. */
  public static boolean complete(Path directory) {
    for (Artifact artifact : Artifact.values()) {
      if (!Files.isRegularFile(directory.resolve(artifact.fileName()))) {
        return false;
      }
    }
    return true;
  }

  private interface Content {
    void writeTo(Path file) throws IOException;
  }

  /** Writes aside and renames, so that a reader sees the old file or the whole new one. */
  private static void replace(Path file, Content content) throws IOException {
    // The name's end says how to write it.
    Path aside = file.resolveSibling("part-" + file.getFileName());
    content.writeTo(aside);
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
