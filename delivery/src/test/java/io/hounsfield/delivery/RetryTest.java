// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Back-off doubles up to a ceiling and is spread over half of itself. */
class RetryTest {
  private static final Retry RETRY = Retry.defaults();

  @Test
  void delaysDoubleUpToTheCeilingAndNeverPassIt() {
    Random random = new Random(4);
    long[] full = {5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900};
    for (int failures = 1; failures <= full.length; failures++) {
      for (int i = 0; i < 200; i++) {
        Duration delay = RETRY.unreachable(failures, random);
        assertTrue(delay.toMillis() >= full[failures - 1] * 500, failures + " failures: " + delay);
        assertTrue(delay.toMillis() <= full[failures - 1] * 1000, failures + " failures: " + delay);
      }
    }
    for (int failures : new int[] {100, 10_000, Integer.MAX_VALUE}) {
      assertTrue(RETRY.unreachable(failures, random).compareTo(Duration.ofMinutes(15)) <= 0);
      assertTrue(RETRY.refused(failures, random).compareTo(Duration.ofHours(6)) <= 0);
      assertTrue(RETRY.refused(failures, random).compareTo(Duration.ofHours(3)) >= 0);
    }
  }

  @Test
  void delaysAreSpreadSoThatNotEverythingComesAtOnce() {
    Random random = new Random(5);
    TreeSet<Duration> seen = new TreeSet<>();
    for (int i = 0; i < 1000; i++) {
      seen.add(RETRY.refused(1, random));
    }
    assertTrue(seen.size() > 900, "they differ");
    assertEquals(7.5, seen.first().toSeconds() / 60.0, 0.2);
    assertEquals(15, seen.last().toSeconds() / 60.0, 0.2);
  }
}
