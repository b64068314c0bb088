// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;

/** The overview picture. */
public final class OverviewRenderer {
  private OverviewRenderer() {}

  /**
   * @param lungs label map with {@link io.hounsfield.domain.Segment#LUNGS}
   * @param lesions label map with {@link io.hounsfield.domain.Segment#LESIONS}
   * @return PNG
   * @throws IllegalArgumentException if the three grids differ
   */
  public static byte[] render(CtVolume ct, LabelMap lungs, LabelMap lesions) {
    throw new UnsupportedOperationException();
  }
}
