// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.peers.Programs;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS, PS3.15 B.12 (BCP 195), between our own sides and with DCMTK. Keys are made by OpenSSL. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsTest {
  @TempDir static Path folder;
  @TempDir Path temp;

  private static TlsKeyFiles keys;

  /** An authority "ca", certificates "node" and "client" of it for localhost, a foreign "other". */
  @BeforeAll
  static void makeKeys() throws Exception {
    keys = new TlsKeyFiles(folder);
    Files.writeString(key("password"), "s3cret\n");
    Files.writeString(key("ext-away"), "subjectAltName=DNS:elsewhere.example\n");
    keys.authority("ca");
    keys.authority("other-ca");
    keys.certificate("node", "ca");
    keys.certificate("client", "ca");
    keys.certificate("stranger", "other-ca");
    keys.certificate("away", "ca", "ext-away", "rsa:2048");
    keys.certificate("short", "ca", "ext", "rsa:1024");
    keys.openssl("ecparam -name prime256v1 -genkey -noout -out ec-old.key");
    keys.openssl("pkcs8 -topk8 -nocrypt -in ec-old.key -out ec.key");
    keys.openssl("req -new -key ec.key -subj /CN=ec -out ec.csr");
    keys.sign("ec", "ca", "ext");
    keys.openssl("pkcs8 -topk8 -in node.key -out node-encrypted.key -passout file:password");
    keys.openssl(
        "pkcs12 -export -in node.pem -inkey node.key -out node.p12 -passout file:password");
  }

  private static Path key(String name) {
    return keys.file(name);
  }

  private static TlsOptions pem(String name) {
    return keys.pem(name);
  }

  private TestNode node(TlsOptions options) throws IOException {
    return new TestNode(temp.resolve("spool"), o -> o.tls(options));
  }

  private static ScuOptions scu(TestNode node, TlsOptions keys) {
    return ScuOptions.of("HOUNSFIELD", "localhost", node.port()).withTls(keys);
  }

  private static TlsOptions trustingOnly() {
    return TlsOptions.defaults().withTrusted(key("ca.pem"));
  }

  @Test
  void aSeriesGoesThroughTls() throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "tls", 5, 256);
    try (TestNode node = node(pem("node"))) {
      SendResult result = StorageScu.send(scu(node, trustingOnly()), files, ProgressListener.NONE);
      assertEquals(List.of(), result.failures());
      DcmtkTest.assertSamePixels(files, node.listener.await(5));
      assertTrue(!node.listener.nextEnd().aborted());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pkcs12", "encrypted", "ec"})
  void keysComeInSeveralForms(String form) throws Exception {
    TlsOptions options =
        switch (form) {
          case "pkcs12" ->
              TlsOptions.defaults().withPkcs12(key("node.p12")).withPassword(key("password"));
          case "encrypted" ->
              TlsOptions.defaults()
                  .withPem(key("node.pem"), key("node-encrypted.key"))
                  .withPassword(key("password"));
          default -> pem("ec");
        };
    try (TestNode node = node(options)) {
      Echo.echo(scu(node, trustingOnly()));
    }
  }

  @Test
  void wrongKeysSayWhatIsWrong() throws Exception {
    assertFault(
        TlsOptions.defaults().withPem(key("node.pem"), key("client.key")),
        "the private key is not that of the certificate");
    assertFault(TlsOptions.defaults().withPem(key("node.key"), key("node.key")), "certificate");
    assertFault(TlsOptions.defaults().withPem(key("ec.pem"), key("ec-old.key")), "openssl pkcs8");
    assertFault(TlsOptions.defaults().withPem(key("node.pem"), key("ec.key")), "kind (RSA)");
    assertFault(TlsOptions.defaults().withPkcs12(key("node.p12")), "password");
    assertFault(
        TlsOptions.defaults().withPem(key("node.pem"), key("node-encrypted.key")), "password");
    assertFault(TlsOptions.defaults().withPem(key("none.pem"), key("node.key")), "none.pem");
    assertFault(trustingOnly(), "needs a certificate");
    assertFault(pem("short"), "an RSA key needs 2048 bits");
    String broken = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";
    Path trusted = Files.writeString(folder.resolve("broken.pem"), broken);
    assertFault(pem("node").withTrusted(trusted), "broken revocation list");
  }

  private void assertFault(TlsOptions options, String expected) {
    IOException fault = assertThrows(IOException.class, () -> node(options).close());
    assertTrue(fault.toString().contains(expected), fault.toString());
    // The spool of the node that did not start is still locked by this process.
    temp = temp.resolve("next");
  }

  @Test
  void theCallerChecksWhomItReached() throws Exception {
    try (TestNode node = node(pem("node"))) {
      AssociationException fault =
          assertThrows(
              AssociationException.class,
              () -> Echo.echo(scu(node, TlsOptions.defaults().withTrusted(key("other-ca.pem")))));
      assertTrue(fault.getMessage().contains("cannot connect"), fault.getMessage());
      assertThrows(
          AssociationException.class,
          () -> Echo.echo(scu(node, TlsOptions.defaults())),
          "Java's own authorities do not know this one");
    }
    try (TestNode node = new TestNode(temp.resolve("spool-2"), o -> o.tls(pem("away")))) {
      assertThrows(
          AssociationException.class,
          () -> Echo.echo(scu(node, trustingOnly())),
          "the certificate is another host's");
    }
  }

  @Test
  void theNodeChecksWhoCallsWhereItShall() throws Exception {
    try (TestNode node = node(pem("node").withClientAuthentication())) {
      Echo.echo(scu(node, pem("client")));
      for (TlsOptions wrong : List.of(trustingOnly(), pem("stranger"))) {
        assertThrows(AssociationException.class, () -> Echo.echo(scu(node, wrong)));
      }
      Echo.echo(scu(node, pem("client")));
    }
  }

  @Test
  void clientAuthenticationNeedsSomethingToCheckAgainst() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            TlsOptions.defaults()
                .withPem(key("node.pem"), key("node.key"))
                .withClientAuthentication());
  }

  @Test
  void plainTcpIsNoWayIn() throws Exception {
    try (TestNode node = node(pem("node"))) {
      ScuOptions plain = ScuOptions.of("HOUNSFIELD", "localhost", node.port());
      assertThrows(AssociationException.class, () -> Echo.echo(plain));
      Echo.echo(scu(node, trustingOnly()));
    }
  }

  @Test
  void aPeerThatNeverFinishesItsHandshakeIsClosed() throws Exception {
    try (TestNode node =
            new TestNode(temp.resolve("spool"), o -> o.tls(pem("node")).timeouts(200, 60_000));
        Socket silent = new Socket("127.0.0.1", node.port())) {
      silent.setSoTimeout(30_000);
      assertEquals(-1, silent.getInputStream().read());
    }
  }

  /** BCP 195: nothing older than TLS 1.2, nothing without forward secrecy. */
  @ParameterizedTest
  @CsvSource({
    "TLSv1.3, TLS_AES_128_GCM_SHA256, true",
    "TLSv1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, true",
    "TLSv1.2, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, true",
    "TLSv1.2, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, false",
    "TLSv1.2, TLS_RSA_WITH_AES_128_GCM_SHA256, false"
  })
  void protocolAndCipherSuiteAreThoseOfBcp195(String protocol, String suite, boolean taken)
      throws Exception {
    try (TestNode node = node(pem("node"));
        SSLSocket socket =
            (SSLSocket) trustingAll().getSocketFactory().createSocket("127.0.0.1", node.port())) {
      socket.setSoTimeout(30_000);
      socket.setEnabledProtocols(new String[] {protocol});
      socket.setEnabledCipherSuites(new String[] {suite});
      if (taken) {
        socket.startHandshake();
        assertEquals(protocol, socket.getSession().getProtocol());
      } else {
        assertThrows(SSLException.class, socket::startHandshake);
      }
    }
  }

  private static SSLContext trustingAll() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    TrustManager all =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    context.init(null, new TrustManager[] {all}, null);
    return context;
  }

  // ---- reload ----

  private static String subject(int port) throws Exception {
    try (SSLSocket socket =
        (SSLSocket) trustingAll().getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setSoTimeout(30_000);
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
          .getSubjectX500Principal()
          .getName();
    }
  }

  private static void awaitSubject(int port, String expected) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!subject(port).equals(expected)) {
      assertTrue(System.nanoTime() < until, "the changed key is not taken");
    }
  }

  private void install(String name) throws IOException {
    for (String end : List.of(".pem", ".key")) {
      Path aside = Files.copy(key(name + end), temp.resolve("new" + end));
      Files.move(aside, temp.resolve("current" + end), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Test
  void aChangedKeyIsTakenWithoutRestartAndABrokenOneIsNot() throws Exception {
    install("node");
    TlsOptions options =
        TlsOptions.defaults()
            .withPem(temp.resolve("current.pem"), temp.resolve("current.key"))
            .withReloadInterval(Duration.ofMillis(20));
    try (TestNode node = node(options);
        ScuAssociation open =
            ScuAssociation.open(scu(node, trustingOnly()), RawPeer.request().contexts())) {
      assertEquals("CN=node", subject(node.port()));
      install("client");
      awaitSubject(node.port(), "CN=client");
      Files.writeString(temp.resolve("current.key"), "no key", StandardCharsets.UTF_8);
      for (int i = 0; i < 20; i++) {
        assertEquals("CN=client", subject(node.port()), "the old key stays");
      }
      install("ec");
      awaitSubject(node.port(), "CN=ec");
      DimseCommand answer =
          open.call(RawPeer.ECHO_CONTEXT, DimseCommand.cEchoRq(1, "1.2.840.10008.1.1"));
      assertEquals(0, answer.status(), "an association of before goes on");
    }
  }

  // ---- DCMTK ----

  private int dcmtk(Path log, String... command) throws Exception {
    Programs.needs(command[0]);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), command[0] + " hangs");
    return process.exitValue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--profile-bcp195-nd", "--profile-bcp195", "--profile-bcp195-ex"})
  void storescuOverTls(String profile) throws Exception {
    List<Path> files = TestInstances.files(temp.resolve("in"), "dcmtk", 2, 200);
    try (TestNode node = node(pem("node").withClientAuthentication())) {
      int rc =
          dcmtk(
              temp.resolve("log"),
              "storescu",
              "--enable-tls",
              key("client.key").toString(),
              key("client.pem").toString(),
              "--add-cert-file",
              key("ca.pem").toString(),
              profile,
              "-aec",
              "HOUNSFIELD",
              "localhost",
              "" + node.port(),
              files.get(0).toString(),
              files.get(1).toString());
      assertEquals(0, rc, Files.readString(temp.resolve("log")));
      DcmtkTest.assertSamePixels(files, node.listener.await(2));
    }
  }

  @Test
  void echoscuWithoutACertificateWhereNoneIsAskedFor() throws Exception {
    try (TestNode node = node(pem("node"))) {
      int rc =
          dcmtk(
              temp.resolve("log"),
              "echoscu",
              "--anonymous-tls",
              "--add-cert-file",
              key("ca.pem").toString(),
              "localhost",
              "" + node.port());
      assertEquals(0, rc, Files.readString(temp.resolve("log")));
    }
  }

  @Test
  void storescuOfAStrangerIsTurnedAway() throws Exception {
    try (TestNode node = node(pem("node").withClientAuthentication())) {
      int rc =
          dcmtk(
              temp.resolve("log"),
              "echoscu",
              "--enable-tls",
              key("stranger.key").toString(),
              key("stranger.pem").toString(),
              "--add-cert-file",
              key("ca.pem").toString(),
              "localhost",
              "" + node.port());
      assertTrue(rc != 0);
      Echo.echo(scu(node, pem("client")));
    }
  }

  @Test
  void storescpOverTlsGetsOurFiles() throws Exception {
    Programs.needs("storescp");
    List<Path> files = TestInstances.files(temp.resolve("in"), "scp", 2, 200);
    int port = Programs.freePort();
    Path out = Files.createDirectories(temp.resolve("out"));
    Process storescp =
        new ProcessBuilder(
                "storescp",
                "--enable-tls",
                key("node.key").toString(),
                key("node.pem").toString(),
                "--add-cert-file",
                key("ca.pem").toString(),
                "-od",
                out.toString(),
                "" + port)
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("log").toFile())
            .start();
    try {
      ScuOptions options = ScuOptions.of("DCMTK", "localhost", port).withTls(pem("client"));
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (true) {
        try {
          Echo.echo(options);
          break;
        } catch (AssociationException e) {
          assertTrue(storescp.isAlive() && System.nanoTime() < until, e.getMessage());
        }
      }
      SendResult result = StorageScu.send(options, files, ProgressListener.NONE);
      assertEquals(List.of(), result.failures());
      assertEquals(2, out.toFile().list().length);
    } finally {
      storescp.destroy();
    }
  }
}
