// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast this machine multiplies large matrices with the same engine, on the same kind of threads
 * as a network: what a network's speed can be held against.
 */
public final class MatrixProduct {

  private static final String GRAPH = "matrix-product.pt";

  /** Sides of the matrices: which one is fastest depends on the caches. */
  private static final int[] CPU_SIDES = {1024, 2048};

  private static final int[] GPU_SIDES = {4096, 8192};

  /** Operations of one call, so that it is long against the clock and short for people. */
  private static final double CPU_FLOPS = 6e10;

  private static final double GPU_FLOPS = 2e13;
  private static final int WARM_UPS = 1;
  private static final int ROUNDS = 5;

  /** Numbers that are multiplied. */
  public enum Type {
    /** bfloat16, sums in float32. */
    BF16,
    /** float32. */
    FP32
  }

  /**
   * A rate; a multiplication and an addition count as two operations.
   *
   * @param gigaflopsPerSecond 10^9 operations a second, all threads together, median of the rounds
   * @param gigaflopsPerCpuSecond 10^9 operations for each second that one processor worked on them,
   *     which does not suffer where other processes take the processors away; 0 on a GPU
   */
  public record Rate(double gigaflopsPerSecond, double gigaflopsPerCpuSecond) {}

  private record Work(long nanos, long cpuNanos) {}

  private MatrixProduct() {}

  /**
   * Measures the rate; takes some seconds.
   *
   * @param threads threads that multiply matrices of their own side by side; 1 on a GPU
   * @throws ModelException if the engine cannot be started or the device is not to be had
   */
  public static Rate measure(InferenceOptions.Device device, Type type, int threads)
      throws ModelException {
    Engine engine = PyTorchEngine.start();
    ai.djl.Device where = SegmentationModel.device(engine, device);
    int lanes = where.isGpu() ? 1 : threads;
    Rate best = new Rate(0, 0);
    for (int side : where.isGpu() ? GPU_SIDES : CPU_SIDES) {
      double each = 2.0 * side * side * side;
      int products = (int) Math.ceil((where.isGpu() ? GPU_FLOPS : CPU_FLOPS) / each);
      int[] spec = {side, products, type == Type.BF16 ? 1 : 0};
      Rate rate = measure(engine, where, lanes, spec, each * products);
      best = rate.gigaflopsPerSecond() > best.gigaflopsPerSecond() ? rate : best;
    }
    return best;
  }

  private static Rate measure(
      Engine engine, ai.djl.Device where, int lanes, int[] spec, double flops)
      throws ModelException {
    double[] perSecond = new double[ROUNDS];
    double[] perCpuSecond = new double[ROUNDS];
    ExecutorService pool = Executors.newFixedThreadPool(lanes);
    CyclicBarrier together = new CyclicBarrier(lanes);
    try (TorchGraph graph = new TorchGraph(engine, where, "matrix product", graph())) {
      for (int round = -WARM_UPS; round < ROUNDS; round++) {
        List<Future<Work>> parts = new ArrayList<>();
        for (int i = 0; i < lanes; i++) {
          parts.add(pool.submit(() -> multiply(graph, spec, together)));
        }
        long longest = 0;
        long cpu = 0;
        for (Future<Work> part : parts) {
          Work work = part.get();
          longest = Math.max(longest, work.nanos());
          cpu += work.cpuNanos();
        }
        if (round >= 0) {
          perSecond[round] = lanes * flops / longest;
          perCpuSecond[round] = where.isGpu() ? 0 : lanes * flops / cpu;
        }
      }
    } catch (ExecutionException e) {
      throw new ModelException("a matrix product failed: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModelException("interrupted while matrices were multiplied", e);
    } finally {
      pool.shutdownNow();
    }
    return new Rate(median(perSecond), median(perCpuSecond));
  }

  private static Work multiply(TorchGraph graph, int[] spec, CyclicBarrier together)
      throws InterruptedException, BrokenBarrierException {
    JniUtils.setNumThreads(1);
    JniUtils.setGraphExecutorOptimize(false);
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    together.await();
    long cpu = clock.getCurrentThreadCpuTime();
    long start = System.nanoTime();
    try (NDManager scope = graph.newScope()) {
      NDArray given = scope.create(spec, new Shape(spec.length));
      // Reading the number waits for the device.
      float sum = graph.forward(scope, new NDList(given)).get(0).toFloatArray()[0];
      if (!Float.isFinite(sum)) {
        throw new EngineException("the product is not finite");
      }
    }
    return new Work(System.nanoTime() - start, clock.getCurrentThreadCpuTime() - cpu);
  }

  private static byte[] graph() throws ModelException {
    try (InputStream in = MatrixProduct.class.getResourceAsStream(GRAPH)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new ModelException(GRAPH + " cannot be read from the class path", e);
    }
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** Version of the engine that runs the networks, such as {@code PyTorch 2.7.1}. */
  public static String engineVersion() throws ModelException {
    Engine engine = PyTorchEngine.start();
    return engine.getEngineName() + " " + engine.getVersion();
  }
}
