// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hounsfield.peers.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Keys and certificates in PEM, made by OpenSSL in a folder. Skips the test where it is absent. */
record TlsKeyFiles(Path folder) {
  TlsKeyFiles {
    Programs.needs("openssl");
    try {
      Files.writeString(folder.resolve("ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** This key, trusting the authority "ca". */
  TlsOptions pem(String name) {
    return TlsOptions.defaults()
        .withPem(file(name + ".pem"), file(name + ".key"))
        .withTrusted(file("ca.pem"));
  }

  /** An RSA key with a certificate for localhost. */
  void certificate(String name, String authority) throws Exception {
    certificate(name, authority, "ext", "rsa:2048");
  }

  void openssl(String arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(Arrays.asList(arguments.split(" ")));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("openssl.log").toFile())
            .start();
    assertEquals(0, process.waitFor(), Files.readString(folder.resolve("openssl.log")));
  }

  void authority(String name) throws Exception {
    openssl(
        "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=%s -keyout %s.key -out %s.pem"
            .formatted(name, name, name));
  }

  void certificate(String name, String authority, String extensions, String kind) throws Exception {
    openssl(
        "req -newkey %s -nodes -subj /CN=%s -keyout %s.key -out %s.csr"
            .formatted(kind, name, name, name));
    sign(name, authority, extensions);
  }

  void sign(String name, String authority, String extensions) throws Exception {
    openssl(
        "x509 -req -in %s.csr -CA %s.pem -CAkey %s.key -CAcreateserial -days 30 -extfile %s -out %s.pem"
            .formatted(name, authority, authority, extensions, name));
  }
}
