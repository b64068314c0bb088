// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of Hounsfield that is running, as built. */
public final class SoftwareVersion {
  private static final String VERSION = read();

  private SoftwareVersion() {}

  /** For example {@code 0.1.0}. */
  public static String get() {
    return VERSION;
  }

  private static String read() {
    try (InputStream in = SoftwareVersion.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
