// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes docs/configuration.md from the registry of options, so that it cannot fall behind. */
public final class ConfigReference {

  private static final Map<String, String> SECTIONS = sections();

  private ConfigReference() {}

  private static Map<String, String> sections() {
    Map<String, String> titles = new LinkedHashMap<>();
    titles.put("dicom", "DICOM node");
    titles.put("series", "Series");
    titles.put("http", "Web page and API");
    titles.put("dicomweb", "DICOMweb");
    titles.put("data", "Data");
    titles.put("model", "Model");
    titles.put("inference", "Inference");
    titles.put("pipeline", "Pipeline");
    titles.put("delivery", "Delivery of results");
    titles.put("log", "Logging");
    return titles;
  }

  /** The whole page. */
  public static String markdown() {
    StringBuilder page =
        new StringBuilder(
            """
            # Configuration

            Every option has a default: `./hounsfield serve` runs without any configuration. Options are set in a YAML file
            (`./hounsfield serve --config FILE`) and by environment variables, which win over the file. An environment variable
            without a value counts as not set. The whole configuration is checked at the start: every fault is printed with its
            key, its value, what is allowed and where it stands (of each destination and of any other list the first), unknown
            options are faults too, and nothing starts (exit code 5).

            A file with some options:

            ```yaml
            dicom:
              aeTitle: LUNGCT
              bindAddress: 192.0.2.10
            data:
              directory: /var/lib/hounsfield
            ```

            The same by environment variables: `HOUNSFIELD_DICOM_AE_TITLE=LUNGCT`, `HOUNSFIELD_DICOM_BIND_ADDRESS=192.0.2.10`,
            `HOUNSFIELD_DATA_DIRECTORY=/var/lib/hounsfield`.

            This page is made from the options themselves (`ConfigReference`); a test fails when it falls behind.
            """);
    SECTIONS.forEach(
        (section, title) -> {
          page.append("\n## ").append(title).append('\n');
          for (ConfigOption<?> option : of(section)) {
            append(page, option);
          }
        });
    return page.toString();
  }

  private static List<ConfigOption<?>> of(String section) {
    List<ConfigOption<?>> options = new ArrayList<>();
    for (ConfigOption<?> option : ConfigOptions.ALL) {
      if (option.section().equals(section)) {
        options.add(option);
      }
    }
    return options;
  }

  /** Options whose section has no title would be lost; the test asks for this to be empty. */
  static List<String> untitledSections() {
    return ConfigOptions.ALL.stream()
        .map(ConfigOption::section)
        .filter(section -> !SECTIONS.containsKey(section))
        .distinct()
        .toList();
  }

  private static void append(StringBuilder page, ConfigOption<?> option) {
    String unit = option.unit().isEmpty() ? "" : " " + option.unit();
    page.append("\n### `").append(option.key()).append("`\n\n");
    page.append(option.description()).append("\n\n");
    page.append("- Default: ")
        .append(option.defaultText().isEmpty() ? "none" : "`" + option.defaultText() + "`" + unit)
        .append('\n');
    page.append("- Allowed: ").append(option.allowed()).append(unit).append('\n');
    page.append("- Environment variable: `").append(option.environmentVariable()).append("`\n");
  }
}
