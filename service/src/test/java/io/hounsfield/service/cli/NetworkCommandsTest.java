// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.listener.AssociationSummary;
import io.hounsfield.listener.DicomNode;
import io.hounsfield.listener.DicomNodeListener;
import io.hounsfield.listener.DicomNodeOptions;
import io.hounsfield.listener.DicomUsers;
import io.hounsfield.listener.ReceivedInstance;
import io.hounsfield.listener.Spool;
import io.hounsfield.listener.SpoolOptions;
import io.hounsfield.phantom.Fault;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code push} against a node that takes CT and is called LUNGS; {@code serve} that cannot start.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NetworkCommandsTest {

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path eightSlices;
  private static Path mr;

  @BeforeAll
  static void makePhantoms() throws Exception {
    eightSlices = shared.resolve("ct");
    PhantomWriter.writeSeries(
        Phantom.generate(
            PhantomOptions.builder().matrix(64).slices(20).fault(Fault.TOO_FEW).build()),
        eightSlices);
    mr = shared.resolve("mr");
    PhantomWriter.writeSeries(
        Phantom.generate(
            PhantomOptions.builder().matrix(64).slices(20).fault(Fault.NOT_CT).build()),
        mr);
  }

  private interface Talk {
    void with(int port) throws Exception;
  }

  /** Gives the number of instances that the node stored. */
  private int listening(Talk talk) throws Exception {
    AtomicInteger stored = new AtomicInteger();
    DicomNodeListener listener =
        new DicomNodeListener() {
          @Override
          public void instanceStored(ReceivedInstance instance) {
            stored.incrementAndGet();
          }

          @Override
          public void associationClosed(AssociationSummary summary) {
            // Only what was stored counts here.
          }
        };
    Vertx vertx = Vertx.vertx();
    try (Spool spool =
            Spool.open(
                folder.resolve("spool"), new SpoolOptions(0, SpoolOptions.Durability.PROCESS_END));
        DicomNode node =
            DicomNode.start(
                vertx,
                DicomNodeOptions.builder()
                    .aeTitle("LUNGS")
                    .acceptAnyCalledAeTitle(false)
                    .address("127.0.0.1", 0)
                    .build(),
                spool,
                listener)) {
      talk.with(node.port());
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get();
    }
    return stored.get();
  }

  @Test
  void everyInstanceIsSentAndCounted() throws Exception {
    int stored =
        listening(
            port ->
                Cli.run("push", eightSlices, "--to", "LUNGS@127.0.0.1:" + port)
                    .ends(ExitCodes.OK)
                    .says("8 of 8 instances stored by LUNGS@127.0.0.1:" + port));
    assertEquals(8, stored);
  }

  @Test
  void storageCommitmentIsAskedForAndItsReportCounts() throws Exception {
    listening(
        port ->
            Cli.run("push", eightSlices, "--to", "LUNGS@127.0.0.1:" + port, "--commit", "30")
                .ends(ExitCodes.OK)
                .says("8 of 8 instances stored", "Storage commitment: 8 of 8 instances"));
  }

  @Test
  void aPlainNodeIsNotSentToOverTls() throws Exception {
    Path trusted = folder.resolve("no-certificate.pem");
    int stored =
        listening(
            port ->
                Cli.run(
                        "push",
                        eightSlices,
                        "--to",
                        "LUNGS@127.0.0.1:" + port,
                        "--tls-trusted",
                        trusted)
                    .ends(ExitCodes.PEER)
                    .says("no-certificate.pem"));
    assertEquals(0, stored);
  }

  @Test
  void aUsersLineHoldsNoPasscode() throws Exception {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream("s3cret\n".getBytes(StandardCharsets.UTF_8)));
    try {
      Cli.Result result = Cli.run("dicom-user", "pacs").ends(ExitCodes.OK).doesNotSay("s3cret");
      assertTrue(result.out().startsWith("pacs:pbkdf2-sha256:"), result.out());
      DicomUsers.read(Files.writeString(folder.resolve("users"), result.out()));
    } finally {
      System.setIn(before);
    }
    Cli.run("dicom-user", "pa:cs").ends(ExitCodes.USAGE).says("a user name has");
  }

  @Test
  void aNodeOfAnotherNameIsNotSentTo() throws Exception {
    int stored =
        listening(
            port ->
                Cli.run("push", eightSlices, "--to", "HEARTS@127.0.0.1:" + port)
                    .ends(ExitCodes.PEER)
                    .says("HEARTS@127.0.0.1:" + port, "called AE title not recognized"));
    assertEquals(0, stored);
  }

  @Test
  void refusedInstancesAreCountedUnderTheirReason() throws Exception {
    int stored =
        listening(
            port ->
                Cli.run("push", eightSlices, mr, "--to", "LUNGS@127.0.0.1:" + port)
                    .ends(ExitCodes.REFUSED)
                    .says(
                        "8 of 28 instances stored",
                        "and 19 more: ",
                        "SOP class 1.2.840.10008.5.1.4.1.1.4"));
    assertEquals(8, stored);
  }

  @Test
  void whereNobodyListensNothingIsSent() throws Exception {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    Cli.run("push", eightSlices, "--to", "LUNGS@127.0.0.1:" + closed)
        .ends(ExitCodes.PEER)
        .says("LUNGS@127.0.0.1:" + closed + ": cannot connect");
  }

  @Test
  void withoutDicomThereIsNothingToSend() throws Exception {
    Path text = Files.writeString(folder.resolve("text.txt"), "not DICOM");
    Cli.run("push", text, "--to", "LUNGS@127.0.0.1:104")
        .ends(ExitCodes.NO_INPUT)
        .says("holds no DICOM file");
  }

  @Test
  void aPhantomIsNotWrittenOverAnother() throws Exception {
    Path dir = Files.createDirectories(folder.resolve("dicom"));
    Files.writeString(dir.resolve("IM0001.dcm"), "of another phantom");
    Cli.run("phantom", "--out", folder).ends(ExitCodes.USAGE).says(dir + " is not empty");
  }

  @Test
  void everyFaultOfTheConfigurationIsReported() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("wrong.yaml"),
            """
            dicom:
              port: 99999
              nonsense: 3
            http:
              port: abc
            """);
    Cli.run("serve", "--config", config)
        .ends(ExitCodes.CONFIGURATION)
        .says("3 faults", "dicom.port", "99999", "dicom.nonsense", "http.port", "'abc'", "line 5");
    Cli.run("serve", "--config", folder.resolve("missing.yaml"))
        .ends(ExitCodes.CONFIGURATION)
        .says("missing.yaml", "does not exist");
  }

  @Test
  void portsInUseAreReportedTogether() throws Exception {
    try (ServerSocket dicom = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket http = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path config =
          Files.writeString(
              folder.resolve("busy.yaml"),
              """
              dicom:
                port: %d
              http:
                port: %d
              data:
                directory: '%s'
              """
                  .formatted(dicom.getLocalPort(), http.getLocalPort(), folder.resolve("data")));
      Cli.run("serve", "--config", config)
          .ends(ExitCodes.FAILED)
          .says(
              "dicom: cannot listen on 127.0.0.1 port " + dicom.getLocalPort(),
              "http: cannot listen on 127.0.0.1 port " + http.getLocalPort());
    }
  }
}
