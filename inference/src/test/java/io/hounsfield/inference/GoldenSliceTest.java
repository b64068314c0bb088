// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same input gives the same answer: to the byte on one machine, whatever ran before, in a new
 * instance and on another number of threads; across machines within the limits below, since oneDNN
 * chooses its kernels by processor and these differ in the last bit.
 *
 * <p>The figures in {@code golden/slices.json} belong to the weights whose SHA-256 stands there.
 * New weights need new figures: {@code mvn -pl inference test -Dtest=GoldenSliceTest
 * -Dhounsfield.writeGolden=true}, then look at the difference and commit it.
 */
class GoldenSliceTest {

  /** Points of the share of the lungs that is lesion; what machines may differ by. */
  private static final double PERCENT_POINTS = 0.1;

  /** Share of the reference's lung voxels. */
  private static final double LUNG_TOLERANCE = 0.001;

  private static final int SIDE = 512;

  private static final Path GOLDEN =
      TestModels.root().resolve("inference/src/test/resources/golden/slices.json");

  private record Counts(int lung, int lesion) {
    static Counts of(List<byte[]> slices) {
      int lung = 0;
      int lesion = 0;
      for (byte[] slice : slices) {
        for (byte label : slice) {
          lung += label == SegmentationModel.BACKGROUND ? 0 : 1;
          lesion += label == SegmentationModel.LESION ? 1 : 0;
        }
      }
      return new Counts(lung, lesion);
    }

    double percent() {
      return 100.0 * lesion / lung;
    }
  }

  /** Four slices of a chest phantom, from the bases to the upper lobes. */
  private static final List<short[]> CHEST = chest();

  private static List<short[]> chest() {
    Phantom phantom =
        Phantom.generate(
            PhantomOptions.builder().seed(42).slices(12).matrix(SIDE).opacityPercent(20).build());
    return IntStream.of(2, 4, 6, 8).mapToObj(phantom.ct()::slice).toList();
  }

  private static List<byte[]> labels(SegmentationModel model, int atOnce) throws ModelException {
    List<byte[]> labels = new ArrayList<>();
    for (int k = 0; k < CHEST.size(); k += atOnce) {
      model
          .segment(CHEST.subList(k, k + atOnce).toArray(short[][]::new), SIDE, SIDE)
          .forEach(slice -> labels.add(slice.labels()));
    }
    return labels;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp32"})
  void theSameInputGivesTheSameBytesAndTheGoldenFigures(String variant) throws Exception {
    Path models = TestModels.root().resolve("models");
    Assumptions.assumeTrue(
        Files.isRegularFile(models.resolve("lung-lesion-unet/model.json")), "no weights");
    ModelManifest manifest = ModelRegistry.open(models).find("lung-lesion-unet");
    ModelManifest.Weights weights = manifest.weights(variant).orElseThrow();
    Assumptions.assumeTrue(
        CpuFeatures.detect().containsAll(weights.requires()), "this CPU cannot run " + variant);
    List<byte[]> first;
    try (SegmentationModel model = load(manifest, variant, 1)) {
      first = labels(model, 1);
      assertSame(first, labels(model, 1), "a second run");
      assertSame(first, labels(model, 4), "four slices in a call");
    }
    try (SegmentationModel model = load(manifest, variant, 2)) {
      assertSame(first, labels(model, 4), "a new instance on two lanes");
      assertSame(first, labels(model, 2), "two slices in a call on two lanes");
    }
    assertGolden(variant, weights.sha256(), Counts.of(first));
  }

  private static SegmentationModel load(ModelManifest manifest, String variant, int threads)
      throws ModelException {
    return SegmentationModel.load(
        manifest, new InferenceOptions(InferenceOptions.Device.CPU, variant, threads));
  }

  private static void assertSame(List<byte[]> expected, List<byte[]> found, String what) {
    assertEquals(expected.size(), found.size());
    for (int k = 0; k < expected.size(); k++) {
      assertArrayEquals(expected.get(k), found.get(k), what + ", slice " + k);
    }
  }

  private static void assertGolden(String variant, String sha256, Counts found) throws Exception {
    if (Boolean.getBoolean("hounsfield.writeGolden")) {
      ObjectNode all =
          Files.exists(GOLDEN)
              ? (ObjectNode) TestModels.JSON.readTree(GOLDEN.toFile())
              : TestModels.JSON.createObjectNode();
      all.putObject(variant)
          .put("sha256", sha256)
          .put("lungVoxels", found.lung())
          .put("lesionVoxels", found.lesion());
      Files.createDirectories(GOLDEN.getParent());
      Files.writeString(
          GOLDEN, TestModels.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n");
    }
    JsonNode golden = TestModels.JSON.readTree(GOLDEN.toFile()).path(variant);
    assertEquals(
        golden.path("sha256").asText(),
        sha256,
        "the weights are others than the golden figures are of; write these anew with"
            + " -Dhounsfield.writeGolden=true and look at what changed");
    Counts expected =
        new Counts(golden.get("lungVoxels").asInt(), golden.get("lesionVoxels").asInt());
    assertEquals(expected.lung(), found.lung(), LUNG_TOLERANCE * expected.lung(), "lung voxels");
    assertEquals(expected.percent(), found.percent(), PERCENT_POINTS, "share that is lesion, %");
    assertTrue(found.lesion() > 0, "opacity must be found in the slices, or nothing is tested");
  }
}
