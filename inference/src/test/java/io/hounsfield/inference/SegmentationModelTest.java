// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import static io.hounsfield.inference.TestModels.labels;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.SliceEvidence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SegmentationModelTest {

  private static final InferenceOptions CPU =
      new InferenceOptions(InferenceOptions.Device.CPU, "auto", 2);

  @TempDir Path directory;

  private SegmentationModel load(String graph) throws Exception {
    return SegmentationModel.load(TestModels.model(directory, graph), CPU);
  }

  private String refusedAtLoad(ModelManifest manifest, InferenceOptions options) {
    return assertThrows(ModelException.class, () -> SegmentationModel.load(manifest, options))
        .getMessage();
  }

  private static short[] noise(Random random, int length) {
    short[] hu = new short[length];
    for (int i = 0; i < length; i++) {
      hu[i] = (short) (random.nextInt(1400) - 1100);
    }
    return hu;
  }

  /** What the graph {@code threshold} answers. */
  private static byte[] threshold(short[] hu) {
    byte[] labels = new byte[hu.length];
    for (int i = 0; i < hu.length; i++) {
      labels[i] = (byte) (hu[i] >= -300 ? 2 : hu[i] >= -950 ? 1 : 0);
    }
    return labels;
  }

  @Test
  void labelsEachVoxelOfEachSlice() throws Exception {
    try (SegmentationModel model = load("threshold")) {
      assertEquals(4, model.batch());
      Random random = new Random(1);
      short[][] hu = {
        noise(random, 64 * 48), noise(random, 64 * 48), noise(random, 64 * 48), noise(random, 3072)
      };
      byte[][] labels = labels(model.segment(hu, 64, 48));
      assertEquals(4, labels.length);
      for (int k = 0; k < 4; k++) {
        assertArrayEquals(threshold(hu[k]), labels[k], "slice " + k);
      }
    }
  }

  @Test
  void keepsTheWholeRangeOfHounsfieldUnits() throws Exception {
    try (SegmentationModel model = load("threshold")) {
      short[][] hu = {{Short.MIN_VALUE, -951, -950, -301, -300, Short.MAX_VALUE}};
      assertArrayEquals(new byte[] {0, 0, 1, 1, 2, 2}, model.segment(hu, 2, 3).get(0).labels());
    }
  }

  @Test
  void takesFewerSlicesThanABatchAndSlicesOfAnySize() throws Exception {
    try (SegmentationModel model = load("threshold")) {
      Random random = new Random(2);
      int[][] sizes = {{512, 512}, {1, 1}, {256, 300}, {700, 3}, {512, 512}, {2048, 2}, {2, 2048}};
      for (int[] size : sizes) {
        for (int slices = 1; slices <= model.batch(); slices++) {
          short[][] hu = new short[slices][];
          for (int k = 0; k < slices; k++) {
            hu[k] = noise(random, size[0] * size[1]);
          }
          byte[][] labels = labels(model.segment(hu, size[0], size[1]));
          assertEquals(slices, labels.length);
          for (int k = 0; k < slices; k++) {
            assertArrayEquals(threshold(hu[k]), labels[k]);
          }
        }
      }
    }
  }

  @Test
  void runsEachSliceByItselfOnTheCpu() throws Exception {
    // This graph tells by its labels how many slices it was given at once.
    try (SegmentationModel model = load("batch-size")) {
      byte[][] labels = labels(model.segment(new short[3][4], 2, 2));
      for (byte[] slice : labels) {
        assertArrayEquals(new byte[] {2, 2, 2, 2}, slice);
      }
    }
  }

  @Test
  void theBatchIsAMultipleOfTheThreads() throws Exception {
    ModelManifest manifest = TestModels.model(directory, "threshold");
    for (int[] pair : new int[][] {{1, 4}, {2, 4}, {3, 6}, {4, 4}, {5, 5}}) {
      InferenceOptions options = new InferenceOptions(InferenceOptions.Device.CPU, "fp32", pair[0]);
      try (SegmentationModel model = SegmentationModel.load(manifest, options)) {
        assertEquals(pair[1], model.batch());
      }
    }
  }

  @Test
  void saysWhichWeightsRanWhere() throws Exception {
    try (SegmentationModel model = load("threshold")) {
      assertEquals(
          new ModelIdentity(
              "test", "1.0.0", "fp32", "cpu", TestModels.sha256(TestModels.graph("threshold"))),
          model.identity());
    }
  }

  @Test
  void autoRunsOnTheCpuWithoutAGpuAndCudaIsRefused() throws Exception {
    ModelManifest manifest = TestModels.model(directory, "threshold");
    Assumptions.assumeFalse(
        PyTorchEngine.hasCuda(PyTorchEngine.start()), "this machine has a GPU that PyTorch uses");
    try (SegmentationModel model = SegmentationModel.load(manifest, InferenceOptions.defaults())) {
      assertEquals("cpu", model.identity().device());
    }
    String message =
        refusedAtLoad(manifest, new InferenceOptions(InferenceOptions.Device.CUDA, "auto", 1));
    assertTrue(message.contains("device cuda"), message);
    assertTrue(message.contains("Choose device cpu or auto"), message);
  }

  @Test
  void theEngineIsOfflineWithoutTelemetryAndHasOneInterOpThread() throws Exception {
    Engine engine = PyTorchEngine.start();
    assertEquals("PyTorch", engine.getEngineName());
    assertEquals("true", System.getProperty("ai.djl.offline"));
    assertEquals("true", System.getProperty("OPT_OUT_TRACKING"));
    assertEquals(1, ai.djl.pytorch.jni.JniUtils.getNumInteropThreads());
  }

  @Test
  void refusesWeightsWhoseSumIsNotTheManifests() throws Exception {
    ModelManifest manifest = TestModels.model(directory, "threshold");
    byte[] bytes = Files.readAllBytes(directory.resolve("fp32.pt"));
    bytes[bytes.length / 2] ^= 1;
    Files.write(directory.resolve("fp32.pt"), bytes);
    String message = refusedAtLoad(manifest, CPU);
    assertTrue(message.contains(directory.resolve("fp32.pt").toString()), message);
    assertTrue(message.contains(TestModels.sha256(bytes)), message);
    assertTrue(message.contains(manifest.weights().get(0).sha256()), message);
  }

  @Test
  void refusesMissingWeights() throws Exception {
    ModelManifest manifest = TestModels.model(directory, "threshold");
    Files.delete(directory.resolve("fp32.pt"));
    String message = refusedAtLoad(manifest, CPU);
    assertTrue(message.contains("cannot be read"), message);
  }

  @Test
  void refusesWhatIsNoTorchScriptEvenWhenItsSumIsRight() throws Exception {
    byte[] whole = TestModels.graph("threshold");
    for (byte[] bytes : new byte[][] {{}, {1, 2, 3}, Arrays.copyOf(whole, whole.length / 2)}) {
      TestModels.write(directory, TestModels.manifest("test", "1", bytes), bytes);
      String message = refusedAtLoad(ModelManifest.read(directory), CPU);
      assertTrue(message.contains("not a TorchScript graph"), message);
    }
  }

  @Test
  void refusesAtLoadAGraphThatDoesNotAnswerLabels() throws Exception {
    String logits = refusedAtLoad(TestModels.model(directory, "logits"), CPU);
    assertTrue(
        logits.contains(
            "must answer uint8(1, 512, 512), or a tuple of that and float32(1, 3), but answered float32"),
        logits);
    String half = refusedAtLoad(TestModels.model(directory, "half-size"), CPU);
    assertTrue(half.contains("uint8(1, 256, 512)"), half);
  }

  @Test
  void refusesLabelsThatTheManifestDoesNotName() throws Exception {
    try (SegmentationModel model = load("out-of-range")) {
      short[][] hu = {{0, 0, 0, 0}, {0, 0, 1001, 0}};
      String message =
          assertThrows(ModelException.class, () -> model.segment(hu, 2, 2)).getMessage();
      assertTrue(message.contains("label 7"), message);
      assertArrayEquals(
          new byte[4], model.segment(new short[1][4], 2, 2).get(0).labels(), "still works");
    }
  }

  @Test
  void aFailingGraphIsAnErrorOfThatCallAlone() throws Exception {
    try (SegmentationModel model = load("fails")) {
      short[][] hu = {{0}, {2000}, {0}};
      String message =
          assertThrows(ModelException.class, () -> model.segment(hu, 1, 1)).getMessage();
      assertTrue(message.contains("more than 1000 HU"), message);
      assertTrue(message.contains("test@1.0.0"), message);
      assertArrayEquals(new byte[1], model.segment(new short[][] {{0}}, 1, 1).get(0).labels());
    }
  }

  @Test
  void refusesAModelOfSomethingElse() throws Exception {
    byte[] graph = TestModels.graph("threshold");
    ObjectNode lobes = TestModels.manifest("lobes", "1", graph);
    lobes.withArray("labels").addObject().put("value", 3).put("name", "right upper lobe");
    TestModels.write(directory, lobes, graph);
    assertTrue(refusedAtLoad(ModelManifest.read(directory), CPU).contains("3 right upper lobe"));
    ObjectNode lungs = TestModels.manifest("lungs", "1", graph);
    lungs.withArray("labels").remove(2);
    TestModels.write(directory, lungs, graph);
    assertTrue(
        refusedAtLoad(ModelManifest.read(directory), CPU).contains("must be 1 lung and 2 lesion"));
  }

  @Test
  void handsOutTheEvidenceOfEachSlice() throws Exception {
    try (SegmentationModel model = load("evidence")) {
      short[][] hu = {{-1000, -900, 0, 0}, {-1000, -1000, -1000, -1000}};
      List<SegmentedSlice> slices = model.segment(hu, 2, 2);
      assertArrayEquals(new byte[] {0, 1, 2, 2}, slices.get(0).labels());
      assertEquals(Optional.of(new SliceEvidence(2.25, 0.5, 0.375)), slices.get(0).evidence());
      assertEquals(Optional.of(new SliceEvidence(0, 0, 0)), slices.get(1).evidence());
    }
    try (SegmentationModel model = load("threshold")) {
      assertEquals(
          Optional.empty(), model.segment(new short[1][4], 2, 2).get(0).evidence(), "labels only");
    }
  }

  /** The first three voxels become the evidence of a slice of four voxels. */
  @ParameterizedTest
  @CsvSource({
    "30000, 0, 0", // not a number
    "3, 30000, 0",
    "30001, 0, 0", // infinite
    "-1, 0, 0",
    "3, -1, 0",
    "3, 2, -1",
    "5, 0, 0", // more lung than voxels
    "1, 4, 0", // more lesion than lung
    "3, 1, 3", // p (1 - p) above p
  })
  void refusesEvidenceThatCannotBe(short lung, short lesion, short variance) throws Exception {
    try (SegmentationModel model = load("given-evidence")) {
      short[][] hu = {{lung, lesion, variance, 0}};
      String message =
          assertThrows(ModelException.class, () -> model.segment(hu, 2, 2)).getMessage();
      assertTrue(message.contains("evidence that cannot be for a slice of 4 voxels"), message);
    }
  }

  @Test
  void refusesAtLoadEvidenceOfAnotherShape() throws Exception {
    String message = refusedAtLoad(TestModels.model(directory, "two-numbers"), CPU);
    assertTrue(message.contains("but answered uint8(1, 512, 512), float32(1, 2)"), message);
  }

  @Test
  void aModelOfPicturesIsLoadedForPicturesAlone() throws Exception {
    byte[] graph = TestModels.graph("grey");
    ObjectNode json = TestModels.manifest("pictures", "1", graph);
    ((ObjectNode) json.get("input")).put("unit", "PICTURE");
    TestModels.write(directory, json, graph);
    ModelManifest pictures = ModelManifest.read(directory);
    String message = refusedAtLoad(pictures, CPU);
    assertTrue(message.contains("pictures@1 takes 8-bit pictures"), message);
    assertTrue(message.contains("cannot measure series"), message);
    try (SegmentationModel model = SegmentationModel.loadForPictures(pictures, CPU)) {
      short[][] grey = {{0, 127, 128, 255}};
      assertArrayEquals(new byte[] {0, 0, 1, 2}, model.segment(grey, 2, 2).get(0).labels());
      for (short value : new short[] {-1, 256}) {
        String wrong =
            assertThrows(
                    IllegalArgumentException.class,
                    () -> model.segment(new short[][] {{0, 0, value, 0}}, 2, 2))
                .getMessage();
        assertTrue(wrong.contains("grey values are 0 to 255"), wrong);
      }
    }
    ModelManifest hu = TestModels.model(directory, "threshold");
    String other =
        assertThrows(ModelException.class, () -> SegmentationModel.loadForPictures(hu, CPU))
            .getMessage();
    assertTrue(other.contains("takes HU, not 8-bit pictures"), other);
  }

  @Test
  void refusesSlicesThatAreNotWhatTheCallSays() throws Exception {
    try (SegmentationModel model = load("threshold")) {
      record Call(short[][] hu, int rows, int columns) {}
      List<Call> calls =
          List.of(
              new Call(new short[0][], 2, 2),
              new Call(new short[5][4], 2, 2),
              new Call(new short[][] {{1, 2, 3}}, 2, 2),
              new Call(new short[1][0], 0, 2),
              new Call(new short[1][0], 2, -1),
              new Call(new short[1][1], 1 << 16, 1 << 16),
              new Call(new short[1][2049], 2049, 1));
      for (Call call : calls) {
        assertThrows(
            IllegalArgumentException.class,
            () -> model.segment(call.hu(), call.rows(), call.columns()));
      }
    }
  }

  @Test
  void aClosedModelSaysSoAndMayBeClosedAgain() throws Exception {
    SegmentationModel model = load("threshold");
    model.close();
    model.close();
    String message =
        assertThrows(IllegalStateException.class, () -> model.segment(new short[1][4], 2, 2))
            .getMessage();
    assertTrue(message.contains("closed"), message);
  }

  @Test
  void closeEndsTheThreadsOfTheModel() throws Exception {
    SegmentationModel model = load("threshold");
    List<Thread> threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("inference-test-"))
            .toList();
    assertFalse(threads.isEmpty());
    model.close();
    for (Thread thread : threads) {
      thread.join(TimeUnit.MINUTES.toMillis(1));
      assertFalse(thread.isAlive(), thread.getName());
    }
  }

  @Test
  void manyThreadsMayUseOneModel() throws Exception {
    int callers = 8;
    ExecutorService pool = Executors.newFixedThreadPool(callers);
    try (SegmentationModel model = load("threshold")) {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int c = 0; c < callers; c++) {
        Random random = new Random(c);
        int side = 20 + 7 * c;
        results.add(
            pool.submit(
                () -> {
                  for (int call = 0; call < 25; call++) {
                    short[][] hu = {noise(random, side * side), noise(random, side * side)};
                    byte[][] labels = labels(model.segment(hu, side, side));
                    if (!Arrays.equals(threshold(hu[0]), labels[0])
                        || !Arrays.equals(threshold(hu[1]), labels[1])) {
                      return false;
                    }
                  }
                  return true;
                }));
      }
      for (Future<Boolean> result : results) {
        assertTrue(result.get());
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void closeWhileOthersSegmentEitherFinishesTheirSlicesOrSaysClosed() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      SegmentationModel model = load("threshold");
      List<Future<Integer>> results = new ArrayList<>();
      java.util.concurrent.CountDownLatch working = new java.util.concurrent.CountDownLatch(4);
      for (int c = 0; c < 4; c++) {
        Random random = new Random(c);
        results.add(
            pool.submit(
                () -> {
                  int done = 0;
                  while (true) {
                    short[][] hu = {noise(random, 64 * 64), noise(random, 64 * 64)};
                    try {
                      byte[][] labels = labels(model.segment(hu, 64, 64));
                      assertArrayEquals(threshold(hu[1]), labels[1]);
                    } catch (IllegalStateException e) {
                      return done;
                    }
                    done++;
                    working.countDown();
                  }
                }));
      }
      working.await();
      model.close();
      for (Future<Integer> result : results) {
        result.get();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void anInterruptIsKeptForTheCaller() throws Exception {
    try (SegmentationModel model = load("threshold")) {
      Thread.currentThread().interrupt();
      short[][] hu = {{0, -1000, -600, 0}};
      assertArrayEquals(new byte[] {2, 0, 1, 2}, model.segment(hu, 2, 2).get(0).labels());
      assertTrue(Thread.interrupted(), "the interrupt was swallowed");
    }
  }
}
