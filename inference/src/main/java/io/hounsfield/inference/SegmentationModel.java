// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import ai.djl.engine.Engine;
import io.hounsfield.domain.ModelIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network that finds lungs and lesions in axial CT slices.
 *
 * <p>The labels of a slice depend on that slice alone: not on its place in a batch, on the other
 * slices in it, on the number of threads, or on what was segmented before. On the CPU each slice is
 * run by itself on one of the model's own threads, on a GPU in batches that are filled up to the
 * manifest's size. Any thread may call {@link #segment}; the caller waits, so callers bound the
 * queue.
 */
public final class SegmentationModel implements AutoCloseable {

  /** Label of what is neither lung nor lesion. */
  public static final byte BACKGROUND = 0;

  /** Label of aerated lung. */
  public static final byte LUNG = 1;

  /** Label of opacity; a lesion is part of the lung. */
  public static final byte LESION = 2;

  /** Most rows, and most columns, of a slice. */
  public static final int MAX_SIDE = 2048;

  private static final int WARM_UP_SIDE = 512;
  private static final short AIR_HU = -1024;
  private static final short BLACK = 0;
  private static final short WHITE = 255;
  private static final long MAX_WEIGHTS_BYTES = 512L << 20;
  private static final Logger LOG = LoggerFactory.getLogger(SegmentationModel.class);

  private final ModelManifest manifest;
  private final ModelIdentity identity;
  private final int batch;
  private final int slicesAtOnce;
  private final TorchGraph graph;
  private final ThreadPoolExecutor workers;
  private final ThreadLocal<TorchLane> lane;

