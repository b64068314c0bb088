// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessConditionTest {

  private static final List<String> SMAPS =
      List.of(
          "e7000000-ee000000 rw-p 00000000 00:00 0",
          "Rss:              100000 kB",
          "Private_Dirty:    100000 kB",
          "100000000-100c6e000 rw-p 00001000 fe:00 1048 /usr/lib/jvm/lib/server/classes.jsa",
          "Rss:                  12 kB",
          "7f5ac4000000-7f5ac8000000 rw-p 00000000 00:00 0 ",
          "Rss:                   8 kB",
          "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]",
          "Rss:                   0 kB");

  @Test
  void memoryOfTheHeapDoesNotCount() throws IOException {
    assertEquals(20 << 10, ProcessCondition.residentOutside(SMAPS, 0xe7000000L, 0x100000000L));
  }

  @Test
  void withoutFiguresThereIsNoAnswer() {
    assertThrows(
        IOException.class, () -> ProcessCondition.residentOutside(List.of(), 0, Long.MAX_VALUE));
  }
}
