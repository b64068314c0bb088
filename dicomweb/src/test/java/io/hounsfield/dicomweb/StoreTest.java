// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import static io.hounsfield.dicomweb.TestInstances.ct;
import static io.hounsfield.dicomweb.TestInstances.file;
import static io.hounsfield.dicomweb.TestInstances.instanceUid;
import static io.hounsfield.dicomweb.TestInstances.seriesUid;
import static io.hounsfield.dicomweb.TestInstances.studyUid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import io.hounsfield.listener.AssociationSummary;
import io.hounsfield.listener.ReceivedInstance;
import io.hounsfield.listener.SpoolOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Store Instances, PS3.18 section 10.5, as a client sees it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoreTest {
  @TempDir Path directory;

  private static int reason(JsonObject item) {
    return item.getJsonObject("00081197").getJsonArray("Value").getInteger(0);
  }

  private static JsonArray items(JsonObject response, String tag) {
    return response.getJsonObject(tag).getJsonArray("Value");
  }

  private static String value(JsonObject item, String tag) {
    return item.getJsonObject(tag).getJsonArray("Value").getString(0);
  }

  @Test
  void whatIsStoredIsInTheSpoolByteForByteAndToldLikeAnAssociation() throws Exception {
    try (TestServer s = new TestServer(directory)) {
      byte[] first = file(ct(1, 1, 1));
      HttpResponse<byte[]> response = s.store("/studies", first, file(ct(1, 1, 2)));
      assertEquals(200, response.statusCode(), TestServer.text(response));
      assertEquals("application/dicom+json", TestServer.header(response, "Content-Type"));
      JsonObject body = TestServer.json(response);
      assertEquals(s.base() + "/studies/" + studyUid(1), value(body, "00081190"));
      assertNull(body.getJsonObject("00081198"), "nothing failed");
      JsonArray stored = items(body, "00081199");
      assertEquals(2, stored.size());
      assertEquals(SopClass.CT_IMAGE_STORAGE, value(stored.getJsonObject(0), "00081150"));
      assertEquals(instanceUid(1, 1, 1), value(stored.getJsonObject(0), "00081155"));
      String url = value(stored.getJsonObject(0), "00081190");
      assertEquals(
          s.base()
              + "/studies/%s/series/%s/instances/%s"
                  .formatted(studyUid(1), seriesUid(1, 1), instanceUid(1, 1, 1)),
          url);

      ReceivedInstance told = s.stored.remove();
      assertEquals(instanceUid(1, 1, 1), told.sopInstanceUid());
      assertEquals("NODE", told.calledAeTitle());
      assertFalse(told.duplicate());
      byte[] dataSet = DataSets.encode(ct(1, 1, 1), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
      byte[] held = Files.readAllBytes(told.file());
      assertArrayEquals(
          dataSet, Arrays.copyOfRange(held, held.length - dataSet.length, held.length));
      AssociationSummary end = s.awaitEnd();
      assertEquals(told.associationId(), end.id());
      assertTrue(end.id() < 0, "no number that an association of the DICOM node may have");
      assertFalse(end.aborted());
      assertEquals(2, end.instances());
      assertEquals(Set.of(seriesUid(1, 1)), end.seriesInstanceUids());

      assertEquals(200, s.store("/studies/" + studyUid(1), first).statusCode());
      s.stored.remove();
      assertTrue(s.stored.remove().duplicate(), "the same again changes nothing");
      assertEquals(2, s.files().size());
    }
  }

  @Test
  void oneInstanceMayComeByItself() throws Exception {
    try (TestServer s = new TestServer(directory)) {
      assertEquals(200, s.post("/studies", "application/dicom", file(ct(1, 1, 1))).statusCode());
      assertEquals(instanceUid(1, 1, 1), s.stored.remove().sopInstanceUid());
      assertEquals(409, s.post("/studies", "application/dicom", new byte[0]).statusCode());
      HttpResponse<byte[]> identity =
          s.post(
              "/studies", "application/dicom", file(ct(1, 1, 2)), "Content-Encoding", "Identity");
      assertEquals(200, identity.statusCode(), "which is none");
    }
  }

  @Test
  void whatIsNotStoredIsNamedWithItsReason() throws Exception {
    byte[] secondaryCapture =
        file(ct(1, 1, 3).put(Tag.SOPClassUID, VR.UI, SopClass.SECONDARY_CAPTURE_IMAGE_STORAGE));
    byte[] otherUid = file(ct(1, 1, 4));
    byte[] text = otherUid;
    int at = new String(text, StandardCharsets.ISO_8859_1).lastIndexOf("1.2.1.1.4");
    text[at + 8] = '5'; // the data set names another instance than the file's header
    byte[] jpegXl = file(ct(1, 1, 6));
    String header = new String(jpegXl, StandardCharsets.ISO_8859_1);
    int syntax = header.indexOf("1.2.840.10008.1.2.1");
    System.arraycopy(TestServer.ascii("1.2.840.10008.1.2.9"), 0, jpegXl, syntax, 19);
    try (TestServer s = new TestServer(directory)) {
      HttpResponse<byte[]> response =
          s.store(
              "/studies/" + studyUid(1),
              file(ct(1, 1, 1)),
              file(ct(2, 1, 2)),
              secondaryCapture,
              otherUid,
              jpegXl,
              "no DICOM at all".repeat(30).getBytes(StandardCharsets.US_ASCII),
              Arrays.copyOf(file(ct(1, 1, 7)), 500));
      assertEquals(202, response.statusCode(), TestServer.text(response));
      JsonObject body = TestServer.json(response);
      assertEquals(1, items(body, "00081199").size());
      JsonArray failed = items(body, "00081198");
      assertEquals(
          List.of(0xA900, 0x0122, 0xA900, 0xC122, 0xC000),
          failed.stream().map(item -> reason((JsonObject) item)).toList());
      assertEquals(instanceUid(2, 1, 2), value(failed.getJsonObject(0), "00081155"));
      assertEquals(0xC000, reason(items(body, "0008119A").getJsonObject(0)));
      assertEquals(1, s.files().size(), "nothing is left of the others");

      HttpResponse<byte[]> none = s.store("/studies/" + studyUid(7), file(ct(1, 1, 1)));
      assertEquals(409, none.statusCode());
      assertEquals(0xA900, reason(items(TestServer.json(none), "00081198").getJsonObject(0)));
    }
  }

  @Test
  void anInstanceThatEndsInItsPixelsIsRefusedAsByCStore() throws Exception {
    // Whoever is told that it is stored may delete it.
    try (TestServer s = new TestServer(directory)) {
      byte[] whole = file(ct(1, 1, 1));
      HttpResponse<byte[]> cut = s.store("/studies", Arrays.copyOf(whole, whole.length - 8));
      assertEquals(409, cut.statusCode());
      assertEquals(0xC000, reason(items(TestServer.json(cut), "00081198").getJsonObject(0)));
      assertEquals(List.of(), List.copyOf(s.stored));
      assertEquals(200, s.store("/studies", whole).statusCode());
    }
  }

  @Test
  void withoutRoomTheClientIsToldToComeBack() throws Exception {
    try (TestServer s = new TestServer(directory)) {
      s.refusal = Optional.of("the analysis is behind");
      HttpResponse<byte[]> response = s.store("/studies", file(ct(1, 1, 1)));
      s.assertProblem(503, response);
      assertEquals("30", TestServer.header(response, "Retry-After"));
      assertTrue(s.awaitEnd().aborted());
      s.refusal = Optional.empty();
      assertEquals(200, s.store("/studies", file(ct(1, 1, 1))).statusCode());
    }
    try (TestServer s =
        new TestServer(
            directory.resolve("small"),
            DicomWebOptions.of("NODE"),
            new SpoolOptions(0, 1, SpoolOptions.Durability.PROCESS_END))) {
      HttpResponse<byte[]> partly = s.store("/studies", file(ct(1, 1, 1)), file(ct(1, 1, 2)));
      assertEquals(202, partly.statusCode());
      assertEquals(0xA700, reason(items(TestServer.json(partly), "00081198").getJsonObject(0)));
      s.assertProblem(503, s.store("/studies", file(ct(1, 1, 2))));
    }
  }

  @Test
  void requestsThatAreNoneAreRefused() throws Exception {
    try (TestServer s = new TestServer(directory)) {
      byte[] body = TestServer.body("b", file(ct(1, 1, 1)));
      s.assertProblem(415, s.post("/studies", null, body));
      s.assertProblem(415, s.post("/studies", "application/json", body));
      s.assertProblem(415, s.post("/studies", "multipart/form-data; boundary=b", body));
      s.assertProblem(
          415,
          s.post(
              "/studies", "multipart/related; type=\"application/dicom+xml\"; boundary=b", body));
      for (String coding : List.of("gzip", "identity, deflate", "x")) {
        HttpResponse<byte[]> coded =
            s.post("/studies", TestServer.multipartType("b"), body, "Content-Encoding", coding);
        s.assertProblem(415, coded);
        assertEquals("identity", TestServer.header(coded, "Accept-Encoding"));
      }
      s.assertProblem(
          400, s.post("/studies", "multipart/related; type=\"application/dicom\"", body));
      s.assertProblem(400, s.post("/studies", TestServer.multipartType("x".repeat(71)), body));
      s.assertProblem(400, s.post("/studies", TestServer.multipartType("other"), body));
      s.assertProblem(400, s.post("/studies", TestServer.multipartType("b"), new byte[0]));
      s.assertProblem(
          400,
          s.post("/studies", TestServer.multipartType("b"), Arrays.copyOf(body, body.length - 20)));
      s.assertProblem(400, s.post("/studies/1.2.x", TestServer.multipartType("b"), body));
      s.assertProblem(400, s.post("/studies/..%2F..", TestServer.multipartType("b"), body));
      s.assertProblem(400, s.post("/studies?quick=true", TestServer.multipartType("b"), body));
      s.assertProblem(
          400,
          s.post(
              "/studies",
              TestServer.multipartType("b"),
              TestServer.ascii("--b\r\nX: " + "y".repeat(100_000))));
      assertEquals(List.of(), s.files());
    }
  }

  @Test
  void nothingIsTakenWhereStoringIsOff() throws Exception {
    DicomWebOptions options = DicomWebOptions.of("NODE").withStores(false);
    try (TestServer s = new TestServer(directory, options, SpoolOptions.defaults())) {
      HttpResponse<byte[]> response = s.store("/studies", file(ct(1, 1, 1)));
      s.assertProblem(405, response);
      assertEquals("GET, HEAD", TestServer.header(response, "Allow"));
      assertEquals(List.of(), s.files());
    }
  }

  @Test
  void aBodyThatIsTooLongIsCutOff() throws Exception {
    DicomWebOptions options = DicomWebOptions.of("NODE").withMaxStoreBytes(100_000);
    try (TestServer s = new TestServer(directory, options, SpoolOptions.defaults());
        Socket socket = new Socket("127.0.0.1", s.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(head("Content-Length: 100001"));
      assertTrue(statusLine(socket).contains(" 413 "));
    }
    try (TestServer s = new TestServer(directory, options, SpoolOptions.defaults());
        Socket socket = new Socket("127.0.0.1", s.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(head("Transfer-Encoding: chunked"));
      out.write(TestServer.ascii("186A1\r\n"));
      out.write(TestServer.body("b", new byte[99_999]), 0, 0x186A1);
      assertTrue(statusLine(socket).contains(" 413 "));
      assertTrue(s.awaitEnd().aborted());
      assertEquals(List.of(), s.files());
    }
  }

  @Test
  void aBodyMayComeByteByByte() throws Exception {
    try (TestServer s = new TestServer(directory);
        Socket socket = new Socket("127.0.0.1", s.port())) {
      OutputStream out = socket.getOutputStream();
      socket.setTcpNoDelay(true);
      out.write(head("Transfer-Encoding: chunked"));
      for (byte one : TestServer.body("b", file(ct(1, 1, 1)), file(ct(1, 1, 2)))) {
        out.write(new byte[] {'1', '\r', '\n', one, '\r', '\n'});
      }
      out.write(TestServer.ascii("0\r\n\r\n"));
      assertTrue(statusLine(socket).contains(" 200 "));
      assertEquals(2, s.files().size());
    }
  }

  @Test
  void aClientThatAsksBeforehandIsToldToGoOn() throws Exception {
    try (TestServer s = new TestServer(directory);
        Socket socket = new Socket("127.0.0.1", s.port())) {
      byte[] body = TestServer.body("b", file(ct(1, 1, 1)));
      socket
          .getOutputStream()
          .write(head("Expect: 100-continue\r\nContent-Length: " + body.length));
      assertTrue(statusLine(socket).contains(" 100 "));
      socket.getOutputStream().write(body);
      assertEquals(instanceUid(1, 1, 1), s.stored.take().sopInstanceUid());
    }
  }

  @Test
  void aClientThatDiesLeavesWhatWasWholeAndNothingElse() throws Exception {
    byte[] body = TestServer.body("b", file(ct(1, 1, 1)), file(ct(1, 1, 2)));
    Random random = new Random(3);
    try (TestServer s = new TestServer(directory)) {
      for (int round = 0; round < 20; round++) {
        int cut = random.nextInt(body.length);
        try (Socket socket = new Socket("127.0.0.1", s.port())) {
          socket.getOutputStream().write(head("Content-Length: " + body.length));
          socket.getOutputStream().write(body, 0, cut);
        }
        assertTrue(s.awaitEnd().aborted());
        assertTrue(s.files().stream().allMatch(name -> name.endsWith(".dcm")), "no part is left");
      }
      assertTrue(s.files().size() <= 1, "the second was never whole");
      assertEquals(s.files().size(), s.stored.stream().filter(i -> !i.duplicate()).count());
    }
  }

  @Test
  void aClientThatFallsSilentIsCutOff() throws Exception {
    DicomWebOptions options = new DicomWebOptions("NODE", true, 1 << 20, 1, 1, 100);
    try (TestServer s = new TestServer(directory, options, SpoolOptions.defaults());
        Socket socket = new Socket("127.0.0.1", s.port())) {
      socket.getOutputStream().write(head("Content-Length: 100000"));
      socket.getOutputStream().write(TestServer.body("b", file(ct(1, 1, 1))), 0, 700);
      assertTrue(statusLine(socket).contains(" 408 "));
      assertTrue(s.awaitEnd().aborted());
      assertEquals(List.of(), s.files());
      assertEquals(
          200, s.store("/studies", file(ct(1, 1, 1))).statusCode(), "its place is free again");
    }
  }

  @Test
  void moreRequestsThanThereAreWaysAreToldToComeBack() throws Exception {
    DicomWebOptions options = new DicomWebOptions("NODE", true, 1 << 20, 1, 1, 60_000);
    try (TestServer s = new TestServer(directory, options, SpoolOptions.defaults());
        Socket socket = new Socket("127.0.0.1", s.port())) {
      byte[] body = TestServer.body("b", file(ct(1, 1, 1)), file(ct(1, 1, 2)));
      socket.getOutputStream().write(head("Content-Length: " + body.length));
      socket.getOutputStream().write(body, 0, body.length - 100);
      s.stored.take(); // its first instance: it is being received
      s.assertProblem(503, s.store("/studies", file(ct(1, 1, 3))));
      socket.getOutputStream().write(body, body.length - 100, 100);
      assertTrue(statusLine(socket).contains(" 200 "));
      assertEquals(200, s.store("/studies", file(ct(1, 1, 3))).statusCode());
    }
  }

  private static byte[] head(String length) {
    return TestServer.ascii(
        "POST /dicom-web/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
            + TestServer.multipartType("b")
            + "\r\n"
            + length
            + "\r\n\r\n");
  }

  private static String statusLine(Socket socket) throws Exception {
    InputStream in = socket.getInputStream();
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next >= 0 && next != '\r'; next = in.read()) {
      line.append((char) next);
    }
    return line.toString();
  }
}
