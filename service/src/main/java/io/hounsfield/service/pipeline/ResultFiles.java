// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.api.Artifact;
import io.hounsfield.domain.NiftiWriter;
import io.hounsfield.quantify.Lesions;
import io.hounsfield.report.CaseProfile;
import io.hounsfield.report.ComponentsJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The files of one outcome in a folder: overview picture, profile, components, label maps. */
public final class ResultFiles {
  private ResultFiles() {}

  /** Writes the overview picture, {@link Artifact#OVERVIEW}. */
  public static void writeOverview(Path directory, AnalysisOutcome outcome) throws IOException {
    Files.createDirectories(directory);
    replace(
        directory.resolve(Artifact.OVERVIEW.fileName()),
        file -> Files.write(file, outcome.overview()));
  }

  /**
   * Those without which a report's files are not whole. The components are there when the map of
   * the lesions is, since they are written before it; reports of earlier releases have none.
   */
  private static final List<Artifact> NEEDED =
      List.of(Artifact.OVERVIEW, Artifact.PROFILE, Artifact.LUNGS, Artifact.LESIONS);

  /**
   * Writes the profile, the lesions one by one and the label maps on the CT's own grid, side by
   * side; the map of the lesions is the last of them to be there.
   */
  public static void writeLabelMaps(Path directory, AnalysisOutcome outcome) throws IOException {
    Files.createDirectories(directory);
    CompletableFuture<Void> components = beside(() -> writeComponents(directory, outcome));
    CompletableFuture<Void> lungs =
        beside(
            () ->
                replace(
                    directory.resolve(Artifact.LUNGS.fileName()),
                    file -> NiftiWriter.write(outcome.lungs(), file)));
    byte[] profile = CaseProfile.encode(outcome.ct(), outcome.lungs(), outcome.lesions());
    replace(directory.resolve(Artifact.PROFILE.fileName()), file -> Files.write(file, profile));
    replace(
        directory.resolve(Artifact.LESIONS.fileName()),
        file -> {
          NiftiWriter.write(outcome.lesions(), file);
          await(components);
        });
    await(lungs);
  }

  private static void writeComponents(Path directory, AnalysisOutcome outcome) throws IOException {
    Lesions found = Lesions.find(outcome.ct(), outcome.lungs(), outcome.lesions());
    byte[] list = ComponentsJson.encode(found.components());
    replace(directory.resolve(Artifact.COMPONENTS.fileName()), file -> Files.write(file, list));
    replace(
        directory.resolve(Artifact.COMPONENT_MAP.fileName()),
        file -> NiftiWriter.write(found.geometry(), found::slice, file));
  }

  private interface Work {
    void run() throws IOException;
  }

  private static CompletableFuture<Void> beside(Work work) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            work.run();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static void await(CompletableFuture<Void> work) throws IOException {
    try {
      work.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof UncheckedIOException fault) {
        throw fault.getCause();
      }
      throw e;
    }
  }

  /** Whether every file is there that every report has. */
  public static boolean complete(Path directory) {
    for (Artifact artifact : NEEDED) {
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
