// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is measured, and whether an instance is on the device when it is acknowledged.
 *
 * <p>DCMTK, which is in Orthanc too, sends an answer in two parts and leaves Nagle's algorithm on,
 * so that each answer waits for the other side's delayed acknowledgement, about 40 ms. Set to 1,
 * its environment variable TCP_NODELAY turns that off: both are measured with and without.
 */
enum ReceiverKind {
  HOUNSFIELD("Hounsfield", true, null, false),
  HOUNSFIELD_NO_FSYNC("Hounsfield", false, null, false),
  STORESCP("DCMTK storescp", false, "storescp", false),
  STORESCP_NO_DELAY("DCMTK storescp, TCP_NODELAY", false, "storescp", true),
  ORTHANC("Orthanc", true, "Orthanc", false),
  ORTHANC_NO_DELAY("Orthanc, TCP_NODELAY", true, "Orthanc", true),
  ORTHANC_NO_DELAY_NO_FSYNC("Orthanc, TCP_NODELAY", false, "Orthanc", true);

  private final String product;
  private final boolean fsync;
  private final String tool;
  private final boolean noDelay;

  ReceiverKind(String product, boolean fsync, String tool, boolean noDelay) {
    this.product = product;
    this.fsync = fsync;
    this.tool = tool;
    this.noDelay = noDelay;
  }

  String product() {
    return product;
  }

  boolean fsync() {
    return fsync;
  }

  String text() {
    return product + (fsync ? ", fsync" : ", no fsync");
  }

  /** Whether it can run here. */
  boolean isInstalled() {
    return tool == null || onPath(tool);
  }

  static boolean onPath(String tool) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
  }

  /** The command that receives into this folder on this port. */
  ProcessBuilder command(Path folder, int port) throws IOException {
    ProcessBuilder process = receiving(folder, port);
    process.environment().remove("TCP_NODELAY");
    if (noDelay) {
      process.environment().put("TCP_NODELAY", "1");
    }
    return process;
  }

  private ProcessBuilder receiving(Path folder, int port) throws IOException {
    return switch (this) {
      case HOUNSFIELD, HOUNSFIELD_NO_FSYNC -> {
        List<String> arguments =
            new ArrayList<>(List.of("bench", "receive-node", "--port", "" + port));
        arguments.addAll(List.of("--spool", folder.toString()));
        if (!fsync) {
          arguments.add("--no-fsync");
        }
        yield ServiceProcess.command(arguments);
      }
      case STORESCP, STORESCP_NO_DELAY ->
          // One process an association: without it, associations would wait for each other.
          new ProcessBuilder(
              "storescp",
              "--fork",
              "+xa",
              "-aet",
              "HOUNSFIELD",
              "-od",
              folder.toString(),
              "" + port);
      case ORTHANC, ORTHANC_NO_DELAY, ORTHANC_NO_DELAY_NO_FSYNC -> {
        Path configuration =
            Files.writeString(
                folder.resolveSibling(folder.getFileName() + ".json"),
                """
                {"StorageDirectory": "%s", "IndexDirectory": "%s", "Plugins": [],
                 "HttpPort": %d, "RemoteAccessAllowed": false, "AuthenticationEnabled": false,
                 "DicomAet": "HOUNSFIELD", "DicomPort": %d, "DicomCheckCalledAet": false,
                 "DicomAlwaysAllowStore": true, "DicomAlwaysAllowEcho": true,
                 "SyncStorageArea": %b}
                """
                    .formatted(folder, folder, Receiver.freePort(), port, fsync));
        yield new ProcessBuilder("Orthanc", configuration.toString());
      }
    };
  }
}
