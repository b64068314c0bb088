// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hounsfield.dicom.Element.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever becomes of a decoder process, this process goes on and later frames are decoded. */
class DecoderProcessTest {
  private static final short[] FIELD = CodecFixtures.field(16, false);

  @BeforeEach
  void natives() {
    assumeTrue(DecoderPool.available(), "skipped: no native decoders for this system");
  }

  private static DicomFile sound() {
    return CodecFixtures.image(
        TransferSyntax.JPEG_2000_LOSSLESS, 16, false, CodecFixtures.read("u16.j2k"));
  }

  private static short[] decode(DecoderProcess process, byte[] frame, long timeout)
      throws IOException {
    return process.decode(CodecFixtures.COLUMNS, CodecFixtures.ROWS, 16, Bytes.of(frame), timeout);
  }

  @Test
  void aProcessThatEndedIsReplaced() throws Exception {
    assertArrayEquals(FIELD, PixelDecoders.decode(sound(), 0).samples());
    List<Long> idle = DecoderPool.idle();
    assertFalse(idle.isEmpty());
    for (long pid : idle) {
      ProcessHandle handle = ProcessHandle.of(pid).orElseThrow();
      handle.destroyForcibly();
      handle.onExit().get(30, TimeUnit.SECONDS);
    }
    assertArrayEquals(FIELD, PixelDecoders.decode(sound(), 0).samples());
  }

  @Test
  void aProcessThatEndsWithAFrameIsTold() throws Exception {
    DecoderProcess process = DecoderProcess.start();
    ProcessHandle.of(process.pid()).orElseThrow().destroyForcibly();
    assertThrows(
        DecoderProcess.Ended.class, () -> decode(process, CodecFixtures.read("u16.j2k"), 60));
    process.close();
  }

  @Test
  void aProcessThatHangsIsEnded() throws Exception {
    DecoderProcess process = DecoderProcess.start();
    assertArrayEquals(FIELD, decode(process, CodecFixtures.read("u16.j2k"), 60));
    TestFiles.run("kill", "-STOP", Long.toString(process.pid()));
    assertThrows(
        DecoderProcess.TooSlow.class, () -> decode(process, CodecFixtures.read("u16.j2k"), 1));
    ProcessHandle.of(process.pid())
        .ifPresent(
            handle ->
                assertTrue(
                    handle.onExit().completeOnTimeout(null, 30, TimeUnit.SECONDS).join() != null));
  }

  /** A fault is an answer: the process itself can go on. */
  @Test
  void aDamagedFrameIsAnswered() throws Exception {
    DecoderProcess process = DecoderProcess.start();
    try {
      byte[] damaged = CodecFixtures.read("u16.j2k");
      damaged[11] ^= 0x40;
      assertThrows(DicomException.class, () -> decode(process, damaged, 60));
      assertArrayEquals(FIELD, decode(process, CodecFixtures.read("u16.j2k"), 60));
    } finally {
      process.close();
    }
  }

  @Test
  void moreThreadsThanProcesses() throws Exception {
    List<FutureTask<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < 2 * DecoderPool.PROCESSES; i++) {
      FutureTask<Void> task =
          new FutureTask<>(
              () -> {
                for (int round = 0; round < 10; round++) {
                  assertArrayEquals(FIELD, PixelDecoders.decode(sound(), 0).samples());
                }
                return null;
              });
      new Thread(task).start();
      tasks.add(task);
    }
    for (FutureTask<Void> task : tasks) {
      task.get(120, TimeUnit.SECONDS);
    }
    assertTrue(DecoderPool.idle().size() <= DecoderPool.PROCESSES);
    assertEquals(DecoderPool.idle().size(), DecoderPool.idle().stream().distinct().count());
  }
}
