// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.soak;

import io.hounsfield.benchmarks.ServiceProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a process holds while it has nothing to do.
 *
 * @param fileHandles open file descriptors, sockets included
 * @param threads threads of the operating system
 * @param heapBytes live objects: heap in use after a full collection
 * @param nativeBytes memory resident outside of the Java heap: that of the heap grows to its bound
 *     as the collector likes, and says nothing about what is held
 */
record ProcessCondition(int fileHandles, int threads, long heapBytes, long nativeBytes) {

  private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-f]{8,16}");
  private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-[0-9a-f]+ .*");
  private static final Pattern RESIDENT = Pattern.compile("Rss:\\s+(\\d+) kB");
  private static final Pattern THREADS = Pattern.compile("Threads:\\s+(\\d+)");
  private static final Pattern HEAP =
      Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\".*} (\\S+)$");

  static ProcessCondition of(ServiceProcess service) throws IOException, InterruptedException {
    // Twice: what a first collection only enqueues (cleaners of native memory), a second frees.
    jcmd(service.pid(), "GC.run");
    jcmd(service.pid(), "GC.run");
    double heap = 0;
    Matcher pools = HEAP.matcher(service.get("/metrics"));
    while (pools.find()) {
      heap += Double.parseDouble(pools.group(1));
    }
    Path process = Path.of("/proc", Long.toString(service.pid()));
    List<Long> heapAddresses =
        ADDRESS
            .matcher(jcmd(service.pid(), "GC.heap_info"))
            .results()
            .map(address -> Long.decode(address.group()))
            .sorted()
            .toList();
    if (heapAddresses.isEmpty()) {
      throw new IOException("jcmd GC.heap_info does not say where the heap lies");
    }
    String status = Files.readString(process.resolve("status"));
    try (Stream<Path> handles = Files.list(process.resolve("fd"))) {
      return new ProcessCondition(
          (int) handles.count(),
          (int) number(THREADS, status),
          (long) heap,
          residentOutside(
              Files.readAllLines(process.resolve("smaps")),
              heapAddresses.get(0),
              heapAddresses.get(heapAddresses.size() - 1)));
    }
  }

  /** Resident bytes of the mappings that do not begin in this range of addresses. */
  static long residentOutside(List<String> smaps, long start, long end) throws IOException {
    long bytes = 0;
    boolean outside = true;
    boolean any = false;
    for (String line : smaps) {
      Matcher mapping = MAPPING.matcher(line);
      Matcher resident = RESIDENT.matcher(line);
      if (mapping.matches()) {
        long address = Long.parseUnsignedLong(mapping.group(1), 16);
        outside = address < start || address >= end;
      } else if (resident.matches()) {
        any = true;
        bytes += outside ? Long.parseLong(resident.group(1)) << 10 : 0;
      }
    }
    if (!any) {
      throw new IOException("/proc/.../smaps says nothing about resident memory");
    }
    return bytes;
  }

  private static long number(Pattern pattern, String status) throws IOException {
    Matcher matcher = pattern.matcher(status);
    if (!matcher.find()) {
      throw new IOException("/proc/.../status has no " + pattern);
    }
    return Long.parseLong(matcher.group(1));
  }

  private static String jcmd(long pid, String command) throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(jcmd.toString(), Long.toString(pid), command)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IOException("jcmd %d %s ended with exit code %d".formatted(pid, command, exit));
    }
    return output;
  }
}
