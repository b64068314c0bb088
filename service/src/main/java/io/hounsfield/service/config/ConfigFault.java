// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import java.util.Objects;

/**
 * One fault of a configuration.
 *
 * @param key key of the option, or the name that is none
 * @param source where it stands: the file with its line, or the environment variable
 * @param problem what is wrong, with the value and what is allowed
 */
public record ConfigFault(String key, String source, String problem) {
  public ConfigFault {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(problem, "problem");
  }

  @Override
  public String toString() {
    return key + ": " + problem + " [" + source + "]";
  }
}
