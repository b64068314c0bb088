// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a report relies on, with the weights that the service ships. */
class RealWeightsTest {

  private static ModelManifest manifest() throws ModelException {
    Path models = TestModels.root().resolve("models");
    Assumptions.assumeTrue(
        Files.isRegularFile(models.resolve("lung-lesion-unet/model.json")),
        "the weights are not in " + models);
    return ModelRegistry.open(models).find("lung-lesion-unet");
  }

  private static void assumeRuns(ModelManifest manifest, String variant) {
    Set<String> features = CpuFeatures.detect();
    Assumptions.assumeTrue(
        features.containsAll(manifest.weights(variant).orElseThrow().requires()),
        "this CPU cannot run " + variant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp32"})
  void findsLungInATrunk(String variant) throws Exception {
    ModelManifest manifest = manifest();
    assumeRuns(manifest, variant);
    try (SegmentationModel model = load(manifest, variant, 2)) {
      byte[] labels =
          model.segment(new short[][] {TestSlices.trunk(1, 512, 512)}, 512, 512).get(0).labels();
      int lung = 0;
      for (byte label : labels) {
        lung += label == SegmentationModel.BACKGROUND ? 0 : 1;
      }
      // the two ellipses have 2 * pi * 0.13 * 0.2 of the picture
      double truth = 2 * Math.PI * 0.13 * 0.2 * labels.length;
      assertTrue(lung > 0.7 * truth && lung < 1.3 * truth, lung + " voxels, true " + truth);
    }
  }

  @ParameterizedTest
  @CsvSource({"bf16,512,512", "fp32,512,512", "bf16,500,612", "fp32,768,768"})
  void aSlicesLabelsDependOnThatSliceAlone(String variant, int rows, int columns) throws Exception {
    ModelManifest manifest = manifest();
    assumeRuns(manifest, variant);
    short[] slice = TestSlices.trunk(7, rows, columns);
    byte[] expected;
    try (SegmentationModel model = load(manifest, variant, 1)) {
      expected = model.segment(new short[][] {slice}, rows, columns).get(0).labels();
      assertArrayEquals(
          expected,
          model.segment(new short[][] {slice}, rows, columns).get(0).labels(),
          "second run");
    }
    for (int threads = 1; threads <= 3; threads++) {
      try (SegmentationModel model = load(manifest, variant, threads)) {
        for (int position = 0; position < model.batch(); position++) {
          for (int slices : new int[] {position + 1, model.batch()}) {
            short[][] hu = new short[slices][];
            for (int k = 0; k < slices; k++) {
              hu[k] =
                  k == position
                      ? slice
                      : TestSlices.trunk(100 * slices + 10 * position + k, rows, columns);
            }
            assertArrayEquals(
                expected,
                model.segment(hu, rows, columns).get(position).labels(),
                "%d threads, place %d of %d".formatted(threads, position, slices));
          }
        }
      }
    }
  }

  /** The way of a GPU, which runs whole batches, on the CPU. */
  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp32"})
  void inAFilledUpBatchThePlaceAndTheCompanionsDoNotMatter(String variant) throws Exception {
    ModelManifest manifest = manifest();
    assumeRuns(manifest, variant);
    byte[] graph =
        Files.readAllBytes(
            manifest.directory().resolve(manifest.weights(variant).orElseThrow().file()));
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      thread
          .submit(
              () -> {
                try (TorchGraph loaded =
                    new TorchGraph(
                        PyTorchEngine.start(), ai.djl.Device.cpu(), manifest.id(), graph)) {
                  boolean[] allowed = new boolean[256];
                  java.util.Arrays.fill(allowed, 0, 3, true);
                  TorchLane lane = new TorchLane(loaded, 4, -1024, allowed);
                  short[] slice = TestSlices.trunk(7, 512, 512);
                  byte[] expected = lane.run(new short[][] {slice}, 0, 1, 512, 512).get(0).labels();
                  for (int position = 0; position < 4; position++) {
                    for (int slices = position + 1; slices <= 4; slices++) {
                      short[][] hu = new short[slices][];
                      for (int k = 0; k < slices; k++) {
                        hu[k] =
                            k == position ? slice : TestSlices.trunk(10 * position + k, 512, 512);
                      }
                      assertArrayEquals(
                          expected, lane.run(hu, 0, slices, 512, 512).get(position).labels());
                    }
                  }
                }
                return null;
              })
          .get();
    } finally {
      thread.shutdownNow();
    }
  }

  private static SegmentationModel load(ModelManifest manifest, String variant, int threads)
      throws ModelException {
    return SegmentationModel.load(
        manifest, new InferenceOptions(InferenceOptions.Device.CPU, variant, threads));
  }
}
