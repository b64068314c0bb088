// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Quick answers about the labels of a slice, most of which are 0: eight are looked at at once. */
final class LabelScan {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private LabelScan() {}

  /** How often each label occurs, by its value; not counted for 0. */
  static int[] counts(byte[] labels) {
    int[] counts = new int[256];
    int whole = labels.length & ~7;
    for (int i = 0; i < whole; i += 8) {
      if ((long) LONG.get(labels, i) != 0) {
        for (int j = i; j < i + 8; j++) {
          counts[labels[j] & 0xFF]++;
        }
      }
    }
    for (int i = whole; i < labels.length; i++) {
      counts[labels[i] & 0xFF]++;
    }
    counts[0] = 0;
    return counts;
  }

  /** Voxels with a label other than 0. */
  static int labelled(byte[] labels) {
    int sum = 0;
    for (int count : counts(labels)) {
      sum += count;
    }
    return sum;
  }
}
