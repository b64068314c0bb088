// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The conformance statement names tests that exist, in the order of PS3.2 annex A. */
class ConformanceStatementTest {

  private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");
  private static final Pattern HEADING = Pattern.compile("(?m)^## (\\d+) (.+)$");

  private static String statement() throws IOException {
    return Files.readString(TestService.root().resolve("docs/dicom-conformance.md"));
  }

  @Test
  void everyTestThatIsNamedExists() throws Exception {
    Set<String> classes = new HashSet<>();
    try (Stream<Path> modules = Files.list(TestService.root())) {
      for (Path sources :
          modules.map(m -> m.resolve("src/test/java")).filter(Files::isDirectory).toList()) {
        try (Stream<Path> files = Files.walk(sources)) {
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith("Test.java"))
              .forEach(name -> classes.add(name.replace(".java", "")));
        }
      }
    }
    Matcher named = TEST.matcher(statement());
    Set<String> missing = new HashSet<>();
    int count = 0;
    while (named.find()) {
      count++;
      if (!classes.contains(named.group(1))) {
        missing.add(named.group(1));
      }
    }
    assertEquals(Set.of(), missing);
    assertTrue(count > 50, count + " claims");
  }

  /** In tables with a column for it, each row names a test or says that there is none. */
  @Test
  void everyRowOfATableOfClaimsNamesItsTest() throws Exception {
    List<String> without = new ArrayList<>();
    boolean claims = false;
    for (String line : statement().lines().toList()) {
      if (!line.startsWith("|")) {
        claims = false;
      } else if (line.endsWith("| test |")) {
        claims = true;
      } else if (claims
          && !line.startsWith("| ---")
          && !TEST.matcher(line).find()
          && !line.endsWith("| none |")) {
        without.add(line);
      }
    }
    assertEquals(List.of(), without);
  }

  @Test
  void itsSectionsAreThoseOfTheStandard() throws Exception {
    assertEquals(
        List.of(
            "conformance statement overview",
            "contents",
            "introduction",
            "networking",
            "media interchange",
            "transformation of dicom to cda",
            "character sets",
            "security",
            "annexes"),
        HEADING
            .matcher(statement())
            .results()
            .map(heading -> heading.group(2).toLowerCase(Locale.ROOT))
            .collect(Collectors.toList()));
  }
}
