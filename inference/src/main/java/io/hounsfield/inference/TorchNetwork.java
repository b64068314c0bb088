// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/**
 * One loaded graph and its native memory. Confined to one thread: libtorch keeps its thread count,
 * its graph executor's mode and its OpenMP team per calling thread.
 *
 * <p>DJL aborts the process when given INT16 data, so HU cross as int32.
 */
final class TorchNetwork implements AutoCloseable {

  /** HU of the slices that fill up a partial batch: air. */
  private static final int PADDING_HU = -1024;

  private final String id;
  private final int batch;
  private final boolean[] allowedLabels;
  private final NDManager manager;
  private final PtSymbolBlock block;

  // Input of one batch, reused while the size of the slices stays the same.
  private ByteBuffer input = ByteBuffer.allocateDirect(0);

  TorchNetwork(
      Engine engine,
      Device device,
      int threads,
      String id,
      byte[] graph,
      int batch,
      boolean[] allowedLabels)
      throws ModelException {
    this.id = id;
    this.batch = batch;
    this.allowedLabels = allowedLabels;
    // The profiling executor specialises on each new shape for several runs before it gets faster;
    // convolutions gain nothing from it and the first slices would wait for seconds.
    JniUtils.setGraphExecutorOptimize(false);
    JniUtils.setNumThreads(threads);
    manager = engine.newBaseManager(device);
    try {
      block =
          JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(graph), true, false);
    } catch (EngineException | IOException e) {
      manager.close();
      throw new ModelException(
          "the weights of %s are not a TorchScript graph that this PyTorch %s reads: %s. Export them again"
              .formatted(id, engine.getVersion(), brief(e)),
          e);
    }
  }

  /**
   * Labels of up to {@code batch} slices; the batch is filled up with air so that the graph always
   * does the same work.
   */
  byte[][] run(short[][] hu, int rows, int columns) throws ModelException {
    int sliceLength = rows * columns;
    fill(hu, sliceLength);
    Shape shape = new Shape(batch, rows, columns);
    try (NDManager scope = manager.newSubManager()) {
      NDArray slices = scope.create(input, shape, DataType.INT32);
      NDList answer = block.forward(new ParameterStore(scope, false), new NDList(slices), false);
      return labels(answer, shape, hu.length, sliceLength);
    } catch (EngineException e) {
      throw new ModelException(
          "%s failed on %d slices of %d x %d: %s".formatted(id, hu.length, rows, columns, brief(e)),
          e);
    }
  }

  private void fill(short[][] hu, int sliceLength) {
    int bytes = Math.multiplyExact(batch * sliceLength, Integer.BYTES);
    if (input.capacity() != bytes) {
      input = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
    input.clear();
    IntBuffer voxels = input.asIntBuffer();
    int[] wide = new int[sliceLength];
    for (short[] slice : hu) {
      for (int i = 0; i < sliceLength; i++) {
        wide[i] = slice[i];
      }
      voxels.put(wide);
    }
    if (voxels.hasRemaining()) {
      java.util.Arrays.fill(wide, PADDING_HU);
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
              .formatted(id, shape, got.toString().toLowerCase(java.util.Locale.ROOT)));
    }
    ByteBuffer bytes = answer.get(0).toByteBuffer(true);
    byte[][] labels = new byte[slices][sliceLength];
    for (byte[] slice : labels) {
      bytes.get(slice);
      for (byte label : slice) {
        if (!allowedLabels[label & 0xFF]) {
          throw new ModelException(
              "%s answered the label %d, which its manifest does not name. Its weights and its manifest do not belong together"
                  .formatted(id, label & 0xFF));
        }
      }
    }
    return labels;
  }

  /** The first line of an engine's message: the rest is a native stack trace. */
  private static String brief(Exception fault) {
    String text = String.valueOf(fault.getMessage()).strip();
    int end = text.indexOf('\n');
    text = end < 0 ? text : text.substring(0, end).strip();
    return text.length() <= 300 ? text : text.substring(0, 300) + "...";
  }

  @Override
  public void close() {
    block.close();
    manager.close();
    input = ByteBuffer.allocateDirect(0);
  }
}
