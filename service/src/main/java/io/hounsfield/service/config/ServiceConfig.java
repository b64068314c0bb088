// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import io.hounsfield.inference.InferenceOptions;
import java.nio.file.Path;
import java.util.Set;

/**
 * A whole, valid configuration of the service. What each option means stands once, in {@link
 * ConfigOptions} and in docs/configuration.md.
 */
public record ServiceConfig(
    Dicom dicom,
    Series series,
    Http http,
    Data data,
    Model model,
    InferenceOptions inference,
    Pipeline pipeline,
    LogLevel logLevel) {

  /** Options {@code dicom.*}. */
  public record Dicom(
      String aeTitle,
      boolean acceptAnyCalledAeTitle,
      String bindAddress,
      int port,
      int maxAssociations,
      int maxPduLength,
      int artimTimeoutMs,
      int idleTimeoutMs) {}

  /** Options {@code series.*}. */
  public record Series(int idleSeconds) {}

  /** Options {@code http.*}. */
  public record Http(String bindAddress, int port, Set<String> allowedHosts) {
    public Http {
      allowedHosts = Set.copyOf(allowedHosts);
    }
  }

  /** Options {@code data.*}; the path is absolute. */
  public record Data(Path directory, int minFreeMiB) {
    /** {@code data.minFreeMiB} in bytes. */
    public long minFreeBytes() {
      return (long) minFreeMiB << 20;
    }
  }

  /** Options {@code model.*}; the path is absolute. */
  public record Model(String name, Path directory) {}

  /** Options {@code pipeline.*}. */
  public record Pipeline(int decodeThreads, int maxSeriesInMemory) {}
}
