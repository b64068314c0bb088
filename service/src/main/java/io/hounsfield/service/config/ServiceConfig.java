// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import io.hounsfield.delivery.Destination;
import io.hounsfield.delivery.Retry;
import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.listener.DicomPeer;
import io.hounsfield.listener.TlsOptions;
import io.hounsfield.results.text.Language;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A whole, valid configuration of the service. What each option means stands once, in {@link
 * ConfigOptions} and in docs/configuration.md.
 */
public record ServiceConfig(
    Dicom dicom,
    Series series,
    Http http,
    DicomWebServer dicomWeb,
    Data data,
    Model model,
    InferenceOptions inference,
    Pipeline pipeline,
    Delivery delivery,
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
      int idleTimeoutMs,
      List<DicomPeer> peers,
      Optional<Path> usersFile,
      Optional<TlsOptions> tls) {
    public Dicom {
      peers = List.copyOf(peers);
    }
  }

  /** Options {@code series.*}. */
  public record Series(int idleSeconds) {}

  /** Options {@code http.*}. */
  public record Http(String bindAddress, int port, Set<String> allowedHosts) {
    public Http {
      allowedHosts = Set.copyOf(allowedHosts);
    }
  }

  /** Options {@code dicomweb.*}. */
  public record DicomWebServer(boolean enabled, boolean stores, int maxStoreMiB) {
    /** {@code dicomweb.maxStoreMiB} in bytes. */
    public long maxStoreBytes() {
      return (long) maxStoreMiB << 20;
    }
  }

  /** Options {@code data.*}; the path is absolute. */
  public record Data(Path directory, int minFreeMiB, int spoolMaxMiB, int retentionDays) {
    /** {@code data.spoolMaxMiB} in bytes; no bound where it is 0. */
    public long spoolMaxBytes() {
      return spoolMaxMiB == 0 ? Long.MAX_VALUE : (long) spoolMaxMiB << 20;
    }

    /** {@code data.minFreeMiB} in bytes. */
    public long minFreeBytes() {
      return (long) minFreeMiB << 20;
    }
  }

  /**
   * Options {@code model.*}; the paths are absolute.
   *
   * @param names models to load, the default one first
   * @param directory folder of the models of the installation
   * @param extraDirectories folders of other models
   * @param calledAeTitles one of the names for each AE title whose series are not the default's
   */
  public record Model(
      List<String> names,
      Path directory,
      List<Path> extraDirectories,
      Map<String, String> calledAeTitles) {
    public Model {
      names = List.copyOf(names);
      extraDirectories = List.copyOf(extraDirectories);
      calledAeTitles = Map.copyOf(calledAeTitles);
    }

    /** Every folder of models. */
    public List<Path> directories() {
      List<Path> all = new ArrayList<>(List.of(directory));
      all.addAll(extraDirectories);
      return all;
    }
  }

  /**
   * Options {@code delivery.*}.
   *
   * @param deidentified how the results of a destination are cleaned, by its name
   */
  public record Delivery(
      List<Destination> destinations,
      Map<String, Deidentification> deidentified,
      Retry retry,
      Language language) {
    public Delivery {
      destinations = List.copyOf(destinations);
      deidentified = Map.copyOf(deidentified);
    }
  }

  /** Options {@code pipeline.*}. */
  public record Pipeline(int decodeThreads, int maxSeriesInMemory, int maxWaitingInstances) {}
}
