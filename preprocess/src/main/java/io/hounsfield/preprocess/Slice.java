// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import java.util.Objects;

/**
 * One CT slice in Hounsfield units. The array is not copied: the slice's maker gives it away.
 *
 * @param header where the slice is
 * @param hu HU, {@code [row * columns + column]}
 */
public record Slice(SliceHeader header, short[] hu) {

  /**
   * @throws IllegalArgumentException if the array does not have rows x columns values
   */
  public Slice {
    Objects.requireNonNull(header, "header");
    Objects.requireNonNull(hu, "hu");
    if (hu.length != Math.multiplyExact(header.rows(), header.columns())) {
      throw new IllegalArgumentException(
          "a slice of %d x %d pixels needs %d values, has %d"
              .formatted(
                  header.rows(), header.columns(), header.rows() * header.columns(), hu.length));
    }
  }
}
