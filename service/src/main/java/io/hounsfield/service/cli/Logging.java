// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.hounsfield.service.config.LogLevel;
import org.slf4j.LoggerFactory;

/** The level of Hounsfield's own log lines. */
final class Logging {
  private Logging() {}

  static void setLevel(LogLevel level) {
    ((Logger) LoggerFactory.getLogger("io.hounsfield")).setLevel(Level.valueOf(level.name()));
  }

  /** Only what is wrong, for commands whose output is for a person. */
  static void quiet() {
    setLevel(LogLevel.WARN);
  }
}
