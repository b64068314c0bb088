// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduCodec;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Our SCU with nodes that refuse, break off or stand still: it says so and never hangs. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScuTest {
  @TempDir Path temp;

  /** What a scripted node does with its one connection. */
  private interface Script {
    void run(Peer peer) throws IOException;
  }

  private record Peer(DataInputStream in, OutputStream out) {
    Pdu receive() throws IOException {
      byte[] header = new byte[6];
      in.readFully(header);
      byte[] body = new byte[ByteBuffer.wrap(header).getInt(2)];
      in.readFully(body);
      return PduCodec.decode(header[0] & 0xFF, ByteBuffer.wrap(body));
    }

    void send(Pdu pdu) throws IOException {
      out.write(PduCodec.encode(pdu));
    }

    /** Accepts everything proposed, with the first transfer syntax. */
    Pdu.AssociateRq accept(long maximumLength) throws IOException {
      Pdu.AssociateRq request = (Pdu.AssociateRq) receive();
      List<Pdu.ContextResult> results = new ArrayList<>();
      for (Pdu.ProposedContext context : request.contexts()) {
        results.add(new Pdu.ContextResult(context.id(), 0, context.transferSyntaxes().get(0)));
      }
      send(
          new Pdu.AssociateAc(
              1,
              request.calledAeTitle(),
              request.callingAeTitle(),
              Pdu.DICOM_APPLICATION_CONTEXT,
              results,
              new Pdu.UserInformation(maximumLength, "1.2.3", null, Optional.empty(), List.of())));
      return request;
    }

    /** Reads PDUs up to the last fragment of a data set; returns the command. */
    DimseCommand readStore(long maximumLength) throws IOException {
      DimseCommand command = null;
      while (true) {
        Pdu.PDataTf data = (Pdu.PDataTf) receive();
        for (Pdu.Pdv value : data.values()) {
          assertTrue(value.data().remaining() + 6 <= maximumLength, "keeps to the maximum");
          if (value.command()) {
            command = DimseCommand.decode(value.data());
          } else if (value.last()) {
            return command;
          }
        }
      }
    }

    void respond(DimseCommand response) throws IOException {
      send(
          new Pdu.PDataTf(List.of(new Pdu.Pdv(1, true, true, ByteBuffer.wrap(response.encode())))));
    }

    void readToEnd() throws IOException {
      try {
        while (in.read() >= 0) {
          // whatever comes
        }
      } catch (SocketException e) {
        // reset: the end as well
      }
    }
  }

  private ServerSocket server;
  private CompletableFuture<Void> script;

  private ScuOptions node(Script behaviour) throws IOException {
    server = new ServerSocket(0);
    script =
        CompletableFuture.runAsync(
            () -> {
              try (Socket socket = server.accept()) {
                behaviour.run(
                    new Peer(
                        new DataInputStream(socket.getInputStream()), socket.getOutputStream()));
              } catch (EOFException | SocketException e) {
                // the SCU left
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            },
            task -> new Thread(task, "scripted-node").start());
    return ScuOptions.of("PEER", "127.0.0.1", server.getLocalPort()).withTimeouts(5_000, 300);
  }

  private AssociationException failure(ScuOptions options) {
    AssociationException e = assertThrows(AssociationException.class, () -> Echo.echo(options));
    assertTrue(e.getMessage().startsWith("PEER@127.0.0.1:" + options.port()), e.getMessage());
    return e;
  }

  private List<Path> files(int count) throws IOException {
    return TestInstances.files(temp, "scu", count, 128);
  }

  @Test
  void nobodyListens() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    AssociationException e = failure(ScuOptions.of("PEER", "127.0.0.1", port));
    assertTrue(e.getMessage().contains("cannot connect"), e.getMessage());
  }

  @Test
  void anUnknownHost() {
    AssociationException e =
        assertThrows(
            AssociationException.class,
            () -> Echo.echo(ScuOptions.of("PEER", "no-such-host.invalid", 104)));
    assertTrue(e.getMessage().contains("cannot connect"), e.getMessage());
  }

  @Test
  void aRejectionIsPassedOnInWords() throws Exception {
    ScuOptions options =
        node(
            peer -> {
              peer.receive();
              peer.send(new Pdu.AssociateRj(1, 1, 3));
              peer.readToEnd();
            });
    assertTrue(failure(options).getMessage().contains("calling AE title not recognized"));
    script.get();
  }

  @Test
  void aNodeThatSaysNothing() throws Exception {
    ScuOptions options = node(Peer::readToEnd);
    assertTrue(failure(options).getMessage().contains("nothing moved for 300 ms"));
    script.get();
  }

  @Test
  void aNodeThatIsNoDicomNode() throws Exception {
    ScuOptions options =
        node(
            peer -> {
              peer.out().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
              peer.readToEnd();
            });
    assertTrue(failure(options).getMessage().contains("no valid PDU"));
    script.get();
  }

  @Test
  void aNodeThatClosesAtOnce() throws Exception {
    ScuOptions options = node(peer -> {});
    failure(options);
    script.get();
  }

  @Test
  void aNodeThatAbortsInTheMiddle() throws Exception {
    ScuOptions options =
        node(
            peer -> {
              peer.accept(16384);
              DimseCommand first = peer.readStore(16384);
              peer.respond(first.response(0, ""));
              peer.readStore(16384);
              peer.send(new Pdu.Abort(2, 0));
              peer.readToEnd();
            });
    SendResult result = StorageScu.send(options, files(4), ProgressListener.NONE);
    assertEquals(1, result.stored());
    assertEquals(3, result.failures().size(), "none of the others is lost from sight");
    assertTrue(
        result.failures().get(2).reason().contains("aborted by the service provider"),
        result.failures().get(2).reason());
    script.get();
  }

  @Test
  void aNodeThatStopsReading() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    ScuOptions options =
        node(
            peer -> {
              peer.accept(0);
              try {
                over.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    List<Path> big = TestInstances.files(temp.resolve("big"), "big", 1, 2000);
    List<Path> many = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      many.addAll(big);
    }
    SendResult result = StorageScu.send(options, many, ProgressListener.NONE);
    over.countDown();
    assertEquals(0, result.stored());
    assertEquals(20, result.failures().size());
    assertTrue(result.failures().get(0).reason().contains("nothing moved"));
    script.get();
  }

  @Test
  void statusAndCommentOfARefusalAreReportedAndTheNextIsSent() throws Exception {
    ScuOptions options =
        node(
            peer -> {
              peer.accept(4096);
              peer.respond(peer.readStore(4096).response(0xA701, "disk is full"));
              peer.respond(peer.readStore(4096).response(0xB000, ""));
              peer.respond(peer.readStore(4096).response(0, ""));
              assertEquals(new Pdu.ReleaseRq(), peer.receive());
              peer.send(new Pdu.ReleaseRp());
              peer.readToEnd();
            });
    SendResult result = StorageScu.send(options, files(3), ProgressListener.NONE);
    assertEquals(2, result.stored(), "a warning means it was stored");
    assertEquals(0xA701, result.failures().get(0).status());
    assertEquals(
        "answered A701H (refused: out of resources): disk is full",
        result.failures().get(0).reason());
    script.get();
  }

  @Test
  void anAnswerToAnotherRequestEndsTheAssociation() throws Exception {
    ScuOptions options =
        node(
            peer -> {
              peer.accept(16384);
              DimseCommand first = peer.readStore(16384);
              peer.respond(
                  DimseCommand.cStoreRq(first.messageId() + 1, "1.2", "1.3").response(0, ""));
              assertEquals(new Pdu.Abort(0, 0), peer.receive());
            });
    SendResult result = StorageScu.send(options, files(2), ProgressListener.NONE);
    assertEquals(0, result.stored());
    assertTrue(result.failures().get(1).reason().contains("another request"));
    script.get();
  }

  @Test
  void aReleaseCollisionEndsInOrder() throws Exception {
    ScuOptions options =
        node(
            peer -> {
              peer.accept(16384);
              peer.respond(peer.readStore(16384).response(0, ""));
              assertEquals(new Pdu.ReleaseRq(), peer.receive());
              peer.send(new Pdu.ReleaseRq()); // collides with the one on its way
              assertEquals(new Pdu.ReleaseRp(), peer.receive());
              peer.send(new Pdu.ReleaseRp());
              peer.readToEnd();
            });
    assertEquals(1, StorageScu.send(options, files(1), ProgressListener.NONE).stored());
    script.get();
  }

  @Test
  void aPaceIsKept() throws Exception {
    try (TestNode node = new TestNode(temp.resolve("spool"))) {
      long start = System.nanoTime();
      SendResult result =
          StorageScu.send(node.scu().withSlicesPerSecond(50), files(11), ProgressListener.NONE);
      assertEquals(11, result.stored());
      assertTrue(
          System.nanoTime() - start >= 200_000_000L, "ten intervals of 20 ms are at least 200 ms");
    }
  }

  @Test
  void aTruncatedFileIsNotSent() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("cut"), "cut", 3, 64);
    byte[] whole = Files.readAllBytes(files.get(1));
    Files.write(files.get(1), Arrays.copyOf(whole, whole.length - 100));
    try (TestNode node = new TestNode(temp.resolve("cut-spool"))) {
      SendResult result = StorageScu.send(node.scu(), files, ProgressListener.NONE);
      assertEquals(2, result.stored());
      assertEquals(
          List.of(files.get(1)), result.failures().stream().map(SendResult.Failure::file).toList());
      assertEquals(2, node.listener.await(2).size());
    }
  }

  @Test
  void anUnknownHostIsNamed() {
    ScuOptions nowhere = ScuOptions.of("X", "no-such-host.invalid", 104);
    AssociationException fault = assertThrows(AssociationException.class, () -> Echo.echo(nowhere));
    assertTrue(
        fault.getMessage().contains("no address is known for the host 'no-such-host.invalid'"),
        fault.getMessage());
  }
}
