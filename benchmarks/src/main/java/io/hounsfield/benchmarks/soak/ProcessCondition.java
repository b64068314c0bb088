// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.soak;

import io.hounsfield.benchmarks.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a process holds while it has nothing to do.
 *
 * @param fileHandles open file descriptors, sockets included
 * @param threads threads of the operating system
 * @param heapBytes live objects: heap in use after a full collection
 * @param residentBytes memory resident
 */
record ProcessCondition(int fileHandles, int threads, long heapBytes, long residentBytes) {

  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Pattern THREADS = Pattern.compile("Threads:\\s+(\\d+)");
  private static final Pattern HEAP =
      Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\".*} (\\S+)$");

  static ProcessCondition of(ServiceProcess service) throws IOException, InterruptedException {
    // Twice: what a first collection only enqueues (cleaners of native memory), a second frees.
    collect(service.pid());
    collect(service.pid());
    double heap = 0;
    Matcher pools = HEAP.matcher(service.get("/metrics"));
    while (pools.find()) {
      heap += Double.parseDouble(pools.group(1));
    }
    Path process = Path.of("/proc", Long.toString(service.pid()));
    String status = Files.readString(process.resolve("status"));
    try (Stream<Path> handles = Files.list(process.resolve("fd"))) {
      return new ProcessCondition(
          (int) handles.count(),
          (int) number(THREADS, status),
          (long) heap,
          number(RESIDENT, status) << 10);
    }
  }

  private static long number(Pattern pattern, String status) throws IOException {
    Matcher matcher = pattern.matcher(status);
    if (!matcher.find()) {
      throw new IOException("/proc/.../status has no " + pattern);
    }
    return Long.parseLong(matcher.group(1));
  }

  private static void collect(long pid) throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    int exit =
        new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    if (exit != 0) {
      throw new IOException("jcmd %d GC.run ended with exit code %d".formatted(pid, exit));
    }
  }
}
