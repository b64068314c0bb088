// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import io.hounsfield.domain.CodedConcept;
import io.hounsfield.domain.ConfidenceCalibration;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What a model says of itself: the {@code model.json} that lies beside its weights.
 *
 * <p>The graph of every variant takes slices, int32 {@code [slice][row][column]} of any size, and
 * answers labels, uint8 of the same shape, or a tuple of these labels and evidence, float32 {@code
 * [slice][3]} in the order of {@link io.hounsfield.domain.SliceEvidence}; resampling to the
 * network's grid, windowing and the way back are inside it.
 *
 * @param directory where the manifest and its weights lie
 * @param name name, letters, digits and hyphens
 * @param version version, dot-separated
 * @param description what it does, in a sentence or two
 * @param unit what the voxels of its slices are
 * @param labels what the label values mean; 0 is background
 * @param gridRows rows of the grid that the network works on
 * @param gridColumns columns of that grid
 * @param batch slices that the network takes at once
 * @param flopsPerSlice floating-point operations of the network for one slice, a multiplication and
 *     an addition counting as two; empty where the manifest does not say
 * @param confidence how far its opacity percentage may be off; empty where the manifest does not
 *     say
 * @param weights its variants, the preferred first
 * @param licence terms of the weights
 * @param intendedUse what it is for
 * @param limits what it cannot do, a sentence each
 */
public record ModelManifest(
    Path directory,
    String name,
    String version,
    String description,
    InputUnit unit,
    List<Label> labels,
    int gridRows,
    int gridColumns,
    int batch,
    OptionalLong flopsPerSlice,
    Optional<ConfidenceCalibration> confidence,
    List<Weights> weights,
    String licence,
    String intendedUse,
    List<String> limits) {

  /** Name of the manifest's file in a model's directory. */
  public static final String FILE_NAME = "model.json";

  /** Most slices that a manifest may ask for at once. */
  public static final int MAX_BATCH = 64;

  /** What the voxels of a slice are. */
  public enum InputUnit {
    /** Hounsfield units, -32768 to 32767. */
    HU,
    /**
     * Grey values 0 to 255 of a picture whose relation to HU is lost, as in sets of slices stored
     * as PNG. Series from a scanner cannot be measured by such a model.
     */
    PICTURE
  }

  /**
   * What a label value stands for.
   *
   * @param value label value, 0 to 255
   * @param name short name in English
   * @param code coded meaning, if it has one
   */
  public record Label(int value, String name, Optional<CodedConcept> code) {
    public Label {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(code, "code");
    }
  }

  /**
   * One file of weights.
   *
   * @param variant its name, such as {@code bf16}
   * @param file file name in the manifest's directory
   * @param sha256 its SHA-256, lower-case hex
   * @param requires CPU features without which it must not be run on a CPU, as named by Linux's
   *     {@code cpuinfo}
   */
  public record Weights(String variant, String file, String sha256, List<String> requires) {
    public Weights {
      Objects.requireNonNull(variant, "variant");
      Objects.requireNonNull(file, "file");
      Objects.requireNonNull(sha256, "sha256");
      requires = List.copyOf(requires);
    }
  }

  public ModelManifest {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(unit, "unit");
    labels = List.copyOf(labels);
    Objects.requireNonNull(flopsPerSlice, "flopsPerSlice");
    Objects.requireNonNull(confidence, "confidence");
    weights = List.copyOf(weights);
    Objects.requireNonNull(licence, "licence");
    Objects.requireNonNull(intendedUse, "intendedUse");
    limits = List.copyOf(limits);
  }

  /**
   * Reads the manifest of one model's directory. The weights are not touched.
   *
   * @throws ModelException if it is missing or wrong, with every fault in it
   */
  public static ModelManifest read(Path directory) throws ModelException {
    return new ManifestReader(directory).read();
  }

  /** Name and version, {@code name@version}. */
  public String id() {
    return name + "@" + version;
  }

  /** The weights of that variant. */
  public Optional<Weights> weights(String variant) {
    return weights.stream().filter(w -> w.variant().equals(variant)).findFirst();
  }

  String variantNames() {
    return weights.stream().map(Weights::variant).collect(Collectors.joining(", "));
  }
}
