// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import org.junit.jupiter.api.Test;

/** Every voxel of the lungs is in one bin, or counted as outside. */
class HuHistogramTest {

  private static VolumeGeometry grid(int columns) {
    return new VolumeGeometry(
        columns, 1, 1, 10, 10, 10, new Vec3(0, 0, 0), new Vec3(1, 0, 0), new Vec3(0, 1, 0));
  }

  @Test
  void valuesFallIntoTheirBins() {
    VolumeGeometry g = grid(9);
    short[][] hu = {{-1021, -1020, -1011, -1010, 299, 300, -500, -500, -500}};
    byte[][] lungs = {{1, 1, 1, 2, 2, 2, 1, 0, 1}};
    byte[][] lesions = {{1, 1, 0, 0, 2, 2, 1, 1, 0}};
    HuHistogram h =
        HuHistogram.of(
            new CtVolume(g, hu),
            new LabelMap(g, lungs, Segment.LUNGS),
            new LabelMap(g, lesions, Segment.LESIONS));
    assertEquals(2, h.lungsMl(0));
    assertEquals(1, h.opacityMl(0));
    assertEquals(1, h.lungsMl(1));
    assertEquals(1, h.lungsMl(HuHistogram.BINS - 1));
    assertEquals(1, h.opacityMl(HuHistogram.BINS - 1));
    assertEquals(2, h.lungsMl(52));
    assertEquals(1, h.opacityMl(52)); // the voxel that is no lung is no opacity either
    assertEquals(2, h.lungsOutsideMl());
    assertEquals(2, h.opacityOutsideMl());
  }

  @Test
  void gridsMustBeTheSame() {
    VolumeGeometry g = grid(2);
    CtVolume ct = new CtVolume(g, new short[1][2]);
    LabelMap lungs = new LabelMap(g, new byte[1][2], Segment.LUNGS);
    LabelMap other = new LabelMap(grid(3), new byte[1][3], Segment.LESIONS);
    assertThrows(IllegalArgumentException.class, () -> HuHistogram.of(ct, lungs, other));
  }
}
