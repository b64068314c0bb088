// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What waits for a slow disk is counted by the memory it takes. */
class StoreReceptionTest {

  @Test
  void singleBytesAreCountedWithTheObjectsThatHoldThem() {
    int pieces = 10_000;
    Queue<Runnable> disk = new ArrayDeque<>();
    AtomicLong consumed = new AtomicLong();
    StoreReception reception =
        new StoreReception(
            null,
            1,
            null,
            new StoreException(StoreException.Reason.MISMATCH, "not taken"),
            disk::add,
            new StoreReception.Owner() {
              @Override
              public void consumed(long count) {
                consumed.addAndGet(count);
              }

              @Override
              public void finished(
                  StoreReception done, IncomingInstance.Stored stored, Throwable fault) {}
            });
    ByteBuf memory = Unpooled.buffer(1).writeByte(7);
    long counted = 0;
    for (int i = 0; i < pieces; i++) {
      ByteBuffer piece = memory.nioBuffer();
      counted += StoreReception.memory(piece);
      reception.offer(piece, memory, false);
    }
    assertTrue(counted > 100L * pieces, "a piece costs far more than its byte");
    assertEquals(1, disk.size(), "one task, however many pieces wait");
    disk.remove().run();
    assertEquals(counted, consumed.get(), "what was counted is given back");
    assertEquals(1, memory.refCnt(), "and the memory");
  }
}
