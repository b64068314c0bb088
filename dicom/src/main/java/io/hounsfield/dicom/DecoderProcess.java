// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** One process that runs {@link DecoderWorker}; used by one thread at a time. */
final class DecoderProcess {
  private static final String CACHE_PROPERTY = "org.bytedeco.javacpp.cachedir";
  private static final int BUFFER_BYTES = 64 << 10;

  /** The process ended while it had a frame: by that frame, or by somebody else. */
  static final class Ended extends IOException {
    private static final long serialVersionUID = 1L;

    Ended(Throwable cause) {
      super("the decoder process ended", cause);
    }
  }

  /** An answer was due and did not come. */
  static final class TooSlow extends IOException {
    private static final long serialVersionUID = 1L;

    TooSlow(long seconds) {
      super("not decoded within " + seconds + " s");
    }
  }

  private final Process process;
  private final DataOutputStream out;
  private final DataInputStream in;

  private DecoderProcess(Process process) {
    this.process = process;
    this.out =
        new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), BUFFER_BYTES));
    this.in = new DataInputStream(process.getInputStream());
  }

  /**
   * Starts a process with the Java and the class path of this one; it ends when this one does.
   *
   * @throws IOException when the system does not start it
   */
  static DecoderProcess start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Small, quick to start, and silent when it dies.
    command.addAll(
        List.of(
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+SuppressFatalErrorMessage",
            "-Djava.awt.headless=true"));
    String cache = System.getProperty(CACHE_PROPERTY);
    if (cache != null) {
      command.add("-D" + CACHE_PROPERTY + "=" + cache);
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(DecoderWorker.class.getName());
    return new DecoderProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
  }

  /**
   * Decodes one frame of a single component.
   *
   * @param precision bits of a sample, 1 to 16
   * @return samples {@code [row][column]}, as coded
   * @throws DicomException when the frame cannot be decoded; the process may go on
   * @throws IOException when the process ended or was too slow; it must be closed
   */
  short[] decode(int columns, int rows, int precision, Bytes frame, long timeoutSeconds)
      throws IOException {
    boolean[] late = new boolean[1];
    ScheduledFuture<?> watchdog =
        DecoderPool.CLOCK.schedule(
            () -> {
              synchronized (late) {
                late[0] = true;
              }
              process.destroyForcibly();
            },
            timeoutSeconds,
            TimeUnit.SECONDS);
    try {
      out.writeInt(columns);
      out.writeInt(rows);
      out.writeInt(precision);
      out.writeInt(frame.length());
      out.write(frame.array(), frame.offset(), frame.length());
      out.flush();
      return answer(columns * rows);
    } catch (DicomException e) {
      throw e;
    } catch (IOException e) {
      synchronized (late) {
        if (late[0]) {
          throw new TooSlow(timeoutSeconds);
        }
      }
      throw new Ended(e);
    } finally {
      watchdog.cancel(false);
    }
  }

  private short[] answer(int count) throws IOException {
    int status = in.read();
    if (status < 0) {
      throw new EOFException();
    }
    if (status == DecoderWorker.FAULT) {
      throw new DicomException(in.readUTF());
    }
    short[] samples = new short[count];
    byte[] chunk = new byte[BUFFER_BYTES];
    for (int at = 0; at < count; ) {
      int take = Math.min(chunk.length / 2, count - at);
      in.readFully(chunk, 0, 2 * take);
      ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(samples, at, take);
      at += take;
    }
    return samples;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  void close() {
    process.destroyForcibly();
  }
}
