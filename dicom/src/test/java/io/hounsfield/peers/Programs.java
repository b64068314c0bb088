// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.peers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Programs of others that tests run; for the tests of all modules. */
public final class Programs {
  private Programs() {}

  /** Skips the test where this program is not on the PATH. */
  public static void needs(String program) {
    boolean there =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    assumeTrue(
        there,
        program
            + " is not installed (Debian: dcmtk, dicom3tools, libgdcm-tools, openssl, orthanc)");
  }

  /** A Python that has this module; skips the test where there is none. */
  public static String python(String module) throws InterruptedException {
    for (String python : List.of("python3", "/usr/bin/python3")) {
      try {
        Process process =
            new ProcessBuilder(python, "-c", "import " + module)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() == 0) {
          return python;
        }
      } catch (IOException e) {
        // not installed: the next one
      }
    }
    return Assumptions.abort("no Python with " + module + " (Debian: python3-" + module + ")");
  }

  /** A port for a program that cannot choose one itself. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
