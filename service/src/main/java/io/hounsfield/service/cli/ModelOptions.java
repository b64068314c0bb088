// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.ModelRegistry;
import io.hounsfield.inference.SegmentationModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

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
      description =
          "Folder of models, may be given several times (default: models/ of this installation).")
  private List<Path> models;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
      completionCandidates = Devices.class,
      converter = DeviceConverter.class,
      defaultValue = "auto")
  private InferenceOptions.Device device;

  @Option(
      names = "--variant",
      paramLabel = "VARIANT",
      description = "auto, or a variant of the model such as bf16 or fp32 (default: auto).",
      defaultValue = InferenceOptions.AUTO_VARIANT)
  private String variant;

  SegmentationModel load() throws ModelException {
    List<Path> directories = models != null ? models : List.of(Installation.models());
    return SegmentationModel.load(
        ModelRegistry.open(directories).find(model), new InferenceOptions(device, variant, 0));
  }

  private static final class Devices implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(InferenceOptions.Device.values())
          .map(device -> device.name().toLowerCase(Locale.ROOT))
          .iterator();
    }
  }

  private static final class DeviceConverter implements ITypeConverter<InferenceOptions.Device> {
    @Override
    public InferenceOptions.Device convert(String value) {
      try {
        return InferenceOptions.Device.of(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
