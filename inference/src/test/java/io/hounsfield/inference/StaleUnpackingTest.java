// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leftovers of processes that were ended while PyTorch was unpacked. */
class StaleUnpackingTest {

  private static final Instant NOW = Instant.parse("2026-01-31T08:00:00Z");

  @TempDir Path cache;

  /** A folder with one file in it; both were last written to that long ago. */
  private Path folder(String name, Duration folderAge, Duration fileAge) throws Exception {
    Path folder = Files.createDirectories(cache.resolve(name));
    Path file = Files.writeString(folder.resolve("libtorch_cpu.so"), "half a library");
    Files.setLastModifiedTime(file, FileTime.from(NOW.minus(fileAge)));
    Files.setLastModifiedTime(folder, FileTime.from(NOW.minus(folderAge)));
    return folder;
  }

  @Test
  void onlyFoldersOfUnpackingThatNobodyWritesToAreRemoved() throws Exception {
    Duration old = NativeCache.STALE.plusSeconds(1);
    Duration young = NativeCache.STALE.minusSeconds(1);
    Path stale = folder("tmp1234567890", old, old);
    Path justBegun = folder("tmp1", young, young);
    Path stillWritten = folder("tmp2", old, young);
    Path libraries = folder("2.7.1-cpu-linux-x86_64", old, old);
    Path someones = folder("tmp-of-someone", old, old);
    Path outside = folder("outside", old, old);
    Path link = Files.createSymbolicLink(cache.resolve("tmp3"), outside);
    NativeCache.removeStale(cache, NOW);
    assertFalse(Files.exists(stale));
    for (Path kept : new Path[] {justBegun, stillWritten, libraries, someones, outside, link}) {
      assertTrue(Files.exists(kept.resolve("libtorch_cpu.so")), kept.toString());
    }
  }

  @Test
  void aCacheThatIsNotThereIsNoFault() {
    NativeCache.removeStale(cache.resolve("none"), NOW);
  }
}
