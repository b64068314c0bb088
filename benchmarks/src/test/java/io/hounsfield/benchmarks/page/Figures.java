// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.page;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Times of several things, each measured several times, ms. */
final class Figures {

  private record Key(String what, String by) {}

  private final Map<Key, List<Double>> all = new LinkedHashMap<>();

  /**
   * @param by which timing of the browser
   */
  void add(String what, String by, double ms) {
    all.computeIfAbsent(new Key(what, by), key -> new ArrayList<>()).add(ms);
  }

  /**
   * Of each: how often, median, 95th percentile (the next greater value that was measured), most.
   */
  ArrayNode json() {
    ArrayNode array = new ObjectMapper().createArrayNode();
    all.forEach(
        (key, values) -> {
          List<Double> sorted = values.stream().sorted().toList();
          array
              .addObject()
              .put("what", key.what())
              .put("by", key.by())
              .put("n", sorted.size())
              .put("p50", rank(sorted, 0.5))
              .put("p95", rank(sorted, 0.95))
              .put("most", sorted.get(sorted.size() - 1));
        });
    return array;
  }

  private static double rank(List<Double> sorted, double share) {
    return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
  }
}
