// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private static final String ERASE = "\r\033[K";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String painted() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theBarFillsWithTheShareThatIsDone() {
    try (Progress progress = new Progress("Sending", "instances", out, true)) {
      progress.update(15, 30);
    }
    String line = painted();
    assertTrue(
        line.startsWith(
            ERASE + "Sending [" + "#".repeat(15) + " ".repeat(15) + "] 15/30 instances, "),
        line);
  }

  @Test
  void theLastStepIsPaintedAndTheBarTakenAway() {
    try (Progress progress = new Progress("Sending", "instances", out, true)) {
      progress.update(1, 2);
      progress.update(2, 2);
    }
    assertTrue(painted().contains("[" + "#".repeat(30) + "] 2/2"), painted());
    assertTrue(painted().endsWith(ERASE), painted());
  }

  @Test
  void withoutATotalOnlyTheCountIsShown() {
    try (Progress progress = new Progress("Looking", "files", out, true)) {
      progress.update(7, 0);
    }
    assertTrue(painted().startsWith(ERASE + "Looking 7 files, "), painted());
    assertFalse(painted().contains("/"), painted());
  }

  @Test
  void moreThanTheTotalDoesNotOverflowTheBar() {
    try (Progress progress = new Progress("Sending", "instances", out, true)) {
      progress.update(5, 4);
    }
    assertTrue(painted().contains("[" + "#".repeat(30) + "] 5/4"), painted());
  }

  @Test
  void whereTheOutputIsNoTerminalNothingIsWritten() {
    try (Progress progress = new Progress("Sending", "instances", out, false)) {
      progress.update(1, 2);
      progress.update(2, 2);
    }
    assertEquals("", painted());
  }

  @Test
  void textFromFilesCannotCommandTheTerminal() {
    assertEquals("Lung [2J 1.0", Terminal.plain("Lung\u001b[2J\u009b1.0\r\n"));
    assertEquals("a b", Terminal.plain("a\u202eb"));
    assertEquals("胸部 Thorax", Terminal.plain("胸部 Thorax"));
  }
}
