// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code phantom --list}: several phantoms in one go. */
class PhantomListTest {

  @TempDir Path dir;

  private Path list(String text) throws Exception {
    return Files.writeString(dir.resolve("list.txt"), text);
  }

  @Test
  void eachLineIsAPhantomInAFolderOfItsOwnAndIsMadeOnce() throws Exception {
    Path list =
        list(
            """
            # two patients

            one --seed 3 --matrix 32 --slices 4 --kind lobar --opacity-percent 30
            two --seed 4 --matrix 32 --slices 4 --effusion both --low-dose
            """);
    Path out = dir.resolve("out");
    Cli.run("phantom", "--list", list, "--out", out).ends(ExitCodes.OK);
    JsonNode one = new ObjectMapper().readTree(out.resolve("one/truth.json").toFile());
    assertEquals("lobar", one.at("/options/kind").asText());
    assertEquals(3, one.at("/options/seed").asInt());
    JsonNode two = new ObjectMapper().readTree(out.resolve("two/truth.json").toFile());
    assertEquals("both", two.at("/options/effusion").asText());

    Path kept = out.resolve("one/truth.json");
    FileTime old = FileTime.from(Instant.EPOCH);
    Files.setLastModifiedTime(kept, old);
    Cli.run("phantom", "--list", list, "--out", out).ends(ExitCodes.OK);
    assertEquals(old, Files.getLastModifiedTime(kept), "what is complete is left as it is");
  }

  @Test
  void aWrongLineIsNamedBeforeAnythingIsMade() throws Exception {
    Path out = dir.resolve("out");
    String good = "one --seed 3 --matrix 32 --slices 4\n";
    for (String bad :
        new String[] {
          "two --kind fog", "two --no-such-option", "../two --seed 1", "one --seed 9", "--seed 4"
        }) {
      Cli.run("phantom", "--list", list(good + bad), "--out", out)
          .ends(ExitCodes.USAGE)
          .says("line 2");
    }
    assertFalse(Files.exists(out), "nothing was made");
  }
}
