// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
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

  /** The file that {@link PhantomWriter#write} writes last. */
  private static final String COMPLETE = "lesions.nii.gz";

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder to write to; made if it is not there.")
  private Path out;

  @Option(
      names = "--list",
      paramLabel = "FILE",
      description =
          "Make several: each line has the name of a folder in DIR and, after it, its own options as here. "
              + "Empty lines and those that begin with # say nothing. Folders that are complete are left as they are.")
  private Path list;

  @Mixin private PhantomOptionsMixin phantomOptions;

  /** One line of {@code --list}. */
  @Command(name = "phantom --list")
  private static final class Line {
    @Parameters private String name;
    @Mixin private PhantomOptionsMixin options;
  }

  private record Wanted(Path folder, PhantomOptions options) {}

  @Override
  public Integer call() throws IOException, CommandFailedException {
    if (list != null) {
      return several();
    }
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

  /** All lines are checked before the first phantom is made. */
  private int several() throws IOException, CommandFailedException {
    if (!Files.isRegularFile(list)) {
      throw new CommandFailedException(ExitCodes.NO_INPUT, "--list " + list + " is no file.");
    }
    List<Wanted> wanted = new ArrayList<>();
    Set<String> names = new HashSet<>();
    int number = 0;
    for (String text : Files.readAllLines(list)) {
      number++;
      String line = text.strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Line parsed = new Line();
      try {
        new CommandLine(parsed).parseArgs(line.split("\\s+"));
        if (!parsed.name.matches("[A-Za-z0-9][A-Za-z0-9._-]*") || !names.add(parsed.name)) {
          throw new CommandFailedException(
              ExitCodes.USAGE,
              "%s, line %d: '%s' is no folder's name, or is there twice."
                  .formatted(list, number, parsed.name));
        }
        wanted.add(new Wanted(out.resolve(parsed.name), parsed.options.options()));
      } catch (CommandLine.ParameterException e) {
        throw new CommandFailedException(
            ExitCodes.USAGE, "%s, line %d: %s".formatted(list, number, e.getMessage()));
      }
    }
    try (Progress progress = new Progress("Making phantoms", "phantoms")) {
      for (int i = 0; i < wanted.size(); i++) {
        progress.update(i, wanted.size());
        Path folder = wanted.get(i).folder();
        // The last file that is written.
        if (!Files.exists(folder.resolve(COMPLETE))) {
          requireEmpty(folder.resolve(PhantomWriter.SERIES_FOLDER));
          PhantomWriter.write(Phantom.generate(wanted.get(i).options()), folder);
        }
      }
      progress.update(wanted.size(), wanted.size());
    }
    spec.commandLine().getOut().println(wanted.size() + " phantoms are in " + out);
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
