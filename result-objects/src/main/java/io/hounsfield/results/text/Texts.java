// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.text;

import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.Warning;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One message bundle: {@code messages_<language>.properties} beside this class, UTF-8. Placeholders
 * are names in braces, {@code {volume}}; nothing else is special. Every bundle has the same keys
 * with the same placeholders.
 *
 * <p>Sentences that come with a report (reasons, warnings) are English. They are translated by
 * {@code sentences.properties}, a regular expression a key, whose groups fill {@code {1}}, {@code
 * {2}} ... of the bundle's text; a sentence that matches none stays English, so that no number is
 * lost.
 */
public final class Texts {

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([A-Za-z0-9]+)}");
  private static final Map<String, Pattern> SENTENCES = sentences();
  private static final Map<Language, Texts> BUNDLES = bundles();

  private final Language language;
  private final Map<String, String> messages;

  private Texts(Language language, Map<String, String> messages) {
    this.language = language;
    this.messages = messages;
  }

  public static Texts in(Language language) {
    return BUNDLES.get(language);
  }

  public Language language() {
    return language;
  }

  /** The whole bundle, ordered by key; for a page that fills in placeholders itself. */
  public Map<String, String> all() {
    return messages;
  }

  /**
   * A message with its placeholders filled.
   *
   * @param values name, value, name, value ...
   * @throws IllegalArgumentException if there is no such message, or a placeholder has no value
   */
  public String get(String key, String... values) {
    String message = messages.get(key);
    if (message == null) {
      throw new IllegalArgumentException("no message " + key + " in " + language.tag());
    }
    Map<String, String> byName = new TreeMap<>();
    for (int i = 0; i < values.length; i += 2) {
      byName.put(values[i], values[i + 1]);
    }
    return fill(key, message, byName);
  }

  /** Name of a region. */
  public String region(Region region) {
    return get("region." + region.key());
  }

  /** Name of a quantity, without its unit. */
  public String quantity(Quantity quantity) {
    return get("quantity." + quantity.key());
  }

  /** Short title of a warning's code; the code itself where it is not known here. */
  public String warningTitle(String code) {
    return messages.getOrDefault("warning." + code, code);
  }

  /** What a refusal's code means; empty where it is not known here. */
  public Optional<String> refusal(String code) {
    return Optional.ofNullable(messages.get("refusal." + code));
  }

  /** A warning's text in this language. */
  public String warning(Warning warning) {
    return sentence(warning.text());
  }

  /**
   * A sentence of a report (the reason of a missing measurement or confidence, the text of a
   * warning) in this language; the sentence itself where it has no translation.
   */
  public String sentence(String english) {
    if (language == Language.ENGLISH) {
      return english;
    }
    for (Map.Entry<String, Pattern> entry : SENTENCES.entrySet()) {
      Matcher matcher = entry.getValue().matcher(english);
      if (matcher.matches()) {
        Map<String, String> groups = new TreeMap<>();
        for (int i = 1; i <= matcher.groupCount(); i++) {
          groups.put(Integer.toString(i), word(matcher.group(i)));
        }
        String key = "sentence." + entry.getKey();
        return fill(key, messages.get(key), groups);
      }
    }
    return english;
  }

  private String word(String english) {
    return english == null
        ? ""
        : messages.getOrDefault("word." + english.strip().replace(' ', '-'), english);
  }

  private static String fill(String key, String message, Map<String, String> values) {
    Matcher matcher = PLACEHOLDER.matcher(message);
    StringBuilder text = new StringBuilder();
    while (matcher.find()) {
      String value = values.get(matcher.group(1));
      if (value == null) {
        throw new IllegalArgumentException("message " + key + " needs " + matcher.group());
      }
      matcher.appendReplacement(text, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(text).toString();
  }

  static Map<String, Pattern> sentencePatterns() {
    return SENTENCES;
  }

  private static Map<String, Pattern> sentences() {
    Map<String, Pattern> patterns = new TreeMap<>();
    load("sentences.properties").forEach((key, regex) -> patterns.put(key, Pattern.compile(regex)));
    return Collections.unmodifiableMap(patterns);
  }

  private static Map<Language, Texts> bundles() {
    Map<Language, Texts> bundles = new EnumMap<>(Language.class);
    for (Language language : Language.values()) {
      String name = "messages_" + language.tag() + ".properties";
      bundles.put(language, new Texts(language, Collections.unmodifiableMap(load(name))));
    }
    return bundles;
  }

  private static Map<String, String> load(String name) {
    Properties properties = new Properties();
    try (InputStream in = Texts.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("resource " + name + " is missing");
      }
      properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("resource " + name + " cannot be read", e);
    }
    Map<String, String> map = new TreeMap<>();
    properties.stringPropertyNames().forEach(key -> map.put(key, properties.getProperty(key)));
    return map;
  }
}
