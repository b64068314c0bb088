// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Results are made in no more heap than one label map besides what the report held. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ResultsMemoryTest {

  private static final int SLICES = 150;

  @Test
  void theResultsOfALargeCaseFitIntoOneLabelMap(@TempDir Path work) throws Exception {
    ObjectNode measured = ResultsMemory.measure(SLICES, work, 1);
    double labelMap = measured.get("labelMapMiB").asDouble();
    assertEquals(SLICES * 512 * 512 / 1048576.0, labelMap);
    assertTrue(
        measured.get("heldMiB").asDouble() > 4 * labelMap,
        "the volume and two label maps are held");
    assertFalse(measured.get("heapBesidesMiB").isNull(), measured.toString());
    assertTrue(measured.get("heapBesidesMiB").asDouble() <= labelMap, measured.toString());
  }
}
