// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.text;

import java.util.Optional;

/** Languages that results are written in. */
public enum Language {
  ENGLISH("en"),
  SIMPLIFIED_CHINESE("zh-CN");

  private final String tag;

  Language(String tag) {
    this.tag = tag;
  }

  /** Language tag, BCP 47. */
  public String tag() {
    return tag;
  }

  /** The language of that tag, exactly as {@link #tag()} gives it. */
  public static Optional<Language> ofTag(String tag) {
    for (Language language : values()) {
      if (language.tag.equals(tag)) {
        return Optional.of(language);
      }
    }
    return Optional.empty();
  }
}
