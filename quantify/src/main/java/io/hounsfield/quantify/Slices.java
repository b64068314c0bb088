// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Work on slices side by side, on the common pool or the pool of the caller. */
final class Slices {

  private Slices() {}

  /**
   * Runs {@code action} for 0 to {@code count - 1}; it may write only what belongs to its slice.
   */
  static void forEach(int count, IntConsumer action) {
    if (count == 1) {
      action.accept(0);
    } else {
      IntStream.range(0, count).parallel().forEach(action);
    }
  }
}
