// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.preprocess.SliceHeader;

/**
 * Turns slices the way the network learned them: rows from anterior to posterior, columns from the
 * patient's right to left. Slices of patients who lie prone or feet first come turned or mirrored.
 * Reversing the order is its own inverse, so the same call turns the labels back.
 */
final class NetworkOrientation {

  private final int rows;
  private final int columns;
  private final boolean reverseRows;
  private final boolean reverseColumns;

  private NetworkOrientation(SliceHeader header) {
    rows = header.rows();
    columns = header.columns();
    reverseRows = header.columnDirection().y() < 0;
    reverseColumns = header.rowDirection().x() < 0;
  }

  static NetworkOrientation of(SliceHeader header) {
    return new NetworkOrientation(header);
  }

  /** The slice as the network wants it; the array itself where it already is. */
  short[] turn(short[] slice) {
    if (!reverseRows && !reverseColumns) {
      return slice;
    }
    short[] turned = new short[slice.length];
    for (int i = 0; i < slice.length; i++) {
      turned[i] = slice[source(i)];
    }
    return turned;
  }

  /** Labels on the slice's own grid from those of the turned slice. */
  byte[] turnBack(byte[] labels) {
    if (!reverseRows && !reverseColumns) {
      return labels;
    }
    byte[] turned = new byte[labels.length];
    for (int i = 0; i < labels.length; i++) {
      turned[i] = labels[source(i)];
    }
    return turned;
  }

  private int source(int index) {
    int row = index / columns;
    int column = index % columns;
    return (reverseRows ? rows - 1 - row : row) * columns
        + (reverseColumns ? columns - 1 - column : column);
  }
}
