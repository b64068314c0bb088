// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import java.util.Locale;
import java.util.Objects;

/**
 * One option of the service.
 *
 * @param <T> type of its value
 */
public final class ConfigOption<T> {

  /** Reads a value from its text; a message of the exception says what is wrong with it. */
  interface Parser<T> {
    T parse(String text);
  }

  private final String key;
  private final Class<T> type;
  private final String unit;
  private final String defaultText;
  private final String allowed;
  private final String description;
  private final Parser<T> parser;

  ConfigOption(
      String key,
      Class<T> type,
      String unit,
      String defaultText,
      String allowed,
      String description,
      Parser<T> parser) {
    this.key = Objects.requireNonNull(key);
    this.type = Objects.requireNonNull(type);
    this.unit = Objects.requireNonNull(unit);
    this.defaultText = Objects.requireNonNull(defaultText);
    this.allowed = Objects.requireNonNull(allowed);
    this.description = Objects.requireNonNull(description);
    this.parser = Objects.requireNonNull(parser);
  }

  /** Name in the configuration file: sections and name with dots between. */
  public String key() {
    return key;
  }

  /** Name of the environment variable, such as {@code HOUNSFIELD_DICOM_AE_TITLE}. */
  public String environmentVariable() {
    return environmentVariable(key);
  }

  static String environmentVariable(String key) {
    return "HOUNSFIELD_"
        + key.replaceAll("([a-z])([A-Z])", "$1_$2").replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /** Unit of the value; empty if it has none. */
  public String unit() {
    return unit;
  }

  /** Value where none is set, as it would be written. */
  public String defaultText() {
    return defaultText;
  }

  /** Which values are allowed, in words. */
  public String allowed() {
    return allowed;
  }

  /** What the option does and what follows from changing it. */
  public String description() {
    return description;
  }

  /** Section of the key: what stands before the dot. */
  String section() {
    return key.substring(0, key.indexOf('.'));
  }

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException if it is not allowed; its message may be {@code null} where
   *     the allowed values say all
   */
  T parse(String text) {
    return parser.parse(text.strip());
  }

  T cast(Object value) {
    return type.cast(value);
  }
}
