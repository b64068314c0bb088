// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.ModelManifest;
import io.hounsfield.inference.ModelRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which network is measured, and where it runs; a mixin of the bench commands. */
public final class ModelChoice {

  @Option(
      names = "--model",
      paramLabel = "NAME[@VERSION]|DIR",
      description =
          "Model to measure, or the folder that holds its model.json (default: lung-lesion-unet,"
              + " for pictures lung-lesion-slices).")
  private String model;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description =
          "Folder of models, may be given several times (default: models/ of this installation).")
  private List<Path> models;

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

  /**
   * The manifest of the model that was asked for.
   *
   * @param usual the model where none was asked for
   * @throws ModelException if there is no such model, or its manifest is wrong
   */
  public ModelManifest manifest(String usual) throws ModelException {
    quiet();
    if (model != null && Files.isRegularFile(Path.of(model).resolve(ModelManifest.FILE_NAME))) {
      return ModelManifest.read(Path.of(model));
    }
    Path installed = Path.of(System.getProperty("hounsfield.root", ""), "models");
    return ModelRegistry.open(models != null ? models : List.of(installed))
        .find(model != null ? model : usual);
  }

  /**
   * Device and weights that were asked for.
   *
   * @param command for the message
   * @throws ParameterException if there is no such device
   */
  public InferenceOptions options(picocli.CommandLine command) {
    try {
      return new InferenceOptions(
          InferenceOptions.Device.of(device.toLowerCase(Locale.ROOT)), variant, 0);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, e.getMessage());
    }
  }

  /** The output of these commands is for a person: only what is wrong is logged. */
  private static void quiet() {
    ((Logger) LoggerFactory.getLogger("io.hounsfield")).setLevel(Level.WARN);
  }
}
