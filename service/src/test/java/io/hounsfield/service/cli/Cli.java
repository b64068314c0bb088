// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import picocli.CommandLine;

/** Runs commands as the launcher does, in this process. */
final class Cli {
  private Cli() {}

  /**
   * What a command left behind.
   *
   * @param code exit code
   * @param out standard output
   * @param err standard error
   */
  record Result(int code, String out, String err) {

    Result ends(int expected) {
      assertEquals(expected, code, out + err);
      assertFalse((out + err).contains("\tat "), "no stack trace is for a user: " + err);
      return this;
    }

    Result says(String... parts) {
      for (String part : parts) {
        assertTrue((out + err).contains(part), "'" + part + "' is not in:\n" + out + err);
      }
      return this;
    }

    Result doesNotSay(String part) {
      assertFalse((out + err).contains(part), "'" + part + "' is in:\n" + out + err);
      return this;
    }
  }

  static Result run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int code = line.execute(Arrays.stream(args).map(Object::toString).toArray(String[]::new));
    return new Result(code, out.toString(), err.toString());
  }
}
