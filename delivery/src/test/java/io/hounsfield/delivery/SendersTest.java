// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each kind of receiver gets, and what its answers mean. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SendersTest {
  private Hl7Names names = Hl7Names.NONE;

  private static final String ANALYSIS = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";
  private static final String UID = TestObjects.uid(ANALYSIS, 1, 1);
  private static final String BUNDLE =
      "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{},{}]}";
  private static final String MESSAGE =
      "MSH|^~\\&|HOUNSFIELD||||20260131||ORU^R01|M-1|P|2.5.1\rPID|||PH-1\r";

  @TempDir Path root;

  private Attempt send(Destination destination, ResultObject object)
      throws IOException, InterruptedException {
    try (Sender sender = Sender.of(destination)) {
      Delivery delivery = Delivery.queued(ANALYSIS, 1, "there", object, Instant.EPOCH);
      return sender.send(delivery, root.resolve(object.file()));
    }
  }

  private static Destination of(Target target, Credentials credentials) {
    Destination plain = Destination.of("there", target);
    return new Destination(
        plain.name(),
        target,
        plain.kinds(),
        plain.peers(),
        plain.series(),
        true,
        1,
        Duration.ofSeconds(5),
        Optional.ofNullable(credentials));
  }

  // ---- MLLP ----

  /** A receiver of one message that answers these bytes and remembers what it got. */
  private Attempt mllp(byte[] answer, AtomicReference<byte[]> got) throws Exception {
    ResultObject object =
        TestObjects.text(root, ANALYSIS, 1, ObjectKind.HL7, "report.hl7", MESSAGE);
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread receiver =
          new Thread(
              () -> {
                try (Socket socket = server.accept()) {
                  InputStream in = socket.getInputStream();
                  ByteArrayOutputStream all = new ByteArrayOutputStream();
                  int b = in.read();
                  while (b != 0x1C && b >= 0) {
                    all.write(b);
                    b = in.read();
                  }
                  assertEquals('\r', in.read());
                  got.set(all.toByteArray());
                  OutputStream out = socket.getOutputStream();
                  out.write(answer);
                  out.flush();
                } catch (IOException e) {
                  // the sender looks at what it got
                }
              });
      receiver.start();
      Target target = new Target.Mllp("127.0.0.1", server.getLocalPort(), Optional.empty(), names);
      Attempt attempt;
      try {
        attempt = send(of(target, null), object);
      } catch (IOException e) {
        attempt = Attempt.unreachable(e.getMessage());
      }
      receiver.join();
      return attempt;
    }
  }

  @Test
  void aMessageOfADestinationWithNamesCarriesThem() throws Exception {
    AtomicReference<byte[]> got = new AtomicReference<>();
    names = new Hl7Names("", "", "RIS", "RADIOLOGY");
    assertInstanceOf(Attempt.Delivered.class, mllp(ack("AA", "M-1"), got));
    String[] before = MESSAGE.split("\r", 2);
    assertEquals(
        "\u000b" + names.in(before[0], '|') + "\r" + before[1],
        new String(got.get(), StandardCharsets.US_ASCII));
    assertTrue(new String(got.get(), StandardCharsets.US_ASCII).contains("|RIS|RADIOLOGY|"));
  }

  private static byte[] ack(String code, String controlId) {
    return ("\u000bMSH|^~\\&|RIS||||20260131||ACK|A-1|P|2.5.1\rMSA|"
            + code
            + "|"
            + controlId
            + "|DOE^JOHN is unknown\r\u001c\r")
        .getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void aMessageGoesFramedAndCountsWhenItIsAcknowledged() throws Exception {
    AtomicReference<byte[]> got = new AtomicReference<>();
    assertInstanceOf(Attempt.Delivered.class, mllp(ack("AA", "M-1"), got));
    assertEquals("\u000b" + MESSAGE, new String(got.get(), StandardCharsets.US_ASCII));
  }

  /** MSH-3 to MSH-6 are the receiver's to choose; nothing else of the message changes. */
  @Test
  void theHeaderNamesSenderAndReceiver() {
    Hl7Names names = new Hl7Names("", "CLINIC^1.2.3^ISO", "RIS", "RADIOLOGY");
    assertEquals(
        "MSH|^~\\&|HOUNSFIELD|CLINIC^1.2.3^ISO|RIS|RADIOLOGY|20260131||ORU^R01^ORU_R01|M-1",
        names.in("MSH|^~\\&|HOUNSFIELD||||20260131||ORU^R01^ORU_R01|M-1", '|'));
    assertEquals("MSH|^~\\&|A", Hl7Names.NONE.in("MSH|^~\\&|A", '|'));
    assertThrows(IllegalArgumentException.class, () -> new Hl7Names("", "", "R|S", ""));
    assertThrows(IllegalArgumentException.class, () -> new Hl7Names("", "", "R\rPID", ""));
  }

  @Test
  void theAcknowledgementCodeDecides() throws Exception {
    AtomicReference<byte[]> got = new AtomicReference<>();
    Attempt error = mllp(ack("AE", "M-1"), got);
    Attempt.Refused refused = assertInstanceOf(Attempt.Refused.class, error);
    assertFalse(refused.reason().contains("DOE"), "the log gets no text of the receiver");
    assertTrue(refused.detail().contains("DOE"));
    assertInstanceOf(Attempt.Unavailable.class, mllp(ack("AR", "M-1"), got));
    assertInstanceOf(Attempt.Unavailable.class, mllp(ack("AA", "M-2"), got), "of another message");
    assertInstanceOf(Attempt.Unavailable.class, mllp(ack("XX", "M-1"), got));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK\r\n\r\n",
        "\u000b\u001c\r",
        "\u000bMSH\u001c",
        "\u000bMSA|AA|M-1"
      })
  void whatIsNoAcknowledgementIsNoSuccess(String answer) throws Exception {
    Attempt attempt = mllp(answer.getBytes(StandardCharsets.ISO_8859_1), new AtomicReference<>());
    assertInstanceOf(Attempt.Unavailable.class, attempt);
  }

  @Test
  void anAcknowledgementWithoutEndIsNotReadForEver() throws Exception {
    Attempt attempt = mllp(("\u000b" + "x".repeat(200_000)).getBytes(), new AtomicReference<>());
    assertInstanceOf(Attempt.Unavailable.class, attempt);
  }

  // ---- HTTP ----

  private record Answer(int status, String type, String body) {}

  private record Got(String path, String type, String authorization, byte[] body) {}

  private Attempt http(
      boolean stow, Answer answer, Credentials credentials, AtomicReference<Got> got)
      throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    server.createContext(
        "/",
        exchange -> {
          got.set(
              new Got(
                  exchange.getRequestURI().getPath(),
                  exchange.getRequestHeaders().getFirst("Content-Type"),
                  exchange.getRequestHeaders().getFirst("Authorization"),
                  exchange.getRequestBody().readAllBytes()));
          exchange.getResponseHeaders().set("Content-Type", answer.type());
          exchange.getResponseHeaders().set("Retry-After", "120");
          exchange.getResponseHeaders().set("Location", "http://192.0.2.1/elsewhere");
          byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/base");
      if (stow) {
        return send(
            of(new Target.Stow(uri, Optional.empty()), credentials),
            TestObjects.picture(root, ANALYSIS, 1, 1));
      }
      ResultObject bundle =
          TestObjects.text(root, ANALYSIS, 1, ObjectKind.FHIR, "report.fhir.json", BUNDLE);
      return send(of(new Target.Fhir(uri, Optional.empty()), credentials), bundle);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void anInstanceIsPostedToStudiesWithTheSecretOfThatMoment() throws Exception {
    Path secret = Files.writeString(root.resolve("token"), "s3cret\n");
    Credentials credentials =
        new Credentials(Credentials.Scheme.BEARER, new Credentials.InFile(secret));
    assertFalse(credentials.toString().contains("s3cret"));
    AtomicReference<Got> got = new AtomicReference<>();
    Answer stored =
        new Answer(
            200,
            "application/dicom+json",
            "{\"00081199\":{\"vr\":\"SQ\",\"Value\":[{\"00081155\":{\"vr\":\"UI\",\"Value\":[\""
                + UID
                + "\"]}}]}}");
    assertInstanceOf(Attempt.Delivered.class, http(true, stored, credentials, got));
    assertEquals("/base/studies", got.get().path());
    assertEquals("Bearer s3cret", got.get().authorization());
    assertTrue(got.get().type().startsWith("multipart/related; type=\"application/dicom\""));
    String body = new String(got.get().body(), StandardCharsets.ISO_8859_1);
    String file =
        Files.readString(
            root.resolve(TestObjects.picture(root, ANALYSIS, 1, 1).file()),
            StandardCharsets.ISO_8859_1);
    assertTrue(body.contains("Content-Type: application/dicom\r\n\r\n" + file + "\r\n--"));
    Files.writeString(secret, "renewed");
    http(true, stored, credentials, got);
    assertEquals("Bearer renewed", got.get().authorization());
    Files.delete(secret);
    IOException fault = assertThrows(IOException.class, () -> http(true, stored, credentials, got));
    assertFalse(fault.getMessage().contains("renewed"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "200;{'00081199':{'vr':'SQ','Value':[{'00081155':{'vr':'UI','Value':['UID']}}]}};Delivered",
        "200;[{'00081199':{'vr':'SQ','Value':[{},{'00081155':{'vr':'UI','Value':['UID']}}]}}];Delivered",
        "200;{'00081199':{'vr':'SQ','Value':[{'00081155':{'vr':'UI','Value':['1.2.3']}}]}};Refused",
        "200;{'00081199':{'vr':'SQ','Value':['UID']},'00081155':'UID'};Refused",
        "200;{'error':'session expired'};Refused",
        "200;{};Refused",
        "200;[];Refused",
        "200;'';Refused",
        "202;{'00081199':{'vr':'SQ','Value':[{'00081155':{'vr':'UI','Value':['UID']},'00081196':{'vr':'US','Value':[45056]}}]}};Delivered",
        "202;{};Refused",
        "200;{'00081199':{'vr':'SQ','Value':[{'00081155':{'vr':'UI','Value':['UID']}}]},'00081198':{'vr':'SQ','Value':[{'00081155':{'vr':'UI','Value':['UID']},'00081197':{'vr':'US','Value':[290]}}]}};Refused",
        "202;{'00081198':{'vr':'SQ','Value':[{'00081197':{'vr':'US','Value':[42752]}}]}};Unavailable",
        "409;{'00081198':{'vr':'SQ','Value':[{'00081197':{'vr':'US','Value':[290]}}]}};Refused",
        "409;{};Refused",
        "409;{{{{;Refused",
        "200;{'00081198':{'vr':'SQ','Value':[{}]}};Unavailable",
        "301;{};Refused",
        "401;{};Refused",
        "413;{};Refused",
        "500;{};Unavailable",
        "503;{};Unavailable",
        "507;{};Unavailable"
      })
  void theAnswerToStowDecides(int status, String body, String expected) throws Exception {
    String said = body.replace('\'', '"').replace("UID", UID);
    Answer answer = new Answer(status, "application/dicom+json", said);
    assertEquals(
        expected, http(true, answer, null, new AtomicReference<>()).getClass().getSimpleName());
  }

  private Attempt stow(String type, String body) throws Exception {
    return http(true, new Answer(200, type, body), null, new AtomicReference<>());
  }

  /** PS3.18 10.5.3.3: the answer may come as XML; a page that asks to log in is no answer. */
  @Test
  void theAnswerToStowMayBeOfXmlAndMustBeDicom() throws Exception {
    String attribute = "<DicomAttribute tag=\"%s\" vr=\"%s\">%s</DicomAttribute>";
    String value = "<Value number=\"1\">%s</Value>";
    String model =
        "<?xml version=\"1.0\"?>%s<NativeDicomModel xmlns=\"http://dicom.nema.org/PS3.19/models/NativeDICOM\">%s</NativeDicomModel>";
    String named = attribute.formatted("00081155", "UI", value.formatted(UID));
    String stored =
        attribute.formatted("00081199", "SQ", "<Item number=\"1\">" + named + "</Item>");
    String reason = attribute.formatted("00081197", "US", value.formatted(290));
    String failed =
        attribute.formatted("00081198", "SQ", "<Item number=\"1\">" + named + reason + "</Item>");
    String xml = "application/dicom+xml";
    assertInstanceOf(Attempt.Delivered.class, stow(xml, model.formatted("", stored)));
    Attempt.Refused no =
        assertInstanceOf(Attempt.Refused.class, stow(xml, model.formatted("", stored + failed)));
    assertTrue(no.detail().contains("0122"), no.detail());
    assertInstanceOf(Attempt.Refused.class, stow(xml, model.formatted("", "")));
    assertInstanceOf(Attempt.Refused.class, stow(xml, "<" + model.formatted("", stored)));
    String entity = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>";
    assertInstanceOf(Attempt.Refused.class, stow(xml, model.formatted(entity, stored)));
    assertInstanceOf(Attempt.Refused.class, stow("text/html", "<html>Please log in</html>"));
    assertInstanceOf(Attempt.Refused.class, stow("text/html", model.formatted("", stored)));
    assertInstanceOf(Attempt.Refused.class, stow("", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "200;application/fhir+json;{'resourceType':'Bundle','type':'transaction-response','entry':[{'response':{'status':'201'}},{'response':{'status':'200 OK'}}]};Delivered",
        "200;application/fhir+json;{'resourceType':'Bundle','type':'transaction-response','entry':[{'response':{'status':'201'}}]};Refused",
        "200;application/fhir+json;{'resourceType':'Bundle','type':'transaction-response','entry':[{'response':{'status':'201'}},{'response':{'status':'422 no'}}]};Refused",
        "200;application/fhir+json;{'resourceType':'Bundle','type':'transaction-response','entry':[{'response':{'status':'201'}},{}]};Refused",
        "200;application/fhir+json;{'resourceType':'Bundle','type':'transaction-response','entry':[{'response':{'status':'2010'}},{'response':{'status':'2'}}]};Refused",
        "200;application/fhir+json;{'resourceType':'Bundle','type':'searchset','entry':[{'response':{'status':'201'}},{'response':{'status':'201'}}]};Refused",
        "200;application/fhir+json;{'resourceType':'OperationOutcome','issue':[{'severity':'error'}]};Refused",
        "200;application/json;{'error':'session expired'};Refused",
        "200;application/fhir+json;'';Refused",
        "200;text/html;<html>Please log in</html>;Refused",
        "409;application/fhir+json;{};Unavailable",
        "422;application/fhir+json;{};Refused",
        "503;text/plain;down;Unavailable"
      })
  void theAnswerToABundleDecides(int status, String type, String body, String expected)
      throws Exception {
    Answer answer = new Answer(status, type, body.replace('\'', '"'));
    assertEquals(
        expected, http(false, answer, null, new AtomicReference<>()).getClass().getSimpleName());
  }

  @Test
  void aServerMaySayWhenToComeBack() throws Exception {
    Attempt attempt = http(false, new Answer(503, "text/plain", ""), null, new AtomicReference<>());
    Attempt.Unavailable busy = assertInstanceOf(Attempt.Unavailable.class, attempt);
    assertEquals(Optional.of(Duration.ofSeconds(120)), busy.notBefore());
    assertTrue(busy.wholeDestination());
  }

  @Test
  void anEndlessAnswerIsCutOff() throws Exception {
    Answer endless = new Answer(200, "application/fhir+json", " ".repeat(3 * HttpPost.MAX_ANSWER));
    assertInstanceOf(Attempt.Refused.class, http(false, endless, null, new AtomicReference<>()));
  }

  // ---- folder ----

  @Test
  void aFolderGetsWholeFilesAndTheSameOnceMore() throws Exception {
    Path folder = Files.createDirectories(root.resolve("out"));
    ResultObject object = TestObjects.text(root, ANALYSIS, 1, ObjectKind.CSV, "report.csv", "a,b");
    for (int i = 0; i < 2; i++) {
      Attempt attempt = send(of(new Target.Folder(folder), null), object);
      assertInstanceOf(Attempt.Delivered.class, attempt);
    }
    Path there = folder.resolve(ANALYSIS).resolve("v1");
    assertArrayEquals(new String[] {"report.csv"}, there.toFile().list());
    assertEquals("a,b", Files.readString(there.resolve("report.csv")));
  }

  @Test
  void aShareThatIsNotMountedIsNotFilledBelowItsMountPoint() throws Exception {
    ResultObject object = TestObjects.text(root, ANALYSIS, 1, ObjectKind.CSV, "report.csv", "a,b");
    Path absent = root.resolve("mnt");
    assertInstanceOf(Attempt.Unavailable.class, send(of(new Target.Folder(absent), null), object));
    assertFalse(Files.exists(absent));
  }
}
