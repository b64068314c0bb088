// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.domain.ModelIdentity;
import java.util.List;
import java.util.Objects;

/**
 * A network that this service has loaded.
 *
 * @param identity name, version, weights in use and where they run
 * @param description what it does
 * @param licence terms of the weights
 * @param intendedUse what it is for
 * @param limits what it cannot do, a sentence each
 * @param isDefault whether it measures the series that no other model is meant for
 * @param calledAeTitles AE titles whose series it measures besides
 */
public record LoadedModel(
    ModelIdentity identity,
    String description,
    String licence,
    String intendedUse,
    List<String> limits,
    boolean isDefault,
    List<String> calledAeTitles) {
  public LoadedModel {
    Objects.requireNonNull(identity, "identity");
    limits = List.copyOf(limits);
    calledAeTitles = List.copyOf(calledAeTitles);
  }
}
