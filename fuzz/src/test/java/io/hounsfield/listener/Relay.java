// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Stands between a caller and a node on loopback and keeps what the callers send. */
final class Relay implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final List<byte[]> conversations = new ArrayList<>();
  private final Thread thread = new Thread(this::run, "relay");

  Relay(int target) throws IOException {
    this.target = target;
    this.server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return server.getLocalPort();
  }

  /** One conversation at a time is enough. */
  private void run() {
    while (true) {
      try (Socket caller = server.accept();
          Socket node = new Socket(InetAddress.getLoopbackAddress(), target)) {
        Thread answers = new Thread(() -> copy(node, caller, null), "relay-answers");
        answers.start();
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        copy(caller, node, sent);
        answers.join();
        synchronized (conversations) {
          conversations.add(sent.toByteArray());
        }
      } catch (IOException e) {
        return; // closed
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static void copy(Socket from, Socket to, OutputStream record) {
    byte[] buffer = new byte[16 << 10];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int count;
      while ((count = in.read(buffer)) >= 0) {
        if (record != null) {
          record.write(buffer, 0, count);
        }
        out.write(buffer, 0, count);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      // One side left; the record is what came until then.
      return;
    }
  }

  /** What the callers sent, one array a connection; ends the relay. */
  List<byte[]> finish() {
    close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (conversations) {
      return List.copyOf(conversations);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
