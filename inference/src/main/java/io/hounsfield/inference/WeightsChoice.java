// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import java.util.List;
import java.util.Set;

/** Chooses among the variants of a model's weights. */
final class WeightsChoice {

  private WeightsChoice() {}

  /**
   * The wished variant, or the first whose required features this CPU has.
   *
   * @throws ModelException if there is no such variant or the CPU lacks what it requires
   */
  static ModelManifest.Weights onCpu(ModelManifest manifest, String wish, Set<String> features)
      throws ModelException {
    if (!wish.equals(InferenceOptions.AUTO_VARIANT)) {
      ModelManifest.Weights weights = named(manifest, wish);
      List<String> lacking =
          weights.requires().stream().filter(feature -> !features.contains(feature)).toList();
      if (!lacking.isEmpty()) {
        throw new ModelException(
            "variant %s of model %s requires CPU features that this CPU lacks: %s. Choose variant auto"
                .formatted(wish, manifest.id(), String.join(", ", lacking)));
      }
      return weights;
    }
    for (ModelManifest.Weights weights : manifest.weights()) {
      if (features.containsAll(weights.requires())) {
        return weights;
      }
    }
    throw new ModelException(
        "no variant of model %s runs on this CPU: each of %s requires features that it lacks"
            .formatted(manifest.id(), manifest.variantNames()));
  }

  /** The wished variant, or the first. */
  static ModelManifest.Weights onGpu(ModelManifest manifest, String wish) throws ModelException {
    return wish.equals(InferenceOptions.AUTO_VARIANT)
        ? manifest.weights().get(0)
        : named(manifest, wish);
  }

  private static ModelManifest.Weights named(ModelManifest manifest, String wish)
      throws ModelException {
    return manifest
        .weights(wish)
        .orElseThrow(
            () ->
                new ModelException(
                    "model %s has no variant '%s'; it has %s"
                        .formatted(manifest.id(), wish, manifest.variantNames())));
  }
}
