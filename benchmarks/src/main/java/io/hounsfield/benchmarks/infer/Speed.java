// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.infer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.inference.MatrixProduct;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.ModelManifest;
import io.hounsfield.inference.SegmentationModel;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * The speed of one variant on some threads, from HU slices to label slices, held against the rate
 * of a matrix product on the same threads.
 */
final class Speed {

  private static final int WARM_UPS = 5;
  private static final int CALLS = 25;
  private static final double NANOS_PER_MS = 1e6;
  private static final double GIGA = 1e9;

  private Speed() {}

  /**
   * @param slices HU, all {@code rows * columns}, used in turn
   * @param batch slices in each call
   */
  static ObjectNode measure(
      ModelManifest manifest,
      InferenceOptions options,
      MatrixProduct.Rate products,
      List<short[]> slices,
      int rows,
      int columns,
      int batch)
      throws ModelException {
    double[] elapsed = new double[CALLS];
    long cpuNanos = 0;
    ObjectNode run = new ObjectMapper().createObjectNode();
    int next = 0;
    try (SegmentationModel model = SegmentationModel.load(manifest, options)) {
      // More threads than slices would leave some idle.
      int each = Math.max(batch, model.lanes() * model.slicesAtOnce());
      for (int call = -WARM_UPS; call < CALLS; call++) {
        short[][] hu = new short[each][];
        for (int i = 0; i < each; i++) {
          hu[i] = slices.get(next++ % slices.size());
        }
        long cpuBefore = processCpuNanos();
        long start = System.nanoTime();
        var unused = model.segment(hu, rows, columns);
        long end = System.nanoTime();
        if (call >= 0) {
          elapsed[call] = (end - start) / NANOS_PER_MS / each;
          cpuNanos += processCpuNanos() - cpuBefore;
        }
      }
      run.put("device", model.identity().device());
      run.put("variant", model.identity().variant());
      run.put("sha256", model.identity().sha256());
      run.put("threads", model.lanes());
      run.put("batch", each);
    }
    Arrays.sort(elapsed);
    double median = elapsed[CALLS / 2];
    double cpuMs = cpuNanos / NANOS_PER_MS / CALLS / run.get("batch").asInt();
    run.put("msPerSlice", median);
    run.put("msPerSliceP10", elapsed[CALLS / 10]);
    run.put("msPerSliceP90", elapsed[CALLS - 1 - CALLS / 10]);
    boolean gpu = !run.get("device").asText().equals("cpu");
    if (!gpu) {
      run.put("cpuMsPerSlice", cpuMs);
    }
    run.put("matrixProductGflops", products.gigaflopsPerSecond());
    OptionalLong flops = manifest.flopsPerSlice();
    if (flops.isPresent()) {
      double gigaflops = flops.getAsLong() / GIGA;
      run.put("gflops", gigaflops / median * 1000);
      run.put("shareOfMatrixProduct", gigaflops / median * 1000 / products.gigaflopsPerSecond());
      if (!gpu) {
        run.put("matrixProductGflopsPerCpuSecond", products.gigaflopsPerCpuSecond());
        run.put(
            "shareOfMatrixProductByCpuTime",
            gigaflops / cpuMs * 1000 / products.gigaflopsPerCpuSecond());
      }
    }
    return run;
  }

  private static long processCpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
