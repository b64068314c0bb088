// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The conformance statement names tests that exist, in the order of PS3.2 annex A. */
class ConformanceStatementTest {

  private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");

  /** What follows a test that is in another module than the section's: others, then the module. */
  private static final Pattern IN_MODULE =
      Pattern.compile("(?:, `\\w+Test`| \\([^)]*\\))* in `([\\w-]+)`");

  private static final Pattern HEADING = Pattern.compile("(?m)^## (\\d+) (.+)$");

  private static String statement() throws IOException {
    return Files.readString(TestService.root().resolve("docs/dicom-conformance.md"));
  }

  /** By module, the names of its test classes. */
  private static Map<String, Set<String>> tests() throws IOException {
    Map<String, Set<String>> found = new HashMap<>();
    try (Stream<Path> modules = Files.list(TestService.root())) {
      for (Path module :
          modules.filter(m -> Files.isDirectory(m.resolve("src/test/java"))).toList()) {
        try (Stream<Path> files = Files.walk(module.resolve("src/test/java"))) {
          found.put(
              module.getFileName().toString(),
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.endsWith("Test.java"))
                  .map(name -> name.replace(".java", ""))
                  .collect(Collectors.toSet()));
        }
      }
    }
    return found;
  }

  @Test
  void everyTestThatIsNamedExistsInItsModule() throws Exception {
    Map<String, Set<String>> tests = tests();
    List<String> missing = new ArrayList<>();
    String section = "";
    int count = 0;
    for (String line : statement().lines().toList()) {
      section = line.startsWith("#") ? line : section;
      Matcher named = TEST.matcher(line);
      while (named.find()) {
        count++;
        Matcher place = IN_MODULE.matcher(line.substring(named.end()));
        String module =
            place.lookingAt()
                ? place.group(1)
                : section.contains("DICOMweb") ? "dicomweb" : "dicom-listener";
        if (!tests.getOrDefault(module, Set.of()).contains(named.group(1))) {
          missing.add(named.group(1) + " in " + module);
        }
      }
    }
    assertEquals(List.of(), missing);
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
