// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks;

import io.hounsfield.listener.AssociationException;
import io.hounsfield.listener.Echo;
import io.hounsfield.listener.ScuOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A receiving process under measurement. Its processor time and memory are those of it and its
 * children, as Linux' {@code /proc} tells them.
 */
final class Receiver implements AutoCloseable {
  private static final int START_SECONDS = 60;
  private static final int POLL_MS = 20;
  private static final double TICKS_PER_SECOND = 100; // USER_HZ of Linux

  private final Process process;
  private final int port;
  private volatile long peakBytes;
  private volatile boolean sampling = true;
  private final Thread sampler = new Thread(this::sample, "memory-sampler");

  private Receiver(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts one of the receivers; returns when it answers C-ECHO. */
  static Receiver start(ReceiverKind kind, Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    int port = freePort();
    Process process =
        kind.command(folder, port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolveSibling(folder.getFileName() + ".log").toFile())
            .start();
    Receiver receiver = new Receiver(process, port);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (true) {
      try {
        Echo.echo(ScuOptions.of("HOUNSFIELD", "127.0.0.1", port));
        break;
      } catch (AssociationException e) {
        if (!process.isAlive() || System.nanoTime() > until) {
          receiver.close();
          throw new IOException(
              kind.text()
                  + " does not start; see "
                  + folder.resolveSibling(folder.getFileName() + ".log"),
              e);
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
      }
    }
    receiver.sampler.setDaemon(true);
    receiver.sampler.start();
    return receiver;
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  /** Most resident memory so far, sampled every 20 ms, bytes. */
  long peakBytes() {
    return peakBytes;
  }

  /** Processor time so far, of the process, its children and those that ended, seconds. */
  double cpuSeconds() throws IOException {
    double ticks = 0;
    for (ProcessHandle handle : family()) {
      String[] fields = stat(handle.pid());
      if (fields != null) {
        // utime and stime; of the parent also cutime and cstime, those of ended children.
        ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        if (handle.pid() == process.pid()) {
          ticks += Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
        }
      }
    }
    return ticks / TICKS_PER_SECOND;
  }

  /** Waits until the children that served associations have ended and were counted. */
  void settle() throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (process.descendants().findAny().isPresent() && System.nanoTime() < until) {
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  private List<ProcessHandle> family() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
  }

  /** Fields of {@code /proc/PID/stat} from the state on; null when the process is gone. */
  private static String[] stat(long pid) throws IOException {
    try {
      String line = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return line.substring(line.lastIndexOf(')') + 2).split(" ");
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private void sample() {
    long page = 4096;
    while (sampling && process.isAlive()) {
      long sum = 0;
      try {
        for (ProcessHandle handle : family()) {
          String[] fields = stat(handle.pid());
          sum += fields == null ? 0 : Long.parseLong(fields[21]) * page;
        }
      } catch (IOException e) {
        sum = 0; // the process ended between two looks
      }
      peakBytes = Math.max(peakBytes, sum);
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    sampling = false;
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
