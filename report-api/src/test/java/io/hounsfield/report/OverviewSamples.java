// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

/** An overview picture for tests of other packages. */
public final class OverviewSamples {

  private OverviewSamples() {}

  public static byte[] png() {
    TestChest chest = TestChest.of(TestChest.Position.HEAD_FIRST_SUPINE, 2, 5);
    return OverviewRenderer.render(chest.ct(), chest.lungs(), chest.lesions());
  }
}
