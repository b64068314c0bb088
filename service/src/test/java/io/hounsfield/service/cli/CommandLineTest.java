// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {

  static Stream<String> commands() {
    return Main.commandLine().getSubcommands().keySet().stream();
  }

  @Test
  void theCommandsOfTheHandbookAreThere() {
    assertTrue(
        commands().toList().containsAll(Set.of("demo", "serve", "analyze", "push", "phantom")));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpAndAVersion(String command) {
    Cli.run(command, "--help").ends(ExitCodes.OK).says("Usage: hounsfield " + command);
    Cli.run(command, "--version").ends(ExitCodes.OK).says("Hounsfield ");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theListOfCommandsShowsAWholeSentenceOfEach(String command) {
    CommandLine line = Main.commandLine().getSubcommands().get(command);
    String first = line.getCommandSpec().usageMessage().description()[0];
    assertTrue(first.endsWith("."), first);
  }

  @Test
  void theHelpListsEveryExitCode() throws IllegalAccessException {
    Set<String> codes = new TreeSet<>();
    for (Field field : ExitCodes.class.getDeclaredFields()) {
      if (field.getType() == int.class) {
        codes.add(Integer.toString(field.getInt(null)));
      }
    }
    Set<String> listed = new TreeSet<>();
    Main.commandLine()
        .getCommandSpec()
        .usageMessage()
        .exitCodeList()
        .keySet()
        .forEach(key -> listed.add(key.strip()));
    assertEquals(codes, listed);
    assertEquals(7, codes.size(), "two names for one code");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bogus",
        "analyze",
        "analyze folder",
        "analyze folder --out out --device abacus",
        "push folder",
        "push folder --to nowhere",
        "push folder --to AET@host:70000",
        "push folder --to AET@host:104 --rate -1",
        "push folder --to AET@host:104 --rate NaN",
        "push folder --to AET@host:104 --calling A-TITLE-TOO-LONG-FOR-PS3.8",
        "phantom",
        "phantom --out out --fault bogus",
        "phantom --out out --kind bogus",
        "phantom --out out --position sideways",
        "phantom --out out --opacity-percent 200",
        "phantom --out out --slices many",
        "serve --bogus"
      })
  void aWrongCommandLineEndsWithTwoAndPointsAtTheHelp(String arguments) {
    Object[] words = arguments.isEmpty() ? new Object[0] : arguments.split(" ");
    Cli.run(words).ends(ExitCodes.USAGE).says("hounsfield: ", "--help'.");
  }

  @Test
  void aWrongValueIsNamedWithWhatIsAllowed() {
    Cli.run("phantom", "--out", "out", "--fault", "bogus")
        .says("--fault is 'bogus'", "missing-slice", "gantry-tilt");
    Cli.run("phantom", "--out", "out", "--opacity-percent", 200).says("0 to 90", "200");
    Cli.run("analyze", "x", "--out", "out", "--device", "abacus").says("abacus", "cpu", "cuda");
  }
}
