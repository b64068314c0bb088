// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.listener.DicomUsers;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hounsfield dicom-user}: a line for {@code dicom.usersFile}. */
@Command(
    name = "dicom-user",
    description = {
      "Prints a user's line for the file that dicom.usersFile names.",
      "Asks for the passcode (from a pipe: its first line), which the line holds as a salted hash only."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class)
final class DicomUserCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "User name, as the caller sends it.")
  private String name;

  @Override
  public Integer call() throws IOException {
    try {
      DicomUsers.requireName(name);
      spec.commandLine().getOut().println(DicomUsers.line(name, passcode()));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    spec.commandLine().getOut().flush();
    return ExitCodes.OK;
  }

  private static char[] passcode() throws IOException {
    Console console = System.console();
    if (console != null) {
      char[] typed = console.readPassword("Passcode: ");
      return typed == null ? new char[0] : typed;
    }
    String line =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    return line == null ? new char[0] : line.toCharArray();
  }
}