  private SegmentationModel(
      ModelManifest manifest,
      ModelIdentity identity,
      TorchGraph graph,
      boolean gpu,
      int threads,
      boolean[] allowedLabels) {
    this.manifest = manifest;
    this.identity = identity;
    this.graph = graph;
    slicesAtOnce = gpu ? manifest.batch() : 1;
    int lanes = gpu ? 1 : threads;
    int step = lanes * slicesAtOnce;
    // A multiple of the lanes keeps all of them busy to the end of a batch.
    batch = -Math.floorDiv(-manifest.batch(), step) * step;
    lane =
        ThreadLocal.withInitial(
            () -> new TorchLane(graph, slicesAtOnce, empty(manifest), allowedLabels));
    AtomicInteger number = new AtomicInteger();
    workers =
        new ThreadPoolExecutor(
            lanes,
            lanes,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread =
                  new Thread(task, "inference-" + manifest.name() + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Loads the weights of a model of slices in HU, whose SHA-256 must be the manifest's, and runs it
   * once on each of its threads.
   *
   * @throws ModelException if the model is one of pictures, the weights are missing or altered, the
   *     engine cannot be started, the device or the variant is not to be had here, or the graph
   *     does not do what it should
   */
  public static SegmentationModel load(ModelManifest manifest, InferenceOptions options)
      throws ModelException {
    return load(manifest, ModelManifest.InputUnit.HU, options);
  }

  /**
   * As {@link #load(ModelManifest, InferenceOptions)}, of a model of 8-bit pictures, 0 to 255: for
   * sets of slices whose HU are lost, never for series.
   *
   * @throws ModelException also if the model is one of slices in HU
   */
  public static SegmentationModel loadForPictures(ModelManifest manifest, InferenceOptions options)
      throws ModelException {
    return load(manifest, ModelManifest.InputUnit.PICTURE, options);
  }

  private static SegmentationModel load(
      ModelManifest manifest, ModelManifest.InputUnit unit, InferenceOptions options)
      throws ModelException {
    Objects.requireNonNull(options, "options");
    if (manifest.unit() != unit) {
      throw new ModelException(
          unit == ModelManifest.InputUnit.HU
              ? "model %s takes 8-bit pictures (input.unit PICTURE), not HU: it can be measured with 'bench accuracy', it cannot measure series. Choose a model of HU"
                  .formatted(manifest.id())
              : "model %s takes HU, not 8-bit pictures. Choose a model whose input.unit is PICTURE"
                  .formatted(manifest.id()));
    }
    boolean[] allowed = allowedLabels(manifest);
    Engine engine = PyTorchEngine.start();
    ai.djl.Device device = device(engine, options.device());
    ModelManifest.Weights weights = choose(manifest, options.variant(), device);
    byte[] file = readVerified(manifest, weights);
    ModelIdentity identity =
        new ModelIdentity(
            manifest.name(),
            manifest.version(),
            weights.variant(),
            device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu",
            weights.sha256());
    String id = "model " + manifest.id() + " (" + weights.variant() + ")";
    TorchGraph graph = new TorchGraph(engine, device, id, file);
    SegmentationModel model =
        new SegmentationModel(
            manifest, identity, graph, device.isGpu(), options.effectiveThreads(), allowed);
    try {
      model.warmUp();
    } catch (ModelException | RuntimeException e) {
      model.close();
      throw e;
    }
    LOG.info(
        "{} is ready on {}, {} slices at once on {} threads",
        id,
        identity.device(),
        model.batch(),
        model.workers.getCorePoolSize());
    return model;
  }

  /** Most slices of one call; multiples of the threads, so that none of them waits for another. */
  public int batch() {
    return batch;
  }

  /** Slices that the network takes in one run: 1 on a CPU, the manifest's batch on a GPU. */
  public int slicesAtOnce() {
    return slicesAtOnce;
  }

  /** Runs that go on side by side; more concurrent calls than this only wait. */
  public int lanes() {
    return workers.getCorePoolSize();
  }

  /** Model, weights and device in use. */
  public ModelIdentity identity() {
    return identity;
  }

  /** The model's manifest. */
  public ModelManifest manifest() {
    return manifest;
  }

  /**
   * Segments slices of one size.
   *
   * @param hu 1 to {@link #batch()} slices in the manifest's {@linkplain ModelManifest#unit()
   *     unit}, {@code [slice][row * columns + column]}, in any order; read only, and only until the
   *     call returns
   * @param rows rows of each slice, 1 to {@value #MAX_SIDE}
   * @param columns columns of each slice, 1 to {@value #MAX_SIDE}
   * @return what was found in each slice, in the order of {@code hu}
   * @throws IllegalArgumentException if the slices are none, too many, or not of that size, or hold
   *     other values than the unit has
   * @throws IllegalStateException if the model is closed
   * @throws ModelException if the network fails or answers what it must not
   */
  public List<SegmentedSlice> segment(short[][] hu, int rows, int columns) throws ModelException {
    check(hu, rows, columns);
    List<Future<List<SegmentedSlice>>> parts = new ArrayList<>();
    try {
      for (int k = 0; k < hu.length; k += slicesAtOnce) {
        int from = k;
        int to = Math.min(hu.length, from + slicesAtOnce);
        parts.add(workers.submit(() -> lane.get().run(hu, from, to, rows, columns)));
      }
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("model " + manifest.id() + " is closed", e);
    } finally {
      // The slices are the caller's again when the call ends, however it ends.
      parts.forEach(SegmentationModel::awaitEnd);
    }
    List<SegmentedSlice> slices = new ArrayList<>(hu.length);
    for (Future<List<SegmentedSlice>> part : parts) {
      slices.addAll(result(part));
    }
    return List.copyOf(slices);
  }

  /** Waits for the slices in work, then releases the native memory. May be called again. */
  @Override
  public synchronized void close() {
    if (workers.isTerminated()) {
      return;
    }
    workers.shutdown();
    boolean interrupted = false;
    while (true) {
      try {
        if (workers.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
        LOG.warn("{} still has slices in work", graph.id());
      } catch (InterruptedException e) {
        // The graph must not be released under a running thread; its slices end soon.
        interrupted = true;
      }
    }
    graph.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Loads what libtorch loads late, and finds a graph that does not keep to the contract. */
  private void warmUp() throws ModelException {
    short[][] air = {new short[WARM_UP_SIDE * WARM_UP_SIDE]};
    Arrays.fill(air[0], empty(manifest));
    // Below its core size the pool starts a thread for each task: every lane is run once.
    for (int i = 0; i < workers.getCorePoolSize(); i++) {
      segment(air, WARM_UP_SIDE, WARM_UP_SIDE);
    }
  }

  private void check(short[][] hu, int rows, int columns) {
    if (rows < 1 || rows > MAX_SIDE || columns < 1 || columns > MAX_SIDE) {
      throw new IllegalArgumentException(
          "a slice must have 1 to %d rows and columns: %d x %d".formatted(MAX_SIDE, rows, columns));
    }
    if (hu.length < 1 || hu.length > batch()) {
      throw new IllegalArgumentException(
          "1 to %d slices can be segmented at once: %d".formatted(batch(), hu.length));
    }
    for (int k = 0; k < hu.length; k++) {
      if (hu[k].length != rows * columns) {
        throw new IllegalArgumentException(
            "slice %d has %d voxels, not %d x %d".formatted(k, hu[k].length, rows, columns));
      }
      if (manifest.unit() == ModelManifest.InputUnit.PICTURE) {
        checkPicture(hu[k], k);
      }
    }
  }

  private static void checkPicture(short[] slice, int k) {
    for (short value : slice) {
      if (value < BLACK || value > WHITE) {
        throw new IllegalArgumentException(
            "picture %d holds %d: grey values are 0 to %d".formatted(k, value, WHITE));
      }
    }
  }

  /** What fills a slice in which there is nothing: air, or black. */
  private static short empty(ModelManifest manifest) {
    return manifest.unit() == ModelManifest.InputUnit.HU ? AIR_HU : BLACK;
  }

  private static boolean[] allowedLabels(ModelManifest manifest) throws ModelException {
    boolean[] allowed = new boolean[256];
    allowed[BACKGROUND] = true;
    for (ModelManifest.Label label : manifest.labels()) {
      allowed[label.value()] = true;
      if (label.value() > LESION) {
        throw new ModelException(unfit(manifest));
      }
    }
    if (!allowed[LUNG] || !allowed[LESION]) {
      throw new ModelException(unfit(manifest));
    }
    return allowed;
  }

  private static String unfit(ModelManifest manifest) {
    return "model %s in %s is not a model of lungs and lesions: its labels must be 1 lung and 2 lesion, they are %s"
        .formatted(
            manifest.id(),
            manifest.directory(),
            manifest.labels().stream().map(l -> l.value() + " " + l.name()).toList());
  }

  static ai.djl.Device device(Engine engine, InferenceOptions.Device wish) throws ModelException {
    boolean cuda = wish != InferenceOptions.Device.CPU && PyTorchEngine.hasCuda(engine);
    if (wish == InferenceOptions.Device.CUDA && !cuda) {
      throw new ModelException(
          "device cuda was asked for, but PyTorch %s here %s. Choose device cpu or auto%s"
              .formatted(
                  engine.getVersion(),
                  engine.getGpuCount() > 0 ? "is built for the CPU alone" : "sees no NVIDIA GPU",
                  engine.getGpuCount() > 0
                      ? ", or set PYTORCH_LIBRARY_PATH to a libtorch of that version for CUDA"
                      : ""));
    }
    return cuda ? ai.djl.Device.gpu() : ai.djl.Device.cpu();
  }

  private static ModelManifest.Weights choose(
      ModelManifest manifest, String variant, ai.djl.Device device) throws ModelException {
    // A GPU has its own arithmetic: what the manifest requires is asked of CPUs.
    return device.isGpu()
        ? WeightsChoice.onGpu(manifest, variant)
        : WeightsChoice.onCpu(manifest, variant, CpuFeatures.detect());
  }

  private static byte[] readVerified(ModelManifest manifest, ModelManifest.Weights weights)
      throws ModelException {
    Path file = manifest.directory().resolve(weights.file());
    try {
      long size = Files.size(file);
      if (size > MAX_WEIGHTS_BYTES) {
        throw new ModelException(
            "weights %s of model %s have %d bytes, more than the %d that they may have"
                .formatted(file, manifest.id(), size, MAX_WEIGHTS_BYTES));
      }
      // The bytes that are checked are the bytes that are loaded: the file may change in between.
      byte[] bytes = Files.readAllBytes(file);
      String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      if (!sha256.equals(weights.sha256())) {
        throw new ModelException(
            "weights %s of model %s are not those of its manifest: SHA-256 is %s, must be %s. Restore the file"
                .formatted(file, manifest.id(), sha256, weights.sha256()));
      }
      return bytes;
    } catch (IOException e) {
      throw new ModelException(
          "weights %s of model %s cannot be read: %s. Restore the file"
              .formatted(file, manifest.id(), e),
          e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Waits until a task has ended. An interrupt is kept for the caller: a slice ends soon. */
  private static void awaitEnd(Future<?> task) {
    boolean interrupted = false;
    while (true) {
      try {
        task.get();
        break;
      } catch (ExecutionException e) {
        break; // result() tells of it
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The result of a task that has ended. */
  private static <T> T result(Future<T> task) throws ModelException {
    boolean interrupted = Thread.interrupted();
    try {
      return task.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof ModelException fault) {
        throw fault;
      }
      if (cause instanceof RuntimeException fault) {
        throw fault;
      }
      if (cause instanceof Error fault) {
        throw fault;
      }
      throw new IllegalStateException(cause);
    } catch (InterruptedException e) {
      throw new IllegalStateException("the task had not ended", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
