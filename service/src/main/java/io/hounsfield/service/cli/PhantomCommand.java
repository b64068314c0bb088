// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hounsfield phantom}: a chest CT series with exactly known lungs and lesions. */
@Command(
    name = "phantom",
    description = {
      "Makes a chest CT phantom with exactly known lungs and lesions.",
      "Writes a DICOM series to DIR/dicom; beside it the true label maps, lungs.nii.gz and "
          + "lesions.nii.gz, and the exact values, truth.json, under the names of report.json. "
          + "Equal options give equal files."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class)
final class PhantomCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder to write to; made if it is not there.")
  private Path out;

  @Mixin private PhantomOptionsMixin phantomOptions;

  @Override
  public Integer call() throws IOException, CommandFailedException {
    PhantomOptions options = phantomOptions.options();
    requireEmpty(out.resolve(PhantomWriter.SERIES_FOLDER));
    try (Progress progress = new Progress("Making the phantom", "steps")) {
      progress.update(0, 2);
      Phantom phantom = Phantom.generate(options);
      progress.update(1, 2);
      PhantomWriter.write(phantom, out);
    }
    spec.commandLine().getOut().println("The phantom is in " + out);
    spec.commandLine().getOut().flush();
    return ExitCodes.OK;
  }

  /** Before the work of making it: two series in one folder would be taken for one study. */
  private static void requireEmpty(Path folder) throws IOException, CommandFailedException {
    try {
      Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailedException(ExitCodes.USAGE, e.getFile() + " is a file; name a folder.");
    }
    try (Stream<Path> files = Files.list(folder)) {
      if (files.findAny().isPresent()) {
        throw new CommandFailedException(
            ExitCodes.USAGE, folder + " is not empty; name another folder.");
      }
    }
  }
}
