// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.peers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Programs of others that tests run; for the tests of all modules. */
public final class Programs {
  private Programs() {}

  /** Skips the test where this program is not on the PATH. */
  public static void needs(String program) {
    boolean there =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    assumeTrue(there, program + " is not installed (Debian: dcmtk, dicom3tools, openssl, orthanc)");
  }

  /** A port for a program that cannot choose one itself. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
