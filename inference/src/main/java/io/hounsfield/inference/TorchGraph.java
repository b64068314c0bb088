// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/**
 * A loaded TorchScript graph: owns its weights in native memory. The lanes that run it share it and
 * must be gone before it is closed.
 */
final class TorchGraph implements AutoCloseable {

  private static final int BRIEF = 300;

  private final String id;
  private final NDManager manager;
  private final PtSymbolBlock block;

  /**
   * @param id how to name the model in messages
   * @param graph contents of a TorchScript file
   */
  TorchGraph(Engine engine, Device device, String id, byte[] graph) throws ModelException {
    this.id = id;
    manager = engine.newBaseManager(device);
    try {
      block =
          JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(graph), true, false);
    } catch (EngineException | IOException e) {
      manager.close();
      throw new ModelException(
          "the weights of %s are not a TorchScript graph that PyTorch %s reads: %s. Export them again"
              .formatted(id, engine.getVersion(), brief(e)),
          e);
    }
  }

  String id() {
    return id;
  }

  /** A child of the manager that owns the weights, on the graph's device. */
  NDManager newScope() {
    return manager.newSubManager();
  }

  NDList forward(NDManager scope, NDList input) {
    return block.forward(new ParameterStore(scope, false), input, false);
  }

  /** The part of an engine's message that says what happened, without the native stack. */
  static String brief(Exception fault) {
    String text = String.valueOf(fault.getMessage()).strip();
    int stack = text.indexOf("\nException raised from");
    text = (stack < 0 ? text : text.substring(0, stack)).strip().replaceAll("\\s+", " ");
    return text.length() <= BRIEF ? text : "..." + text.substring(text.length() - BRIEF);
  }

  @Override
  public void close() {
    block.close();
    manager.close();
  }
}
