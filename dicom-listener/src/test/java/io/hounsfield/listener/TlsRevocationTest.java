// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Revocation lists among the trusted certificates, RFC 5280 section 6.3. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsRevocationTest {
  @TempDir static Path folder;
  @TempDir Path temp;

  private static TlsKeyFiles keys;

  @BeforeAll
  static void makeKeys() throws Exception {
    keys = new TlsKeyFiles(folder);
    keys.authority("ca");
    keys.authority("other-ca");
    keys.certificate("node", "ca");
    keys.certificate("client", "ca");
    keys.certificate("other", "ca");
    keys.certificate("stranger", "other-ca");
  }

  private TestNode node(TlsOptions options) throws IOException {
    return new TestNode(temp.resolve("spool"), o -> o.tls(options));
  }

  private static ScuOptions scu(TestNode node, TlsOptions with) {
    return ScuOptions.of("HOUNSFIELD", "localhost", node.port()).withTls(with);
  }

  /** A revocation list of an authority, which names these certificates. */
  private String revocationList(String authority, String validity, String... revoked)
      throws Exception {
    Path list = Files.createDirectories(folder.resolve("list-" + temp.getFileName()));
    Files.writeString(
        list.resolve("ca.cnf"),
        "[ca]\ndefault_ca=d\n[d]\ndatabase=%s\ndefault_md=sha256\n"
            .formatted(list.resolve("index")));
    Files.writeString(list.resolve("index"), "");
    String ca =
        "ca -config %s -cert %s.pem -keyfile %s.key "
            .formatted(list.resolve("ca.cnf"), authority, authority);
    for (String name : revoked) {
      keys.openssl(ca + "-revoke " + name + ".pem");
    }
    keys.openssl(ca + "-gencrl " + validity + " -out " + list.resolve("list.pem"));
    return Files.readString(list.resolve("list.pem"));
  }

  private TlsOptions trusting(String... parts) throws IOException {
    Path trusted = Files.createDirectories(temp).resolve("trusted.pem");
    Files.writeString(trusted, String.join("\n", parts));
    return TlsOptions.defaults()
        .withPem(keys.file("node.pem"), keys.file("node.key"))
        .withTrusted(trusted)
        .withClientAuthentication()
        .withReloadInterval(Duration.ofMillis(20));
  }

  private static boolean admits(TestNode node, String client) throws IOException {
    try {
      Echo.echo(scu(node, keys.pem(client)));
      return true;
    } catch (AssociationException e) {
      return false;
    }
  }

  @Test
  void aRevokedCertificateIsTurnedAwayAndSoIsOneOfAnAuthorityWithoutAList() throws Exception {
    String ca = Files.readString(keys.file("ca.pem"));
    String other = Files.readString(keys.file("other-ca.pem"));
    String list = revocationList("ca", "-crldays 7", "client");
    try (TestNode node = node(trusting(ca, list, other))) {
      assertTrue(admits(node, "other"));
      assertTrue(!admits(node, "client"), "revoked");
      assertTrue(!admits(node, "stranger"), "trusted, but of an authority without a list");
    }
  }

  @Test
  void aListThatIsTooOldVouchesForNobody() throws Exception {
    String ca = Files.readString(keys.file("ca.pem"));
    try (TestNode node =
        node(
            trusting(
                ca,
                revocationList(
                    "ca", "-crl_lastupdate 20200101000000Z -crl_nextupdate 20200108000000Z")))) {
      assertTrue(!admits(node, "client"));
    }
  }

  @Test
  void aListThatIsAddedCountsWithoutARestart() throws Exception {
    String ca = Files.readString(keys.file("ca.pem"));
    try (TestNode node = node(trusting(ca))) {
      assertTrue(admits(node, "client"));
      trusting(ca, revocationList("ca", "-crldays 7", "client"));
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (admits(node, "client")) {
        assertTrue(System.nanoTime() < until, "it stays trusted");
      }
      assertTrue(admits(node, "other"));
    }
  }

  @Test
  void aCallerTurnsAwayFromARevokedNode() throws Exception {
    Path trusted =
        Files.writeString(
            temp.resolve("trusted.pem"),
            Files.readString(keys.file("ca.pem")) + revocationList("ca", "-crldays 7", "node"));
    try (TestNode node = node(keys.pem("node"))) {
      TlsOptions checking = TlsOptions.defaults().withTrusted(trusted);
      assertThrows(AssociationException.class, () -> Echo.echo(scu(node, checking)));
      Echo.echo(scu(node, TlsOptions.defaults().withTrusted(keys.file("ca.pem"))));
    }
  }
}
