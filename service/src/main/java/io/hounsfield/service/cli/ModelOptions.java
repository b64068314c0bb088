// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.ModelRegistry;
import io.hounsfield.inference.SegmentationModel;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which network to use and where; shared by the commands that segment. */
final class ModelOptions {

  @Option(
      names = "--model",
      paramLabel = "NAME[@VERSION]",
      description = "Model to use (default: ${DEFAULT-VALUE}).",
      defaultValue = "lung-lesion-unet")
  private String model;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "Folder of the models (default: models/ of this installation).")
  private Path models;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "auto, cpu or cuda (default: ${DEFAULT-VALUE}).",
      defaultValue = "auto")
  private String device;

  @Option(
      names = "--variant",
      paramLabel = "VARIANT",
      description = "auto, or a variant of the model such as bf16 or fp32 (default: auto).",
      defaultValue = InferenceOptions.AUTO_VARIANT)
  private String variant;

  SegmentationModel load() throws ModelException {
    Path directory = models != null ? models : Installation.models();
    return SegmentationModel.load(
        ModelRegistry.open(directory).find(model),
        new InferenceOptions(InferenceOptions.Device.of(device), variant, 0));
  }
}
