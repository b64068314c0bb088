// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A media type with its parameters, RFC 9110 section 8.3.1, or a range of them.
 *
 * @param type {@code application/dicom}, lower case; {@code image/*} and {@code * / *} as ranges
 * @param parameters by name, lower case; values unquoted
 */
record MediaType(String type, Map<String, String> parameters) {
  static final String DICOM = "application/dicom";
  static final String DICOM_JSON = "application/dicom+json";
  static final String OCTETS = "application/octet-stream";
  static final String MULTIPART = "multipart/related";

  private static final int MAX_LENGTH = 4096;
  private static final Pattern TYPE =
      Pattern.compile("[A-Za-z0-9!#$&^_.+*-]{1,64}/[A-Za-z0-9!#$&^_.+*-]{1,64}");
  private static final Pattern WEIGHT = Pattern.compile("[0-9]{1,8}(\\.[0-9]{0,8})?|\\.[0-9]{1,8}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

  MediaType {
    parameters = Map.copyOf(parameters);
  }

  /** The type that a Content-Type header names; empty when it names none. */
  static Optional<MediaType> parse(String text) {
    try {
      return text == null || text.length() > MAX_LENGTH
          ? Optional.empty()
          : Optional.of(one(split(text, ';')));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * The ranges that an Accept header lists, in the client's order.
   *
   * @throws IllegalArgumentException when it is no such list
   */
  static List<MediaType> accepted(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("it is too long");
    }
    List<MediaType> ranges = new ArrayList<>();
    for (String part : split(text, ',')) {
      if (!part.isBlank()) {
        MediaType range = one(split(part, ';'));
        if (!WEIGHT.matcher(range.parameters().getOrDefault("q", "1")).matches()) {
          throw new IllegalArgumentException("it holds a weight that is no number of 0 or more");
        }
        ranges.add(range);
      }
    }
    return ranges;
  }

  /** How much an accepted range is wanted, RFC 9110 section 12.4.2; 0: not at all. */
  double weight() {
    return Double.parseDouble(parameters.getOrDefault("q", "1"));
  }

  /** A parameter, lower case; empty when it is not there. */
  String parameter(String name) {
    return parameters.getOrDefault(name, "").toLowerCase(Locale.ROOT);
  }

  /** Whether this range holds a type such as {@code image/png}. */
  boolean includes(String other) {
    return type.equals("*/*")
        || type.equals(other)
        || type.endsWith("/*") && other.startsWith(type.substring(0, type.length() - 1));
  }

  /** The greater, the fewer types are in this range. */
  int specificity() {
    return type.equals("*/*") ? 0 : type.endsWith("/*") ? 1 : 2;
  }

  private static MediaType one(List<String> parts) {
    String type = parts.get(0).strip();
    if (!TYPE.matcher(type).matches()) {
      throw new IllegalArgumentException("it holds no media type");
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String part : parts.subList(1, parts.size())) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        if (part.isBlank()) {
          continue;
        }
        throw new IllegalArgumentException("it holds a parameter without a value");
      }
      String name = part.substring(0, equals).strip().toLowerCase(Locale.ROOT);
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("it holds a parameter without a name");
      }
      parameters.putIfAbsent(name, unquoted(part.substring(equals + 1).strip()));
    }
    return new MediaType(type.toLowerCase(Locale.ROOT), parameters);
  }

  private static String unquoted(String value) {
    if (value.length() < 2 || !value.startsWith("\"") || !value.endsWith("\"")) {
      return value;
    }
    return value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1");
  }

  /** Splits at a separator that is not within quotes. */
  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (quoted && character == '\\') {
        i++;
      } else if (character == '"') {
        quoted = !quoted;
      } else if (!quoted && character == separator) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }
}
