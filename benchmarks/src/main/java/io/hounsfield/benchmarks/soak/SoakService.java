// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.soak;

import io.hounsfield.benchmarks.ServiceProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The service under test, through its deaths: senders wait here while it is down. */
final class SoakService implements AutoCloseable {

  private final Path data;
  private final Map<String, String> options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition up = lock.newCondition();
  private ServiceProcess process;
  private int kills;
  private boolean over;

  SoakService(Path data, Map<String, String> options) throws IOException {
    this.data = data;
    this.options = options;
    this.process = ServiceProcess.start(data, options);
  }

  /** The running process; waits while there is none. */
  ServiceProcess running() throws InterruptedException, IOException {
    lock.lock();
    try {
      while (process == null && !over) {
        up.await();
      }
      if (over) {
        throw new IOException("the service does not run any more");
      }
      return process;
    } finally {
      lock.unlock();
    }
  }

  /** {@code kill -9}, then a new process on the same data. */
  void killAndRestart() throws IOException, InterruptedException {
    ServiceProcess victim;
    lock.lock();
    try {
      victim = process;
      process = null;
    } finally {
      lock.unlock();
    }
    victim.kill();
    kills++;
    try {
      ServiceProcess next = ServiceProcess.start(data, options);
      lock.lock();
      try {
        process = next;
        up.signalAll();
      } finally {
        lock.unlock();
      }
    } catch (IOException e) {
      end();
      throw e;
    }
  }

  int kills() {
    return kills;
  }

  @Override
  public void close() {
    end();
  }

  /** Ends the service in order, for good. */
  void end() {
    lock.lock();
    try {
      over = true;
      if (process != null) {
        process.close();
      }
      up.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
