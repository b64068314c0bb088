// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

/** An overview picture for tests of other packages. */
public final class OverviewSamples {

  private OverviewSamples() {}

  public static byte[] png() {
    return png(TestChest.of(TestChest.Position.HEAD_FIRST_SUPINE, 2, 5));
  }

  public static byte[] png(TestChest chest) {
    return OverviewRenderer.render(chest.ct(), chest.lungs(), chest.lesions());
  }
}
