// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks;

import io.hounsfield.benchmarks.accuracy.AccuracyCommand;
import io.hounsfield.benchmarks.accuracy.OverlaysCommand;
import io.hounsfield.benchmarks.decode.DecodeCommand;
import io.hounsfield.benchmarks.infer.InferCommand;
import io.hounsfield.benchmarks.ladder.LadderCommand;
import io.hounsfield.benchmarks.page.PageCommand;
import io.hounsfield.benchmarks.soak.SoakCommand;
import io.hounsfield.service.cli.ExtraCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hounsfield bench}: what can be measured, each a command of its own. */
@Command(
    name = "bench",
    description = "Measures this installation; prints a table and writes JSON.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      EndToEndCommand.class,
      DecodeCommand.class,
      ReceiveCommand.class,
      ReceiveNodeCommand.class,
      AccuracyCommand.class,
      OverlaysCommand.class,
      LadderCommand.class,
      InferCommand.class,
      PageCommand.class,
      SoakCommand.class
    })
public final class BenchCommand implements ExtraCommand, Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which benchmark? See --help.");
  }
}
