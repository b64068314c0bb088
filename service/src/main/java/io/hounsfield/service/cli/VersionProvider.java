// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.service.SoftwareVersion;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class VersionProvider implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "Hounsfield " + SoftwareVersion.get(), "For research use; not a medical device."
    };
  }
}
