// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Reads a configuration file as dotted keys with the line of each value. The tokens are walked
 * rather than a tree built, because a tree knows no lines.
 */
final class YamlConfig {

  /** No configuration is longer, bytes. */
  static final int MAX_BYTES = 1 << 20;

  private static final int MAX_DEPTH = 16;

  /** A value as it stands in the file. */
  record Entry(String key, String text, String source) {}

  private final String file;
  private final List<Entry> entries = new ArrayList<>();
  private final List<ConfigFault> faults;

  private YamlConfig(String file, List<ConfigFault> faults) {
    this.file = file;
    this.faults = faults;
  }

  /** Reads a file; what is wrong with its form is added to the faults. */
  static List<Entry> read(Path path, List<ConfigFault> faults) {
    YamlConfig config = new YamlConfig(path.toString(), faults);
    try {
      if (Files.size(path) > MAX_BYTES) {
        config.fault("file", "is longer than %d bytes".formatted(MAX_BYTES), 0);
      } else {
        config.walk(Files.readAllBytes(path));
      }
    } catch (NoSuchFileException e) {
      config.fault("file", "does not exist", 0);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      config.fault("file", "is not valid YAML: " + firstLine(e.getOriginalMessage()), line);
    } catch (IOException e) {
      config.fault("file", "cannot be read: " + e, 0);
    }
    return config.entries;
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }

  private void walk(byte[] bytes) throws IOException {
    try (YAMLParser parser = new YAMLFactory().createParser(bytes)) {
      JsonToken first = parser.nextToken();
      if (first == null || first == JsonToken.VALUE_NULL) {
        return; // an empty file sets nothing
      }
      if (first != JsonToken.START_OBJECT) {
        fault("file", "must hold options such as 'dicom:', not a single value or a list", 1);
        return;
      }
      Deque<String> path = new ArrayDeque<>();
      String name = "";
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        switch (token) {
          case FIELD_NAME -> name = parser.currentName();
          case START_OBJECT -> {
            path.addLast(name);
            if (path.size() > MAX_DEPTH) {
              fault(join(path, ""), "is nested too deeply", line(parser));
              return;
            }
          }
          case END_OBJECT -> {
            if (path.isEmpty()) {
              requireOneDocument(parser);
              return;
            }
            path.removeLast();
          }
          case START_ARRAY -> list(parser, join(path, name));
          default -> scalar(parser, join(path, name));
        }
      }
    }
  }

  private void requireOneDocument(YAMLParser parser) throws IOException {
    if (parser.nextToken() != null) {
      fault("file", "holds more than one document; only the first would be read", line(parser));
    }
  }

  private void scalar(YAMLParser parser, String key) throws IOException {
    int line = line(parser);
    if (parser.isCurrentAlias()) {
      fault(key, "is a YAML alias; write the value itself", line);
    } else if (parser.currentToken() == JsonToken.VALUE_NULL) {
      fault(key, "has no value; leave the line out for the default", line);
    } else {
      entries.add(new Entry(key, parser.getText(), source(line)));
    }
  }

  /** A list becomes its values with commas between. */
  private void list(YAMLParser parser, String key) throws IOException {
    int line = line(parser);
    List<String> values = new ArrayList<>();
    boolean plain = true;
    int depth = 1;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        return;
      }
      if (token.isStructStart()) {
        depth++;
        plain = false;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token.isScalarValue()) {
        values.add(parser.getText());
      }
    }
    if (plain) {
      entries.add(new Entry(key, String.join(",", values), source(line)));
    } else {
      fault(key, "must be a list of plain values", line);
    }
  }

  private static int line(JsonParser parser) {
    return parser.currentTokenLocation().getLineNr();
  }

  private static String join(Deque<String> path, String name) {
    String prefix = String.join(".", path);
    return prefix.isEmpty() ? name : name.isEmpty() ? prefix : prefix + "." + name;
  }

  private String source(int line) {
    return line > 0 ? file + " line " + line : file;
  }

  private void fault(String key, String problem, int line) {
    faults.add(new ConfigFault(key, source(line), problem));
  }
}
