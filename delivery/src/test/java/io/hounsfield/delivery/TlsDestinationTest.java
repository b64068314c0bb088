// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.hounsfield.listener.TlsOptions;
import io.hounsfield.peers.Programs;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Destinations over TLS with keys of their own, both sides authenticated: DICOM (PS3.15 B.12), MLLP
 * and https. Nothing goes to a receiver whose certificate is not trusted or is another host's.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsDestinationTest {
  private static final String ANALYSIS = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir static Path keys;
  @TempDir Path root;

  /** Keys of "receiver", "sender" and a "stranger" for localhost, and of a receiver "away". */
  @BeforeAll
  static void makeKeys() throws Exception {
    Files.writeString(keys.resolve("password"), "changeit\n");
    key("receiver", "dns:localhost,ip:127.0.0.1");
    key("sender", "dns:localhost");
    key("stranger", "dns:localhost,ip:127.0.0.1");
    key("away", "dns:elsewhere.example");
  }

  private static void key(String name, String names) throws Exception {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Path store = keys.resolve(name + ".p12");
    Process process =
        new ProcessBuilder(
                List.of(
                    keytool.toString(),
                    "-genkeypair",
                    "-alias",
                    name,
                    "-keyalg",
                    "RSA",
                    "-keysize",
                    "2048",
                    "-dname",
                    "CN=" + name,
                    "-ext",
                    "san=" + names,
                    "-validity",
                    "30",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    "changeit"))
            .redirectErrorStream(true)
            .redirectOutput(keys.resolve("keytool.log").toFile())
            .start();
    assertEquals(0, process.waitFor(), Files.readString(keys.resolve("keytool.log")));
    KeyStore read = KeyStore.getInstance(store.toFile(), PASSWORD);
    Certificate certificate = read.getCertificate(name);
    Files.writeString(keys.resolve(name + ".pem"), pem("CERTIFICATE", certificate.getEncoded()));
    Files.writeString(
        keys.resolve(name + ".key"), pem("PRIVATE KEY", read.getKey(name, PASSWORD).getEncoded()));
  }

  private static String pem(String what, byte[] encoded) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(what, body, what);
  }

  /** Shows the certificate of one, trusts that of another. */
  private static TlsOptions tls(String own, String trusted) {
    return TlsOptions.defaults()
        .withPkcs12(keys.resolve(own + ".p12"))
        .withPassword(keys.resolve("password"))
        .withTrusted(keys.resolve(trusted + ".pem"));
  }

  private static SSLServerSocket server(String own) throws IOException {
    SSLServerSocket server =
        (SSLServerSocket)
            tls(own, "sender")
                .context()
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    server.setNeedClientAuth(true);
    return server;
  }

  private Attempt send(Target target, ResultObject object) throws InterruptedException {
    Destination plain = Destination.of("there", target);
    try (Sender sender = Sender.of(plain)) {
      Delivery delivery = Delivery.queued(ANALYSIS, 1, "there", object, Instant.EPOCH);
      return sender.send(delivery, root.resolve(object.file()));
    } catch (IOException e) {
      return Attempt.unreachable(Attempt.text(e));
    }
  }

  private static Target.Dicom dicom(int port, TlsOptions tls) {
    return new Target.Dicom("ARCHIVE", "localhost", port, "HOUNSFIELD", Optional.of(tls), false);
  }

  @Test
  void anInstanceGoesByDicomOverTls() throws Exception {
    ResultObject object = TestObjects.picture(root, ANALYSIS, 1, 1);
    try (StubScp archive = new StubScp(server("receiver"))) {
      assertInstanceOf(
          Attempt.Delivered.class, send(dicom(archive.port(), tls("sender", "receiver")), object));
      assertEquals(List.of(TestObjects.uid(ANALYSIS, 1, 1)), archive.stored);
      for (TlsOptions wrong : List.of(tls("sender", "stranger"), tls("stranger", "receiver"))) {
        assertInstanceOf(Attempt.Unavailable.class, send(dicom(archive.port(), wrong), object));
      }
      Target plain =
          new Target.Dicom(
              "ARCHIVE", "localhost", archive.port(), "HOUNSFIELD", Optional.empty(), false);
      assertInstanceOf(Attempt.Unavailable.class, send(plain, object));
      assertEquals(1, archive.stored.size());
    }
    try (StubScp archive = new StubScp(server("away"))) {
      assertInstanceOf(
          Attempt.Unavailable.class, send(dicom(archive.port(), tls("sender", "away")), object));
      assertEquals(List.of(), archive.stored, "the certificate is another host's");
    }
  }

  @Test
  void storescpGetsAnInstanceOverTls() throws Exception {
    Programs.needs("storescp");
    ResultObject object = TestObjects.picture(root, ANALYSIS, 1, 1);
    Path out = Files.createDirectories(root.resolve("out"));
    int port = Programs.freePort();
    Process storescp =
        new ProcessBuilder(
                "storescp",
                "--enable-tls",
                keys.resolve("receiver.key").toString(),
                keys.resolve("receiver.pem").toString(),
                "--add-cert-file",
                keys.resolve("sender.pem").toString(),
                "-od",
                out.toString(),
                "" + port)
            .redirectErrorStream(true)
            .redirectOutput(root.resolve("log").toFile())
            .start();
    try {
      Target target = dicom(port, tls("sender", "receiver"));
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      Attempt attempt = send(target, object);
      while (!(attempt instanceof Attempt.Delivered)) { // it does not listen yet
        assertTrue(System.nanoTime() < until, attempt + Files.readString(root.resolve("log")));
        attempt = send(target, object);
      }
      try (Stream<Path> held = Files.list(out)) {
        assertEquals(1, held.count());
      }
    } finally {
      storescp.destroy();
      storescp.waitFor();
    }
  }

  @Test
  void aMessageGoesByMllpOverTls() throws Exception {
    ResultObject object =
        TestObjects.text(
            root, ANALYSIS, 1, ObjectKind.HL7, "report.hl7", "MSH|^~\\&|H||||1||ORU^R01|M-1|P\r");
    AtomicInteger messages = new AtomicInteger();
    Thread receiver;
    try (SSLServerSocket server = server("receiver")) {
      receiver = new Thread(() -> acknowledge(server, messages));
      receiver.start();
      for (TlsOptions wrong : List.of(tls("sender", "stranger"), tls("stranger", "receiver"))) {
        Target target =
            new Target.Mllp("localhost", server.getLocalPort(), Optional.of(wrong), Hl7Names.NONE);
        assertInstanceOf(Attempt.Unavailable.class, send(target, object));
      }
      Target target =
          new Target.Mllp(
              "localhost",
              server.getLocalPort(),
              Optional.of(tls("sender", "receiver")),
              Hl7Names.NONE);
      assertInstanceOf(Attempt.Delivered.class, send(target, object));
    }
    receiver.join();
    assertEquals(1, messages.get());
  }

  /** Acknowledges each message until the server is closed. */
  private static void acknowledge(SSLServerSocket server, AtomicInteger messages) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        int b = in.read();
        while (b != 0x1C && b >= 0) {
          b = in.read();
        }
        if (b == 0x1C) {
          messages.incrementAndGet();
          socket
              .getOutputStream()
              .write(
                  "\u000bMSH|^~\\&|R||||1||ACK|A|P\rMSA|AA|M-1\r\u001c\r"
                      .getBytes(StandardCharsets.US_ASCII));
        }
      } catch (IOException e) {
        // a handshake that failed, or the end
      }
    }
  }

  @Test
  void objectsGoByHttps() throws Exception {
    SSLContext context = tls("receiver", "sender").context();
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = context.getDefaultSSLParameters();
            wanted.setNeedClientAuth(true);
            parameters.setSSLParameters(wanted);
          }
        });
    AtomicInteger requests = new AtomicInteger();
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          exchange.getRequestBody().readAllBytes();
          boolean fhir = exchange.getRequestURI().getPath().equals("/fhir");
          String stored =
              "{\"00081199\":{\"vr\":\"SQ\",\"Value\":[{\"00081155\":{\"vr\":\"UI\",\"Value\":[\"%s\"]}}]}}"
                  .formatted(TestObjects.uid(ANALYSIS, 1, 1));
          String taken = "{\"resourceType\":\"Bundle\",\"type\":\"transaction-response\"}";
          byte[] body = (fhir ? taken : stored).getBytes();
          exchange
              .getResponseHeaders()
              .set("Content-Type", fhir ? "application/fhir+json" : "application/dicom+json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      ResultObject picture = TestObjects.picture(root, ANALYSIS, 1, 1);
      ResultObject bundle =
          TestObjects.text(root, ANALYSIS, 1, ObjectKind.FHIR, "report.fhir.json", "{}");
      URI base = URI.create("https://localhost:" + server.getAddress().getPort());
      for (TlsOptions wrong : List.of(tls("sender", "stranger"), tls("stranger", "receiver"))) {
        assertInstanceOf(
            Attempt.Unavailable.class,
            send(new Target.Stow(base.resolve("/dicom-web"), Optional.of(wrong)), picture));
      }
      assertInstanceOf(
          Attempt.Unavailable.class,
          send(new Target.Fhir(base.resolve("/fhir"), Optional.empty()), bundle),
          "Java's own authorities do not know this one");
      assertEquals(0, requests.get());
      Optional<TlsOptions> right = Optional.of(tls("sender", "receiver"));
      assertInstanceOf(
          Attempt.Delivered.class,
          send(new Target.Stow(base.resolve("/dicom-web"), right), picture));
      assertInstanceOf(
          Attempt.Delivered.class, send(new Target.Fhir(base.resolve("/fhir"), right), bundle));
    } finally {
      server.stop(0);
    }
  }
}
