// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * A node that takes inputs as what a peer sends. After each, the connection must end and nothing
 * may be left of it; a fault that the node caught and logged as its own is a finding.
 */
final class FuzzedNode implements AutoCloseable {
  /** No time of the processor: the node's threads do the work. Long, as the machine may be busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private static final Queue<ILoggingEvent> ERRORS = new ConcurrentLinkedQueue<>();

  static {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.setLevel(Level.ERROR);
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            ERRORS.add(event);
          }
        };
    appender.setContext(context);
    appender.start();
    root.addAppender(appender);
  }

  private final Vertx vertx = Vertx.vertx();
  private final Path directory;
  private final Spool spool;
  private final DicomNode node;

  FuzzedNode() throws IOException {
    Path memory = Path.of("/dev/shm");
    directory =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "fuzz-spool")
            : Files.createTempDirectory("fuzz-spool");
    spool =
        Spool.open(directory, new SpoolOptions(0, 32L << 20, SpoolOptions.Durability.PROCESS_END));
    DicomNodeListener listener =
        new DicomNodeListener() {
          @Override
          public void instanceStored(ReceivedInstance instance) {
            if (!Files.isRegularFile(instance.file())) {
              throw new IllegalStateException("answered with success, but there is no file");
            }
          }

          @Override
          public void associationClosed(AssociationSummary association) {}
        };
    node =
        DicomNode.start(
            vertx, DicomNodeOptions.builder().address("127.0.0.1", 0).build(), spool, listener);
  }

  int port() {
    return node.port();
  }

  /** Sends all bytes, says that no more come, and waits until the node is as it was before. */
  void converse(byte[] bytes) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.setTcpNoDelay(true);
      try {
        socket.getOutputStream().write(bytes);
        socket.shutdownOutput();
        byte[] answer = new byte[4096];
        while (socket.getInputStream().read(answer) >= 0) {
          // What it says is checked elsewhere; here only that it ends.
        }
      } catch (java.net.SocketTimeoutException e) {
        throw new AssertionError("the connection was not closed within " + PATIENCE, e);
      } catch (IOException e) {
        // Reset: the node closed before it had read everything.
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the node takes no connection", e);
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!isIdle()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("something is left of the connection: " + node.statistics());
      }
      LockSupport.parkNanos(20_000);
    }
    ILoggingEvent error = ERRORS.poll();
    if (error != null) {
      Throwable cause =
          error.getThrowableProxy() instanceof ThrowableProxy proxy ? proxy.getThrowable() : null;
      throw new AssertionError(error.getFormattedMessage(), cause);
    }
  }

  private boolean isIdle() {
    NodeStatistics now = node.statistics();
    return now.connectionsOpen() == 0 && now.associationsOpen() == 0 && now.pendingBytes() == 0;
  }

  /** Files of instances that were begun and neither stored nor dropped. */
  List<Path> leftovers() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(SpoolFolders.PART_SUFFIX)).toList();
    }
  }

  @Override
  public void close() throws IOException {
    node.close();
    spool.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
