// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Locale;

/**
 * Runs a graph on one thread, a fixed number of slices at a time, with an input buffer of its own.
 * Confined to the thread that made it: libtorch keeps its thread count and its graph executor's
 * mode per calling thread.
 */
final class TorchLane {

  /** HU of the slices that fill up a partial batch: air. */
  private static final int PADDING_HU = -1024;

  private final TorchGraph graph;
  private final int slicesAtOnce;
  private final boolean[] allowedLabels;

  // Input of one run, reused while the size of the slices stays the same.
  private ByteBuffer input = ByteBuffer.allocateDirect(0);
  private int[] wide = {};

  TorchLane(TorchGraph graph, int slicesAtOnce, boolean[] allowedLabels) {
    this.graph = graph;
    this.slicesAtOnce = slicesAtOnce;
    this.allowedLabels = allowedLabels;
    // The profiling executor specialises on each new shape for several runs; convolutions gain
    // nothing from it, and the first slices would wait.
    JniUtils.setGraphExecutorOptimize(false);
    // Parallel by slices, not inside one: OpenMP's teams spin at each barrier and come to a
    // standstill when other threads want the same cores.
    JniUtils.setNumThreads(1);
  }

  /**
   * Labels of slices {@code [from, to)}, at most {@code slicesAtOnce}; fewer are filled up with air
   * so that the graph always does the same work.
   */
  byte[][] run(short[][] hu, int from, int to, int rows, int columns) throws ModelException {
    int sliceLength = rows * columns;
    fill(hu, from, to, sliceLength);
    Shape shape = new Shape(slicesAtOnce, rows, columns);
    try (NDManager scope = graph.newScope()) {
      // int32, because DJL aborts the process when it is given INT16.
      NDArray slices = scope.create(input, shape, DataType.INT32);
      return labels(graph.forward(scope, new NDList(slices)), shape, to - from, sliceLength);
    } catch (EngineException e) {
      throw new ModelException(
          "%s failed on slices of %d x %d: %s"
              .formatted(graph.id(), rows, columns, TorchGraph.brief(e)),
          e);
    }
  }

  private void fill(short[][] hu, int from, int to, int sliceLength) {
    int bytes = Math.multiplyExact(slicesAtOnce * sliceLength, Integer.BYTES);
    if (input.capacity() != bytes) {
      input = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
      wide = new int[sliceLength];
    }
    input.clear();
    IntBuffer voxels = input.asIntBuffer();
    for (int k = from; k < to; k++) {
      short[] slice = hu[k];
      for (int i = 0; i < sliceLength; i++) {
        wide[i] = slice[i];
      }
      voxels.put(wide);
    }
    if (voxels.hasRemaining()) {
      Arrays.fill(wide, PADDING_HU);
      while (voxels.hasRemaining()) {
        voxels.put(wide);
      }
    }
  }

  private byte[][] labels(NDList answer, Shape shape, int slices, int sliceLength)
      throws ModelException {
    if (answer.size() != 1
        || answer.get(0).getDataType() != DataType.UINT8
        || !answer.get(0).getShape().equals(shape)) {
      StringBuilder got = new StringBuilder();
      for (NDArray array : answer) {
        got.append(got.isEmpty() ? "" : ", ").append(array.getDataType()).append(array.getShape());
      }
      throw new ModelException(
          "%s must answer uint8%s, but answered %s. Export its graph again"
              .formatted(graph.id(), shape, got.toString().toLowerCase(Locale.ROOT)));
    }
    ByteBuffer bytes = answer.get(0).toByteBuffer(true);
    byte[][] labels = new byte[slices][sliceLength];
    for (byte[] slice : labels) {
      bytes.get(slice);
      for (byte label : slice) {
        if (!allowedLabels[label & 0xFF]) {
          throw new ModelException(
              "%s answered the label %d, which its manifest does not name. Its weights and its manifest do not belong together"
                  .formatted(graph.id(), label & 0xFF));
        }
      }
    }
    return labels;
  }
}
