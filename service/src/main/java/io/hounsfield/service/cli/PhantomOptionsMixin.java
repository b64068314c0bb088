// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.phantom.Fault;
import io.hounsfield.phantom.Kernel;
import io.hounsfield.phantom.LesionKind;
import io.hounsfield.phantom.PatientPosition;
import io.hounsfield.phantom.PhantomExtras;
import io.hounsfield.phantom.PhantomOptions;
import java.util.Arrays;
import java.util.Iterator;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Options that say what phantom to make. */
final class PhantomOptionsMixin {

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--seed",
      description = "The patient: anatomy, lesions, noise (default: ${DEFAULT-VALUE}).",
      defaultValue = "42")
  private long seed;

  @Option(
      names = "--slices",
      paramLabel = "N",
      description =
          "Slices; 0: as many as the chest needs at the spacing (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private int slices;

  @Option(
      names = "--thickness",
      paramLabel = "MM",
      description = "Slice thickness; 0: the spacing (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private double thickness;

  @Option(
      names = "--spacing",
      paramLabel = "MM",
      description =
          "Distance between slices; 0: such that they cover the chest (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private double spacing;

  @Option(
      names = "--pixel-spacing",
      paramLabel = "MM",
      description =
          "Distance between pixels; 0: a field of view of 360 mm (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private double pixelSpacing;

  @Option(
      names = "--matrix",
      paramLabel = "N",
      description = "Rows and columns (default: ${DEFAULT-VALUE}).",
      defaultValue = "512")
  private int matrix;

  @Option(
      names = "--opacity-percent",
      paramLabel = "PERCENT",
      description = "Share of the lungs that lesions take, 0 to 90 (default: ${DEFAULT-VALUE}).",
      defaultValue = "20")
  private double opacityPercent;

  @Option(
      names = "--kind",
      description = "Lesions: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
      completionCandidates = Kinds.class,
      defaultValue = "mixed")
  private String kind;

  @Option(
      names = "--fault",
      description =
          "What is wrong on purpose: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
      completionCandidates = Faults.class,
      defaultValue = "none")
  private String fault;

  @Option(
      names = "--position",
      description = "How the patient lies: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
      defaultValue = "HFS")
  private PatientPosition position;

  @Option(
      names = "--kernel",
      description = "Reconstruction kernel: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
      completionCandidates = Kernels.class,
      defaultValue = "standard")
  private String kernel;

  @Option(
      names = "--noise",
      paramLabel = "HU",
      description = "Standard deviation of the noise in mid-body (default: ${DEFAULT-VALUE}).",
      defaultValue = "16")
  private double noise;

  @Option(names = "--contrast", description = "Vessels are enhanced by a contrast agent.")
  private boolean contrast;

  @Option(
      names = "--effusion",
      description =
          "Fluid beside the lungs; neither lung nor lesion: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
      completionCandidates = Sides.class,
      defaultValue = "none")
  private String effusion;

  @Option(
      names = "--effusion-percent",
      paramLabel = "PERCENT",
      description =
          "Share of its side's pleural space that an effusion fills, 1 to 60 (default: ${DEFAULT-VALUE}).",
      defaultValue = "15")
  private double effusionPercent;

  @Option(
      names = "--emphysema-percent",
      paramLabel = "PERCENT",
      description =
          "Share of the lungs that is holes, 0 to 60; no lesion (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private double emphysemaPercent;

  @Option(
      names = "--nodules",
      paramLabel = "N",
      description =
          "Solid nodules of 3 to 8 mm in the lungs; no lesions (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private int nodules;

  @Option(
      names = "--inflation",
      description = "Breath: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
      completionCandidates = Inflations.class,
      defaultValue = "normal")
  private String inflation;

  @Option(
      names = "--size",
      description = "Build of the patient: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
      completionCandidates = Sizes.class,
      defaultValue = "normal")
  private String size;

  @Option(names = "--arms-down", description = "Arms lie beside the body, air between.")
  private boolean armsDown;

  @Option(names = "--bowel-gas", description = "Much gas in stomach and colon.")
  private boolean bowelGas;

  @Option(
      names = "--motion",
      paramLabel = "MM",
      description =
          "How far diaphragm and heart move while a slice is made: double contours (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private double motion;

  @Option(
      names = "--low-dose",
      description = "Streaks through shoulders and abdomen, noise of coarse grain.")
  private boolean lowDose;

  @Option(
      names = "--extend-above",
      paramLabel = "MM",
      description = "Scan so much further into the neck (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private double extendAbove;

  @Option(
      names = "--extend-below",
      paramLabel = "MM",
      description = "Scan so much further into the abdomen (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private double extendBelow;

  PhantomOptions options() {
    try {
      return PhantomOptions.builder()
          .seed(seed)
          .slices(slices)
          .matrix(matrix)
          .thicknessMm(thickness)
          .spacingMm(spacing)
          .pixelSpacingMm(pixelSpacing)
          .opacityPercent(opacityPercent)
          .kind(choose("--kind", kind, LesionKind.values(), LesionKind::key))
          .fault(choose("--fault", fault, Fault.values(), Fault::key))
          .position(position)
          .kernel(choose("--kernel", kernel, Kernel.values(), Kernel::key))
          .noiseHu(noise)
          .contrastAgent(contrast)
          .effusion(
              choose("--effusion", effusion, PhantomExtras.Side.values(), PhantomExtras.Side::key))
          .effusionPercent(effusionPercent)
          .emphysemaPercent(emphysemaPercent)
          .nodules(nodules)
          .inflation(
              choose(
                  "--inflation",
                  inflation,
                  PhantomExtras.Inflation.values(),
                  PhantomExtras.Inflation::key))
          .size(choose("--size", size, PhantomExtras.Size.values(), PhantomExtras.Size::key))
          .armsDown(armsDown)
          .bowelGas(bowelGas)
          .motionMm(motion)
          .lowDose(lowDose)
          .aboveMm(extendAbove)
          .belowMm(extendBelow)
          .build();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static <T> T choose(String option, String key, T[] values, Function<T, String> keyOf) {
    return Arrays.stream(values)
        .filter(value -> keyOf.apply(value).equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s is '%s'; it can be %s"
                        .formatted(
                            option,
                            key,
                            String.join(", ", Arrays.stream(values).map(keyOf).toList()))));
  }

  private static final class Kinds implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(LesionKind.values()).map(LesionKind::key).iterator();
    }
  }

  private static final class Faults implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Fault.values()).map(Fault::key).iterator();
    }
  }

  private static final class Kernels implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Kernel.values()).map(Kernel::key).iterator();
    }
  }

  private static final class Sides implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(PhantomExtras.Side.values()).map(PhantomExtras.Side::key).iterator();
    }
  }

  private static final class Inflations implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(PhantomExtras.Inflation.values())
          .map(PhantomExtras.Inflation::key)
          .iterator();
    }
  }

  private static final class Sizes implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(PhantomExtras.Size.values()).map(PhantomExtras.Size::key).iterator();
    }
  }
}
