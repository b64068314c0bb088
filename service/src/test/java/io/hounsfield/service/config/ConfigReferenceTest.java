// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {

  /**
   * To write the page anew: {@code mvn -pl service test -Dtest=ConfigReferenceTest
   * -Dhounsfield.writeDocs=true}.
   */
  @Test
  void theCommittedPageIsMadeFromTheOptions() throws Exception {
    Path page = Path.of(System.getProperty("hounsfield.root", ".."), "docs", "configuration.md");
    if (Boolean.getBoolean("hounsfield.writeDocs")) {
      Files.createDirectories(page.getParent());
      Files.writeString(page, ConfigReference.markdown());
    }
    assertEquals(
        ConfigReference.markdown(),
        Files.readString(page),
        "docs/configuration.md fell behind; write it anew with -Dhounsfield.writeDocs=true");
  }

  @Test
  void everyOptionIsOnThePageOnce() {
    assertEquals(List.of(), ConfigReference.untitledSections());
    for (ConfigOption<?> option : ConfigOptions.ALL) {
      String heading = "### `" + option.key() + "`\n";
      String page = ConfigReference.markdown();
      assertTrue(page.contains(heading), option.key());
      assertEquals(page.indexOf(heading), page.lastIndexOf(heading), option.key());
    }
  }

  @Test
  void theExampleOnThePageIsValid() throws Exception {
    String page = ConfigReference.markdown();
    int start = page.indexOf("```yaml\n") + 8;
    Path file = Files.createTempFile("hounsfield", ".yaml");
    try {
      Files.writeString(
          file,
          page.substring(start, page.indexOf("```", start))
              .replace("/var/lib/hounsfield", file.resolveSibling("hounsfield-data").toString()));
      ServiceConfig config = ConfigLoader.load(file, Map.of(), Path.of("").toAbsolutePath());
      assertEquals("LUNGCT", config.dicom().aeTitle());
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void keysAndVariablesAreUnique() {
    assertEquals(
        ConfigOptions.ALL.size(),
        ConfigOptions.ALL.stream().map(ConfigOption::environmentVariable).distinct().count());
    assertEquals(
        ConfigOptions.ALL.size(),
        ConfigOptions.ALL.stream().map(ConfigOption::key).distinct().count());
  }
}
