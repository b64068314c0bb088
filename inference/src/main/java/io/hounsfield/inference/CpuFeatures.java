// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;

/** Instruction set extensions of this machine's CPU, by the names of Linux's {@code cpuinfo}. */
final class CpuFeatures {

  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  private CpuFeatures() {}

  /** The features of this machine; empty where the operating system does not list them. */
  static Set<String> detect() {
    try (Stream<String> lines = Files.lines(CPUINFO, StandardCharsets.UTF_8)) {
      return parse(lines);
    } catch (IOException e) {
      // Not Linux, or /proc is hidden: without the list only weights that require nothing are safe.
      return Set.of();
    }
  }

  /** The first processor's flags ({@code flags} on x86, {@code Features} on ARM). */
  static Set<String> parse(Stream<String> cpuinfo) {
    return cpuinfo
        .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).trim())
        .filter(flags -> !flags.isEmpty())
        .map(flags -> Set.of(flags.split("\\s+")))
        .orElse(Set.of());
  }
}
