// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A network between the browser and the service: a port of this machine whose connections share a
 * rate and have a round-trip time. All of the browser goes through it, workers too, which
 * Chromium's own emulation leaves out.
 */
final class SlowLink implements AutoCloseable {

  private static final int CHUNK = 16 * 1024;
  private static final int CHUNKS_IN_FLIGHT = 256;

  private record Chunk(byte[] bytes, int length, long due) {}

  /** One way of the link. */
  private final class Way {
    private long free = System.nanoTime();

    /** When the last bit of so many bytes, sent now, arrives. */
    synchronized long arrival(int bytes) {
      free = Math.max(free, System.nanoTime()) + Math.round(bytes * 8e9 / bitsPerSecond);
      return free + TimeUnit.MICROSECONDS.toNanos(roundTripMicros / 2);
    }
  }

  private final double bitsPerSecond;
  private final long roundTripMicros;
  private final int target;
  private final ServerSocket server;
  private final Way up = new Way();
  private final Way down = new Way();

  SlowLink(int target, double bitsPerSecond, long roundTripMicros) throws IOException {
    this.target = target;
    this.bitsPerSecond = bitsPerSecond;
    this.roundTripMicros = roundTripMicros;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start("accept", this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket browser = server.accept();
        Socket service = new Socket(InetAddress.getLoopbackAddress(), target);
        browser.setTcpNoDelay(true);
        service.setTcpNoDelay(true);
        carry(browser, service, up);
        carry(service, browser, down);
      } catch (IOException e) {
        // Closed, or one of both has gone away: the browser asks again where it wants to.
        continue;
      }
    }
  }

  private void carry(Socket from, Socket to, Way way) {
    BlockingQueue<Chunk> flight = new ArrayBlockingQueue<>(CHUNKS_IN_FLIGHT);
    start(
        "in",
        () -> {
          try {
            InputStream in = from.getInputStream();
            int length;
            do {
              byte[] bytes = new byte[CHUNK];
              length = in.read(bytes);
              flight.put(new Chunk(bytes, length, way.arrival(Math.max(0, length))));
            } while (length >= 0);
          } catch (IOException e) {
            flight.clear();
            flight.add(new Chunk(new byte[0], -1, 0));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    start(
        "out",
        () -> {
          try (from;
              to) {
            OutputStream out = to.getOutputStream();
            for (Chunk chunk = flight.take(); chunk.length() >= 0; chunk = flight.take()) {
              long wait;
              while ((wait = chunk.due() - System.nanoTime()) > 0) {
                LockSupport.parkNanos(wait);
              }
              out.write(chunk.bytes(), 0, chunk.length());
            }
          } catch (IOException e) {
            // The receiver has gone away; closing both tells the sender.
            return;
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, "slow-link-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
