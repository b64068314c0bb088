// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What is measured, and whether an instance is on the device when it is acknowledged. */
enum ReceiverKind {
  HOUNSFIELD("Hounsfield", true, null),
  HOUNSFIELD_NO_FSYNC("Hounsfield", false, null),
  STORESCP("DCMTK storescp", false, "storescp"),
  ORTHANC("Orthanc", true, "Orthanc"),
  ORTHANC_NO_FSYNC("Orthanc", false, "Orthanc");

  private final String product;
  private final boolean fsync;
  private final String tool;

  ReceiverKind(String product, boolean fsync, String tool) {
    this.product = product;
    this.fsync = fsync;
    this.tool = tool;
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
      case STORESCP ->
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
      case ORTHANC, ORTHANC_NO_FSYNC -> {
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
