// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.soak;

import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import java.util.List;
import java.util.Map;

/**
 * A phantom series and what comes out of it when it is analysed alone.
 *
 * @param expected the measurements of a report on all instances
 */
record SoakSeries(
    String seriesInstanceUid,
    List<SoakInstance> instances,
    Map<Region, RegionMeasurements> expected) {
  SoakSeries {
    instances = List.copyOf(instances);
  }
}
