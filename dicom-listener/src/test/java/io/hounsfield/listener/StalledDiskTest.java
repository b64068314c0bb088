// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.listener.ul.PduCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Peers that go on sending while nothing can be stored: what they may make the node hold. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StalledDiskTest {
  @TempDir Path temp;
  private TestNode node;

  private void start(UnaryOperator<DicomNodeOptions.Builder> settings) throws IOException {
    node = new TestNode(temp.resolve("spool"), settings);
    node.listener.gate = new CountDownLatch(1);
  }

  @AfterEach
  void nothingIsHeldAfterwards() throws Exception {
    node.listener.gate.countDown();
    node.close();
    assertEquals(0, node.node.statistics().pendingBytes());
  }

  private RawPeer associated() throws IOException {
    return RawPeer.associated(node.port());
  }

  private static byte[] slice(int number, int side) throws IOException {
    return TestInstances.encoded(TestInstances.ct("bad", number, side));
  }

  private static String uid(int number) {
    return TestInstances.sopUid("bad", number);
  }

  @Test
  void whoWaitsForThisNodeIsNotIdle() throws Exception {
    start(options -> options.timeouts(30_000, 100));
    try (RawPeer peer = associated()) {
      peer.sendAll(RawPeer.store(1, uid(1), slice(1, 256), 16000));
      assertEquals(0, peer.response().status());
      peer.sendAll(RawPeer.store(2, uid(2), slice(2, 256), 16000));
      peer.socket.setSoTimeout(600);
      assertThrows(SocketTimeoutException.class, peer::receive, "the disk stands still");
      node.listener.gate.countDown();
      assertEquals(0, peer.response().status());
    }
  }

  /** Sends on a thread of its own, since the node stops reading. */
  private static CompletableFuture<Void> sending(RawPeer peer, byte[] bytes) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            peer.send(bytes);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> new Thread(task, "sender").start());
  }

  /** The node took what it wants to take: it had many turns, and what it took stays the same. */
  private void awaitStandstill(long atLeast, ToLongFunction<NodeStatistics> value)
      throws IOException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (value.applyAsLong(node.node.statistics()) < atLeast) {
      assertTrue(System.nanoTime() < until, "it takes less than that: " + node.node.statistics());
      Thread.onSpinWait();
    }
    try (RawPeer other = associated()) {
      for (int i = 0; i < 50; i++) {
        other.echo(i);
        assertEquals(0, other.response().status());
      }
    }
  }

  @Test
  void atMost64RequestsStandOpen() throws Exception {
    start(options -> options);
    byte[] slice = slice(0, 100);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int count = 160; // less than the node would hold in bytes
    for (int i = 0; i < count; i++) {
      byte[] next = slice(i, 100);
      RawPeer.store(i, uid(i), next, 16000).forEach(pdu -> all.writeBytes(PduCodec.encode(pdu)));
    }
    try (RawPeer peer = associated()) {
      CompletableFuture<Void> sender = sending(peer, all.toByteArray());
      awaitStandstill(64L * slice.length, NodeStatistics::bytesReceived);
      long taken = node.node.statistics().bytesReceived();
      assertTrue(taken < all.size() - 20L * slice.length, taken + " of " + all.size());
      node.listener.gate.countDown();
      for (int i = 0; i < count; i++) {
        DimseCommand response = peer.response();
        assertEquals(i, response.messageId());
        assertEquals(0, response.status());
      }
      sender.get();
    }
    assertEquals(count, node.listener.await(count).size());
  }

  /** A fragment of one byte costs far more memory than a byte. */
  @Test
  void tinyFragmentsAreBoundedByTheMemoryTheyTake() throws Exception {
    start(options -> options);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] first = slice(0, 16);
    RawPeer.store(0, uid(0), first, 16000).forEach(pdu -> all.writeBytes(PduCodec.encode(pdu)));
    byte[] second = slice(1, 300);
    RawPeer.store(1, uid(1), second, 1).forEach(pdu -> all.writeBytes(PduCodec.encode(pdu)));
    try (RawPeer peer = associated()) {
      CompletableFuture<Void> sender = sending(peer, all.toByteArray());
      awaitStandstill(4 << 20, NodeStatistics::pendingBytes);
      long held = node.node.statistics().pendingBytes();
      // Beyond the bound by what one read from the socket brings: 13 bytes a fragment.
      assertTrue(held < (4 << 20) + (256 << 10) / 13 * 140, held + " bytes");
      assertTrue(held < 100L * second.length);
      node.listener.gate.countDown();
      assertEquals(0, peer.response().status());
      assertEquals(0, peer.response().status());
      sender.get();
    }
    assertArrayEquals(second, TestInstances.dataSetBytes(node.listener.await(2).get(1).file()));
  }
}
