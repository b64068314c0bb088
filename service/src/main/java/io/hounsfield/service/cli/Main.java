// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.inference.ModelException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code hounsfield} command. */
@Command(
    name = "hounsfield",
    description = {
      "Lung CT quantification: from a DICOM push to a structured report.",
      "For research use; not a medical device.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      ServeCommand.class,
      AnalyzeCommand.class,
      PushCommand.class,
      PhantomCommand.class,
      DicomUserCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:done",
      " 1:no series could be measured, or an instance was not taken by the peer",
      " 2:the command line is wrong",
      " 3:nothing to work on: the path is missing or holds no DICOM",
      " 4:the peer could not be reached or did not accept the association",
      " 5:the configuration is wrong (every fault has been printed)",
      "70:a fault of this program or its surroundings (disk, model)"
    },
    footer = {
      "",
      "'hounsfield test' builds everything and runs all tests (the launcher does that)."
    })
public final class Main implements Runnable {

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    CommandLine line = commandLine();
    int code;
    try {
      code = line.execute(args);
    } catch (OutOfMemoryError e) {
      // The process ends here; what was begun and not written is lost, and said to be.
      line.getErr()
          .printf(
              "hounsfield: the memory (%d MiB of heap) is not enough: %s. Give it more:"
                  + " HOUNSFIELD_JAVA_OPTS=-Xmx4g.%n",
              Runtime.getRuntime().maxMemory() >> 20, e.getMessage());
      code = ExitCodes.FAILED;
    }
    System.exit(code);
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    for (ExtraCommand extra : ServiceLoader.load(ExtraCommand.class)) {
      line.addSubcommand(extra);
    }
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (exception, commandLine, parseResult) -> {
          if (exception instanceof CommandFailedException failed) {
            commandLine.getErr().println("hounsfield: " + failed.getMessage());
            return failed.exitCode();
          }
          if (exception instanceof IOException || exception instanceof ModelException) {
            commandLine.getErr().println("hounsfield: " + describe(exception));
            return ExitCodes.FAILED;
          }
          throw exception;
        });
    line.setExitCodeExceptionMapper(
        exception -> exception instanceof ParameterException ? ExitCodes.USAGE : ExitCodes.FAILED);
    line.setParameterExceptionHandler(
        (exception, arguments) -> {
          CommandLine command = exception.getCommandLine();
          command.getErr().println("hounsfield: " + exception.getMessage());
          boolean unused =
              CommandLine.UnmatchedArgumentException.printSuggestions(exception, command.getErr());
          command.getErr().printf("See '%s --help'.%n", command.getCommandSpec().qualifiedName());
          return ExitCodes.USAGE;
        });
    return line;
  }

  /** The message; exceptions of the file system often hold nothing but the file's name. */
  private static String describe(Exception exception) {
    if (exception instanceof AccessDeniedException denied) {
      return denied.getFile() + " may not be read or written by this user.";
    }
    if (exception instanceof NoSuchFileException missing) {
      return missing.getFile() + " does not exist.";
    }
    if (exception instanceof FileAlreadyExistsException there) {
      return there.getFile() + " is there already.";
    }
    String message = exception.getMessage();
    return message == null ? exception.getClass().getSimpleName() : message;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which command? See --help.");
  }
}
