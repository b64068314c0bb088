// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WeightsChoiceTest {

  private static final ModelManifest.Weights BF16 =
      new ModelManifest.Weights("bf16", "bf16.pt", "0", List.of("avx512_bf16"));
  private static final ModelManifest.Weights FP32 =
      new ModelManifest.Weights("fp32", "fp32.pt", "0", List.of());

  private static ModelManifest with(ModelManifest.Weights... weights) {
    return new ModelManifest(
        Path.of("."),
        "lungs",
        "1",
        "",
        ModelManifest.InputUnit.HU,
        List.of(),
        1,
        1,
        1,
        OptionalLong.empty(),
        Optional.empty(),
        List.of(weights),
        "",
        "",
        List.of());
  }

  @Test
  void autoTakesTheFirstThatTheCpuCanRun() throws Exception {
    ModelManifest manifest = with(BF16, FP32);
    assertEquals(BF16, WeightsChoice.onCpu(manifest, "auto", Set.of("sse2", "avx512_bf16")));
    assertEquals(FP32, WeightsChoice.onCpu(manifest, "auto", Set.of("sse2")));
    assertEquals(FP32, WeightsChoice.onCpu(manifest, "auto", Set.of()));
    assertEquals(BF16, WeightsChoice.onGpu(manifest, "auto"));
  }

  @Test
  void aWishIsGrantedOrRefusedButNeverChanged() throws Exception {
    ModelManifest manifest = with(BF16, FP32);
    assertEquals(FP32, WeightsChoice.onCpu(manifest, "fp32", Set.of("avx512_bf16")));
    assertEquals(FP32, WeightsChoice.onGpu(manifest, "fp32"));
    String lacking =
        assertThrows(
                ModelException.class, () -> WeightsChoice.onCpu(manifest, "bf16", Set.of("sse2")))
            .getMessage();
    assertTrue(lacking.contains("avx512_bf16"), lacking);
    String unknown =
        assertThrows(ModelException.class, () -> WeightsChoice.onCpu(manifest, "int8", Set.of()))
            .getMessage();
    assertTrue(unknown.contains("it has bf16, fp32"), unknown);
    assertThrows(ModelException.class, () -> WeightsChoice.onGpu(manifest, "int8"));
  }

  @Test
  void saysThatNothingRunsOnThisCpu() {
    String message =
        assertThrows(
                ModelException.class, () -> WeightsChoice.onCpu(with(BF16), "auto", Set.of("sse2")))
            .getMessage();
    assertTrue(message.contains("bf16"), message);
  }

  @Test
  void readsTheFlagsOfTheFirstProcessor() {
    assertEquals(
        Set.of("fpu", "avx2", "amx_bf16"),
        CpuFeatures.parse(
            Stream.of(
                "processor\t: 0",
                "flags\t\t: fpu avx2 amx_bf16",
                "vmx flags\t: vnmi",
                "processor\t: 1",
                "flags\t\t: fpu")));
    assertEquals(
        Set.of("fp", "bf16"), CpuFeatures.parse(Stream.of("", "Features\t: fp bf16", "x\t: y")));
    assertEquals(Set.of(), CpuFeatures.parse(Stream.of("flags\t\t:")));
    assertEquals(Set.of(), CpuFeatures.parse(Stream.of()));
  }
}
