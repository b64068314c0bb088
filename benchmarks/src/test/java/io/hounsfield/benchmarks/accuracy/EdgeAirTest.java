// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hounsfield.inference.SegmentationModel;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EdgeAirTest {

  private static final int ROWS = 40;
  private static final int COLUMNS = 50;

  private final byte[] labels = new byte[ROWS * COLUMNS];

  @Test
  @DisplayName("a strip of air along the picture's edge is taken away, a lung inside stays")
  void stripAtTheEdge() {
    fill(5, 30, 0, 4, SegmentationModel.LUNG);
    fill(10, 30, 15, 35, SegmentationModel.LUNG);
    fill(12, 16, 18, 22, SegmentationModel.LESION);
    EdgeAir.clear(labels, ROWS, COLUMNS);
    assertEquals(0, count(0, ROWS, 0, 14));
    assertEquals(20 * 20, count(0, ROWS, 14, COLUMNS));
  }

  @Test
  @DisplayName("a lung that a cropped picture cuts a little stays")
  void lungCutByTheCrop() {
    // 10 pixels on the edge, 20 x 20 + 10 in all: 10 < 0.75 * sqrt(410) = 15.2
    fill(10, 30, 29, 49, SegmentationModel.LUNG);
    fill(15, 25, 49, 50, SegmentationModel.LUNG);
    byte[] before = labels.clone();
    EdgeAir.clear(labels, ROWS, COLUMNS);
    assertArrayEquals(before, labels);
  }

  @Test
  @DisplayName("the limit: 0.75 of the root of the area may lie on the edge, not more")
  void limit() {
    fill(0, 3, 10, 13, SegmentationModel.LUNG); // 3 on the edge > 0.75 * 3
    fill(1, 17, 20, 36, SegmentationModel.LUNG);
    fill(0, 1, 20, 32, SegmentationModel.LUNG); // 12 on the edge, 268 in all: 12 < 12.28
    EdgeAir.clear(labels, ROWS, COLUMNS);
    assertEquals(0, count(0, 3, 10, 13));
    assertEquals(16 * 16 + 12, count(0, 17, 20, 36));
  }

  private void fill(int top, int bottom, int left, int right, byte label) {
    for (int row = top; row < bottom; row++) {
      for (int column = left; column < right; column++) {
        labels[row * COLUMNS + column] = label;
      }
    }
  }

  private int count(int top, int bottom, int left, int right) {
    int count = 0;
    for (int row = top; row < bottom; row++) {
      for (int column = left; column < right; column++) {
        count += labels[row * COLUMNS + column] == SegmentationModel.BACKGROUND ? 0 : 1;
      }
    }
    return count;
  }
}
