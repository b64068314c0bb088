// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.hounsfield.domain.SliceEvidence;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Runs a graph on one thread, a fixed number of slices at a time, with an input buffer of its own.
 * Confined to the thread that made it: libtorch keeps its thread count and its graph executor's
 * mode per calling thread.
 */
final class TorchLane {

  /** Numbers of evidence for each slice. */
  private static final int EVIDENCE = 3;

  // Sums of many float32 or bfloat16 numbers: evidence is within its bounds up to this factor.
  private static final double ROUNDING = 1.01;

  private final TorchGraph graph;
  private final int slicesAtOnce;
  private final int padding;
  private final boolean[] allowedLabels;

  // Input of one run, reused while the size of the slices stays the same.
  private ByteBuffer input = ByteBuffer.allocateDirect(0);
  private int[] wide = {};

  /**
   * @param padding voxel value of the slices that fill up a partial batch
   */
  TorchLane(TorchGraph graph, int slicesAtOnce, int padding, boolean[] allowedLabels) {
    this.graph = graph;
    this.slicesAtOnce = slicesAtOnce;
    this.padding = padding;
    this.allowedLabels = allowedLabels;
    // The profiling executor specialises on each new shape for several runs; convolutions gain
    // nothing from it, and the first slices would wait.
    JniUtils.setGraphExecutorOptimize(false);
    // Parallel by slices, not inside one: OpenMP's teams spin at each barrier and come to a
    // standstill when other threads want the same cores.
    JniUtils.setNumThreads(1);
  }

  /**
   * What is found in slices {@code [from, to)}, at most {@code slicesAtOnce}; fewer are filled up
   * with padding so that the graph always does the same work.
   */
  List<SegmentedSlice> run(short[][] hu, int from, int to, int rows, int columns)
      throws ModelException {
    int sliceLength = rows * columns;
    fill(hu, from, to, sliceLength);
    Shape shape = new Shape(slicesAtOnce, rows, columns);
    try (NDManager scope = graph.newScope()) {
      // int32, because DJL aborts the process when it is given INT16.
      NDArray slices = scope.create(input, shape, DataType.INT32);
      return slices(graph.forward(scope, new NDList(slices)), shape, to - from, sliceLength);
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
      Arrays.fill(wide, padding);
      while (voxels.hasRemaining()) {
        voxels.put(wide);
      }
    }
  }

  private List<SegmentedSlice> slices(NDList answer, Shape shape, int slices, int sliceLength)
      throws ModelException {
    Shape evidenceShape = new Shape(slicesAtOnce, EVIDENCE);
    boolean sure = answer.size() == 2;
    if (answer.isEmpty()
        || answer.size() > 2
        || !is(answer.get(0), DataType.UINT8, shape)
        || (sure && !is(answer.get(1), DataType.FLOAT32, evidenceShape))) {
      StringBuilder got = new StringBuilder();
      for (NDArray array : answer) {
        got.append(got.isEmpty() ? "" : ", ").append(array.getDataType()).append(array.getShape());
      }
      throw new ModelException(
          "%s must answer uint8%s, or a tuple of that and float32%s, but answered %s. Export its graph again"
              .formatted(
                  graph.id(), shape, evidenceShape, got.toString().toLowerCase(Locale.ROOT)));
    }
    ByteBuffer bytes = answer.get(0).toByteBuffer(true);
    FloatBuffer evidence =
        sure
            ? answer.get(1).toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer()
            : null;
    List<SegmentedSlice> result = new ArrayList<>(slices);
    for (int k = 0; k < slices; k++) {
      byte[] labels = new byte[sliceLength];
      bytes.get(labels);
      for (byte label : labels) {
        if (!allowedLabels[label & 0xFF]) {
          throw new ModelException(
              "%s answered the label %d, which its manifest does not name. Its weights and its manifest do not belong together"
                  .formatted(graph.id(), label & 0xFF));
        }
      }
      result.add(
          new SegmentedSlice(
              labels, sure ? Optional.of(evidence(evidence, sliceLength)) : Optional.empty()));
    }
    return result;
  }

  private static boolean is(NDArray array, DataType type, Shape shape) {
    return array.getDataType() == type && array.getShape().equals(shape);
  }

  /** The next slice's evidence: lesion is part of the lung, and p (1 - p) is at most p. */
  private SliceEvidence evidence(FloatBuffer values, int sliceLength) throws ModelException {
    double lung = values.get();
    double lesion = values.get();
    double variance = values.get();
    boolean possible =
        lung >= 0
            && lesion >= 0
            && variance >= 0
            && lung <= sliceLength * ROUNDING
            && lesion <= lung * ROUNDING + 1
            && variance <= lesion * ROUNDING + 1;
    if (!possible) {
      throw new ModelException(
          "%s answered evidence that cannot be for a slice of %d voxels: lung %s, lesion %s, variance %s. Export its graph again"
              .formatted(graph.id(), sliceLength, lung, lesion, variance));
    }
    return new SliceEvidence(lung, lesion, variance);
  }
}
