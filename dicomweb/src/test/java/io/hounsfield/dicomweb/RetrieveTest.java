// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import static io.hounsfield.dicomweb.TestInstances.ct;
import static io.hounsfield.dicomweb.TestInstances.file;
import static io.hounsfield.dicomweb.TestInstances.instanceUid;
import static io.hounsfield.dicomweb.TestInstances.seriesUid;
import static io.hounsfield.dicomweb.TestInstances.studyUid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import io.hounsfield.listener.SpoolOptions;
import io.vertx.core.json.JsonObject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Retrieve (WADO-RS), PS3.18 section 10.4. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RetrieveTest {
  private static final String STUDY = "/studies/" + studyUid(1);
  private static final String SERIES = STUDY + "/series/" + seriesUid(1, 1);
  private static final String FIRST = SERIES + "/instances/" + instanceUid(1, 1, 1);

  @TempDir Path directory;

  private TestServer with(byte[]... files) throws Exception {
    TestServer s = new TestServer(directory);
    HttpResponse<byte[]> stored = s.store("/studies", files);
    assertEquals(200, stored.statusCode(), TestServer.text(stored));
    return s;
  }

  private static byte[] pixels(DataSet dataSet) throws Exception {
    return dataSet.bytes(Tag.PixelData).orElseThrow();
  }

  /** Three frames of 8 bits in RLE, PS3.5 annex G: each one literal run a row of segment. */
  private static DataSet rle(byte[][] frames) {
    DataSet dataSet = ct(1, 1, 1);
    dataSet
        .putInts(Tag.BitsAllocated, VR.US, 8)
        .putInts(Tag.BitsStored, VR.US, 8)
        .putInts(Tag.HighBit, VR.US, 7)
        .putInts(Tag.PixelRepresentation, VR.US, 0)
        .put(Tag.NumberOfFrames, VR.IS, Integer.toString(frames.length));
    List<byte[]> fragments =
        Arrays.stream(frames)
            .map(
                frame -> {
                  byte[] encoded = new byte[64 + 1 + frame.length];
                  encoded[0] = 1; // one segment
                  encoded[4] = 64; // which begins behind the header
                  encoded[64] = (byte) (frame.length - 1);
                  System.arraycopy(frame, 0, encoded, 65, frame.length);
                  return encoded;
                })
            .toList();
    return dataSet.putFragments(Tag.PixelData, new byte[0], fragments);
  }

  private static byte[][] someFrames() {
    byte[][] frames = new byte[3][TestInstances.ROWS * TestInstances.COLUMNS];
    Random random = new Random(11);
    for (byte[] frame : frames) {
      random.nextBytes(frame);
    }
    return frames;
  }

  @Test
  void studySeriesAndInstanceComeAsTheyAreStored() throws Exception {
    try (TestServer s = with(file(ct(1, 1, 1)), file(ct(1, 1, 2)), file(ct(1, 2, 1)))) {
      List<TestServer.Part> parts = TestServer.parts(s.get(STUDY));
      assertEquals(3, parts.size());
      TestServer.Part first = parts.get(0);
      assertEquals(
          "application/dicom; transfer-syntax=1.2.840.10008.1.2.1",
          first.headers().get("content-type"));
      assertEquals(s.base() + FIRST, first.headers().get("content-location"));
      assertArrayEquals(
          Files.readAllBytes(s.stored.remove().file()), first.content(), "byte for byte");
      assertEquals(2, TestServer.parts(s.get(SERIES)).size());
      assertEquals(1, TestServer.parts(s.get(FIRST)).size());
      HttpResponse<byte[]> alone = s.get(FIRST, "Accept", "application/dicom");
      assertTrue(TestServer.header(alone, "Content-Type").startsWith("application/dicom;"));
      assertArrayEquals(first.content(), alone.body());
    }
  }

  @Test
  void transferSyntaxesAreGivenAsAskedFor() throws Exception {
    byte[][] frames = someFrames();
    TransferSyntax rle = TransferSyntax.RLE_LOSSLESS;
    try (TestServer s = with(file(rle(frames), rle))) {
      byte[] stored = Files.readAllBytes(s.stored.remove().file());
      for (String syntax : List.of("*", rle.uid(), "\"" + rle.uid() + "\"")) {
        String accept = "multipart/related; type=\"application/dicom\"; transfer-syntax=" + syntax;
        assertArrayEquals(
            stored, TestServer.parts(s.get(FIRST, "Accept", accept)).get(0).content(), syntax);
      }
      TestServer.Part plain = TestServer.parts(s.get(FIRST)).get(0);
      assertEquals(
          "application/dicom; transfer-syntax=1.2.840.10008.1.2.1",
          plain.headers().get("content-type"));
      DicomFile decoded = DicomFiles.read(plain.content());
      assertEquals(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, decoded.transferSyntax());
      byte[] pixels = pixels(decoded.dataSet());
      for (int i = 0; i < frames.length; i++) {
        assertArrayEquals(
            frames[i],
            Arrays.copyOfRange(pixels, i * frames[i].length, (i + 1) * frames[i].length));
      }
      s.assertProblem(
          406,
          s.get(
              FIRST,
              "Accept",
              "multipart/related; type=\"application/dicom\";"
                  + " transfer-syntax=1.2.840.10008.1.2.4.80"));
      s.assertProblem(406, s.get(FIRST, "Accept", "image/png"));
      // The first that can be had.
      String list =
          "multipart/related; type=\"application/dicom\"; transfer-syntax=1.2.840.10008.1.2.4.80,"
              + " multipart/related; type=\"application/dicom\"; transfer-syntax=*;q=0.5";
      assertArrayEquals(stored, TestServer.parts(s.get(FIRST, "Accept", list)).get(0).content());
    }
  }

  @Test
  void framesComeUncompressed() throws Exception {
    byte[][] frames = someFrames();
    try (TestServer s = with(file(rle(frames), TransferSyntax.RLE_LOSSLESS), file(ct(1, 1, 2)))) {
      List<TestServer.Part> parts = TestServer.parts(s.get(FIRST + "/frames/3,1"));
      assertEquals(2, parts.size());
      assertArrayEquals(frames[2], parts.get(0).content());
      assertArrayEquals(frames[0], parts.get(1).content());
      assertEquals(
          "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1",
          parts.get(0).headers().get("content-type"));
      String second = SERIES + "/instances/" + instanceUid(1, 1, 2);
      HttpResponse<byte[]> alone =
          s.get(second + "/frames/1", "Accept", "application/octet-stream");
      assertEquals("application/octet-stream", TestServer.header(alone, "Content-Type"));
      assertArrayEquals(pixels(ct(1, 1, 2)), alone.body());
      assertArrayEquals(
          pixels(ct(1, 1, 2)),
          TestServer.parts(
                  s.get(
                      second + "/frames/1",
                      "Accept",
                      "multipart/related; type=\"application/octet-stream\"; transfer-syntax=*"))
              .get(0)
              .content());
      s.assertProblem(404, s.get(second + "/frames/2"));
      s.assertProblem(400, s.get(second + "/frames/0"));
      s.assertProblem(400, s.get(second + "/frames/1,"));
      s.assertProblem(400, s.get(second + "/frames/first"));
      s.assertProblem(406, s.get(second + "/frames/1", "Accept", "video/mp4"));
    }
  }

  @Test
  void metadataGivesWhereBulkDataIs() throws Exception {
    byte[] secret = new byte[5_000];
    new Random(5).nextBytes(secret);
    DataSet dataSet =
        ct(1, 1, 1)
            .put(0x00290010, VR.LO, "A CREATOR")
            .putBytes(0x00291001, VR.OB, new byte[] {1, 2, 3, 4})
            .putItems(
                Tag.ReferencedImageSequence,
                new DataSet(),
                new DataSet().putBytes(0x00291002, VR.OB, secret));
    try (TestServer s = with(file(dataSet), file(ct(1, 1, 2)))) {
      assertEquals(2, s.getJson(STUDY + "/metadata").size());
      assertEquals(2, s.getJson(SERIES + "/metadata").size());
      JsonObject metadata = s.getJson(FIRST + "/metadata").getJsonObject(0);
      assertEquals(
          Base64.getEncoder().encodeToString(new byte[] {1, 2, 3, 4}),
          metadata.getJsonObject("00291001").getString("InlineBinary"));
      JsonObject pixels = metadata.getJsonObject("7FE00010");
      assertEquals("OW", pixels.getString("vr"));
      assertEquals(s.base() + FIRST + "/bulkdata/7FE00010", pixels.getString("BulkDataURI"));
      assertArrayEquals(pixels(dataSet), fetch(s, pixels.getString("BulkDataURI")).body());
      String nested =
          metadata
              .getJsonObject("00081140")
              .getJsonArray("Value")
              .getJsonObject(1)
              .getJsonObject("00291002")
              .getString("BulkDataURI");
      assertArrayEquals(secret, fetch(s, nested).body());
      HttpResponse<byte[]> part =
          s.get(
              nested.substring(s.base().length()),
              "Accept",
              "multipart/related; type=\"application/octet-stream\"");
      assertArrayEquals(secret, TestServer.parts(part).get(0).content());
      s.assertProblem(404, s.get(FIRST + "/bulkdata/00081140/7/00291002"));
      s.assertProblem(404, s.get(FIRST + "/bulkdata/00420011"));
      s.assertProblem(400, s.get(FIRST + "/bulkdata/PixelData"));
      s.assertProblem(406, s.get(FIRST + "/metadata", "Accept", "application/dicom+xml"));
    }
  }

  private static HttpResponse<byte[]> fetch(TestServer s, String uri) throws Exception {
    assertTrue(uri.startsWith(s.base()), uri);
    return s.get(URI.create(uri.substring(s.base().length())).toString());
  }

  @Test
  void encapsulatedPixelDataComesUncompressedAsBulkData() throws Exception {
    byte[][] frames = someFrames();
    try (TestServer s = with(file(rle(frames), TransferSyntax.RLE_LOSSLESS))) {
      byte[] all = s.get(FIRST + "/bulkdata/7FE00010").body();
      assertEquals(3 * frames[0].length, all.length);
      assertArrayEquals(frames[1], Arrays.copyOfRange(all, frames[0].length, 2 * frames[0].length));
    }
  }

  @Test
  void picturesGoThroughRescaleAndWindow() throws Exception {
    try (TestServer s = with(file(ct(1, 1, 1)))) {
      assertGreys(s, "", new Window(-300, 1000, Window.Function.LINEAR)); // the image's own
      assertGreys(s, "?window=-600,1500,linear", new Window(-600, 1500, Window.Function.LINEAR));
      assertGreys(
          s, "?window=0,400,linear-exact", new Window(0, 400, Window.Function.LINEAR_EXACT));
      assertGreys(s, "?window=-100,50.5,sigmoid", new Window(-100, 50.5, Window.Function.SIGMOID));
      HttpResponse<byte[]> jpeg = s.get(FIRST + "/frames/1/rendered");
      assertEquals("image/jpeg", TestServer.header(jpeg, "Content-Type"));
      assertEquals(
          TestInstances.COLUMNS, ImageIO.read(new ByteArrayInputStream(jpeg.body())).getWidth());
      BufferedImage large =
          ImageIO.read(
              new ByteArrayInputStream(
                  s.get(FIRST + "/rendered?viewport=100,60", "Accept", "image/png").body()));
      assertEquals(60, large.getHeight(), "as large as fits");
      assertEquals(50, large.getWidth());
      for (String wrong :
          List.of(
              "window=1,2",
              "window=0,0,linear",
              "window=NaN,5,linear",
              "window=0,1,cubic",
              "viewport=0,5",
              "viewport=9999,9999",
              "viewport=10,10,4,4,4,4",
              "quality=101",
              "annotation=patient")) {
        s.assertProblem(400, s.get(FIRST + "/rendered?" + wrong));
      }
      s.assertProblem(406, s.get(FIRST + "/rendered", "Accept", "image/gif"));
      s.assertProblem(400, s.get(FIRST + "/frames/1,1/rendered"));
    }
  }

  private static void assertGreys(TestServer s, String query, Window window) throws Exception {
    HttpResponse<byte[]> response = s.get(FIRST + "/rendered" + query, "Accept", "image/png");
    assertEquals(
        "image/png", TestServer.header(response, "Content-Type"), TestServer.text(response));
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(response.body()));
    for (int i = 0; i < TestInstances.ROWS * TestInstances.COLUMNS; i++) {
      int stored = 40 * i - 500 + 1;
      assertEquals(
          window.grey(2 * stored - 100),
          image.getRaster().getSample(i % TestInstances.COLUMNS, i / TestInstances.COLUMNS, 0));
    }
  }

  @Test
  void windowsFollowTheStandard() {
    // PS3.3 section C.11.2.1.2.1: c=2048, w=4096 maps 0 to 0 and 4095 to 255.
    Window whole = new Window(2048, 4096, Window.Function.LINEAR);
    assertEquals(0, whole.grey(0));
    assertEquals(255, whole.grey(4095));
    assertEquals(127, whole.grey(2047));
    Window single = new Window(100, 1, Window.Function.LINEAR);
    assertEquals(0, single.grey(99.5));
    assertEquals(255, single.grey(100));
    assertEquals(128, new Window(10, 4, Window.Function.SIGMOID).grey(10), "127.5, to even");
  }

  @Test
  void whatCannotBeDecodedIsSaidSo() throws Exception {
    DataSet noPixels = ct(1, 1, 2).remove(Tag.PixelData);
    DataSet shortPixels = ct(1, 1, 3).putShorts(Tag.PixelData, VR.OW, new short[3]);
    try (TestServer s = with(file(noPixels), file(shortPixels))) {
      s.assertProblem(404, s.get(SERIES + "/instances/" + instanceUid(1, 1, 2) + "/rendered"));
      s.assertProblem(406, s.get(SERIES + "/instances/" + instanceUid(1, 1, 3) + "/rendered"));
      s.assertProblem(406, s.get(SERIES + "/instances/" + instanceUid(1, 1, 3) + "/frames/1"));
    }
  }

  @Test
  void whatIsNotHeldIsNotFound() throws Exception {
    try (TestServer s = with(file(ct(1, 1, 1)))) {
      for (String path :
          List.of(
              "/studies/1.9",
              STUDY + "/series/1.9",
              SERIES + "/instances/1.9",
              "/studies/1.9/series/" + seriesUid(1, 1) + "/instances/" + instanceUid(1, 1, 1),
              "/studies/1.9/metadata",
              SERIES + "/instances/1.9/rendered",
              SERIES + "/instances/1.9/frames/1")) {
        s.assertProblem(404, s.get(path));
      }
      s.assertProblem(400, s.get("/studies/a.b"));
      s.assertProblem(400, s.get(STUDY + "/series/1.2%2F3/metadata"));
    }
  }

  /** A client that does not read keeps the only way until it goes. */
  @Test
  void moreRequestsThanThereAreWaysAreToldToComeBack() throws Exception {
    DataSet large = ct(1, 1, 1).putBytes(0x7FDF1001, VR.OB, new byte[32 << 20]);
    large.put(0x7FDF0010, VR.LO, "HOUNSFIELD TEST");
    DicomWebOptions options = new DicomWebOptions("NODE", true, 64 << 20, 1, 1, 60_000);
    try (TestServer s = new TestServer(directory, options, SpoolOptions.defaults())) {
      assertEquals(200, s.store("/studies", file(large)).statusCode());
      try (Socket socket = new Socket("127.0.0.1", s.port())) {
        socket
            .getOutputStream()
            .write(
                TestServer.ascii(
                    "GET /dicom-web" + FIRST + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
        assertEquals('H', socket.getInputStream().read(), "it is being answered");
        s.assertProblem(503, s.get("/studies"));
      }
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (s.get("/studies").statusCode() != 200) {
        assertTrue(System.nanoTime() < until, "the way stays taken");
      }
    }
  }

  @Test
  void memoryForDecodingIsBounded() {
    MemoryBudget budget = new MemoryBudget(100);
    budget.take(60);
    assertEquals(503, assertThrows(WebProblem.class, () -> budget.take(50)).status());
    assertEquals(406, assertThrows(WebProblem.class, () -> budget.take(101)).status());
    budget.give(60);
    budget.take(100);
    assertEquals(100, budget.taken());
  }
}
