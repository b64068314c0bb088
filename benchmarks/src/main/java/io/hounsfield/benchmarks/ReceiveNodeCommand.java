// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks;

import io.hounsfield.listener.AssociationSummary;
import io.hounsfield.listener.DicomNode;
import io.hounsfield.listener.DicomNodeListener;
import io.hounsfield.listener.DicomNodeOptions;
import io.hounsfield.listener.ReceivedInstance;
import io.hounsfield.listener.Spool;
import io.hounsfield.listener.SpoolOptions;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The receiving part of the service alone, in a process of its own; ends with the process. */
@Command(
    name = "receive-node",
    hidden = true,
    description = "Receives into a spool and does nothing with it; for 'bench receive'.",
    mixinStandardHelpOptions = true)
final class ReceiveNodeCommand implements Callable<Integer> {

  @Option(names = "--port", required = true, description = "TCP port on loopback.")
  private int port;

  @Option(names = "--spool", required = true, description = "Folder of the spool.")
  private Path directory;

  @Option(names = "--no-fsync", description = "Do not flush to the device.")
  private boolean noFsync;

  @Override
  public Integer call() throws IOException, InterruptedException {
    SpoolOptions.Durability durability =
        noFsync ? SpoolOptions.Durability.PROCESS_END : SpoolOptions.Durability.POWER_LOSS;
    Vertx vertx = Vertx.vertx();
    try (Spool spool = Spool.open(directory, new SpoolOptions(0, durability));
        DicomNode node =
            DicomNode.start(
                vertx,
                DicomNodeOptions.builder().address("127.0.0.1", port).build(),
                spool,
                new Nobody())) {
      System.out.println("listening on port " + node.port());
      new CountDownLatch(1).await(); // until the process is ended
    }
    return 0;
  }

  private static final class Nobody implements DicomNodeListener {
    @Override
    public void instanceStored(ReceivedInstance instance) {}

    @Override
    public void associationClosed(AssociationSummary association) {}
  }
}
