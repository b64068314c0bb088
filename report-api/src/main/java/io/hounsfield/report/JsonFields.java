// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.hounsfield.domain.Vec3;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the fields of a JSON object; whatever is missing or of another type is named. */
final class JsonFields {

  private final JsonNode node;
  private final String path;

  private JsonFields(JsonNode node, String path) throws IOException {
    if (node == null || !node.isObject()) {
      throw new IOException(
          "report has no object " + (path.isEmpty() ? "at its root" : "at " + path));
    }
    this.node = node;
    this.path = path;
  }

  static JsonFields root(JsonNode node) throws IOException {
    return new JsonFields(node, "");
  }

  List<String> names() {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  JsonFields object(String name) throws IOException {
    return new JsonFields(node.get(name), at(name));
  }

  List<JsonFields> objects(String name) throws IOException {
    JsonNode array = node.get(name);
    if (array == null || !array.isArray()) {
      throw wrong(name, "an array");
    }
    List<JsonFields> objects = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      objects.add(new JsonFields(array.get(i), at(name) + "[" + i + "]"));
    }
    return objects;
  }

  String text(String name) throws IOException {
    String text = textOrNull(name);
    if (text == null) {
      throw wrong(name, "a text");
    }
    return text;
  }

  String textOrNull(String name) throws IOException {
    JsonNode value = node.get(name);
    if (value == null || !(value.isTextual() || value.isNull())) {
      throw wrong(name, "a text or null");
    }
    return value.textValue();
  }

  double number(String name) throws IOException {
    Double number = numberOrNull(name);
    if (number == null) {
      throw wrong(name, "a number");
    }
    return number;
  }

  Double numberOrNull(String name) throws IOException {
    JsonNode value = node.get(name);
    if (value == null || !(value.isNumber() || value.isNull())) {
      throw wrong(name, "a number or null");
    }
    return value.isNull() ? null : Double.valueOf(value.doubleValue());
  }

  int integer(String name) throws IOException {
    JsonNode value = node.get(name);
    if (value == null || !value.isIntegralNumber() || !value.canConvertToInt()) {
      throw wrong(name, "an integer");
    }
    return value.intValue();
  }

  Vec3 vector(String name) throws IOException {
    JsonNode value = node.get(name);
    if (value == null || !value.isArray() || value.size() != 3) {
      throw wrong(name, "an array of three numbers");
    }
    for (JsonNode component : value) {
      if (!component.isNumber()) {
        throw wrong(name, "an array of three numbers");
      }
    }
    return new Vec3(
        value.get(0).doubleValue(), value.get(1).doubleValue(), value.get(2).doubleValue());
  }

  private String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private IOException wrong(String name, String wanted) {
    return new IOException("report needs " + wanted + " at " + at(name));
  }
}
