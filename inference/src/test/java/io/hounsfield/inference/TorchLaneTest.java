// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TorchLaneTest {

  @Test
  void fillsUpAPartialBatchAndGivesBackOnlyWhatWasAsked() throws Exception {
    boolean[] allowed = new boolean[256];
    Arrays.fill(allowed, 0, 3, true);
    // This graph answers 1 only if it is given four slices at once.
    try (TorchGraph graph =
        new TorchGraph(
            PyTorchEngine.start(), Device.cpu(), "test", TestModels.graph("batch-size"))) {
      TorchLane lane = new TorchLane(graph, 4, -1024, allowed);
      for (int slices = 1; slices <= 4; slices++) {
        byte[][] labels = TestModels.labels(lane.run(new short[6][6], 2, 2 + slices, 2, 3));
        assertEquals(slices, labels.length);
        for (byte[] slice : labels) {
          assertArrayEquals(new byte[] {1, 1, 1, 1, 1, 1}, slice);
        }
      }
    }
  }

  @Test
  void anEarlierRunLeavesNothingBehind() throws Exception {
    boolean[] allowed = new boolean[256];
    Arrays.fill(allowed, 0, 3, true);
    try (TorchGraph graph =
        new TorchGraph(
            PyTorchEngine.start(), Device.cpu(), "test", TestModels.graph("threshold"))) {
      TorchLane lane = new TorchLane(graph, 2, -1024, allowed);
      short[][] bone = {{700, 700}, {700, 700}};
      short[][] lung = {{-800, -1000}};
      assertArrayEquals(new byte[] {2, 2}, lane.run(bone, 0, 2, 1, 2).get(1).labels());
      assertArrayEquals(new byte[] {1, 0}, lane.run(lung, 0, 1, 1, 2).get(0).labels());
      assertArrayEquals(new byte[] {2, 2}, lane.run(bone, 1, 2, 2, 1).get(0).labels());
    }
  }
}
