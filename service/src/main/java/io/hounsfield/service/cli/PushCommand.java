// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.listener.AssociationException;
import io.hounsfield.listener.ScuOptions;
import io.hounsfield.listener.SendResult;
import io.hounsfield.listener.StorageScu;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hounsfield push}: C-STORE to another node. */
@Command(
    name = "push",
    description = "Sends the DICOM files of folders (recursive) or files to a node by C-STORE.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class)
final class PushCommand implements Callable<Integer> {

  private static final int SHOWN_FAILURES = 10;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PATH", arity = "1..*", description = "Folders or files of DICOM.")
  private List<Path> paths;

  @Option(
      names = "--to",
      paramLabel = "AET@HOST:PORT",
      required = true,
      converter = DicomAddress.Converter.class,
      description = "Node to send to, such as HOUNSFIELD@127.0.0.1:11112.")
  private DicomAddress to;

  @Option(
      names = "--calling",
      paramLabel = "AET",
      description = "Our own AE title (default: ${DEFAULT-VALUE}).",
      defaultValue = "HOUNSFIELD_SCU")
  private String calling;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Most instances a second; 0: as fast as it goes (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private double rate;

  @Override
  public Integer call() throws IOException, CommandFailedException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      files.addAll(DicomPaths.find(path).dicom());
    }
    SendResult result;
    try (Progress progress = new Progress("Sending", "instances")) {
      ScuOptions options =
          ScuOptions.of(to.aeTitle(), to.host(), to.port()).withCallingAeTitle(calling);
      if (rate > 0) {
        options = options.withSlicesPerSecond(rate);
      }
      result =
          StorageScu.send(options, files, (done, total, bytes) -> progress.update(done, total));
    } catch (AssociationException e) {
      throw new CommandFailedException(ExitCodes.PEER, to + ": " + e.getMessage());
    }
    PrintWriter out = spec.commandLine().getOut();
    double seconds = result.elapsed().toNanos() / 1e9;
    out.printf(
        Locale.ROOT,
        "%d of %d instances stored by %s: %.1f MB in %.1f s%n",
        result.stored(),
        files.size(),
        to,
        result.bytes() / 1e6,
        seconds);
    result.failures().stream()
        .limit(SHOWN_FAILURES)
        .forEach(failure -> out.printf("Not stored: %s: %s%n", failure.file(), failure.reason()));
    if (result.failures().size() > SHOWN_FAILURES) {
      out.printf("... and %d more%n", result.failures().size() - SHOWN_FAILURES);
    }
    out.flush();
    return result.failures().isEmpty() ? ExitCodes.OK : ExitCodes.REFUSED;
  }
}
